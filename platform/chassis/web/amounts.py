"""Money on the wire: text of a decimal number with its currency's decimals, beside the currency."""

from decimal import Decimal
from typing import Any

from rest_framework import serializers
from rest_framework.fields import get_attribute

from chassis.money import amount_text


class AmountField(serializers.CharField):
    """A stored amount as text. `currency` is the path from the row to its currency ("order.currency")."""

    def __init__(self, *, currency: str = "currency", **options: Any) -> None:
        super().__init__(read_only=True, **options)
        self.currency = currency

    def get_attribute(self, instance: Any) -> str:
        """The amount with the currency's decimals, and with more where it has more (a unit price)."""
        amount: Any = super().get_attribute(instance)
        return amount_text(Decimal(amount), get_attribute(instance, self.currency.split(".")))
