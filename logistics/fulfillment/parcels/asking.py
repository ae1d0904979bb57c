"""What is asked of carriers, written as jobs in the unit of work that wants it."""

from datetime import timedelta

from chassis import clock
from chassis.ids import new_id
from chassis.unit_of_work import enqueue, unit_of_work
from logistics.carriers.registry import carrier_of
from logistics.fulfillment.models import Shipment
from logistics.fulfillment.parcels.errors import NoLabels, UnknownParcel
from logistics.fulfillment.parcels.states import Parcel
from logistics.fulfillment.parcels.tracking import settle

RATES, BUY, VOID, POLL = "logistics.ask_rates", "logistics.buy_label", "logistics.void_label", "logistics.poll_tracking"
POLL_AFTER = timedelta(hours=6)
POLL_FOR = timedelta(days=45)


def request_label(shipment: Shipment) -> None:
    """Have the carrier make a label for a packed parcel. Raises UnknownParcel, NoLabels, IllegalTransition."""
    with unit_of_work("logistics"):
        row = _locked(shipment)
        if not carrier_of(row.carrier).labels:
            raise NoLabels()
        row.become(Parcel.LABELLING, problem="")
        enqueue(BUY, key=f"{row.id}:{row.version}", payload={"shipment": str(row.id)})


def request_rates(shipment: Shipment) -> None:
    """Ask the carrier what the parcel would cost. Raises UnknownParcel, NoLabels."""
    with unit_of_work("logistics"):
        row = _locked(shipment)
        if not carrier_of(row.carrier).labels:
            raise NoLabels()
        enqueue(RATES, key=f"{row.id}:{new_id()}", payload={"shipment": str(row.id)})


def void_label(shipment: Shipment) -> None:
    """Have the carrier forget a label that will not be used."""
    number = shipment.tracking_number
    enqueue(VOID, key=f"{shipment.id}:{number}", payload={"carrier": shipment.carrier, "number": number})


def look_after(shipment: Shipment) -> None:
    """A parcel has left: what is known of it already counts now, and the carrier is asked again and again."""
    settle(shipment)
    poll_later(shipment)


def poll_later(shipment: Shipment) -> None:
    """Ask again in some hours, in case webhooks are lost; not for ever."""
    due, left = clock.now() + POLL_AFTER, shipment.sent_at
    if shipment.state == Parcel.SENT and carrier_of(shipment.carrier).tracks and left and due - left < POLL_FOR:
        enqueue(POLL, key=f"{shipment.id}@{due.isoformat()}", payload={"shipment": str(shipment.id)}, due_at=due)


def _locked(shipment: Shipment) -> Shipment:
    row = Shipment.objects.select_for_update().filter(id=shipment.id).first()
    if row is None:
        raise UnknownParcel()
    return row
