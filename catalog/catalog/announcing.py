"""Telling other domains what can be sold."""

from collections.abc import Iterable

from catalog.product.models import Product
from chassis.messages import Lane
from chassis.unit_of_work import publish
from contracts.catalog import ProductChanged


def tell(rows: Iterable[Product], *, lane: Lane) -> None:
    """product_changed for everything that can be sold; a configurable or grouped product itself cannot."""
    rows = list(rows)
    parents = {row.id: row for row in rows}
    for row in rows:
        if row.kind in Product.NOT_SOLD:
            continue
        publish(
            product_changed(row, parents.get(row.parent_id) if row.parent_id else None),
            aggregate_id=row.id,
            aggregate_version=row.version,
            lane=lane,
        )


def product_changed(row: Product, parent: Product | None) -> ProductChanged:
    """The event that says what a sellable product is now; its name is the widest scope's."""
    name = ""
    for texts in (*row.texts.values(), *(parent.texts.values() if parent else ())):
        name = name or texts.get("name", "")
    return ProductChanged(
        product=row.id,
        sku=row.sku,
        name=name or row.sku,
        type=row.kind,
        requires_shipping=row.requires_shipping,
        published=bool(row.channels),
        parent=row.parent_id,
        weight=row.weight,
    )
