"""What checkouts are told about what they hold, each under the reservation's version after the step."""

from typing import Any
from uuid import UUID

from chassis.unit_of_work import publish
from contracts.commerce import TenderRefundRequested
from contracts.postpurchase import TenderConfirmed, TenderRefunded, TenderRefused, TenderReleased, TenderReserved
from contracts.shared import Amount
from postpurchase.tenders.models import TenderReservation
from postpurchase.tenders.reservations import total


def reserved(reservation: TenderReservation) -> None:
    """All of it is held."""
    assert reservation.expires_at is not None
    amount = Amount(amount=total(reservation), currency=reservation.currency)
    _tell(reservation, TenderReserved(saga=reservation.id, amount=amount, expires_at=reservation.expires_at))


def refused(reservation: TenderReservation, *, tender: str) -> None:
    """None of it is, and why."""
    assert reservation.refused is not None
    event = TenderRefused(saga=reservation.id, payment=reservation.refused, tender=tender, reason=reservation.reason)
    _tell(reservation, event)


def released(reservation: TenderReservation) -> None:
    """It may be spent again."""
    _tell(reservation, TenderReleased(saga=reservation.id, reason=reservation.reason))


def confirmed(reservation: TenderReservation | None, *, saga: UUID, order: UUID, confirmed: bool) -> None:
    """It was taken, or it was gone."""
    event = TenderConfirmed(saga=saga, order=order, confirmed=confirmed)
    publish(event, aggregate_id=saga, aggregate_version=reservation.version if reservation else 0)


def refunded(asked: TenderRefundRequested) -> None:
    """It is back where it came from."""
    event = TenderRefunded(
        saga=asked.saga,
        payment=asked.payment,
        refund=asked.refund,
        amount=asked.amount,
        return_request=asked.return_request,
    )
    publish(event, aggregate_id=asked.payment)


def _tell(reservation: TenderReservation, event: Any) -> None:
    publish(
        event,
        aggregate_id=reservation.id,
        aggregate_version=reservation.version,
        channel=reservation.channel or None,
    )
