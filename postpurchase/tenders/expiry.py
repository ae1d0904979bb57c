"""What nobody confirmed may be spent again when its reservation expires."""

from typing import Any
from uuid import UUID

from chassis.jobs import JobKind, LeasedJob
from postpurchase.tenders import states
from postpurchase.tenders.announcing import released
from postpurchase.tenders.reservations import EXPIRE, give_back, hold


def _expire(job: LeasedJob, _: Any) -> None:
    saga = UUID(job.key)
    reservation = hold((), (saga,), ()).get(saga)
    if reservation is not None and reservation.state == states.RESERVED:
        give_back(reservation)
        reservation.transition("expire", reason="expired")
        released(reservation)


EXPIRY = JobKind(name=EXPIRE, record=_expire)
