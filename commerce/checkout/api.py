"""The storefront's carts over REST."""

import re
from dataclasses import asdict
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
from chassis.money import amount_text
from chassis.web.etag import IF_MATCH, precondition, with_etag
from chassis.web.idempotency import Unclaimed, claim_of, idempotent
from chassis.web.pages import CursorPages, page_of
from commerce.checkout import commands
from commerce.checkout import serializers as shapes
from commerce.checkout.availability import UNKNOWN, availability, most
from commerce.checkout.commands import Shopper
from commerce.checkout.items import key_of
from commerce.checkout.models import CartLine
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


def cart_body(seen: Sight) -> dict[str, Any]:
    """A cart with the totals of exactly its lines."""
    cart = seen.cart
    quote = cart.quote or {"lines": []}
    nothing = amount_text(Decimal(0), cart.currency)
    rows = {key_of(row.sku, row.choice_key): row for row in CartLine.objects.filter(cart=cart)}
    return {
        "id": str(cart.id),
        "view": cart.view,
        "state": cart.state,
        "version": cart.version,
        "email": cart.email,
        "delivery": cart.delivery,
        "shipping_method": cart.shipping_method,
        "lines": [_line(line, rows.get(line["key"]), seen) for line in quote["lines"]],
        "totals": {
            "currency": cart.currency,
            **{name: quote.get(name, nothing) for name in ("subtotal", "shipping", "tax", "total")},
        },
        "requires_shipping": needs_shipping(cart.quote),
        "changes": [asdict(change) for change in seen.changes],
    }


def _line(line: dict[str, Any], row: CartLine | None, seen: Sight) -> dict[str, Any]:
    kept = ("sku", "name", "options", "image", "quantity", "unit_price", "regular_unit_price", "total", "tax")
    whether = availability(line, seen.stock)
    left = most(line, seen.stock) if whether != UNKNOWN else None
    return {
        "id": str(row.id) if row else "",
        **{name: line[name] for name in kept},
        "kind": line.get("kind", ""),
        "choices": (row.choices if row else None) or [],
        "components": line.get("components", []),
        "explanation": line["explanation"],
        "problem": line.get("problem", ""),
        "problem_option": line.get("problem_option", ""),
        "requires_shipping": line["requires_shipping"],
        "availability": whether,
        "available": None if left is None else f"{left.normalize():f}",
    }


def answer_with(seen: Sight, *, status: int = 200, **more: Any) -> Response:
    """A cart as a response with its ETag."""
    return with_etag(Response({**cart_body(seen), **more}, status=status), seen.cart.version)


def recording(request: Request, *, status: int = 200) -> commands.Also:
    """Stores the answer under the call's idempotency key, in the transaction that changes the cart.

    Nobody is asked inside of it, so that the stock of this answer is unknown; the final one replaces it.
    """
    claim = claim_of(request)
    if isinstance(claim, Unclaimed):
        return commands.nothing
    return lambda cart: claim.record(answer_with(Sight(cart=cart, stock={}, changes=()), status=status))


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
            shipping_method=body["shipping_method"],
            expected=precondition(request),
            also=recording(request),
        )
        return answer_with(look_after(changed))


class ShippingOptions(APIView):
    @extend_schema(
        operation_id="shipping_options",
        parameters=[SECRET, OpenApiParameter("country", OpenApiTypes.STR, required=True, description=ISO_COUNTRY)],
        responses=shapes.ShippingOptionBody(many=True),
        tags=["cart"],
    )
    def get(self, request: Request, view: str, cart: UUID) -> Response:
        """Ways of delivery to a country.

        With their prices for this cart; none where nothing of it is sent.
        """
        country = request.query_params.get("country", "")
        if not re.fullmatch("[A-Z]{2}", country):
            raise Invalid(f"country must be two capital letters: {ISO_COUNTRY}.", field="/country")
        found = commands.find_cart(view=view, cart_id=cart, shopper=shopper_of(request))
        if found.quote and not needs_shipping(found.quote):
            return Response([])
        goods = Decimal((found.quote or {}).get("subtotal", "0"))
        options = client(ShippingRates).options(channel=found.channel, country=country, goods_total=goods)
        return Response(shapes.ShippingOptionBody(options, many=True).data)


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
