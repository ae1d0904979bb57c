"""Putting products on sale and taking them off."""

from collections.abc import Collection
from uuid import UUID

from catalog.catalog import slugs
from catalog.catalog.announcing import tell
from catalog.catalog.checking import all_known
from catalog.catalog.errors import UnknownReference
from catalog.catalog.inputs import PublishProduct
from catalog.catalog.publication.overruled import forget_overruled
from catalog.catalog.rebuilding import rebuild, rebuild_owners
from catalog.catalog.rows import expect
from catalog.catalog.sorting import sku_key
from catalog.product.models import Channel, Product
from chassis import clock
from chassis.messages import Lane
from chassis.unit_of_work import unit_of_work


def publish_product(command: PublishProduct, *, lane: Lane = Lane.FAST) -> None:
    """Publish a product in exactly these channels."""
    with unit_of_work("catalog"):
        product = Product.objects.select_for_update().filter(sku_key=sku_key(command.sku), parent=None).first()
        if product is None:
            raise UnknownReference(f"There is no product {command.sku}.", field="/sku")
        expect(product, command.expected_version)
        known = set(Channel.objects.filter(code__in=command.channels).values_list("code", flat=True))
        all_known(command.channels, known, "channel")
        family = [product, *Product.objects.select_for_update().filter(parent=product).order_by("id")]
        for row in family:
            row.channels = sorted(set(command.channels))
            row.version += 1
            row.changed_at = clock.now()
        Product.objects.bulk_update(family, ["channels", "version", "changed_at"])
        forget_overruled([product.id])
        rebuild([product.id], lane=lane)
        rebuild_owners([row.id for row in family], but=[product.id], lane=lane)
        tell(family, lane=lane)


def discontinue_products(products: Collection[UUID], *, lane: Lane = Lane.FAST) -> None:
    """Take products off sale for good: they stay for the orders that name them, their SKUs and addresses are free."""
    with unit_of_work("catalog"):
        gone = list(Product.objects.select_for_update().filter(id__in=products).order_by("id"))
        for row in gone:
            row.channels, row.sku_key = [], f"{sku_key(row.sku)}\x1f{row.id}"
            row.version += 1
            row.changed_at = clock.now()
        Product.objects.bulk_update(gone, ["channels", "sku_key", "version", "changed_at"])
        slugs.free([row.id for row in gone])
        roots = [row.parent_id or row.id for row in gone]
        rebuild(roots, lane=lane)
        rebuild_owners([row.id for row in gone], but=roots, lane=lane)
        tell(gone, lane=lane)
