"""Reading prices as they were entered: the columns that `choice` needs of a price and of the list it belongs to."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from django.db import connections

from catalog.pricing.choice import Entered

PRICES = """(SELECT product_id, channel, currency, kind, amount, percent, price_list_id, min_quantity, starts_at,
                    ends_at, '{}'::text[] AS groups FROM catalog_price
             UNION ALL
             SELECT product_id, channel, currency, 'promotion', amount, NULL, NULL, 1, starts_at, ends_at, groups
             FROM catalog_promotedprice)"""
COLUMNS = (
    "pr.kind, pr.amount, pr.percent, pr.min_quantity, coalesce(l.starts_at, pr.starts_at),"
    " coalesce(l.ends_at, pr.ends_at), coalesce(l.code, ''), coalesce(l.groups, pr.groups), coalesce(l.priority, 0),"
    " coalesce(l.replaces, false)"
)
LISTS = "LEFT JOIN catalog_pricelist l ON l.id = pr.price_list_id"
# Cost is nobody's price, and what lists that are put away say does not count.
COUNTS = "pr.kind <> 'cost' AND (pr.price_list_id IS NULL OR l.active)"


def entered(row: Sequence[Any]) -> Entered:
    """A row of COLUMNS."""
    kind, amount, percent, min_quantity, starts_at, ends_at, price_list, groups, priority, replaces = row
    return Entered(
        kind=kind,
        amount=amount,
        percent=percent,
        min_quantity=min_quantity,
        starts_at=starts_at,
        ends_at=ends_at,
        price_list=price_list,
        groups=frozenset(groups or ()),
        priority=priority,
        replaces=replaces,
    )


def entered_for(products: Collection[UUID]) -> dict[tuple[UUID, str, str], list[Entered]]:
    """What was entered for products, by product, channel and the channel's currency.

    By their ids and in a statement of its own: joined to the rows of products, all prices of the shop were gone through
    for each of these.
    """
    found: dict[tuple[UUID, str, str], list[Entered]] = defaultdict(list)
    with connections["catalog"].cursor() as cursor:
        cursor.execute(
            f"""SELECT pr.product_id, pr.channel, pr.currency, {COLUMNS}
                FROM {PRICES} pr JOIN catalog_channel c ON c.code = pr.channel AND c.currency = pr.currency {LISTS}
                WHERE pr.product_id = ANY(%s) AND {COUNTS}""",
            [list(products)],
        )
        for product, channel, currency, *price in cursor.fetchall():
            found[product, channel, currency].append(entered(price))
    return found
