"""Prices made anew, batch by batch, when a catalog rule begins to run or ends."""

from django.db import connections

from catalog.pricing.blocks import rebuild_blocks
from catalog.pricing.following import follow_prices
from catalog.product.models import Product
from catalog.promotion.changes import APPLY
from chassis.ids import new_id
from chassis.jobs import JobKind, LeasedJob
from chassis.messages import Lane
from chassis.unit_of_work import enqueue

BATCH = 200


def _apply_batch(job: LeasedJob, _: object) -> None:
    """One batch by id, then a job for the next: no transaction is long, and a kill costs one batch."""
    after = job.payload.get("after", "00000000-0000-0000-0000-000000000000")
    with connections["catalog"].cursor() as cursor:
        cursor.execute(
            "SELECT id FROM catalog_product WHERE parent_id IS NULL AND id > %s ORDER BY id LIMIT %s", [after, BATCH]
        )
        ids = [row[0] for row in cursor.fetchall()]
    if not ids:
        return
    list(Product.objects.select_for_update().filter(id__in=ids).order_by("id").values("id"))
    rebuild_blocks(ids)
    follow_prices(ids, lane=Lane.BULK)
    if len(ids) == BATCH:
        enqueue(APPLY, key=str(new_id()), payload={"after": str(ids[-1])})


APPLY_RULES = JobKind(name=APPLY, record=_apply_batch)
