"""The storefront's cart and checkout over REST."""

import time
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from drf_spectacular.utils import OpenApiParameter, OpenApiTypes, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chassis.access.authentication import principal_of
from chassis.clients import client
from chassis.sagas.waiting import Waiters
from chassis.web.etag import precondition, with_etag
from chassis.web.idempotency import claim_of, idempotent
from commerce.checkout import commands
from commerce.checkout.commands import Shopper
from commerce.checkout.errors import UnknownCart
from commerce.checkout.models import Cart, CartLine
from commerce.checkout.placement import Placement, look, place
from contracts.logistics import ShippingRates

SECRET = OpenApiParameter(
    "X-Cart-Secret", str, OpenApiParameter.HEADER, description="Opens a guest's cart; given when it was made."
)
IF_MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, description="The cart's ETag as last read.")
PREFER = OpenApiParameter(
    "Prefer", str, OpenApiParameter.HEADER, description="wait=n: seconds to wait for the outcome, 0 to 2."
)
MOST_SECONDS = 2.0


def cart_secret(request: Request) -> str:
    """What tells guests apart: the secret of their cart."""
    return request.headers.get("X-Cart-Secret", "")[:200]


class QuantityField(serializers.DecimalField):
    """A quantity: up to 9,999 with four decimals."""

    def __init__(self, *, least: str, **options: Any) -> None:
        super().__init__(max_digits=8, decimal_places=4, min_value=Decimal(least), max_value=Decimal(9999), **options)


class NewLine(serializers.Serializer[Any]):
    sku = serializers.CharField(max_length=200)
    quantity = QuantityField(least="0.0001", default=Decimal(1))


class LineChange(serializers.Serializer[Any]):
    quantity = QuantityField(least="0")


class Address(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=200)
    street = serializers.CharField(max_length=300)
    city = serializers.CharField(max_length=200)
    postcode = serializers.CharField(max_length=20)
    country = serializers.RegexField(r"^[A-Z]{2}$", help_text="ISO 3166-1 alpha-2")
    region = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    company = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    phone = serializers.CharField(max_length=40, required=False, default="", allow_blank=True)


class Delivery(serializers.Serializer[Any]):
    email = serializers.EmailField(max_length=254)
    address = Address()
    shipping_method = serializers.CharField(max_length=100)


class PlaceCall(serializers.Serializer[Any]):
    payment_source = serializers.RegexField(
        r"^[\w-]{1,100}$",
        required=False,
        default="",
        help_text="The provider's card token; for the sandbox a card number",
    )
    expected_total = serializers.DecimalField(
        max_digits=20, decimal_places=4, required=False, allow_null=True, default=None
    )


class CartLineBody(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    sku = serializers.CharField()
    name = serializers.CharField()
    options = serializers.CharField()
    image = serializers.CharField()
    quantity = serializers.DecimalField(max_digits=12, decimal_places=4)
    unit_price = serializers.CharField()
    regular_unit_price = serializers.CharField()
    total = serializers.CharField()
    tax = serializers.CharField()
    explanation = serializers.ListField(child=serializers.CharField())
    problem = serializers.CharField()


class Totals(serializers.Serializer[Any]):
    currency = serializers.CharField()
    subtotal = serializers.CharField()
    shipping = serializers.CharField()
    tax = serializers.CharField()
    total = serializers.CharField()


class CartBody(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    view = serializers.CharField()
    state = serializers.CharField()
    version = serializers.IntegerField()
    email = serializers.CharField()
    delivery = Address(allow_null=True)
    shipping_method = serializers.CharField()
    lines = CartLineBody(many=True)
    totals = Totals()
    secret = serializers.CharField(required=False)


class PlacementBody(serializers.Serializer[Any]):
    outcome = serializers.ChoiceField(choices=["placed", "requires_action", "pending", "declined", "failed"])
    order = serializers.UUIDField(allow_null=True)
    number = serializers.CharField(allow_null=True)
    action_url = serializers.CharField(allow_null=True)
    reason = serializers.CharField(allow_null=True)
    status_url = serializers.CharField()


class ShippingOptionBody(serializers.Serializer[Any]):
    code = serializers.CharField()
    name = serializers.CharField()
    price = serializers.DecimalField(max_digits=20, decimal_places=4)
    currency = serializers.CharField()


def shopper_of(request: Request) -> Shopper:
    """Who acts: the token's customer and the cart secret, as far as they are shown."""
    principal = principal_of(request)
    customer = UUID(principal.id) if principal.kind == "customer" else None
    return Shopper(customer=customer, group=principal.customer_group, secret=cart_secret(request))


def cart_body(cart: Cart) -> dict[str, Any]:
    """A cart with the totals of exactly its lines."""
    quote = cart.quote or {"lines": [], "subtotal": "0", "shipping": "0", "tax": "0", "total": "0"}
    ids = dict(CartLine.objects.filter(cart=cart).values_list("sku", "id"))
    kept = ("sku", "name", "options", "image", "quantity", "unit_price", "regular_unit_price", "total", "tax")
    return {
        "id": str(cart.id),
        "view": cart.view,
        "state": cart.state,
        "version": cart.version,
        "email": cart.email,
        "delivery": cart.delivery,
        "shipping_method": cart.shipping_method,
        "lines": [
            {
                "id": str(ids.get(line["key"], "")),
                **{name: line[name] for name in kept},
                "explanation": line["explanation"],
                "problem": line.get("problem", ""),
            }
            for line in quote["lines"]
        ],
        "totals": {
            "currency": cart.currency,
            **{name: quote[name] for name in ("subtotal", "shipping", "tax", "total")},
        },
    }


def answer_with(cart: Cart, *, status: int = 200, **more: Any) -> Response:
    """A cart as a response with its ETag."""
    return with_etag(Response({**cart_body(cart), **more}, status=status), cart.version)


def recording(request: Request, *, status: int = 200) -> commands.Also:
    """Stores the answer under the call's idempotency key, in the transaction that changes the cart."""
    return lambda cart: claim_of(request).record(answer_with(cart, status=status))


class Carts(APIView):
    @extend_schema(operation_id="open_cart", request=None, responses={201: CartBody}, tags=["cart"])
    @idempotent("commerce", secret=True)
    def post(self, request: Request, view: str) -> Response:
        """Open an empty cart; the answer holds the secret that opens it again."""
        cart, secret = commands.open_cart(view=view, shopper=shopper_of(request))
        return answer_with(cart, status=201, secret=secret)


class CartDetail(APIView):
    @extend_schema(operation_id="get_cart", parameters=[SECRET], responses=CartBody, tags=["cart"])
    def get(self, request: Request, view: str, cart: UUID) -> Response:
        """A cart with its totals."""
        return answer_with(commands.find_cart(view=view, cart_id=cart, shopper=shopper_of(request)))


class Lines(APIView):
    @extend_schema(
        operation_id="add_line", parameters=[SECRET], request=NewLine, responses={201: CartBody}, tags=["cart"]
    )
    @idempotent("commerce", claimed=True, scope=cart_secret)
    def post(self, request: Request, view: str, cart: UUID) -> Response:
        """Add a product to the cart."""
        body = _valid(NewLine, request)
        changed = commands.add_line(
            view=view,
            cart_id=cart,
            shopper=shopper_of(request),
            sku=body["sku"],
            quantity=body["quantity"],
            also=recording(request, status=201),
        )
        return answer_with(changed, status=201)


class LineDetail(APIView):
    @extend_schema(
        operation_id="change_line",
        parameters=[SECRET, IF_MATCH],
        request=LineChange,
        responses=CartBody,
        tags=["cart"],
    )
    @idempotent("commerce", claimed=True, scope=cart_secret)
    def patch(self, request: Request, view: str, cart: UUID, line: UUID) -> Response:
        """Set a line's quantity; 0 removes it."""
        body = _valid(LineChange, request)
        changed = commands.set_quantity(
            view=view,
            cart_id=cart,
            shopper=shopper_of(request),
            line=line,
            quantity=body["quantity"],
            expected=precondition(request),
            also=recording(request),
        )
        return answer_with(changed)

    @extend_schema(operation_id="remove_line", parameters=[SECRET, IF_MATCH], responses=CartBody, tags=["cart"])
    @idempotent("commerce", claimed=True, scope=cart_secret)
    def delete(self, request: Request, view: str, cart: UUID, line: UUID) -> Response:
        """Remove a line."""
        changed = commands.set_quantity(
            view=view,
            cart_id=cart,
            shopper=shopper_of(request),
            line=line,
            quantity=Decimal(0),
            expected=precondition(request),
            also=recording(request),
        )
        return answer_with(changed)


class DeliveryDetail(APIView):
    @extend_schema(
        operation_id="set_delivery",
        parameters=[SECRET, IF_MATCH],
        request=Delivery,
        responses=CartBody,
        tags=["cart"],
    )
    @idempotent("commerce", claimed=True, scope=cart_secret)
    def put(self, request: Request, view: str, cart: UUID) -> Response:
        """Contact, address and way of delivery."""
        body = _valid(Delivery, request)
        changed = commands.set_delivery(
            view=view,
            cart_id=cart,
            shopper=shopper_of(request),
            email=body["email"],
            address=dict(body["address"]),
            shipping_method=body["shipping_method"],
            expected=precondition(request),
            also=recording(request),
        )
        return answer_with(changed)


class ShippingOptions(APIView):
    @extend_schema(
        operation_id="shipping_options",
        parameters=[SECRET, OpenApiParameter("country", OpenApiTypes.STR, required=True)],
        responses=ShippingOptionBody(many=True),
        tags=["cart"],
    )
    def get(self, request: Request, view: str, cart: UUID) -> Response:
        """Ways of delivery to a country, with their prices for this cart."""
        found = commands.find_cart(view=view, cart_id=cart, shopper=shopper_of(request))
        goods = Decimal((found.quote or {}).get("subtotal", "0"))
        country = request.query_params.get("country", "")[:2]
        options = client(ShippingRates).options(channel=found.channel, country=country, goods_total=goods)
        return Response(ShippingOptionBody(options, many=True).data)


class Claim(APIView):
    @extend_schema(operation_id="claim_cart", parameters=[SECRET], request=None, responses=CartBody, tags=["cart"])
    @idempotent("commerce", claimed=True, scope=cart_secret)
    def post(self, request: Request, view: str, cart: UUID) -> Response:
        """Make a guest's cart the signed-in customer's, merging theirs into it; needs both token and secret."""
        claimed = commands.claim_cart(view=view, cart_id=cart, shopper=shopper_of(request), also=recording(request))
        return answer_with(claimed)


class Place(APIView):
    @extend_schema(
        operation_id="place_order",
        parameters=[SECRET, PREFER],
        request=PlaceCall,
        responses={201: PlacementBody, 202: PlacementBody, 402: PlacementBody, 409: PlacementBody},
        tags=["checkout"],
    )
    def post(self, request: Request, view: str, cart: UUID) -> Response:
        """Order the cart. One cart gives at most one order, however often this is called.

        201 placed, 202 requires_action or pending (look at status_url), 402 declined, 409 failed.
        """
        body = _valid(PlaceCall, request)
        placed, saga = place(
            view=view,
            cart_id=cart,
            shopper=shopper_of(request),
            source=body["payment_source"],
            expected_total=body["expected_total"],
        )
        return _placement(placed, _await_outcome(saga, _patience(request)))

    @extend_schema(operation_id="placement", parameters=[SECRET], responses={200: PlacementBody}, tags=["checkout"])
    def get(self, request: Request, view: str, cart: UUID) -> Response:
        """How the latest attempt to order this cart stands."""
        found = commands.find_cart(view=view, cart_id=cart, shopper=shopper_of(request))
        if found.saga is None:
            raise UnknownCart("This cart was not ordered.")
        response = _placement(found, look(found.saga))
        response.status_code = 200
        return response


_waiters: Waiters | None = None


def _await_outcome(saga: UUID, seconds: float) -> Placement:
    """Wait for the outcome without holding a connection; pending when it takes longer or too many wait."""
    global _waiters
    if _waiters is None:
        _waiters = Waiters("commerce", most=getattr(settings, "PLACE_ORDER_WAITERS", 1))
    with _waiters.expect(saga) as expectation:
        until = time.monotonic() + seconds
        placement = look(saga)
        # A wake-up is no promise: the listener wakes everybody when it connects, and a saga has interim news.
        while placement.outcome == "pending" and (left := until - time.monotonic()) > 0 and expectation.wait(left):
            placement = look(saga)
        return placement


def _patience(request: Request) -> float:
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


def _valid(serializer: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    checked = serializer(data=request.data)
    checked.is_valid(raise_exception=True)
    result: dict[str, Any] = checked.validated_data
    return result
