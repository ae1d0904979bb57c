"""Shapes of orders on the wire."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from chassis.web.amounts import AmountField
from commerce.cancellation.models import Cancellation
from commerce.cancellation.states import CANCELLATION
from commerce.checkout.delivery_shapes import Address
from commerce.checkout.serializers import AdjustmentBody, CartBody, ChoiceBody, ComponentBody
from commerce.order.models import Order, OrderDelivery, OrderEvent, OrderLine, OrderShipment
from commerce.order.queries import payments_of, refunds_of
from commerce.payment.models import Payment, Transaction

TOLD = ("from", "to", "total", "currency", "amount", "number", "carrier", "tracking", "card")
"""Facts of the timeline that are the shopper's business; reasons that staff gave are not."""


class OrderLineBody(serializers.ModelSerializer[OrderLine]):
    unit_price = AmountField(currency="order.currency")
    total = AmountField(currency="order.currency")
    tax = AmountField(currency="order.currency")
    choices = ChoiceBody(many=True, allow_null=True, help_text="null where nothing was chosen")
    components = ComponentBody(many=True)
    discount = AmountField(currency="order.currency")
    adjustments = AdjustmentBody(many=True)

    class Meta:
        model = OrderLine
        fields = (
            *("id", "sku", "name", "options", "kind", "choices", "components", "quantity", "shipped", "cancelled"),
            *("unit_price", "discount", "adjustments", "total", "tax", "delivery"),
        )
        extra_kwargs = {"delivery": {"help_text": "the one of `deliveries` that it goes with; null: the order's own"}}


class OrderEventBody(serializers.ModelSerializer[OrderEvent]):
    """One thing that happened to the order, oldest first."""

    facts = serializers.SerializerMethodField()
    text = serializers.SerializerMethodField(help_text="of a note that staff have written for the shopper")

    class Meta:
        model = OrderEvent
        fields = ("what", "at", "facts", "text")

    @extend_schema_field({"type": "object", "additionalProperties": {"type": "string"}})
    def get_facts(self, event: OrderEvent) -> dict[str, str]:
        return {name: str(event.facts[name]) for name in TOLD if name in event.facts}

    def get_text(self, event: OrderEvent) -> str:
        return event.text or ""


class ShippedBody(serializers.Serializer[Any]):
    sku = serializers.CharField()
    quantity = serializers.DecimalField(max_digits=12, decimal_places=4)


class ShipmentBody(serializers.ModelSerializer[OrderShipment]):
    """A parcel that has left."""

    lines = ShippedBody(many=True)

    class Meta:
        model = OrderShipment
        fields = ("id", "carrier", "tracking_number", "lines", "sent_at", "delivery")


class OrderDeliveryBody(serializers.ModelSerializer[OrderDelivery]):
    """A further place that lines of the order go to; the others go to the order's own `delivery`."""

    address = Address(source="delivery")
    shipping = AmountField(currency="order.currency", help_text="its share of the order's shipping")

    class Meta:
        model = OrderDelivery
        fields = ("id", "address", "shipping_method", "shipping")


class PaymentBody(serializers.ModelSerializer[Payment]):
    """What one tender pays of the order; `label` tells a gift card from others, or names what is paid by hand."""

    amount = AmountField()
    captured = AmountField()
    refunded = AmountField()

    class Meta:
        model = Payment
        fields = ("id", "tender", "label", "instructions", "state", "currency", "amount", "captured", "refunded")


class CancelledBody(serializers.Serializer[Any]):
    line = serializers.UUIDField()
    quantity = serializers.DecimalField(max_digits=12, decimal_places=4)


class CancellationBody(serializers.ModelSerializer[Cancellation]):
    """A cancellation that was asked for. It is confirmed, and money goes back, only if nothing of it has left."""

    state = serializers.ChoiceField(choices=list(CANCELLATION))
    lines = CancelledBody(many=True, help_text="empty where it is the whole order")

    class Meta:
        model = Cancellation
        fields = ("id", "state", "whole", "lines", "asked_at", "decided_at")


class RefundBody(serializers.ModelSerializer[Transaction]):
    """Money that went back."""

    amount = AmountField(currency="payment.currency")
    currency = serializers.CharField(source="payment.currency")
    tender = serializers.CharField(source="payment.tender", help_text="what it went back to")

    class Meta:
        model = Transaction
        fields = ("id", "payment", "tender", "amount", "currency", "at")


class OrderSummary(serializers.ModelSerializer[Order]):
    total = AmountField()
    historical = serializers.BooleanField(help_text="bought in the shop that was here before: only looked at")

    class Meta:
        model = Order
        fields = (
            *("id", "number", "placed_at", "state", "payment_state", "fulfilment_state", "currency", "total"),
            "historical",
        )


class OrderBody(OrderSummary):
    subtotal = AmountField()
    shipping = AmountField()
    tax = AmountField()
    captured = AmountField()
    refunded = AmountField(help_text="given back, or about to be")
    lines = OrderLineBody(many=True)
    timeline = OrderEventBody(many=True)
    delivery = Address(source="ships_to", allow_null=True)
    billing_address = Address(source="bills_to", allow_null=True, help_text="where it is another than the delivery's")
    access_key = serializers.CharField(help_text="opens the order's downloads to who is not signed in")
    deliveries = OrderDeliveryBody(many=True, help_text="further places; empty where all of it goes to one")
    shipments = ShipmentBody(many=True)
    payments = serializers.SerializerMethodField()
    cancellations = CancellationBody(many=True)
    refunds = serializers.SerializerMethodField()
    coupons = serializers.ListField(child=serializers.CharField())
    shipping_adjustments = AdjustmentBody(many=True)

    class Meta(OrderSummary.Meta):
        fields = (
            *OrderSummary.Meta.fields,
            "email",
            "subtotal",
            "shipping",
            "tax",
            "captured",
            "refunded",
            "delivery",
            "billing_address",
            "access_key",
            "shipping_method",
            "deliveries",
            "coupons",
            "shipping_adjustments",
            "lines",
            "shipments",
            "payments",
            "cancellations",
            "refunds",
            "timeline",
        )

    @extend_schema_field(PaymentBody(many=True))
    def get_payments(self, order: Order) -> Any:
        return PaymentBody(payments_of(order), many=True).data

    @extend_schema_field(RefundBody(many=True))
    def get_refunds(self, order: Order) -> Any:
        return RefundBody(refunds_of(order), many=True).data


class LeftOutBody(serializers.Serializer[Any]):
    """A line of the order that is not in the new cart."""

    sku = serializers.CharField()
    name = serializers.CharField()
    reason = serializers.CharField(help_text="why it cannot be bought, as a code of a cart line's `problem`")


class ReorderedBody(CartBody):
    left_out = LeftOutBody(many=True)
