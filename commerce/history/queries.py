"""Reads of what an order of history was paid with, in the shapes in which orders of this shop are shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from commerce.document.models import CREDIT_NOTE, Document
from commerce.history.models import HistoricalPayment
from commerce.order.models import Order


@dataclass(frozen=True, kw_only=True)
class HistoricalRefund:
    """Money that went back by a credit note of the older shop."""

    id: UUID
    payment: HistoricalPayment
    amount: Decimal
    at: datetime


def payments_of(order: Order) -> Sequence[HistoricalPayment]:
    """How an order of history was paid."""
    return list(HistoricalPayment.objects.filter(order=order))


def refunds_of(order: Order) -> Sequence[HistoricalRefund]:
    """What went back, oldest first: the older shop books a refund by its credit note alone."""
    payment = HistoricalPayment.objects.filter(order=order).first()
    notes = Document.objects.filter(order=order, kind=CREDIT_NOTE).order_by("issued_at", "id")
    return [HistoricalRefund(id=note.id, payment=payment, amount=note.total, at=note.issued_at)
            for note in notes if payment]  # fmt: skip
