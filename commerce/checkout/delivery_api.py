"""Where a cart goes, over REST: address and way of delivery, several places, what is offered."""

import re
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, OpenApiTypes, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chassis.clients import client
from chassis.errors import Invalid
from chassis.web.etag import IF_MATCH, precondition
from chassis.web.idempotency import idempotent
from chassis.web.parsers import storable_text
from commerce.checkout import commands
from commerce.checkout import delivery_shapes as shapes
from commerce.checkout.answers import answer_with, recording
from commerce.checkout.api import SECRET, cart_secret, shopper_of, valid
from commerce.checkout.commands import WantedDelivery
from commerce.checkout.deliveries import MAIN, further_of, goods_total, lines_for
from commerce.checkout.errors import UnknownDelivery
from commerce.checkout.models import Cart
from commerce.checkout.parcels import parcel_lines
from commerce.checkout.queries import look_after, needs_shipping
from commerce.checkout.serializers import CartBody
from contracts.logistics import ShippingRates

ISO_COUNTRY = "ISO 3166-1 alpha-2"


class DeliveryDetail(APIView):
    @extend_schema(
        operation_id="set_delivery",
        parameters=[SECRET, IF_MATCH],
        request=shapes.Delivery,
        responses=CartBody,
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
        responses=CartBody,
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
