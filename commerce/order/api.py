"""A customer's and a guest's own orders over REST."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chassis.access.authentication import principal_of
from chassis.errors import Unauthenticated
from chassis.web.etag import with_etag
from chassis.web.pages import CursorPages
from commerce.checkout.api import SECRET, Address, shopper_of
from commerce.checkout.commands import find_cart
from commerce.order.errors import OrderUnknown
from commerce.order.models import Order, OrderEvent, OrderLine


class OrderLineBody(serializers.ModelSerializer[OrderLine]):
    class Meta:
        model = OrderLine
        fields = ("id", "sku", "name", "options", "quantity", "shipped", "unit_price", "total", "tax")


class OrderEventBody(serializers.ModelSerializer[OrderEvent]):
    class Meta:
        model = OrderEvent
        fields = ("what", "at")


class OrderSummary(serializers.ModelSerializer[Order]):
    class Meta:
        model = Order
        fields = ("id", "number", "placed_at", "state", "payment_state", "fulfilment_state", "currency", "total")


class OrderBody(serializers.ModelSerializer[Order]):
    lines = OrderLineBody(many=True)
    timeline = OrderEventBody(many=True)
    delivery = Address()

    class Meta:
        model = Order
        fields = (
            *OrderSummary.Meta.fields,
            "email",
            "subtotal",
            "shipping",
            "tax",
            "captured",
            "refunded",
            "delivery",
            "shipping_method",
            "lines",
            "timeline",
        )


class Orders(APIView):
    @extend_schema(operation_id="list_orders", responses=OrderSummary(many=True), tags=["orders"])
    def get(self, request: Request, view: str) -> Response:
        """The signed-in customer's orders, newest first, by cursor pages."""
        principal = principal_of(request)
        if principal.kind != "customer":
            raise Unauthenticated()
        pages = CursorPages()
        pages.ordering = ("-placed_at",)
        rows = pages.paginate_queryset(Order.objects.filter(customer=UUID(principal.id)), request, view=self)
        return pages.get_paginated_response(OrderSummary(rows, many=True).data)


class OrderDetail(APIView):
    @extend_schema(operation_id="get_order", parameters=[SECRET], responses=OrderBody, tags=["orders"])
    def get(self, request: Request, view: str, order: UUID) -> Response:
        """One order: for its customer, or for whoever holds the secret of its cart."""
        found = Order.objects.filter(id=order, view=view).prefetch_related("lines", "timeline").first()
        if found is None:
            raise OrderUnknown()
        principal = principal_of(request)
        if not (principal.kind == "customer" and found.customer and str(found.customer) == principal.id):
            find_cart(view=view, cart_id=found.cart, shopper=shopper_of(request))
        body: dict[str, Any] = dict(OrderBody(found).data)
        return with_etag(Response(body), found.version)
