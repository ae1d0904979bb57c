"""Which pages changed, told to whoever keeps copies of them: by the keys that `Surrogate-Key` names."""

from collections.abc import Collection, Iterable
from uuid import UUID

from django.db import connections

from chassis.ids import new_id
from chassis.messages import Lane
from chassis.unit_of_work import publish
from contracts.catalog import PagesChanged

KEYS = 200
"""Keys of one event; more than these are an import's, and in no hurry."""


def tell_pages_changed(products: Collection[UUID], *, left: Collection[UUID] = ()) -> None:
    """Pages of these products, of the categories that show them, and of every search; inside a unit of work.

    `left`: categories that showed one of them before.
    """
    if not products:
        return
    with connections["catalog"].cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT category_id FROM catalog_categoryentry WHERE product_id = ANY(%s)", [list(products)]
        )
        categories = sorted({*left, *(category for (category,) in cursor.fetchall())})
    _tell([*_in_views("search"), *_keys("category", categories), *_keys("product", sorted(products))])


def tell_category_changed(category: UUID) -> None:
    """Pages of a category and of all below it, the trees that list it, and the searches that suggest it.

    Inside the unit of work that changed it, since none of these is made of the index; its products come by the index.
    """
    with connections["catalog"].cursor() as cursor:
        cursor.execute(
            """WITH RECURSIVE below AS (
                   SELECT %s::uuid AS id
                   UNION SELECT c.id FROM catalog_category c JOIN below b ON c.parent_id = b.id)
               SELECT id FROM below ORDER BY id""",
            [category],
        )
        below = [id_ for (id_,) in cursor.fetchall()]
    _tell([*_in_views("categories"), *_in_views("search"), *_keys("category", below)])


def _in_views(name: str) -> list[str]:
    with connections["catalog"].cursor() as cursor:
        cursor.execute("SELECT code FROM catalog_view WHERE active ORDER BY code")
        return [f"{name}-{code}" for (code,) in cursor.fetchall()]


def _keys(name: str, ids: Iterable[UUID]) -> list[str]:
    return [f"{name}-{id_}" for id_ in ids]


def _tell(keys: list[str]) -> None:
    lane = Lane.FAST if len(keys) <= KEYS else Lane.BULK
    for start in range(0, len(keys), KEYS):
        publish(PagesChanged(keys=tuple(keys[start : start + KEYS])), aggregate_id=new_id(), lane=lane)
