"""What a rate comes to: flat, or by a table over weight, goods total or quantity; free from a goods total on."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

FLAT, WEIGHT, PRICE, QUANTITY = "flat", "weight", "price", "quantity"
BASES = (FLAT, WEIGHT, PRICE, QUANTITY)
LIMIT = Decimal(10) ** 14
MOST_STEPS = 100
ZERO = Decimal(0)
Steps = Sequence[tuple[Decimal, Decimal]]
"""(from this value on, price), by value."""


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """What a table looks at: goods total, kilograms, units. `weighed` is false where a weight is not known."""

    total: Decimal
    weight: Decimal = ZERO
    quantity: Decimal = ZERO
    weighed: bool = True

    def value(self, basis: str) -> Decimal:
        """The figure that a table of this basis goes by."""
        return {WEIGHT: self.weight, PRICE: self.total, QUANTITY: self.quantity}[basis]


def price_of(parcel: Parcel, *, basis: str, flat: Decimal, steps: Steps, most: Decimal | None) -> Decimal | None:
    """The price before surcharges; None where the table does not go that far."""
    if basis == FLAT:
        return flat
    value = parcel.value(basis)
    if most is not None and value > most:
        return None
    found = None
    for start, price in steps:
        if value >= start:
            found = price
    return found


def problem_of(*, basis: str, steps: Steps, most: Decimal | None) -> str:
    """A sentence on what is wrong with a table, empty if nothing is."""
    if basis not in BASES:
        return f"A rate goes by {', '.join(BASES)}."
    if basis == FLAT:
        return "A flat rate has no table." if steps else ""
    if not 1 <= len(steps) <= MOST_STEPS:
        return f"A table has 1 to {MOST_STEPS} steps."
    if not all(number.is_finite() and 0 <= number < LIMIT for step in steps for number in step):
        return "Steps and prices are not negative."
    starts = [start for start, _ in steps]
    if starts != sorted(set(starts)):
        return "Each step begins above the one before it."
    if starts[0] != 0:
        return "The first step begins at 0."
    if most is not None and most < starts[-1]:
        return "The most is not below the last step."
    return ""
