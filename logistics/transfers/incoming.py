"""What is under way to a source, so that staff see what will come."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import F, Min, Sum

from logistics.transfers.models import TransferLine
from logistics.transfers.states import UNDER_WAY


def incoming(sources: Sequence[UUID], skus: Sequence[str]) -> dict[tuple[UUID, str], tuple[Decimal, datetime | None]]:
    """Units awaited by (source, SKU) and when the first of them are expected, in one query.

    What is not awaited is absent.
    """
    rows = (
        TransferLine.objects.filter(transfer__state__in=UNDER_WAY, transfer__destination__in=sources, sku__in=skus)
        .values("transfer__destination", "sku")
        .annotate(left=Sum(F("quantity") - F("received") - F("lost")), first=Min("transfer__expected_at"))
        .filter(left__gt=0)
    )
    return {(row["transfer__destination"], row["sku"]): (row["left"], row["first"]) for row in rows}
