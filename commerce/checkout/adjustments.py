"""What promotions took off, as staff read it: on what, by which rule and coupon, how much."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from chassis.admin import shown

DELIVERY = "delivery"


def discounts(parts: Iterable[tuple[str, Sequence[dict[str, Any]]]], currency: str) -> str:
    """A table of the adjustments of each part: a line by its SKU, or delivery. The rule's name leads to its page."""
    return shown.table(
        ("on", "promotion", "coupon", "amount"),
        [
            (
                part,
                shown.link("catalog", "promotionrule", one["promotion"], one["label"]),
                one["code"] or shown.NOTHING,
                shown.amount(-Decimal(one["amount"]), currency),
            )
            for part, several in parts
            for one in several
        ],
    )
