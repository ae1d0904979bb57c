"""Shapes of additions on the wire."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_field
from rest_framework import serializers

from chassis.web.amounts import AmountField
from commerce.addition.models import Addition
from commerce.addition.queries import standing
from commerce.addition.states import ADDITION

OUTCOMES = ("added", "requires_action", "pending", "declined", "failed")


class PayCall(serializers.Serializer[Any]):
    payment_source = serializers.RegexField(
        r"^[\w-]{1,100}$",
        required=False,
        default="",
        help_text="The provider's card token; for the sandbox a card number. None where nothing is to be paid.",
    )


class AddedLineBody(serializers.Serializer[Any]):
    sku = serializers.CharField()
    name = serializers.CharField()
    options = serializers.CharField()
    quantity = serializers.DecimalField(max_digits=12, decimal_places=4)
    unit_price = serializers.CharField()
    discount = serializers.CharField()
    total = serializers.CharField(help_text="after discount")


class AttemptBody(serializers.Serializer[Any]):
    """How an attempt to have it stands; after `declined` and `failed` it is offered still."""

    outcome = serializers.ChoiceField(choices=OUTCOMES)
    action_url = serializers.CharField(allow_null=True)
    reason = serializers.CharField(allow_null=True)


class AdditionBody(serializers.ModelSerializer[Addition]):
    """Goods that are offered for an order beside what it has, for `amount` more."""

    state = serializers.ChoiceField(choices=list(ADDITION))
    amount = AmountField(currency="order.currency")
    currency = serializers.CharField(source="order.currency")
    tax = serializers.CharField(source="quote.tax", help_text="in the amount already")
    lines = AddedLineBody(source="quote.lines", many=True)
    attempt = serializers.SerializerMethodField()

    class Meta:
        model = Addition
        fields = ("id", "state", "amount", "currency", "tax", "lines", "asked_at", "expires_at", "attempt")

    @extend_schema_field(AttemptBody(allow_null=True))
    def get_attempt(self, addition: Addition) -> dict[str, Any] | None:
        found = standing(addition)
        return AttemptBody(found).data if found else None


PAY = OpenApiExample("By card", value={"payment_source": "4242424242424242"}, request_only=True)
