"""SKUs and quantities in one field of a form, a line each, as staff type or paste them."""

from decimal import Decimal
from typing import Any

from django import forms

from commerce.checkout.commands.editing import MOST_LINES, MOST_OF_ONE

QUANTITY: dict[str, Any] = {"max_digits": 12, "decimal_places": 4, "max_value": MOST_OF_ONE}


class GoodsField(forms.CharField):
    """Its cleaned value is a dict; a SKU named twice is added up, and one bad line refuses all."""

    widget = forms.Textarea(attrs={"rows": 6})

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"help_text": "A line each: the SKU, then the quantity.", "max_length": 8000, **options})

    def clean(self, value: Any) -> dict[str, Decimal]:
        """Quantities by SKU."""
        rows = [row for row in super().clean(value).splitlines() if row.strip()]
        if len(rows) > MOST_LINES:
            raise forms.ValidationError(f"At most {MOST_LINES} lines.")
        goods: dict[str, Decimal] = {}
        for row in rows:
            sku, quantity = _read(row)
            goods[sku] = goods.get(sku, Decimal(0)) + quantity
        return goods


def _read(row: str) -> tuple[str, Decimal]:
    words = row.split()
    sku, quantity = " ".join(words[:-1]), words[-1]
    try:
        read = forms.DecimalField(min_value=Decimal("0.0001"), **QUANTITY).clean(quantity)
    except forms.ValidationError:
        read = None
    if not sku or read is None:
        raise forms.ValidationError(f"Not a SKU and a quantity: {' '.join(words)}")
    return sku, read
