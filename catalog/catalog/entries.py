"""The products that a category lists, its own and those below it: derived, and written with each product."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from uuid import UUID

from django.db import connections

from catalog.product.copying import copy_in
from catalog.product.models import CategoryEntry


def replace_entries(products: Collection[UUID], entries: Sequence[CategoryEntry]) -> dict[UUID, list[UUID]]:
    """Write the entries of these products anew; returns by product the categories that list it no longer."""
    with connections["catalog"].cursor() as cursor:
        cursor.execute(
            "DELETE FROM catalog_categoryentry WHERE product_id = ANY(%s) RETURNING product_id, category_id",
            [list(products)],
        )
        before = set(cursor.fetchall())
    copy_in(CategoryEntry, entries)
    left: dict[UUID, list[UUID]] = defaultdict(list)
    for product, category in before - {(entry.product_id, entry.category_id) for entry in entries}:
        left[product].append(category)
    return left
