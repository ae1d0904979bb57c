"""Which of the prices that were entered counts, for whom, when and for how many. Pure: no database, no clock.

Of the price lists that count, those of the highest priority do; their lowest price holds. A list that replaces takes
the place of the base price, also when it is dearer; any other price counts only below it, and the lowest one does.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

BASE, SPECIAL, LIST, COST, COMPARE_AT = "base", "special", "list", "cost", "compare_at"
# What catalog rules make of a base price (catalog.promotion).
PROMOTION = "promotion"
# Whoever is not signed in. No code of a customer group can be this: those are made of letters, digits and hyphens.
GUESTS = "@guests"
ONE = Decimal(1)
HUNDRED = Decimal(100)
_MILLIONTH = Decimal("0.000001")


def group_key(customer_group: str) -> str:
    """The group under which a token's claim is looked up: a guest's token has none."""
    return customer_group or GUESTS


@dataclass(frozen=True, kw_only=True)
class Entered:
    """A price as entered. `starts_at` is inside the window, `ends_at` is not; no `groups` means everybody.

    Either `amount` or `percent` (off the base price) is set. What belongs to a price list has its code, window, groups
    and priority.
    """

    kind: str
    amount: Decimal | None = None
    percent: Decimal | None = None
    min_quantity: Decimal = ONE
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    price_list: str = ""
    groups: frozenset[str] = frozenset()
    priority: int = 0
    replaces: bool = False

    def counts(self, at: datetime) -> bool:
        return (self.starts_at is None or self.starts_at <= at) and (self.ends_at is None or at < self.ends_at)

    def is_for(self, group: str) -> bool:
        return not self.groups or group in self.groups

    def of(self, base: Decimal) -> Decimal:
        """Its amount where the base price is `base`."""
        if self.percent is None:
            return self.amount or Decimal(0)
        return (base * (HUNDRED - self.percent) / HUNDRED).quantize(_MILLIONTH, rounding=ROUND_HALF_UP)


@dataclass(frozen=True, kw_only=True)
class Current:
    """What holds at a moment: the price, the regular one, and when that may change. `by`: the entry that decided."""

    amount: Decimal
    regular: Decimal
    valid_until: datetime | None
    by: Entered | None = None
    compare_at: Decimal | None = None

    @property
    def reduced(self) -> bool:
        return self.amount < self.regular


@dataclass(frozen=True, kw_only=True)
class Tier:
    """From this quantity on a unit costs `amount`."""

    min_quantity: Decimal
    amount: Decimal


def current(prices: Iterable[Entered], *, at: datetime, group: str = GUESTS, quantity: Decimal = ONE) -> Current | None:
    """The price of a unit at a moment for a group that buys so many. None without a base price."""
    mine = [price for price in prices if price.is_for(group)]
    base = _amount_of(mine, BASE)
    if base is None:
        return None
    counting = [p for p in mine if p.counts(at) and (p.kind != LIST or p.min_quantity <= quantity)]
    lists = [p for p in counting if p.kind == LIST]
    highest = max((p.priority for p in lists), default=0)
    lists = [p for p in lists if p.priority == highest]
    replacing = min((p for p in lists if p.replaces), key=lambda p: p.of(base), default=None)
    regular = replacing.of(base) if replacing else base
    reductions = [p for p in counting if p.kind == SPECIAL] + [p for p in lists if not p.replaces]
    promoted = [p for p in counting if p.kind == PROMOTION]
    # A group's own results stand in place of everybody's, also where they are dearer.
    reductions += [p for p in promoted if p.groups] or promoted
    best = min(reductions, key=lambda p: p.of(base), default=None)
    if best is None or best.of(base) >= regular:
        best = replacing
    return Current(
        amount=best.of(base) if best else regular,
        regular=regular,
        valid_until=next_boundary(mine, at=at),
        by=best,
        compare_at=_amount_of(mine, COMPARE_AT),
    )


def tiers(prices: Sequence[Entered], *, at: datetime, group: str = GUESTS) -> list[Tier]:
    """The steps above a quantity of one at which a unit's price changes."""
    steps = sorted({p.min_quantity for p in prices if p.kind == LIST and p.min_quantity > ONE})
    last = current(prices, at=at, group=group)
    found = []
    for step in steps:
        now = current(prices, at=at, group=group, quantity=step)
        if now and last and now.amount != last.amount:
            found.append(Tier(min_quantity=step, amount=now.amount))
            last = now
    return found


def groups_of(prices: Iterable[Entered]) -> set[str]:
    """The groups that some of these prices are for."""
    return {group for price in prices for group in price.groups}


def boundaries(prices: Iterable[Entered]) -> list[datetime]:
    """The moments at which windows open or close, in order."""
    return sorted({moment for p in prices for moment in (p.starts_at, p.ends_at) if moment is not None})


def next_boundary(prices: Iterable[Entered], *, at: datetime) -> datetime | None:
    """The next moment at which a window opens or closes."""
    return next((moment for moment in boundaries(prices) if moment > at), None)


def _amount_of(prices: Iterable[Entered], kind: str) -> Decimal | None:
    return next((price.amount for price in prices if price.kind == kind), None)
