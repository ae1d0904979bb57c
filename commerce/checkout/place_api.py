"""Placing an order over REST: one call, which waits a short while for the outcome."""

import time
from collections.abc import Callable
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chassis.sagas.waiting import Waiters
from chassis.web.idempotency import idempotent
from commerce.checkout import commands
from commerce.checkout import serializers as shapes
from commerce.checkout.api import SECRET, cart_secret, shopper_of, valid
from commerce.checkout.errors import UnknownCart
from commerce.checkout.models import Cart
from commerce.checkout.placement import Placement, place, standing
from commerce.checkout.tenders import left, split, tenders_of
from commerce.payment.methods import offered

PREFER = OpenApiParameter(
    "Prefer", str, OpenApiParameter.HEADER, description="wait=n: seconds to wait for the outcome, 0 to 2."
)
MOST_SECONDS = 2.0


class Place(APIView):
    @extend_schema(
        operation_id="place_order",
        parameters=[SECRET, PREFER],
        request=shapes.PlaceCall,
        responses={
            201: shapes.PlacementBody,
            202: shapes.PlacementBody,
            402: shapes.PlacementBody,
            409: shapes.PlacementBody,
        },
        tags=["checkout"],
        examples=[shapes.PLACE, shapes.PLACE_BY_TRANSFER],
    )
    @idempotent("commerce", claimed=True, scope=cart_secret)
    def post(self, request: Request, view: str, cart: UUID) -> Response:
        """Order the cart.

        One cart gives at most one order, however often this is called.
        Paid by hand it is placed before its money comes, with payment state `pending`.
        201 placed, 202 requires_action or pending (look at status_url), 402 declined, 409 failed.
        """
        body = valid(shapes.PlaceCall, request)
        placed, saga = place(
            view=view,
            cart_id=cart,
            shopper=shopper_of(request),
            source=body["payment_source"],
            method=body["payment_method"],
            expected_total=body["expected_total"],
        )
        placement = await_outcome(saga, lambda: standing(placed.id, saga), patience(request))
        return _placement(placed, placement)

    @extend_schema(
        operation_id="placement", parameters=[SECRET], responses={200: shapes.PlacementBody}, tags=["checkout"]
    )
    def get(self, request: Request, view: str, cart: UUID) -> Response:
        """How the latest attempt to order this cart stands.

        Ask here after a 202, and after a challenge (`action_url`) was answered.
        """
        found = commands.find_cart(view=view, cart_id=cart, shopper=shopper_of(request))
        if found.saga is None:
            raise UnknownCart("This cart was not ordered.")
        response = _placement(found, standing(found.id, found.saga))
        response.status_code = 200
        return response


class PaymentMethods(APIView):
    @extend_schema(
        operation_id="payment_methods",
        parameters=[SECRET],
        responses=shapes.PaymentMethodBody(many=True),
        tags=["checkout"],
        examples=[shapes.METHODS],
    )
    def get(self, request: Request, view: str, cart: UUID) -> Response:
        """Ways to pay what the cart's tenders leave.

        For its channel, the country of its delivery as far as that is known, and what is left; none where nothing is.
        """
        found = commands.find_cart(view=view, cart_id=cart, shopper=shopper_of(request))
        total = Decimal((found.quote or {}).get("total", "0"))
        methods = offered(
            channel=found.channel,
            view=found.view,
            country=(found.delivery or {}).get("country", ""),
            amount=left(total, split(total, tenders_of(found))),
        )
        return Response(shapes.PaymentMethodBody(methods, many=True).data)


_waiters: Waiters | None = None


def await_outcome(saga: UUID, look: Callable[[], Placement], seconds: float) -> Placement:
    """Look until the outcome is there, without holding a connection; pending when it takes longer or too many wait."""
    global _waiters
    if _waiters is None:
        _waiters = Waiters("commerce", most=getattr(settings, "PLACE_ORDER_WAITERS", 1))
    with _waiters.expect(saga) as expectation:
        until = time.monotonic() + seconds
        placement = look()
        # A wake-up is no promise: the listener wakes everybody when it connects, and a saga has interim news.
        while placement.outcome == "pending" and (left := until - time.monotonic()) > 0 and expectation.wait(left):
            placement = look()
        return placement


def patience(request: Request) -> float:
    """How many seconds a caller wants to wait for an outcome."""
    for part in request.headers.get("Prefer", "").split(","):
        name, _, value = part.strip().partition("=")
        if name == "wait" and value.isascii() and value.isdigit() and len(value) < 4:
            return min(float(value), MOST_SECONDS)
    return MOST_SECONDS


def _placement(cart: Cart, placement: Placement) -> Response:
    statuses = {"placed": 201, "requires_action": 202, "pending": 202, "declined": 402, "failed": 409}
    url = f"/api/v1/{cart.view}/carts/{cart.id}/place"
    return Response(
        {
            "outcome": placement.outcome,
            "order": placement.order,
            "number": placement.number,
            "action_url": placement.action_url,
            "reason": placement.reason,
            "status_url": url,
        },
        status=statuses[placement.outcome],
        headers={"Location": url},
    )
