"""Answers to what checkouts and orders ask of gift cards, store credit and points.

Requests may repeat: each repetition is answered alike. After a release a request is a no-op: the release was answered.
`postpurchase.reactions` calls these under the locks of all that its batch touches.
"""

from uuid import UUID

from chassis.subscriptions import NotYet
from contracts.commerce import (
    TenderConfirmationRequested,
    TenderRefundRequested,
    TenderReleaseRequested,
    TenderRequested,
)
from postpurchase.tenders import announcing, states
from postpurchase.tenders.models import TenderReservation
from postpurchase.tenders.reservations import confirm, give_back, refund, reserve

Held = dict[UUID, TenderReservation]


def requested(event: TenderRequested, held: Held) -> None:
    """Hold all or none and answer."""
    reservation = held[event.saga]
    if reservation.state == states.REQUESTED:
        reserve(reservation, event.tenders)
    if reservation.state in (states.RESERVED, states.CONFIRMED):
        announcing.reserved(reservation)
    elif reservation.state == states.REFUSED:
        of = {one.payment: one.tender for one in event.tenders if one.payment == reservation.refused}
        announcing.refused(reservation, tender=next(iter(of.values()), ""))


def released(event: TenderReleaseRequested, held: Held) -> None:
    """Give back; raises IllegalTransition when it was taken for an order by now."""
    reservation = held[event.saga]
    if reservation.state != states.RELEASED:
        give_back(reservation)
        reservation.transition("release", reason=event.reason)
    announcing.released(reservation)


def confirmed(event: TenderConfirmationRequested, held: Held) -> None:
    """Take what is held and answer whether it was there."""
    reservation = held.get(event.saga)
    taken = reservation is not None and confirm(reservation, order=event.order, order_number=event.order_number)
    announcing.confirmed(reservation, saga=event.saga, order=event.order, confirmed=taken)


def refunded(event: TenderRefundRequested, held: Held) -> None:
    """Bring it back and answer; NotYet before it was taken."""
    reservation = held.get(event.saga)
    if reservation is None or reservation.state != states.CONFIRMED:
        raise NotYet(f"what checkout {event.saga} holds is not taken yet")
    refund(reservation, payment=event.payment, refund=event.refund, amount=event.amount.amount)
    announcing.refunded(event)


def row(event: object) -> TenderReservation | None:
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
