"""Copy of what logistics can sell, for the pages; only a reservation decides."""

from django.db import connections

from catalog.catalog.composition.stock import keep_stock_of_owners
from catalog.catalog.sorting import sku_key
from catalog.product.changes import mark_changed
from chassis.subscriptions import Received
from contracts.logistics import AvailabilityChanged


def keep_availability(batch: list[Received[AvailabilityChanged]]) -> None:
    """Keep the newest state of each (channel, SKU); a product whose stock came or went is indexed anew."""
    newest: dict[tuple[str, str], Received[AvailabilityChanged]] = {}
    for received in batch:
        key = (received.event.channel, sku_key(received.event.sku))
        known = newest.get(key)
        if known is None or known.message.aggregate_version < received.message.aggregate_version:
            newest[key] = received
    rows = [(channel, key, newest[channel, key]) for channel, key in sorted(newest)]
    with connections["catalog"].cursor() as cursor:
        cursor.execute(
            """WITH news AS (
                   SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::numeric[], %s::bool[], %s::bigint[])
                       AS news(channel, sku_key, sku, available, in_stock, version)
               ), before AS (
                   SELECT a.channel, a.sku_key, a.in_stock
                   FROM catalog_availability a JOIN news USING (channel, sku_key)
               ), written AS (
                   INSERT INTO catalog_availability AS a (channel, sku_key, sku, available, in_stock, version)
                   SELECT channel, sku_key, sku, available, in_stock, version FROM news
                   ORDER BY channel, sku_key
                   ON CONFLICT (channel, sku_key) DO UPDATE
                   SET available = excluded.available, in_stock = excluded.in_stock, version = excluded.version
                   WHERE a.version <= excluded.version
                   RETURNING a.channel, a.sku_key, a.in_stock)
               SELECT DISTINCT coalesce(p.parent_id, p.id)
               FROM written w JOIN catalog_product p ON p.sku_key = w.sku_key
               LEFT JOIN before b ON b.channel = w.channel AND b.sku_key = w.sku_key
               WHERE b.in_stock IS DISTINCT FROM w.in_stock""",
            [
                [channel for channel, _, _ in rows],
                [key for _, key, _ in rows],
                [r.event.sku for _, _, r in rows],
                [r.event.available for _, _, r in rows],
                [r.event.in_stock for _, _, r in rows],
                [r.message.aggregate_version for _, _, r in rows],
            ],
        )
        products = [row[0] for row in cursor.fetchall()]
    mark_changed([*products, *keep_stock_of_owners([key for _, key, _ in rows])])
