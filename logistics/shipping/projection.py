"""The copy of what products weigh: the newest version wins, whatever order they arrive in."""

from django.db import connections

from chassis.subscriptions import Received
from contracts.catalog import ProductChanged

_ARTICLES = """
INSERT INTO logistics_article (product, sku, weight, version)
SELECT * FROM unnest(%s::uuid[], %s::text[], %s::numeric[], %s::bigint[])
ON CONFLICT (product) DO UPDATE SET sku = excluded.sku, weight = excluded.weight, version = excluded.version
WHERE logistics_article.version <= excluded.version
"""


def copy_articles(batch: list[Received[ProductChanged]]) -> None:
    """Keep each product's newest version, all of a batch in one statement."""
    newest = {row.event.product: row for row in sorted(batch, key=lambda row: row.message.aggregate_version)}
    rows = [newest[product] for product in sorted(newest)]
    columns = [
        [row.event.product for row in rows],
        [row.event.sku for row in rows],
        [row.event.weight for row in rows],
        [row.message.aggregate_version for row in rows],
    ]
    with connections["logistics"].cursor() as cursor:
        cursor.execute(_ARTICLES, columns)
