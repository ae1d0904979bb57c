"""The doors for the providers' webhooks, one each."""

from collections.abc import Callable
from uuid import UUID

from django.db import connections
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from chassis import clock
from chassis.unit_of_work import unit_of_work
from commerce.payment.models import Payment
from commerce.payment.providers.interface import Notice
from commerce.payment.providers.registry import provider_of


@method_decorator(csrf_exempt, name="dispatch")
class Webhook(View):
    """Takes a provider's signed webhooks once each, in any order, also ahead of the API's own answer.

    `take` does what a notice says of a payment.
    """

    provider = ""
    take: Callable[[UUID, Notice], None] = staticmethod(lambda payment, notice: None)

    def post(self, request: HttpRequest) -> HttpResponse:
        """204 when taken, known or none of ours; 404 has the provider come again (a payment not committed yet)."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        notice = provider_of(self.provider).read_webhook(headers, request.body)
        payment = self._payment(notice)
        if payment is None:
            return HttpResponse(status=404 if notice.payment else 204)
        with unit_of_work("commerce"):
            if _first_time(f"{self.provider}:{notice.id}"):
                self.take(payment.id, notice)
        return HttpResponse(status=204)

    def _payment(self, notice: Notice) -> Payment | None:
        """What it is about. What comes later knows the provider's id alone, and that may be another shop's."""
        rows = Payment.objects.filter(provider=self.provider)
        if notice.payment is not None:
            return rows.filter(reference=notice.payment.reference).first()
        about = notice.refund or notice.dispute
        return rows.filter(provider_id=about.payment).first() if about else None


def _first_time(identifier: str) -> bool:
    """Write the receipt; False when there is one. A second of the same id waits here for the first to commit."""
    with connections["commerce"].cursor() as cursor:
        cursor.execute(
            """INSERT INTO commerce_webhookreceipt (id, received_at) VALUES (%s, %s)
               ON CONFLICT (id) DO NOTHING RETURNING id""",
            [identifier[:200], clock.now()],
        )
        return cursor.fetchone() is not None
