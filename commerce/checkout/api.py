"""The storefront's carts over REST."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chassis.access.authentication import principal_of
from chassis.errors import Unauthenticated
from chassis.web.etag import IF_MATCH, precondition
from chassis.web.idempotency import idempotent
from chassis.web.pages import CursorPages, page_of
from commerce.checkout import commands
from commerce.checkout import serializers as shapes
from commerce.checkout.answers import answer_with, recording
from commerce.checkout.commands import Shopper
from commerce.checkout.queries import Sight, look_after, look_at
from contracts.shared import Choice

SECRET = OpenApiParameter(
    "X-Cart-Secret", str, OpenApiParameter.HEADER, description="Opens a guest's cart; given when it was made."
)


def cart_secret(request: Request) -> str:
    """What tells guests apart: the secret of their cart."""
    return request.headers.get("X-Cart-Secret", "")[:200]


def shopper_of(request: Request) -> Shopper:
    """Who acts: the token's customer and the cart secret, as far as they are shown."""
    principal = principal_of(request)
    customer = UUID(principal.id) if principal.kind == "customer" else None
    return Shopper(customer=customer, group=principal.customer_group, secret=cart_secret(request))


def valid(serializer: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """The request's body by a serializer; raises what is wrong with it."""
    checked = serializer(data=request.data)
    checked.is_valid(raise_exception=True)
    result: dict[str, Any] = checked.validated_data
    return result


class Carts(APIView):
    pagination_class = CursorPages
    page_order = ("-changed_at",)

    @extend_schema(operation_id="open_cart", request=None, responses={201: shapes.CartBody}, tags=["cart"])
    @idempotent("commerce", secret=True)
    def post(self, request: Request, view: str) -> Response:
        """Open an empty cart.

        The answer holds the secret that opens it again, for a guest.
        """
        cart, secret = commands.open_cart(view=view, shopper=shopper_of(request))
        return answer_with(Sight(cart=cart, stock={}, changes=()), status=201, secret=secret)

    @extend_schema(operation_id="list_carts", responses=shapes.CartSummary(many=True), tags=["cart"])
    def get(self, request: Request, view: str) -> Response:
        """The signed-in customer's open carts.

        Last changed first: so a cart is found again on another device.
        """
        customer = shopper_of(request).customer
        if customer is None:
            raise Unauthenticated()
        return page_of(self, request, commands.open_carts(view=view, customer=customer), shapes.CartSummary)


class CartDetail(APIView):
    @extend_schema(operation_id="get_cart", parameters=[SECRET], responses=shapes.CartBody, tags=["cart"])
    def get(self, request: Request, view: str, cart: UUID) -> Response:
        """A cart with its totals.

        `changes` names what is different by now; the figures stay as they were shown until they are confirmed.
        """
        return answer_with(look_at(commands.find_cart(view=view, cart_id=cart, shopper=shopper_of(request))))


class Confirm(APIView):
    @extend_schema(
        operation_id="confirm_cart",
        parameters=[SECRET, IF_MATCH],
        request=None,
        responses=shapes.CartBody,
        tags=["cart"],
    )
    @idempotent("commerce", claimed=True, scope=cart_secret)
    def post(self, request: Request, view: str, cart: UUID) -> Response:
        """Accept what has changed.

        The cart takes today's prices; the answer shows what that changed.
        """
        confirmed = commands.confirm(
            view=view,
            cart_id=cart,
            shopper=shopper_of(request),
            expected=precondition(request),
            also=recording(request),
        )
        return answer_with(look_after(confirmed))


class Lines(APIView):
    @extend_schema(
        operation_id="add_line",
        parameters=[SECRET, IF_MATCH],
        request=shapes.NewLine,
        responses={201: shapes.CartBody},
        tags=["cart"],
        examples=[shapes.ADD_LINE],
    )
    @idempotent("commerce", claimed=True, scope=cart_secret)
    def post(self, request: Request, view: str, cart: UUID) -> Response:
        """Add a product to the cart.

        The same SKU with the same choices again adds to its line. Of a configurable product it is the variant's SKU
        that is bought; of a bundle, a product with options or a gift card `choices` answer the page's `options`.
        """
        body = valid(shapes.NewLine, request)
        changed = commands.add_line(
            view=view,
            cart_id=cart,
            shopper=shopper_of(request),
            sku=body["sku"],
            quantity=body["quantity"],
            choices=tuple(Choice(**choice) for choice in body["choices"]),
            expected=precondition(request),
            also=recording(request, status=201),
        )
        return answer_with(look_after(changed), status=201)


class LineDetail(APIView):
    @extend_schema(
        operation_id="change_line",
        parameters=[SECRET, IF_MATCH],
        request=shapes.LineChange,
        responses=shapes.CartBody,
        tags=["cart"],
    )
    @idempotent("commerce", claimed=True, scope=cart_secret)
    def patch(self, request: Request, view: str, cart: UUID, line: UUID) -> Response:
        """Set a line's quantity.

        0 removes it.
        """
        return self._set(request, view, cart, line, valid(shapes.LineChange, request)["quantity"])

    @extend_schema(
        operation_id="remove_line",
        parameters=[SECRET, IF_MATCH],
        request=None,
        responses={200: shapes.CartBody},
        tags=["cart"],
    )
    @idempotent("commerce", claimed=True, scope=cart_secret)
    def delete(self, request: Request, view: str, cart: UUID, line: UUID) -> Response:
        """Remove a line."""
        return self._set(request, view, cart, line, Decimal(0))

    @staticmethod
    def _set(request: Request, view: str, cart: UUID, line: UUID, quantity: Decimal) -> Response:
        changed = commands.set_quantity(
            view=view,
            cart_id=cart,
            shopper=shopper_of(request),
            line=line,
            quantity=quantity,
            expected=precondition(request),
            also=recording(request),
        )
        return answer_with(look_after(changed))


class CouponDetail(APIView):
    @extend_schema(
        operation_id="enter_coupon",
        parameters=[SECRET, IF_MATCH],
        request=None,
        responses=shapes.CartBody,
        tags=["cart"],
    )
    @idempotent("commerce", claimed=True, scope=cart_secret)
    def put(self, request: Request, view: str, cart: UUID, code: str) -> Response:
        """Enter a coupon.

        Refused where it is unknown, has ended or is used up. One whose conditions are not met yet stays, with what
        the cart lacks.
        """
        changed = commands.enter_coupon(
            view=view,
            cart_id=cart,
            shopper=shopper_of(request),
            code=code,
            expected=precondition(request),
            also=recording(request),
        )
        return answer_with(look_after(changed))

    @extend_schema(
        operation_id="remove_coupon",
        parameters=[SECRET, IF_MATCH],
        request=None,
        responses={200: shapes.CartBody},
        tags=["cart"],
    )
    @idempotent("commerce", claimed=True, scope=cart_secret)
    def delete(self, request: Request, view: str, cart: UUID, code: str) -> Response:
        """Take a coupon out of the cart."""
        changed = commands.remove_coupon(
            view=view,
            cart_id=cart,
            shopper=shopper_of(request),
            code=code,
            expected=precondition(request),
            also=recording(request),
        )
        return answer_with(look_after(changed))


class TendersOfCart(APIView):
    @extend_schema(
        operation_id="enter_tender",
        parameters=[SECRET, IF_MATCH],
        request=shapes.NewTender,
        responses={201: shapes.CartBody},
        tags=["checkout"],
        examples=[shapes.PAY_WITH],
    )
    @idempotent("commerce", claimed=True, scope=cart_secret)
    def post(self, request: Request, view: str, cart: UUID) -> Response:
        """Pay with a gift card, store credit or points.

        As far as it goes, or up to `most`; `totals.payable` is left for the card. Entered again, `most` changes.
        """
        body = valid(shapes.NewTender, request)
        changed = commands.enter_tender(
            view=view,
            cart_id=cart,
            shopper=shopper_of(request),
            tender=body["tender"],
            code=body["code"],
            most=body["most"],
            expected=precondition(request),
            also=recording(request, status=201),
        )
        return answer_with(look_after(changed), status=201)


class TenderDetail(APIView):
    @extend_schema(
        operation_id="remove_tender",
        parameters=[SECRET, IF_MATCH],
        request=None,
        responses={200: shapes.CartBody},
        tags=["checkout"],
    )
    @idempotent("commerce", claimed=True, scope=cart_secret)
    def delete(self, request: Request, view: str, cart: UUID, tender: UUID) -> Response:
        """Do not pay with it."""
        changed = commands.remove_tender(
            view=view,
            cart_id=cart,
            shopper=shopper_of(request),
            tender=tender,
            expected=precondition(request),
            also=recording(request),
        )
        return answer_with(look_after(changed))


class Claim(APIView):
    @extend_schema(
        operation_id="claim_cart", parameters=[SECRET], request=None, responses=shapes.CartBody, tags=["cart"]
    )
    @idempotent("commerce", claimed=True, scope=cart_secret)
    def post(self, request: Request, view: str, cart: UUID) -> Response:
        """Make a guest's cart the signed-in customer's.

        Needs both the token and the cart's secret, and merges the cart that the customer left open into it.
        """
        claimed = commands.claim_cart(view=view, cart_id=cart, shopper=shopper_of(request), also=recording(request))
        return answer_with(look_after(claimed))
