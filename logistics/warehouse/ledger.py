"""The ledger of movements is the sum of what is on hand. Looked after once a day; a difference is a defect."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import connections

from chassis.jobs import JobKind, LeasedJob
from logistics.warehouse.errors import LedgerBroken

_DIFFERENCES = """
SELECT source.code, i.sku, i.on_hand, coalesce(sum(m.quantity), 0) FROM logistics_stockitem i
JOIN logistics_source source ON source.id = i.source_id
LEFT JOIN logistics_stockmovement m ON m.item_id = i.id
GROUP BY i.id, source.code HAVING i.on_hand <> coalesce(sum(m.quantity), 0)
ORDER BY source.code, i.sku LIMIT 100
"""


def differences() -> list[tuple[str, str, Decimal, Decimal]]:
    """Items whose movements do not add up: source, SKU, on hand, sum of the ledger; a hundred at most."""
    with connections["logistics"].cursor() as cursor:
        cursor.execute(_DIFFERENCES)
        return cursor.fetchall()


def _look(job: LeasedJob, _: Any) -> None:
    if found := differences():
        lines = (f"{sku} in {source}: {on_hand} on hand, {total} booked" for source, sku, on_hand, total in found[:5])
        raise LedgerBroken("; ".join(lines))


LEDGER = JobKind(name="logistics.check_ledger", record=_look, every=timedelta(days=1), max_attempts=3)
