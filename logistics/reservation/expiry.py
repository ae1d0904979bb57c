"""A reservation that nobody confirmed returns to the shelf at its `expires_at`."""

from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.jobs import JobKind, LeasedJob
from logistics.reservation.announcing import released
from logistics.reservation.holding import EXPIRE, give_back, hold
from logistics.reservation.states import State
from logistics.warehouse.availability import announce


def _expire(job: LeasedJob, _: Any) -> None:
    saga = UUID(job.payload["saga"])
    held = hold((), (saga,))
    reservation = held.reservations.get(saga)
    if reservation is None or reservation.state != State.RESERVED:
        return
    if reservation.expires_at > datetime.fromisoformat(job.payload["expires_at"]):
        return  # extended meanwhile: a later job will look again
    give_back(held, reservation)
    reservation.become(State.EXPIRED, reason="expired")
    released(reservation, reason="expired")
    announce(held.touched)


EXPIRY = JobKind(name=EXPIRE, record=_expire)
