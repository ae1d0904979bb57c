"""Answers to what a checkout asks of the warehouse. Requests may repeat: each repetition is answered alike."""

from chassis import clock
from chassis.unit_of_work import publish
from contracts.commerce import StockConfirmationRequested, StockReleaseRequested, StockRequested
from contracts.logistics import (
    StockConfirmed,
    StockReservationFailed,
    StockReserved,
)
from logistics.reservation.announcing import released
from logistics.reservation.holding import Held, claim, confirm, give_back, schedule_expiry
from logistics.reservation.models import Reservation
from logistics.reservation.states import State


def reserve(event: StockRequested, held: Held) -> None:
    """Reserve all lines or none and answer. After a release it is a no-op: the release was answered."""
    reservation = held.reservations[event.saga]
    if reservation.state == State.REQUESTED:
        if missing := claim(held, reservation):
            reservation.become(State.FAILED, reason=",".join(missing), sourcing=reservation.sourcing)
        else:
            reservation.become(State.RESERVED, sourcing=reservation.sourcing)
            schedule_expiry(reservation)
    elif reservation.state == State.RESERVED and event.expires_at > reservation.expires_at:
        reservation.expires_at = event.expires_at
        reservation.save(update_fields=["expires_at"])
        schedule_expiry(reservation)
    elif reservation.state == State.EXPIRED and event.expires_at > clock.now():
        return _revive(event, held, reservation)
    _answer(reservation)


def _revive(event: StockRequested, held: Held, reservation: Reservation) -> None:
    """Asked for again after its time: it is had again if it still can be, and stays expired if not."""
    if missing := claim(held, reservation):
        answer = StockReservationFailed(saga=reservation.id, missing=tuple(missing))
        publish(answer, aggregate_id=reservation.id, aggregate_version=reservation.version)
        return
    reservation.become(State.RESERVED, expires_at=event.expires_at, sourcing=reservation.sourcing, reason="")
    schedule_expiry(reservation)
    _answer(reservation)


def release(event: StockReleaseRequested, held: Held) -> None:
    """Put back what the saga holds; raises IllegalTransition when it belongs to an order by now."""
    reservation = held.reservations[event.saga]
    if reservation.state != State.RELEASED:
        give_back(held, reservation)
        reservation.become(State.RELEASED, reason=event.reason)
    released(reservation, reason=event.reason)


def confirm_stock(event: StockConfirmationRequested, held: Held) -> bool:
    """Confirm and answer whether it worked."""
    reservation = held.reservations.get(event.saga)
    confirmed = reservation is not None and confirm(
        held, reservation, order=event.order, order_number=event.order_number
    )
    publish(
        StockConfirmed(saga=event.saga, order=event.order, confirmed=confirmed),
        aggregate_id=event.saga,
        aggregate_version=reservation.version if reservation else 0,
    )
    return confirmed


def _answer(reservation: Reservation) -> None:
    answer: StockReserved | StockReservationFailed
    if reservation.state in (State.RESERVED, State.CONFIRMED, State.CONSUMED):
        answer = StockReserved(saga=reservation.id, expires_at=reservation.expires_at)
    elif reservation.state == State.FAILED:
        answer = StockReservationFailed(saga=reservation.id, missing=tuple(reservation.reason.split(",")))
    else:
        return
    publish(answer, aggregate_id=reservation.id, aggregate_version=reservation.version)
