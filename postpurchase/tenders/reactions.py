"""Answers to what checkouts and orders ask of gift cards, store credit and points.

One handler for all events, so that one transaction takes its locks in one order. Requests may repeat: each repetition
is answered alike. After a release a request is a no-op: the release was answered.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from chassis.subscriptions import NotYet, Received, caused_by
from contracts.commerce import (
    TenderConfirmationRequested,
    TenderRefundRequested,
    TenderReleaseRequested,
    TenderRequested,
)
from postpurchase.tenders import announcing, states
from postpurchase.tenders.models import TenderReservation
from postpurchase.tenders.reservations import confirm, give_back, hold, refund, reserve

Held = dict[UUID, TenderReservation]


def tender_events(batch: list[Received[Any]]) -> None:
    """Lock what the batch touches, then let each event act in its order."""
    events = [received.event for received in batch]
    rows = [row for event in events if (row := _row(event)) is not None]
    requests = [event for event in events if isinstance(event, TenderRequested)]
    wanted = {(one.tender, one.account) for event in requests for one in event.tenders}
    held = hold(rows, {event.saga for event in events}, wanted)
    for received in batch:
        with caused_by(received.message):
            _REACTIONS[type(received.event)](received.event, held)


def _requested(event: TenderRequested, held: Held) -> None:
    reservation = held[event.saga]
    if reservation.state == states.REQUESTED:
        reserve(reservation, event.tenders)
    if reservation.state in (states.RESERVED, states.CONFIRMED):
        announcing.reserved(reservation)
    elif reservation.state == states.REFUSED:
        refused = {one.payment: one.tender for one in event.tenders}
        announcing.refused(reservation, tender=refused.get(reservation.refused, ""))


def _released(event: TenderReleaseRequested, held: Held) -> None:
    """Give back; raises IllegalTransition when it was taken for an order by now."""
    reservation = held[event.saga]
    if reservation.state != states.RELEASED:
        give_back(reservation)
        reservation.transition("release", reason=event.reason)
    announcing.released(reservation)


def _confirmed(event: TenderConfirmationRequested, held: Held) -> None:
    reservation = held.get(event.saga)
    taken = reservation is not None and confirm(reservation, order=event.order, order_number=event.order_number)
    announcing.confirmed(reservation, saga=event.saga, order=event.order, confirmed=taken)


def _refunded(event: TenderRefundRequested, held: Held) -> None:
    reservation = held.get(event.saga)
    if reservation is None or reservation.state != states.CONFIRMED:
        raise NotYet(f"what checkout {event.saga} holds is not taken yet")
    refund(reservation, payment=event.payment, refund=event.refund, amount=event.amount.amount)
    announcing.refunded(event)


_REACTIONS: dict[type, Callable[[Any, Held], None]] = {
    TenderRequested: _requested,
    TenderReleaseRequested: _released,
    TenderConfirmationRequested: _confirmed,
    TenderRefundRequested: _refunded,
}


def _row(event: object) -> TenderReservation | None:
    """The row of a request that was not looked at yet, or the tombstone of a release that came before it."""
    if isinstance(event, TenderRequested):
        return TenderReservation(
            id=event.saga,
            channel=event.channel,
            currency=event.currency,
            customer=event.customer,
            expires_at=event.expires_at,
        )
    if isinstance(event, TenderReleaseRequested):
        return TenderReservation(id=event.saga, state=states.RELEASED, reason=event.reason)
    return None
