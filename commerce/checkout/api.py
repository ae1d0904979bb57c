"""The storefront's carts over REST."""

import re
from decimal import Decimal
from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, OpenApiTypes, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chassis.access.authentication import principal_of
from chassis.clients import client
from chassis.errors import Invalid, Unauthenticated
from chassis.web.etag import IF_MATCH, precondition
from chassis.web.idempotency import idempotent
from chassis.web.pages import CursorPages, page_of
from chassis.web.parsers import storable_text
from commerce.checkout import commands
from commerce.checkout import serializers as shapes
from commerce.checkout.answers import answer_with, recording
from commerce.checkout.commands import Shopper, WantedDelivery
from commerce.checkout.deliveries import MAIN, further_of, goods_total, lines_for
from commerce.checkout.errors import UnknownDelivery
from commerce.checkout.models import Cart
from commerce.checkout.parcels import parcel_lines
from commerce.checkout.queries import Sight, look_after, look_at, needs_shipping
from contracts.logistics import ShippingRates
from contracts.shared import Choice

SECRET = OpenApiParameter(
    "X-Cart-Secret", str, OpenApiParameter.HEADER, description="Opens a guest's cart; given when it was made."
)
ISO_COUNTRY = "ISO 3166-1 alpha-2"


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


class DeliveryDetail(APIView):
    @extend_schema(
        operation_id="set_delivery",
        parameters=[SECRET, IF_MATCH],
        request=shapes.Delivery,
        responses=shapes.CartBody,
        tags=["cart"],
        examples=[shapes.SET_DELIVERY],
    )
    @idempotent("commerce", claimed=True, scope=cart_secret)
    def put(self, request: Request, view: str, cart: UUID) -> Response:
        """Set contact, address and way of delivery.

        Where nothing is sent (`requires_shipping` is false) the e-mail address is enough.
        """
        body = valid(shapes.Delivery, request)
        changed = commands.set_delivery(
            view=view,
            cart_id=cart,
            shopper=shopper_of(request),
            email=body["email"],
            address=dict(body["address"]) if body["address"] else None,
            billing=dict(body["billing_address"]) if body["billing_address"] else None,
            shipping_method=body["shipping_method"],
            vat_number=body["vat_number"],
            expected=precondition(request),
            also=recording(request),
        )
        return answer_with(look_after(changed))


class DeliveriesOfCart(APIView):
    @extend_schema(
        operation_id="set_deliveries",
        parameters=[SECRET, IF_MATCH],
        request=shapes.FurtherDeliveries,
        responses=shapes.CartBody,
        tags=["cart"],
        examples=[shapes.SPLIT],
    )
    @idempotent("commerce", claimed=True, scope=cart_secret)
    def put(self, request: Request, view: str, cart: UUID) -> Response:
        """Split the cart over several places.

        Each takes lines, or a part of their quantity, and has its own address, way of delivery, taxes and rate; the
        rest goes to the cart's own. An empty list sends all of it there again. When lines are taken out of the cart,
        a place that is left without goods is gone.
        """
        body = valid(shapes.FurtherDeliveries, request)
        changed = commands.set_deliveries(
            view=view,
            cart_id=cart,
            shopper=shopper_of(request),
            deliveries=[
                WantedDelivery(
                    address=dict(one["address"]),
                    shipping_method=one["shipping_method"],
                    lines=[(line["line"], line["quantity"]) for line in one["lines"]],
                )
                for one in body["deliveries"]
            ],
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


class ShippingOptions(APIView):
    @extend_schema(
        operation_id="shipping_options",
        parameters=[
            SECRET,
            OpenApiParameter("country", OpenApiTypes.STR, required=True, description=ISO_COUNTRY),
            OpenApiParameter("postcode", OpenApiTypes.STR, description="Where rates differ within a country."),
            OpenApiParameter(
                "delivery",
                OpenApiTypes.UUID,
                description="One of the cart's further deliveries: for what goes with it. Else for the rest.",
            ),
        ],
        responses=shapes.ShippingOptionBody(many=True),
        tags=["cart"],
    )
    def get(self, request: Request, view: str, cart: UUID) -> Response:
        """Ways of delivery to a country.

        With their prices for this cart and the days on which it would arrive; none where nothing of it is sent.
        """
        country = request.query_params.get("country", "")
        if not re.fullmatch("[A-Z]{2}", country):
            raise Invalid(f"country must be two capital letters: {ISO_COUNTRY}.", field="/country")
        found = commands.find_cart(view=view, cart_id=cart, shopper=shopper_of(request))
        lines = lines_for(found.quote, _delivery(request, found))
        if found.quote and not needs_shipping(found.quote):
            return Response([])
        options = client(ShippingRates).options(
            channel=found.channel,
            country=country,
            postcode=_postcode(request),
            goods_total=goods_total(lines),
            lines=parcel_lines(lines),
        )
        return Response(shapes.ShippingOptionBody(options, many=True).data)


def _delivery(request: Request, cart: Cart) -> str:
    """The further delivery that is asked about; none is the cart's own. UnknownDelivery."""
    asked = request.query_params.get("delivery", MAIN)
    if asked and asked not in {one.id for one in further_of(cart.deliveries)}:
        raise UnknownDelivery()
    return asked


def _postcode(request: Request) -> str:
    postcode = request.query_params.get("postcode", "")
    if len(postcode) > 20 or not storable_text(postcode):
        raise Invalid("This is no postcode.", field="/postcode")
    return postcode


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
