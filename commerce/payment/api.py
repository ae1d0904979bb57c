"""The door for the provider's webhooks."""

import json
from typing import Any

from django.db import connections
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from chassis import clock
from chassis.errors import Invalid
from chassis.unit_of_work import unit_of_work
from commerce.payment import outcomes
from commerce.payment.models import Payment
from commerce.payment.sandbox import ProviderPayment, verify_webhook


@method_decorator(csrf_exempt, name="dispatch")
class SandboxWebhook(View):
    """Takes signed webhooks once each, in any order, also ahead of the API's own answer."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """204 when taken or known; 404 asks the provider to come again (a payment that is not committed yet)."""
        identifier = verify_webhook({name.lower(): value for name, value in request.headers.items()}, request.body)
        theirs = _read(request.body)
        payment = Payment.objects.filter(reference=theirs.reference).first()
        if payment is None:
            return HttpResponse(status=404)
        with unit_of_work("commerce"):
            if _first_time(identifier):
                outcomes.apply(payment.id, theirs)
        return HttpResponse(status=204)


def _first_time(identifier: str) -> bool:
    """Write the receipt; False when there is one. A second of the same id waits here for the first to commit."""
    with connections["commerce"].cursor() as cursor:
        cursor.execute(
            """INSERT INTO commerce_webhookreceipt (id, received_at) VALUES (%s, %s)
               ON CONFLICT (id) DO NOTHING RETURNING id""",
            [identifier[:200], clock.now()],
        )
        return cursor.fetchone() is not None


def _read(body: bytes) -> ProviderPayment:
    try:
        content: dict[str, Any] = json.loads(body)
        return ProviderPayment.read(content["data"]["payment"])
    except (ValueError, KeyError, TypeError, ArithmeticError) as error:
        raise Invalid("the webhook's body is not understood") from error
