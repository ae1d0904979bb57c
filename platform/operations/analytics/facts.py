"""What each event means for the figures: the one place that a rebuild runs again."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec

from chassis.messages import Message, decode_event, encode, masked
from contracts.commerce import AdditionPaid, GoodsAdded, OrderCancelled, OrderPaid, OrderPlaced, OrderRefunded


@dataclass(frozen=True, kw_only=True)
class FactRow:
    """The derived columns of a fact; `amount` is in `currency`."""

    at: datetime
    kind: str
    subject: UUID
    order: UUID
    channel: str
    currency: str
    amount: Decimal


def derive(message: Message) -> FactRow:
    """The fact in a message; TypeError for an event that is none."""
    event: Any = decode_event(message)
    if isinstance(event, OrderPlaced):
        return _row(event, "placed", at=event.placed_at, amount=event.total, currency=event.currency)
    if isinstance(event, OrderPaid):
        return _row(event, "paid", at=event.paid_at, amount=event.total.amount, currency=event.total.currency)
    if isinstance(event, GoodsAdded):
        more = event.amount
        return _row(
            event, "added", at=event.added_at, amount=more.amount, currency=more.currency, subject=event.addition
        )
    if isinstance(event, AdditionPaid):
        more = event.total
        return _row(
            event, "added_paid", at=event.paid_at, amount=more.amount, currency=more.currency, subject=event.addition
        )
    # These carry no moment of their own; the envelope's is that of the same transaction.
    if isinstance(event, OrderCancelled):
        at = message.occurred_at
        return _row(event, "cancelled", at=at, amount=event.total.amount, currency=event.total.currency)
    if isinstance(event, OrderRefunded):
        at, given = message.occurred_at, event.amount
        return _row(event, "refunded", at=at, amount=given.amount, currency=given.currency, subject=event.refund)
    raise TypeError(f"{message.type} is no fact")


def without_people(message: Message) -> str:
    """The message as it is kept: personal fields masked."""
    return encode(msgspec.structs.replace(message, body=msgspec.Raw(encode(masked(message))))).decode()


def _row(
    event: Any, kind: str, *, at: datetime, amount: Decimal, currency: str, subject: UUID | None = None
) -> FactRow:
    return FactRow(
        at=at,
        kind=kind,
        subject=subject or event.order,
        order=event.order,
        channel=event.channel,
        currency=currency,
        amount=amount,
    )
