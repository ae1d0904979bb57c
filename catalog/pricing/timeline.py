"""What a product cost, when: the points of its price history, and the lowest price before a reduction. Pure.

The lowest price is that of the 30 days before the present price began (Directive 98/6/EC, Article 6a), known from the
history only: where nothing was recorded before, there is none.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from catalog.pricing.choice import Entered, boundaries, current

BEFORE = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class Point:
    """From `starts_at` until just before `ends_at` (None: still) a unit cost `amount`, regularly `regular`.

    `lowest_before`: the lowest price of the 30 days before it began, only where it is a reduction.
    """

    amount: Decimal
    regular: Decimal
    starts_at: datetime
    ends_at: datetime | None = None
    lowest_before: Decimal | None = None

    @property
    def reduced(self) -> bool:
        return self.amount < self.regular


def moments(prices: Sequence[Entered], *, since: datetime | None, now: datetime) -> list[datetime]:
    """When the price may have changed: each boundary from `since` until now, and now."""
    passed = [moment for moment in boundaries(prices) if since is not None and since <= moment < now]
    return [*passed, now]


def advance(
    known: Sequence[Point],
    prices: Sequence[Entered],
    *,
    at: Sequence[datetime],
    group: str,
    inherited: Sequence[Point] = (),
) -> list[Point]:
    """The history brought up to the last of these moments.

    `inherited` is the history of everybody's price: a group's is that until it has its own.
    """
    points = sorted(known, key=lambda point: point.starts_at)
    for moment in at:
        now = current(prices, at=moment, group=group)
        last = points[-1] if points and points[-1].ends_at is None else None
        if last and now and (last.amount, last.regular) == (now.amount, now.regular):
            continue
        if last:
            points[-1] = replace(last, ends_at=max(moment, last.starts_at))
        if now:
            before = [*points, *_until_first(inherited, points)]
            lowest = lowest_before(before, moment) if now.reduced else None
            points.append(Point(amount=now.amount, regular=now.regular, starts_at=moment, lowest_before=lowest))
    return points


def lowest_before(points: Iterable[Point], at: datetime) -> Decimal | None:
    """The lowest price in the 30 days before a moment; None if nothing was on sale then."""
    seen = [
        point.amount
        for point in points
        if point.starts_at < at
        and (point.ends_at is None or (point.ends_at > at - BEFORE and point.ends_at > point.starts_at))
    ]
    return min(seen, default=None)


def _until_first(inherited: Sequence[Point], own: Sequence[Point]) -> list[Point]:
    first = min((point.starts_at for point in own), default=None)
    return [point for point in inherited if first is None or point.starts_at < first]
