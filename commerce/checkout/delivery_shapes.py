"""Shapes of where a cart goes on the wire: addresses, deliveries, the ways that are offered."""

from typing import Any

from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers

from chassis.web.amounts import AmountField
from commerce.checkout.addresses import WrongAddress, checked
from commerce.checkout.availability import AVAILABLE, INSUFFICIENT, UNKNOWN
from commerce.checkout.deliveries import MOST_FURTHER
from commerce.checkout.quantity_field import QuantityField

MOST_SENT = 200
SET_DELIVERY = OpenApiExample(
    "A parcel to Kassel",
    value={
        "email": "ada@example.org",
        "address": {
            "name": "Ada Example",
            "street": "Lindenweg 1",
            "city": "Kassel",
            "postcode": "34117",
            "country": "DE",
        },
        "shipping_method": "standard",
    },
    request_only=True,
)
SPLIT = OpenApiExample(
    "One of the mugs goes to Linz",
    value={
        "deliveries": [
            {
                "address": {
                    "name": "Grete Example",
                    "street": "Domgasse 3",
                    "city": "Linz",
                    "postcode": "4020",
                    "country": "AT",
                },
                "shipping_method": "standard",
                "lines": [{"line": "0192f1c8-6c5b-7a3e-9d2f-2f4a9f0b7c11", "quantity": "1"}],
            }
        ]
    },
    request_only=True,
)


class Address(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=200)
    street = serializers.CharField(max_length=300)
    city = serializers.CharField(max_length=200, allow_blank=True)
    postcode = serializers.CharField(max_length=20, allow_blank=True)
    country = serializers.RegexField(r"^[A-Z]{2}$", help_text="ISO 3166-1 alpha-2")
    region = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    company = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    phone = serializers.CharField(max_length=40, required=False, default="", allow_blank=True)


class NewAddress(Address):
    """What an address needs, and how its postcode looks, is its country's matter."""

    city = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    postcode = serializers.CharField(max_length=20, required=False, default="", allow_blank=True)

    def validate(self, attrs: dict[str, str]) -> dict[str, str]:
        """As its country writes it; refuses what cannot be an address there."""
        try:
            return checked(attrs)
        except WrongAddress as error:
            raise serializers.ValidationError(error.parts) from None


class Delivery(serializers.Serializer[Any]):
    """Address and way of delivery are needed only where something is sent (the cart's `requires_shipping`)."""

    email = serializers.EmailField(max_length=254)
    address = NewAddress(required=False, allow_null=True, default=None)
    billing_address = NewAddress(
        required=False, allow_null=True, default=None, help_text="Of the invoice, where it is another."
    )
    shipping_method = serializers.CharField(max_length=100, required=False, default="", allow_blank=True)
    vat_number = serializers.CharField(
        max_length=20,
        required=False,
        default="",
        allow_blank=True,
        help_text="With its country: DE136695976. The totals say what it changes.",
    )


class SentLine(serializers.Serializer[Any]):
    """So many of a line of the cart."""

    line = serializers.UUIDField()
    quantity = QuantityField(least="0.0001")


class FurtherDelivery(serializers.Serializer[Any]):
    """A further place, with what goes there. Its way of delivery may be chosen later; it is needed to order."""

    address = NewAddress()
    shipping_method = serializers.CharField(max_length=100, required=False, default="", allow_blank=True)
    lines = SentLine(many=True, allow_empty=False, max_length=MOST_SENT)


class FurtherDeliveries(serializers.Serializer[Any]):
    """All further places; what they leave goes to the cart's own `delivery`. None: all of it does."""

    deliveries = FurtherDelivery(many=True, max_length=MOST_FURTHER)


class SentLineBody(serializers.Serializer[Any]):
    """What of a line goes to one place."""

    line = serializers.UUIDField()
    sku = serializers.CharField()
    quantity = serializers.DecimalField(max_digits=12, decimal_places=4)
    total = serializers.CharField(help_text="with the taxes of that place, after discount")
    tax = serializers.CharField()
    availability = serializers.ChoiceField(
        choices=[AVAILABLE, INSUFFICIENT, UNKNOWN], help_text="After the places before it have taken theirs."
    )


class DeliveryBody(serializers.Serializer[Any]):
    """One of several places that a cart goes to; the first is the cart's own `delivery` and has no id."""

    id = serializers.UUIDField(allow_null=True)
    address = Address(allow_null=True)
    shipping_method = serializers.CharField()
    shipping = serializers.CharField(help_text="its share of the totals' shipping")
    lines = SentLineBody(many=True)


class PickupPointBody(serializers.Serializer[Any]):
    code = serializers.CharField()
    name = serializers.CharField()
    street = serializers.CharField()
    city = serializers.CharField()
    postcode = serializers.CharField()
    country = serializers.CharField()


class ShippingOptionBody(serializers.Serializer[Any]):
    code = serializers.CharField()
    name = serializers.CharField()
    price = AmountField()
    currency = serializers.CharField()
    kind = serializers.ChoiceField(choices=["delivery", "pickup"])
    earliest = serializers.DateField(allow_null=True, help_text="The first day on which it may arrive or be collected.")
    latest = serializers.DateField(allow_null=True)
    pickup_point = PickupPointBody(allow_null=True, help_text="Where it is collected, of a pickup.")
    explanation = serializers.ListField(child=serializers.CharField(), help_text="Where the price comes from.")
