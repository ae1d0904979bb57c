"""Price and tax arithmetic, pure: no database, no clock.

Rounding: a unit price with tax is rounded to the currency's exponent, half away from zero, and a line's total
is that times the quantity, rounded again; tax is rounded per line. So the figures of a line add up as shown.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from chassis.money import Money

HUNDRED = Decimal(100)


@dataclass(frozen=True, kw_only=True)
class Entered:
    """A price as entered. `starts_at` is inside the window, `ends_at` is not."""

    kind: str
    amount: Decimal
    starts_at: datetime | None = None
    ends_at: datetime | None = None

    def counts(self, at: datetime) -> bool:
        return (self.starts_at is None or self.starts_at <= at) and (self.ends_at is None or at < self.ends_at)


@dataclass(frozen=True, kw_only=True)
class Current:
    """What holds at a moment: the price, the regular one, and when that may change."""

    amount: Decimal
    regular: Decimal
    valid_until: datetime | None
    special: Entered | None = None


def current(prices: Iterable[Entered], *, at: datetime) -> Current | None:
    """The price at a moment: the lowest special that counts, if below base. None without a base price."""
    entered = list(prices)
    base = next((price for price in entered if price.kind == "base"), None)
    if base is None:
        return None
    specials = [p for p in entered if p.kind == "special" and p.counts(at) and p.amount < base.amount]
    best = min(specials, key=lambda p: p.amount, default=None)
    return Current(
        amount=best.amount if best else base.amount,
        regular=base.amount,
        valid_until=next_boundary(entered, at=at),
        special=best,
    )


def next_boundary(prices: Iterable[Entered], *, at: datetime) -> datetime | None:
    """The next moment at which a window opens or closes."""
    moments = [m for p in prices for m in (p.starts_at, p.ends_at) if m is not None and m > at]
    return min(moments, default=None)


def with_tax(amount: Decimal, *, currency: str, rate: Decimal, includes_tax: bool) -> Decimal:
    """A unit price including tax, at the currency's exponent. `rate` is percent."""
    gross = amount if includes_tax else amount * (HUNDRED + rate) / HUNDRED
    return Money(gross, currency).quantized().amount


def share_of_tax(total: Decimal, *, currency: str, rate: Decimal) -> Decimal:
    """The part of `total` (tax included) that is tax: total x rate / (100 + rate)."""
    return Money(total * rate / (HUNDRED + rate), currency).quantized().amount


def line_total(unit_price: Decimal, *, quantity: Decimal, currency: str) -> Decimal:
    """A line's total at the currency's exponent."""
    return Money(unit_price * quantity, currency).quantized().amount
