"""How full a shelf is: told once when it crosses a threshold, in the unit of work that moved the stock."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connections

from chassis import clock
from chassis.messages import Lane
from chassis.unit_of_work import publish
from contracts.logistics import StockLevelChanged
from logistics.warehouse.policy import LEVEL

# The caller holds the items' locks, so nobody crosses the same threshold beside it.
_CROSS = f"""
WITH fresh AS (
    SELECT i.id, i.level AS before, source.code, {LEVEL} AS level FROM logistics_stockitem i
    JOIN logistics_source source ON source.id = i.source_id WHERE i.id = ANY(%(items)s)
)
UPDATE logistics_stockitem i SET level = fresh.level FROM fresh
WHERE i.id = fresh.id AND i.level <> fresh.level
RETURNING i.id, i.sku, fresh.code, fresh.before, i.level, i.on_hand - i.reserved, i.version
"""


def tell_levels(items: Sequence[UUID], *, lane: Lane = Lane.FAST) -> None:
    """Store the level of these locked items and publish each crossing. The first look at an item is no crossing."""
    with connections["logistics"].cursor() as cursor:
        cursor.execute(_CROSS, {"items": list(items), "now": clock.now()})
        rows = cursor.fetchall()
    for item, sku, source, before, level, left, version in sorted(rows, key=lambda row: row[0]):
        if before:
            event = StockLevelChanged(item=item, source=source, sku=sku, level=level, before=before, left=left)
            publish(event, aggregate_id=item, aggregate_version=version, lane=lane)
