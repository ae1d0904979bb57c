"""Stock by source and what may be sold by channel, as logistics has it.

On hand is here what may be sold; what the old shop said that lies there stands in the ledger, apart from what it had
promised. What was sold, counted or moved here since is known and taken off the comparison.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from config.parity.facts import fact
from config.parity.sides import Sides
from config.parity.sku import folded

ALIAS = "logistics"
ZERO = Decimal(0)


def keys(sides: Sides) -> Iterator[str]:
    """SKUs that the old shop brought here."""
    sides.spellings, carried = defaultdict(list), []
    for sku, brought in sides.here(ALIAS, _SKUS, [f"{sides.name}: quantity", f"{sides.name}: reservations"]):
        sides.spellings[folded(sku)].append(sku)
        carried += [folded(sku)] if brought else []
    return iter(carried)


def records(sides: Sides, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The stock of each SKU here."""
    skus = {sku: key for key in keys for sku in sides.spellings.get(key, ())}
    found: dict[str, dict[str, Any]] = {key: {} for key in skus.values()}
    quantities = sides.here(ALIAS, _ITEMS, f"{sides.name}: quantity", list(skus))
    for sku, place, carried, managed, backorders in quantities:
        found[skus[sku]] |= {
            f"quantity in {place}": carried or None,
            f"managed in {place}": managed,
            f"backorders in {place}": backorders,
        }
    since: dict[tuple[str, str], Decimal] = {}
    references = [f"{sides.name}: quantity", f"{sides.name}: reservations"]
    for sku, channel, salable, own in sides.here(ALIAS, _SALABLE, references, list(skus)):
        since[sku, channel] = own
        found[skus[sku]][f"salable in {channel}"] = fact(
            salable or None, {"sold_or_counted_here": (salable - own) or None}
        )
    for sku, channel, available in sides.here(ALIAS, _AVAILABLE, list(skus)):
        without = available - since.get((sku, channel), ZERO)
        found[skus[sku]][f"available in {channel}"] = fact(
            available if available > 0 else None, {"sold_or_counted_here": without if without > 0 else None}
        )
    return found


_SKUS = """
    SELECT i.sku, bool_or(EXISTS (SELECT 1 FROM logistics_stockmovement m
                                  WHERE m.item_id = i.id AND m.reference = ANY(%s)))
    FROM logistics_stockitem i GROUP BY i.sku"""
_ITEMS = """
    SELECT i.sku, s.code, (SELECT coalesce(sum(m.quantity), 0) FROM logistics_stockmovement m
                           WHERE m.item_id = i.id AND m.reference = %s), i.managed, coalesce(i.backorders, s.backorders)
    FROM logistics_stockitem i JOIN logistics_source s ON s.id = i.source_id WHERE i.sku = ANY(%s)"""
_SALABLE = """
    SELECT i.sku, l.channel, sum(i.on_hand - i.reserved), sum(coalesce(o.own, 0) - i.reserved)
    FROM logistics_stockitem i JOIN logistics_source s ON s.id = i.source_id AND s.enabled
    JOIN logistics_channelsource l ON l.source_id = s.id
    LEFT JOIN LATERAL (SELECT sum(m.quantity) AS own FROM logistics_stockmovement m
                       WHERE m.item_id = i.id AND NOT m.reference = ANY(%s)) o ON true
    WHERE i.managed AND i.sku = ANY(%s) GROUP BY i.sku, l.channel"""
_AVAILABLE = """
    SELECT sku, channel, available FROM logistics_availability WHERE limited AND sku = ANY(%s)"""
