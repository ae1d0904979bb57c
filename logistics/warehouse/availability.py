"""What can be sold per channel: computed from the stock items, stored, and told to the other domains.

Advisory: only a reservation decides. `announce` comes last in a transaction that moved stock.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db import connections

from chassis import clock
from chassis.messages import Lane
from chassis.unit_of_work import publish
from contracts.logistics import AvailabilityChanged, SkuAvailability
from logistics.warehouse.levels import tell_levels
from logistics.warehouse.models import Availability
from logistics.warehouse.policy import BOUNDLESS, FREE, PREORDER, ROOM

_PAIRS = """
SELECT DISTINCT link.channel, i.sku FROM logistics_stockitem i
JOIN logistics_channelsource link ON link.source_id = i.source_id WHERE i.id = ANY(%(items)s)
"""

# Two units of work that moved different items of one SKU meet here: the row lock makes the second wait,
# and its next statement then sees the first one's change. Without it both would announce a stale sum.
_LOCK = f"""
SELECT channel, sku FROM logistics_availability WHERE (channel, sku) IN ({_PAIRS})
ORDER BY channel, sku FOR NO KEY UPDATE
"""

_ENSURE = f"""
INSERT INTO logistics_availability (channel, sku, available, in_stock, limited, status, version)
SELECT channel, sku, 0, false, true, 'out_of_stock', 0 FROM ({_PAIRS}) pairs ORDER BY channel, sku
ON CONFLICT DO NOTHING
"""

# Pairs come from the caller and not from the links, so that a link just removed is computed too.
_REFRESH = f"""
WITH fresh AS (
    SELECT pair.channel, pair.sku,
           coalesce(sum({FREE} + CASE WHEN {ROOM} = {BOUNDLESS} THEN 0 ELSE {ROOM} END), 0) AS available,
           coalesce(bool_or({ROOM} = {BOUNDLESS}), false) AS endless,
           CASE WHEN bool_or({FREE} > 0 OR NOT i.managed) THEN 'in_stock'
                WHEN bool_or({ROOM} > 0 AND {PREORDER}) THEN 'preorder'
                WHEN bool_or({ROOM} > 0) THEN 'backorder' ELSE 'out_of_stock' END AS status,
           min(i.available_from) FILTER (WHERE {PREORDER} AND {ROOM} > 0) AS available_from
    FROM unnest(%(channels)s::text[], %(skus)s::text[]) AS pair(channel, sku)
    LEFT JOIN (logistics_stockitem i
               JOIN logistics_source source ON source.id = i.source_id AND source.enabled
               JOIN logistics_channelsource link ON link.source_id = i.source_id)
        ON i.sku = pair.sku AND link.channel = pair.channel
    GROUP BY pair.channel, pair.sku
), told AS (
    SELECT channel, sku, available, available > 0 OR endless AS in_stock, NOT endless AS limited, status,
           CASE WHEN status = 'preorder' THEN available_from END AS available_from
    FROM fresh
)
UPDATE logistics_availability a
SET available = told.available, in_stock = told.in_stock, limited = told.limited, status = told.status,
    available_from = told.available_from, version = a.version + 1
FROM told
WHERE a.channel = told.channel AND a.sku = told.sku AND (a.version = 0
   OR (a.available, a.in_stock, a.limited, a.status, a.available_from)
      IS DISTINCT FROM (told.available, told.in_stock, told.limited, told.status, told.available_from))
RETURNING a.channel, a.sku, a.available, a.in_stock, a.status, a.available_from, a.version
"""


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A SKU in a channel."""

    channel: str
    sku: str


def announce(items: Iterable[UUID], *, new: bool = False, lane: Lane = Lane.FAST) -> None:
    """Recompute what can be sold of these items' SKUs and publish each change once, with its version.

    `new` also makes the rows of items that may have none yet. Must be the last thing that a unit of work does
    to stock: locks of availability rows come after those of items.
    """
    arguments = {"items": sorted(set(items))}
    if not arguments["items"]:
        return
    with connections["logistics"].cursor() as cursor:
        if new:
            cursor.execute(_ENSURE, arguments)
        cursor.execute(_LOCK, arguments)
        pairs = [Pair(channel=channel, sku=sku) for channel, sku in cursor.fetchall()]
    tell_levels(arguments["items"], lane=lane)
    refresh(pairs, lane=lane)


def withdraw(items: Iterable[UUID], *, channel: str, lane: Lane = Lane.FAST) -> None:
    """Recompute what a channel can sell of these items' SKUs after it lost a source; else as `announce`."""
    with connections["logistics"].cursor() as cursor:
        cursor.execute(
            """SELECT sku FROM logistics_availability
               WHERE channel = %s AND sku IN (SELECT sku FROM logistics_stockitem WHERE id = ANY(%s))
               ORDER BY channel, sku FOR NO KEY UPDATE""",
            [channel, sorted(set(items))],
        )
        pairs = [Pair(channel=channel, sku=sku) for (sku,) in cursor.fetchall()]
    refresh(pairs, lane=lane)


def refresh(pairs: Sequence[Pair], *, lane: Lane = Lane.FAST) -> None:
    """Recompute these pairs, whose rows are locked, and publish those that changed."""
    with connections["logistics"].cursor() as cursor:
        arguments = {"channels": [one.channel for one in pairs], "skus": [one.sku for one in pairs], "now": clock.now()}
        cursor.execute(_REFRESH, arguments)
        rows = cursor.fetchall()
    for channel, sku, available, in_stock, status, available_from, version in sorted(rows, key=lambda row: row[:2]):
        event = AvailabilityChanged(
            channel=channel,
            sku=sku,
            available=available,
            in_stock=in_stock,
            status=status,
            available_from=available_from,
        )
        publish(event, aggregate_id=f"{channel}/{sku}", aggregate_version=version, lane=lane, channel=channel)


def availability(*, channel: str, skus: Sequence[str]) -> tuple[SkuAvailability, ...]:
    """What can be sold of each SKU asked for, in that order, in one query; unknown SKUs are out of stock."""
    rows = Availability.objects.filter(channel=channel, sku__in=set(skus))
    known = {row.sku: row for row in rows}
    return tuple(_answer(sku, known.get(sku)) for sku in skus)


def _answer(sku: str, row: Availability | None) -> SkuAvailability:
    if row is None:
        return SkuAvailability(sku=sku, available=Decimal(0), in_stock=False)
    return SkuAvailability(
        sku=sku,
        available=row.available if row.limited else None,
        in_stock=row.in_stock,
        status=row.status,
        available_from=row.available_from,
    )
