"""Keeping what prices were. Written with every change and at every boundary; see `timeline` for what it means."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.db import connections

from catalog.pricing.choice import Entered, groups_of
from catalog.pricing.models import PricePoint
from catalog.pricing.timeline import BEFORE, Point, advance, moments
from catalog.product.copying import copy_in


class Sold(NamedTuple):
    """A product in a channel."""

    product: UUID
    channel: str


Known = Mapping[tuple[UUID, str, str], Sequence[Point]]
Lowest = dict[tuple[UUID, str, str], Decimal | None]


def record(
    prices: Mapping[Sold, tuple[str, Sequence[Entered]]],
    *,
    products: Collection[UUID],
    now: datetime,
    since: datetime | None,
) -> Lowest:
    """Bring the history of these products up to now, for everybody and for each group with prices of its own.

    prices: currency and prices as entered. Those of `products` that have none any more are closed. `since`: boundaries
    from then on have not been seen yet. Answers the lowest price before each present one. The caller holds the
    products locked.
    """
    known = _known(products, after=(since or now) - BEFORE)
    closed: list[tuple[int, datetime]] = []
    opened: list[PricePoint] = []
    lowest: Lowest = {}
    keys = set(known) | {(*sold, group) for sold, (_, entered) in prices.items() for group in _groups(entered)}
    for product, channel, group in sorted(keys):
        currency, entered = prices.get(Sold(product, channel), ("", ()))
        before = known.get((product, channel, group), {})
        points = advance(
            list(before.values()),
            entered if group in _groups(entered) else (),
            at=moments(entered, since=since, now=now),
            group=group,
            inherited=list(known.get((product, channel, ""), {}).values()) if group else (),
        )
        ids = list(before)
        for index, point in enumerate(points):
            if index >= len(ids):
                opened.append(_row(product, channel, group, currency, point))
            elif point != before[ids[index]] and point.ends_at:
                closed.append((ids[index], point.ends_at))
        if points and points[-1].ends_at is None:
            lowest[product, channel, group] = points[-1].lowest_before
    _close(closed)
    copy_in(PricePoint, opened)
    return lowest


def _groups(entered: Sequence[Entered]) -> set[str]:
    return {"", *groups_of(entered)} if entered else set()


def _known(products: Collection[UUID], *, after: datetime) -> dict[tuple[UUID, str, str], dict[int, Point]]:
    """The points of the last 30 days and the open ones, oldest first, by their row's id."""
    found: dict[tuple[UUID, str, str], dict[int, Point]] = defaultdict(dict)
    with connections["catalog"].cursor() as cursor:
        cursor.execute(
            """SELECT id, product_id, channel, customer_group, amount, regular, starts_at, ends_at, lowest_before
               FROM catalog_pricepoint WHERE product_id = ANY(%s) AND (ends_at IS NULL OR ends_at > %s)
               ORDER BY starts_at, id""",
            [list(products), after],
        )
        for id_, product, channel, group, amount, regular, starts_at, ends_at, lowest in cursor.fetchall():
            found[product, channel, group][id_] = Point(
                amount=amount, regular=regular, starts_at=starts_at, ends_at=ends_at, lowest_before=lowest
            )
    return dict(found)


def _row(product: UUID, channel: str, group: str, currency: str, point: Point) -> PricePoint:
    return PricePoint(
        product_id=product,
        channel=channel,
        customer_group=group,
        currency=currency,
        amount=point.amount,
        regular=point.regular,
        lowest_before=point.lowest_before,
        starts_at=point.starts_at,
        ends_at=point.ends_at,
    )


def _close(closed: Sequence[tuple[int, datetime]]) -> None:
    if not closed:
        return
    with connections["catalog"].cursor() as cursor:
        cursor.execute(
            """UPDATE catalog_pricepoint p SET ends_at = gone.ends_at
               FROM unnest(%s::bigint[], %s::timestamptz[]) AS gone(id, ends_at) WHERE p.id = gone.id""",
            [[id_ for id_, _ in closed], [ends_at for _, ends_at in closed]],
        )
