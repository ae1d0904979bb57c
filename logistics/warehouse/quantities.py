"""Many quantities in one form field: a line for each, as a scanner or a spreadsheet pastes them."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms

MOST_LINES = 2000


class QuantitiesField(forms.CharField):
    """Lines of a SKU and a quantity; the cleaned value is a dict. One bad line refuses all of them."""

    widget = forms.Textarea(attrs={"rows": 12})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(help_text="A line each: the SKU, then a blank or a tab, then the quantity.", **kwargs)

    def clean(self, value: Any) -> dict[str, Decimal]:
        """The quantities by SKU; a SKU named twice is added up."""
        lines = [line.strip() for line in super().clean(value).splitlines() if line.strip()]
        if len(lines) > MOST_LINES:
            raise forms.ValidationError(f"At most {MOST_LINES} lines at once.")
        sums: dict[str, Decimal] = {}
        for number, line in enumerate(lines, start=1):
            sku, quantity = _read(line, number)
            sums[sku] = sums.get(sku, Decimal(0)) + quantity
        return sums


def _read(line: str, number: int) -> tuple[str, Decimal]:
    parts = line.rsplit(None, 1)
    try:
        quantity = Decimal(parts[-1])
    except InvalidOperation:
        quantity = Decimal("NaN")
    if len(parts) != 2 or not quantity.is_finite() or quantity < 0:
        raise forms.ValidationError(f"Line {number} is no SKU with a quantity: {line[:60]}")
    return parts[0], quantity
