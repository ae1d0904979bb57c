"""The door for carriers' webhooks."""

from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from logistics.carriers.registry import demand
from logistics.fulfillment.parcels.tracking import heard


@method_decorator(csrf_exempt, name="dispatch")
class CarrierWebhook(View):
    """Takes signed webhooks once each, in any order."""

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        """204 when taken or known; 404 asks the carrier to come again (a number that is not committed yet)."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        number, event = demand(code).verify(headers, request.body)
        known = heard(carrier=code, number=number, events=[event])
        return HttpResponse(status=204 if known else 404)
