"""What can be had of a bundle or a grouped product, worked out of its parts.

It is kept beside the copies that logistics feeds, under the product's own SKU: pages, listings and the index then ask
one table. Only a reservation decides, and that one reserves the parts.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.db import connections

from catalog.product.composition import ProductLink
from catalog.product.copying import copy_in
from catalog.product.models import Availability, Product

PLENTY = Decimal(9999)

_PARTS = """
SELECT p.id, p.sku, p.sku_key, p.kind, o.id, c.quantity, part.sku_key, part.kind, part.channels
FROM catalog_product p
JOIN catalog_productoption o ON o.product_id = p.id AND o.required
JOIN catalog_optionchoice c ON c.option_id = o.id
JOIN catalog_product part ON part.id = c.component_id
WHERE p.id = ANY(%(ids)s)
UNION ALL
SELECT p.id, p.sku, p.sku_key, p.kind, NULL, 1, part.sku_key, part.kind, part.channels
FROM catalog_product p
JOIN catalog_productlink l ON l.product_id = p.id AND l.kind = 'member'
JOIN catalog_product part ON part.id = l.target_id
WHERE p.id = ANY(%(ids)s) AND p.kind = 'grouped'
"""

_OWNERS = """
SELECT p.id FROM catalog_product p WHERE p.id IN (
    SELECT o.product_id FROM catalog_product part
    JOIN catalog_optionchoice c ON c.component_id = part.id JOIN catalog_productoption o ON o.id = c.option_id
    WHERE part.sku_key = ANY(%(keys)s)
    UNION
    SELECT l.product_id FROM catalog_product part JOIN catalog_productlink l ON l.target_id = part.id
    WHERE part.sku_key = ANY(%(keys)s) AND l.kind = %(member)s)
ORDER BY p.id FOR NO KEY UPDATE
"""


class _Part(NamedTuple):
    owner: UUID
    sku: str
    key: str
    kind: str
    option: UUID | None
    quantity: Decimal
    part_key: str
    part_kind: str
    channels: list[str]


Stock = Mapping[tuple[str, str], tuple[Decimal, bool]]


def keep_stock_of_owners(keys: Collection[str]) -> list[UUID]:
    """Work out anew what these SKUs are part of, and return it. The owners' rows are locked: the later one sees all."""
    with connections["catalog"].cursor() as cursor:
        cursor.execute(_OWNERS, {"keys": list(keys), "member": ProductLink.MEMBER})
        owners = [row[0] for row in cursor.fetchall()]
    keep_composed_stock(owners)
    return owners


def keep_composed_stock(products: Collection[UUID]) -> None:
    """Write what can be had of bundles and grouped products; the caller holds their rows locked."""
    if not products:
        return
    with connections["catalog"].cursor() as cursor:
        cursor.execute(_PARTS, {"ids": list(products)})
        parts = [_Part(*row) for row in cursor.fetchall()]
        cursor.execute(
            "SELECT channel, sku_key, available, in_stock FROM catalog_availability WHERE sku_key = ANY(%s)",
            [list({part.part_key for part in parts})],
        )
        stock = {(channel, key): (available, there) for channel, key, available, there in cursor.fetchall()}
    keys = Product.objects.filter(id__in=products).values_list("sku_key", flat=True)
    Availability.objects.filter(sku_key__in=list(keys)).delete()
    copy_in(Availability, _rows(parts, stock))


def _rows(parts: Iterable[_Part], stock: Stock) -> list[Availability]:
    owned: dict[UUID, list[_Part]] = defaultdict(list)
    for part in parts:
        owned[part.owner].append(part)
    rows = []
    for several in owned.values():
        first = several[0]
        for channel in sorted({channel for part in several for channel in part.channels}):
            had = _had(several, channel, stock)
            if had is not None:
                rows.append(
                    Availability(
                        channel=channel, sku=first.sku, sku_key=first.key, available=had, in_stock=had > 0, version=0
                    )
                )
    return rows


def _had(parts: Iterable[_Part], channel: str, stock: Stock) -> Decimal | None:
    """How many there can be: the scarcest question's best answer, a group's best member. None: not known."""
    best: dict[UUID | None, Decimal | None] = {}
    for part in parts:
        had = _of_part(part, channel, stock)
        known = best.get(part.option)
        best[part.option] = had if known is None else known if had is None else max(known, had)
    known = [had for had in best.values() if had is not None]
    if any(had == 0 for had in known):
        return Decimal(0)
    return min(known) if len(known) == len(best) else None


def _of_part(part: _Part, channel: str, stock: Stock) -> Decimal | None:
    if channel not in part.channels:
        return Decimal(0)
    if part.part_kind in Product.INTANGIBLE:
        return PLENTY
    found = stock.get((channel, part.part_key))
    if found is None:
        return None
    available, in_stock = found
    if not in_stock:
        return Decimal(0)
    # In stock with an empty shelf is one that may be ordered beyond it.
    return available // part.quantity if available > 0 else PLENTY
