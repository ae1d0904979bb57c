"""Reading prices as they were entered: the columns that `choice` needs of a price and of the list it belongs to."""

from collections.abc import Sequence
from typing import Any

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
