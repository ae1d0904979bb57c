"""What else a new price changes: the index, bundles and groups that are made of the product, collections by price."""

from collections.abc import Collection
from uuid import UUID

from catalog.pricing.composed_blocks import rebuild_blocks_of_owners
from catalog.product.changes import mark_changed
from catalog.product.collections.rules import asks_for_price
from catalog.product.models import Category
from chassis.ids import new_id
from chassis.messages import Lane
from chassis.unit_of_work import enqueue

# The job that rebuilds products named by it (see catalog.catalog.rebuilding).
REPLACE = "catalog.rebuild_products"


def follow_prices(products: Collection[UUID], *, lane: Lane = Lane.FAST) -> None:
    """After these products' blocks were made anew; inside the unit of work that did it, their rows locked."""
    mark_changed([*products, *rebuild_blocks_of_owners(products)], lane=lane)
    if products and _price_rules():
        enqueue(REPLACE, key=str(new_id()), payload={"products": [str(product) for product in products]})


def _price_rules() -> bool:
    """Whether any rule asks for a price: then a price that changes may change what is in a category."""
    return any(
        asks_for_price(rule) for rule in Category.objects.filter(rule__isnull=False).values_list("rule", flat=True)
    )
