"""A customer's and a guest's own orders over REST."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chassis.access.authentication import principal_of
from chassis.errors import Unauthenticated
from chassis.web.etag import with_etag
from chassis.web.idempotency import idempotent
from chassis.web.pages import CursorPages, page_of
from commerce.checkout.answers import answer_with, recording
from commerce.checkout.api import SECRET, cart_secret, shopper_of
from commerce.checkout.commands import find_cart
from commerce.checkout.queries import look_after
from commerce.order.errors import OrderUnknown
from commerce.order.models import Order
from commerce.order.queries import order_of_channel, orders_of
from commerce.order.reordering import reorder
from commerce.order.serializers import LeftOutBody, OrderBody, OrderSummary, ReorderedBody


def readable_order(request: Request, *, view: str, order: UUID) -> Order:
    """An order for its customer, or for whoever holds the secret of its cart; unknown to anybody else."""
    found = order_of_channel(order, view=view)
    if found is None:
        raise OrderUnknown()
    principal = principal_of(request)
    if not (principal.kind == "customer" and found.customer and str(found.customer) == principal.id):
        find_cart(view=found.view, cart_id=found.cart, shopper=shopper_of(request))
    return found


class Orders(APIView):
    pagination_class = CursorPages
    page_order = ("-placed_at",)

    @extend_schema(operation_id="list_orders", responses=OrderSummary(many=True), tags=["orders"])
    def get(self, request: Request, view: str) -> Response:
        """The signed-in customer's orders.

        Those of the view's channel, newest first.
        """
        principal = principal_of(request)
        if principal.kind != "customer":
            raise Unauthenticated()
        return page_of(self, request, orders_of(UUID(principal.id), view=view), OrderSummary)


class OrderDetail(APIView):
    @extend_schema(operation_id="get_order", parameters=[SECRET], responses=OrderBody, tags=["orders"])
    def get(self, request: Request, view: str, order: UUID) -> Response:
        """One order with its parcels and refunds.

        For its customer, or for whoever holds the secret of its cart.
        """
        found = readable_order(request, view=view, order=order)
        return with_etag(Response(dict(OrderBody(found).data)), found.version)


class Reorder(APIView):
    @extend_schema(
        operation_id="reorder", parameters=[SECRET], request=None, responses={201: ReorderedBody}, tags=["orders"]
    )
    @idempotent("commerce", claimed=True, secret=True, scope=cart_secret)
    def post(self, request: Request, view: str, order: UUID) -> Response:
        """Order again: a new cart with what is still sold.

        At today's prices. `left_out` names what is not sold any more, `secret` opens the new cart for a guest.
        """
        found = readable_order(request, view=view, order=order)
        again = reorder(found, view=view, shopper=shopper_of(request), also=recording(request, status=201))
        left_out = LeftOutBody(again.left_out, many=True).data
        return answer_with(look_after(again.cart), status=201, secret=again.secret, left_out=left_out)
