"""What other domains are told about a reservation, whichever slice ended it."""

from chassis.unit_of_work import publish
from contracts.logistics import StockReleased
from logistics.reservation.models import Reservation


def released(reservation: Reservation, *, reason: str) -> None:
    """Tell that a reservation is void, by request, by time, or with its order."""
    publish(
        StockReleased(saga=reservation.id, reason=reason),
        aggregate_id=reservation.id,
        aggregate_version=reservation.version,
    )
