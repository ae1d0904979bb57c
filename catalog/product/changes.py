"""The queue between products and the search indexes: filled inside the unit of work that changed them."""

from collections.abc import Collection, Mapping
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import connections, models

from chassis import clock
from chassis.ids import new_id
from chassis.messages import Lane
from chassis.unit_of_work import enqueue

INDEX = "catalog.search_index"
REBUILD = "catalog.search_rebuild"


class SearchChange(models.Model):
    """A product whose place in the indexes is out of date; gone once the indexes have committed it."""

    seq = models.BigAutoField(primary_key=True)
    product_id = models.UUIDField()
    no_longer_in = ArrayField(
        models.UUIDField(), default=list, db_default=[], help_text="categories whose pages still show it"
    )
    since = models.DateTimeField(default=clock.now, null=True)  # null: by a process of the release before


def mark_changed(
    products: Collection[UUID], *, left: Mapping[UUID, Collection[UUID]] | None = None, lane: Lane = Lane.FAST
) -> None:
    """Queue products for the indexes. `left`: by product the categories that it is no longer in.

    `lane` is for symmetry: index jobs are one per unit of work anyway.
    """
    if not products:
        return
    left = left or {}
    SearchChange.objects.bulk_create(
        [SearchChange(product_id=product, no_longer_in=sorted(left.get(product, ()))) for product in products]
    )
    # A key of its own: a job that is running may have read the queue before this row was there.
    enqueue(INDEX, key=str(new_id()))


def rebuild_indexes() -> None:
    """Have every view's index made from nothing, beside the one that answers meanwhile; in the open unit of work."""
    with connections["catalog"].cursor() as cursor:
        cursor.execute("SELECT code FROM catalog_view WHERE active ORDER BY code")
        for (view,) in cursor.fetchall():
            enqueue(REBUILD, key=str(new_id()), payload={"view": view, "force": True})
