"""What a listing sorts a product by, of its attributes: one text each, whose plain comparison is the right order. Pure.

Every engine then sorts by text alone, whatever kind the attribute is of.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from catalog.catalog.sorting import number_key, sort_key
from catalog.catalog.values import NUMBERS
from catalog.product.models import Attribute, AttributeOption

LONGEST = 100
"""Letters that decide; texts that begin alike for longer are equal."""


def sort_keys(
    values: Mapping[str, Any],
    attributes: Mapping[str, Attribute],
    options: Mapping[tuple[str, str], AttributeOption],
    *,
    locale: str,
) -> dict[str, str]:
    """The key of each sortable attribute of which a product has a value: its own, none of its variants'."""
    found = {}
    for code, value in values.items():
        attribute = attributes.get(code)
        if attribute is not None and attribute.sortable and value not in (None, ""):
            found[code] = _key(attribute.kind, value, options.get((code, str(value))), locale)
    return found


def _key(kind: str, value: Any, option: AttributeOption | None, locale: str) -> str:
    if kind in NUMBERS:
        return number_key(Decimal(value))
    if kind == "boolean":
        return str(int(value))
    if kind == "date":
        return str(value)  # ISO 8601 is in order
    if kind == "select":
        return number_key(option.position if option else 0) + sort_key(str(value), locale=locale)
    return sort_key(value[:LONGEST], locale=locale)
