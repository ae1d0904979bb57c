"""Shapes of carts and checkouts on the wire."""

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers

from commerce.checkout.availability import AVAILABLE, INSUFFICIENT, UNKNOWN
from commerce.checkout.delivery_shapes import Address, DeliveryBody
from commerce.checkout.models import Cart
from commerce.checkout.quantity_field import QuantityField
from commerce.payment.models import CARD, MANUAL
from contracts.postpurchase import GIFT_CARD, POINTS, STORE_CREDIT

MOST_CHOICES = 100
ADD_LINE = OpenApiExample("Two mugs", value={"sku": "MUG-BLUE", "quantity": "2"}, request_only=True)
PAY_WITH = OpenApiExample(
    "A gift card", value={"tender": "gift_card", "code": "ABCD-EFGH-JKLM-NPQR"}, request_only=True
)
PLACE = OpenApiExample(
    "A sandbox card that pays",
    value={"payment_source": "4242424242424242", "expected_total": "24.90"},
    request_only=True,
)

PLACE_BY_TRANSFER = OpenApiExample(
    "By a bank transfer, where the channel offers it",
    value={"payment_method": "transfer", "expected_total": "24.90"},
    request_only=True,
)
METHODS = OpenApiExample(
    "The card, and a bank transfer",
    value=[
        {
            "code": "card",
            "kind": "card",
            "name": "Card",
            "instructions": "",
            "goods_first": False,
            "provider": "stripe",
            "public_key": "pk_live_51ABC",
        },
        {
            "code": "transfer",
            "kind": "manual",
            "name": "Bank transfer",
            "instructions": "Please transfer the total to DE02 1203 0000 0000 2020 51 with your order's number.",
            "goods_first": False,
            "provider": "",
            "public_key": "",
        },
    ],
    response_only=True,
)


class ChoiceBody(serializers.Serializer[Any]):
    """An answer to one of the product's options, by codes; of a text option `value` is the text."""

    option = serializers.CharField(max_length=64)
    value = serializers.CharField(max_length=10_000)
    quantity = QuantityField(
        least="0.0001", required=False, allow_null=True, default=None, help_text="Of a bundle's part, where it changes."
    )


class ComponentBody(serializers.Serializer[Any]):
    """What one of a line consists of."""

    sku = serializers.CharField()
    product = serializers.UUIDField()
    name = serializers.CharField()
    quantity = serializers.CharField()
    requires_shipping = serializers.BooleanField()


class NewLine(serializers.Serializer[Any]):
    sku = serializers.CharField(max_length=200)
    quantity = QuantityField(least="0.0001", default=Decimal(1))
    choices = ChoiceBody(many=True, required=False, default=list, max_length=MOST_CHOICES)


class LineChange(serializers.Serializer[Any]):
    quantity = QuantityField(least="0")

    @property
    def partial(self) -> bool:
        """Never: a change that leaves out the quantity is none, and the OpenAPI document of a PATCH must say so."""
        return False

    @partial.setter
    def partial(self, _: bool) -> None:
        pass


class PaymentMethodBody(serializers.Serializer[Any]):
    """A way to pay what the cart's tenders leave."""

    code = serializers.CharField(help_text="to order with, as `payment_method`")
    kind = serializers.ChoiceField(choices=[CARD, MANUAL], help_text="manual: it is ordered now and paid later")
    name = serializers.CharField()
    instructions = serializers.CharField(help_text="how to pay; also with the order's payment")
    goods_first = serializers.BooleanField(help_text="false: goods are sent once the money has come")
    provider = serializers.CharField(help_text="of a card: who asks for it; empty otherwise")
    public_key = serializers.CharField(help_text="what that provider's fields in the browser need")


class PlaceCall(serializers.Serializer[Any]):
    payment_method = serializers.RegexField(
        r"^[\w-]{1,50}$", required=False, default=CARD, help_text="One of the cart's payment methods, by code."
    )
    payment_source = serializers.RegexField(
        r"^[\w-]{1,100}$",
        required=False,
        default="",
        help_text="The provider's card token, where a card is to pay something; for the sandbox a card number",
    )
    expected_total = serializers.DecimalField(
        max_digits=20, decimal_places=4, required=False, allow_null=True, default=None
    )


class AdjustmentBody(serializers.Serializer[Any]):
    """What a promotion takes off."""

    label = serializers.CharField()
    amount = serializers.CharField()
    code = serializers.CharField(help_text="the coupon that it came by, or empty")


class CouponBody(serializers.Serializer[Any]):
    """A code that was entered. Not applied, and without a problem: the cart lacks what `reason` says."""

    code = serializers.CharField()
    applied = serializers.BooleanField()
    problem = serializers.CharField()
    reason = serializers.CharField()


class NewTender(serializers.Serializer[Any]):
    """What to pay with. A gift card needs its code; store credit and points are the signed-in customer's."""

    tender = serializers.ChoiceField(choices=[GIFT_CARD, STORE_CREDIT, POINTS])
    code = serializers.CharField(max_length=40, required=False, default="", allow_blank=True)
    most = serializers.DecimalField(
        max_digits=18,
        decimal_places=4,
        min_value=Decimal("0.0001"),
        required=False,
        allow_null=True,
        default=None,
        help_text="Pays no more than this; null: as much as it can.",
    )


class TenderBody(serializers.Serializer[Any]):
    """What the cart is paid with beside the card."""

    id = serializers.UUIDField()
    tender = serializers.ChoiceField(choices=[GIFT_CARD, STORE_CREDIT, POINTS])
    label = serializers.CharField(help_text="a gift card's last four, the number of points")
    available = serializers.CharField(help_text="what it could pay when it was last asked")
    most = serializers.CharField(allow_null=True)
    amount = serializers.CharField(help_text="what it covers of the total")


class CartLineBody(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    sku = serializers.CharField()
    name = serializers.CharField()
    options = serializers.CharField(help_text="what was chosen, in words; texts of one's own are in `choices`")
    kind = serializers.CharField()
    choices = ChoiceBody(many=True)
    components = ComponentBody(many=True)
    image = serializers.CharField()
    quantity = serializers.DecimalField(max_digits=12, decimal_places=4)
    unit_price = serializers.CharField()
    regular_unit_price = serializers.CharField()
    discount = serializers.CharField()
    adjustments = AdjustmentBody(many=True)
    gift = serializers.BooleanField(help_text="given by a promotion; it cannot be changed")
    total = serializers.CharField(help_text="after discount")
    tax = serializers.CharField()
    lowest_30_days = serializers.CharField(
        allow_null=True, help_text="Of a reduced price: the lowest of the 30 days before it; null if none is on record."
    )
    explanation = serializers.ListField(child=serializers.CharField())
    problem = serializers.CharField(help_text="why the line cannot be bought, as a code; empty when it can")
    problem_option = serializers.CharField(help_text="the option that the problem is about")
    requires_shipping = serializers.BooleanField()
    availability = serializers.ChoiceField(
        choices=[AVAILABLE, INSUFFICIENT, UNKNOWN], help_text="Advisory: stock is reserved when the order is placed."
    )
    available = serializers.CharField(
        allow_null=True, help_text="How many can be had now; null where there is no limit or it is not known."
    )


class ChangeBody(serializers.Serializer[Any]):
    """One figure that differs from what was last shown."""

    what = serializers.ChoiceField(choices=["price", "promotion", "problem", "shipping"])
    sku = serializers.CharField(help_text="empty for shipping")
    before = serializers.CharField()
    now = serializers.CharField()


class Totals(serializers.Serializer[Any]):
    currency = serializers.CharField()
    subtotal = serializers.CharField()
    shipping = serializers.CharField()
    tax = serializers.CharField()
    total = serializers.CharField()
    payable = serializers.CharField(help_text="what the tenders leave for the card")
    tax_exempt = serializers.BooleanField(help_text="No tax is due.")
    tax_note = serializers.CharField(help_text="Why no tax is due, or why a VAT number does not help.")
    discount = serializers.CharField(help_text="in subtotal and shipping already")
    shipping_adjustments = AdjustmentBody(many=True)


class CartBody(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    view = serializers.CharField()
    state = serializers.CharField()
    version = serializers.IntegerField()
    expires_at = serializers.DateTimeField(
        allow_null=True, help_text="From then on an open cart may be gone, unless it is changed before."
    )
    email = serializers.CharField()
    delivery = Address(allow_null=True)
    billing_address = Address(allow_null=True, help_text="null: the invoice has the address of the delivery")
    vat_number = serializers.CharField()
    shipping_method = serializers.CharField()
    deliveries = DeliveryBody(many=True, help_text="empty where all of it goes to one place")
    lines = CartLineBody(many=True)
    coupons = CouponBody(many=True)
    tenders = TenderBody(many=True)
    totals = Totals()
    requires_shipping = serializers.BooleanField(help_text="false: no address or way of delivery is needed")
    changes = ChangeBody(
        many=True,
        help_text="What came to differ since it was shown. A read changes no figure: confirm, or edit the cart.",
    )
    secret = serializers.CharField(required=False, help_text="given once, when the cart is opened")


class CartSummary(serializers.ModelSerializer[Cart]):
    class Meta:
        model = Cart
        fields = ("id", "currency", "version", "created_at", "changed_at")


class PlacementBody(serializers.Serializer[Any]):
    outcome = serializers.ChoiceField(choices=["placed", "requires_action", "pending", "declined", "failed"])
    order = serializers.UUIDField(allow_null=True)
    number = serializers.CharField(allow_null=True)
    action_url = serializers.CharField(allow_null=True)
    reason = serializers.CharField(allow_null=True)
    status_url = serializers.CharField()
