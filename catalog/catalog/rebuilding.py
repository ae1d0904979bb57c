"""Making documents anew: in the unit of work that changed a product, or by a job when many are concerned.

Statements per call are fixed, whatever the number of products and variants. The products' rows are locked
first, so that of two rebuilds the later one sees what the earlier one's cause has committed.
"""

from collections import defaultdict
from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db import connections

from catalog.catalog import slugs
from catalog.catalog.collections.keeping import apply_rules
from catalog.catalog.composition.shown import Composition
from catalog.catalog.composition.stock import keep_composed_stock
from catalog.catalog.documents import Sources, document
from catalog.catalog.downloads.queries import samples_of
from catalog.catalog.entries import replace_entries
from catalog.catalog.reviews.queries import sums_of
from catalog.pricing.blocks import rebuild_blocks
from catalog.pricing.composed_blocks import COMPOSED
from catalog.pricing.following import REPLACE
from catalog.product.changes import mark_changed
from catalog.product.composition import owners_of
from catalog.product.copying import copy_in
from catalog.product.models import (
    Attribute,
    AttributeOption,
    Category,
    CategoryEntry,
    Media,
    Product,
    ProductCategory,
    ProductDocument,
    Slug,
    View,
)
from chassis.ids import new_id
from chassis.jobs import JobKind, LeasedJob
from chassis.messages import Lane
from chassis.unit_of_work import enqueue

REBUILD = "catalog.rebuild_documents"
BATCH = 200
# Behind every product that staff put into the category itself.
BELOW = 1_000_000


def rebuild(products: Collection[UUID], *, lane: Lane = Lane.FAST) -> None:
    """Make documents, category entries and price blocks of these products (not variants) anew."""
    ids = sorted(products)
    if not ids:
        return
    rows = list(Product.objects.select_for_update().filter(id__in=ids).order_by("id"))
    composed = [row.id for row in rows if row.kind in COMPOSED]
    rebuild_blocks(ids)
    apply_rules(rows)  # some rules ask for prices
    sources = sources_of(rows)
    made = [document(product, view, sources) for product in rows for view in sources.views]
    ProductDocument.objects.filter(product_id__in=ids).delete()
    copy_in(ProductDocument, [d for d in made if d is not None])
    left = replace_entries(ids, _entries(rows, sources))
    keep_composed_stock(composed)
    mark_changed(ids, left=left, lane=lane)


def rebuild_owners(parts: Collection[UUID], *, but: Collection[UUID] = (), lane: Lane = Lane.FAST) -> None:
    """Rebuild the bundles and grouped products that these products are part of."""
    rebuild(set(owners_of(parts)) - set(but), lane=lane)


def rebuild_all(*, unless_empty: bool = False) -> None:
    """Rebuild every product by a job; inside the caller's unit of work."""
    if Product.objects.exists():
        enqueue(REBUILD, key=str(new_id()), payload={})


def rebuild_category(category: UUID) -> None:
    """Rebuild every product under a category by a job; inside the caller's unit of work."""
    enqueue(REBUILD, key=str(new_id()), payload={"category": str(category)})


def _rebuild_batch(job: LeasedJob, _: object) -> None:
    """One batch by id, then a job for the next: no transaction is long, and a kill costs one batch."""
    after = job.payload.get("after", "00000000-0000-0000-0000-000000000000")
    category = job.payload.get("category")
    with connections["catalog"].cursor() as cursor:
        if category:
            # The tree as it is now and the entries as they were: a category that moved has left the old ones.
            cursor.execute(
                """WITH RECURSIVE below AS (
                       SELECT id FROM catalog_category WHERE id = %s
                       UNION SELECT c.id FROM catalog_category c JOIN below b ON c.parent_id = b.id)
                   SELECT DISTINCT product_id FROM catalog_productcategory
                   WHERE category_id IN (SELECT id FROM below) AND product_id > %s
                   ORDER BY product_id LIMIT %s""",
                [category, after, BATCH],
            )
        else:
            cursor.execute(
                "SELECT id FROM catalog_product WHERE parent_id IS NULL AND id > %s ORDER BY id LIMIT %s",
                [after, BATCH],
            )
        ids = [row[0] for row in cursor.fetchall()]
    # A view that is new has no addresses yet.
    products = Product.objects.select_for_update().filter(id__in=ids).order_by("id")
    slugs.name_products(products, views=View.objects.select_related("channel"), asked={})
    rebuild(ids, lane=Lane.BULK)
    if len(ids) == BATCH:
        enqueue(REBUILD, key=str(new_id()), payload={**job.payload, "after": str(ids[-1])})


def _rebuild_named(job: LeasedJob, _: object) -> None:
    rebuild([UUID(product) for product in job.payload["products"]])


REBUILD_PRODUCTS = JobKind(name=REPLACE, record=_rebuild_named)
REBUILD_DOCUMENTS = JobKind(name=REBUILD, record=_rebuild_batch)


def sources_of(products: list[Product], *, unpublished: bool = False) -> Sources:
    """All that documents of these products are made of; `unpublished`: with variants that are not on sale yet."""
    ids = [product.id for product in products]
    variants: dict[UUID, list[Product]] = defaultdict(list)
    family = Product.objects.filter(parent_id__in=ids).order_by("position", "sku")
    for variant in family if unpublished else family.filter(channels__len__gt=0):
        variants[variant.parent_id].append(variant)
    composition = Composition.of(products)
    all_ids = [*ids, *(v.id for several in variants.values() for v in several)]
    media: dict[UUID, list[Media]] = defaultdict(list)
    for row in Media.objects.filter(product_id__in=all_ids).order_by("position", "id"):
        media[row.product_id].append(row)
    places: dict[UUID, list[tuple[UUID, int]]] = defaultdict(list)
    for product, category, position in (
        ProductCategory.objects.filter(product_id__in=ids)
        .order_by("category__position", "category_id")
        .values_list("product_id", "category_id", "position")
    ):
        places[product].append((category, position))
    attributes = {row.code: row for row in Attribute.objects.all()}
    options = {
        (row.attribute.code, row.code): row
        for row in AttributeOption.objects.select_related("attribute").filter(
            attribute__code__in=_codes(products, variants)
        )
    }
    categories = {row.id: row for row in Category.objects.all()}
    pages = {link.target.parent_id or link.target_id for several in composition.members.values() for link in several}
    targets = [*ids, *{category for several in places.values() for category, _ in several}, *pages]
    slugs = {
        (view, target): slug
        for view, target, slug in Slug.objects.filter(target__in=targets, current=True).values_list(
            "view", "target", "slug"
        )
    }
    return Sources(
        views=list(View.objects.select_related("channel").filter(active=True, channel__active=True)),
        attributes=attributes,
        options=options,
        categories=categories,
        products=products,
        variants=variants,
        media=media,
        places=places,
        slugs=slugs,
        composition=composition,
        samples=samples_of(products),
        ratings=sums_of(ids),
    )


def _codes(products: list[Product], variants: dict[UUID, list[Product]]) -> set[str]:
    """Attributes that these products hold: only their options are read."""
    rows: list[Any] = [*products, *(v for several in variants.values() for v in several)]
    return {code for row in rows for values in row.values.values() for code in values}


def _entries(products: list[Product], sources: Sources) -> list[CategoryEntry]:
    found: dict[tuple[UUID, UUID], int] = {}
    for product in products:
        for category, position in sources.places.get(product.id, ()):
            for above in sources.line_of(category):
                own = position if above == category else BELOW + position
                key = (above, product.id)
                found[key] = min(found.get(key, own), own)
    return [
        CategoryEntry(category_id=category, product_id=product, position=position)
        for (category, product), position in found.items()
    ]
