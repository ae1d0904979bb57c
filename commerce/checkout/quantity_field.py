"""A quantity on the wire."""

from decimal import Decimal
from typing import Any

from rest_framework import serializers


class QuantityField(serializers.DecimalField):
    """A quantity: up to 9,999 with four decimals."""

    def __init__(self, *, least: str, **options: Any) -> None:
        super().__init__(max_digits=8, decimal_places=4, min_value=Decimal(least), max_value=Decimal(9999), **options)
