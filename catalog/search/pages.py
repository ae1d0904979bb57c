"""Which pages changed, told to whoever keeps copies of them: by the keys that `Surrogate-Key` names."""

from collections.abc import Collection
from uuid import UUID

from django.db import connections

from chassis.ids import new_id
from chassis.messages import Lane
from chassis.unit_of_work import publish
from contracts.catalog import PagesChanged

KEYS = 200
"""Keys of one event; more than these are an import's, and in no hurry."""


def tell_pages_changed(products: Collection[UUID]) -> None:
    """Pages of these products, of the categories that show them, and of every search; inside a unit of work."""
    if not products:
        return
    with connections["catalog"].cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT category_id FROM catalog_categoryentry WHERE product_id = ANY(%s)", [list(products)]
        )
        categories = sorted(category for (category,) in cursor.fetchall())
        cursor.execute("SELECT code FROM catalog_view WHERE active ORDER BY code")
        searches = [f"search-{code}" for (code,) in cursor.fetchall()]
    keys = [*searches, *(f"category-{id_}" for id_ in categories), *(f"product-{id_}" for id_ in sorted(products))]
    lane = Lane.FAST if len(keys) <= KEYS else Lane.BULK
    for start in range(0, len(keys), KEYS):
        publish(PagesChanged(keys=tuple(keys[start : start + KEYS])), aggregate_id=new_id(), lane=lane)
