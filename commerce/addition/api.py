"""Additions over REST: what is offered for an order, and paying for it."""

import hmac
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chassis.web.idempotency import idempotent
from commerce.addition.commands import charge
from commerce.addition.errors import UnknownAddition
from commerce.addition.models import Addition
from commerce.addition.queries import shown_of, standing
from commerce.addition.serializers import PAY, AdditionBody, PayCall
from commerce.checkout.api import SECRET, cart_secret, valid
from commerce.checkout.place_api import PREFER, await_outcome, patience
from commerce.checkout.placement import Placement
from commerce.order.api import readable_order

KEY = OpenApiParameter(
    "X-Payment-Key",
    str,
    OpenApiParameter.HEADER,
    description="Opens one addition: `key` of the link that was sent, behind its #.",
)
MOST_LISTED = 100
STATUSES = {"added": 200, "requires_action": 202, "pending": 202, "declined": 402, "failed": 409}


def payment_key(request: Request) -> str:
    """What the holder of a link shows."""
    return request.headers.get("X-Payment-Key", "")[:200]


def _holder(request: Request) -> str:
    return f"{payment_key(request)} {cart_secret(request)}"


def payable(request: Request, *, view: str, order: UUID, addition: UUID) -> Addition:
    """An addition for who holds its key, or may read its order once it was sent; unknown to anybody else."""
    found = Addition.objects.select_related("order").filter(id=addition, order=order).first()
    if found is not None and hmac.compare_digest(found.key.encode(), payment_key(request).encode()):
        return found
    readable_order(request, view=view, order=order)
    if found is None or not found.is_shown:
        raise UnknownAddition()
    return found


class AdditionsOfOrder(APIView):
    @extend_schema(
        operation_id="list_additions", parameters=[SECRET], responses=AdditionBody(many=True), tags=["orders"]
    )
    def get(self, request: Request, view: str, order: UUID) -> Response:
        """What was offered for an order lately, oldest first.

        At most one is open; the others were taken or withdrawn. 100 at most. What staff have only priced is not shown.
        """
        found = readable_order(request, view=view, order=order)
        newest = shown_of(found).select_related("order").order_by("-asked_at", "-id")[:MOST_LISTED]
        return Response(AdditionBody(list(reversed(newest)), many=True).data)


class AdditionDetail(APIView):
    @extend_schema(
        operation_id="get_addition", parameters=[SECRET, KEY], responses={200: AdditionBody}, tags=["orders"]
    )
    def get(self, request: Request, view: str, order: UUID, addition: UUID) -> Response:
        """One offer, and how the latest attempt to pay it stands."""
        return Response(AdditionBody(payable(request, view=view, order=order, addition=addition)).data)


class PayAddition(APIView):
    @extend_schema(
        operation_id="pay_addition",
        parameters=[SECRET, KEY, PREFER],
        request=PayCall,
        responses={status: AdditionBody for status in sorted(set(STATUSES.values()))},
        tags=["orders"],
        examples=[PAY],
    )
    @idempotent("commerce", claimed=True, scope=_holder)
    def post(self, request: Request, view: str, order: UUID, addition: UUID) -> Response:
        """Take an offer, and pay it by card.

        However often this is called, it is had and paid once. 200 added, 202 requires_action or pending (look at it
        again), 402 declined, 409 failed: then the order is as it was.
        """
        source = valid(PayCall, request)["payment_source"]
        found = payable(request, view=view, order=order, addition=addition)
        saga = charge(found.id, source=source).saga

        def look() -> Placement:
            found.refresh_from_db()
            placement = standing(found)
            assert placement is not None
            return placement

        placement = await_outcome(saga, look, patience(request))
        found.refresh_from_db()
        return Response(AdditionBody(found).data, status=STATUSES[placement.outcome])
