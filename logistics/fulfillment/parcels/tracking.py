"""What carriers tell of parcels: each event once, in any order, by webhook or when they are asked."""

from collections.abc import Iterable

from chassis import clock
from chassis.unit_of_work import publish, unit_of_work
from contracts.logistics import ShipmentArrived, ShipmentTracked
from logistics.carriers.interface import Tracked
from logistics.fulfillment.models import Shipment
from logistics.fulfillment.parcels.models import TrackingEvent
from logistics.fulfillment.parcels.states import Parcel

ENDS = ("delivered", "returned")


def heard(*, carrier: str, number: str, events: Iterable[Tracked]) -> bool:
    """Note what is new of a parcel and publish it; false when there is no such parcel."""
    if not number:
        return False  # every parcel without a label has none
    with unit_of_work("logistics"):
        rows = Shipment.objects.select_for_update(of=("self",)).select_related("fulfilment").order_by("id")
        shipments = list(rows.filter(carrier=carrier, tracking_number=number))
        for shipment in shipments:
            for event in sorted(events, key=lambda one: (one.at, one.id)):
                _note(shipment, event)
            settle(shipment)
    return bool(shipments)


def _note(shipment: Shipment, event: Tracked) -> None:
    facts = {"status": event.status, "place": event.place, "at": event.at, "heard_at": clock.now()}
    _, new = TrackingEvent.objects.get_or_create(shipment=shipment, event=event.id, defaults=facts)
    if not new:
        return
    shipment.version += 1
    shipment.save(update_fields=["version"])
    told = ShipmentTracked(
        shipment=shipment.id,
        order=shipment.fulfilment.order,
        order_number=shipment.fulfilment.number,
        channel=shipment.fulfilment.channel,
        status=event.status,
        place=event.place,
        at=event.at,
    )
    publish(told, aggregate_id=shipment.id, aggregate_version=shipment.version, channel=shipment.fulfilment.channel)


def settle(shipment: Shipment) -> None:
    """End a parcel that has arrived. One that by our books is still here waits until it was sent."""
    if shipment.state != Parcel.SENT:
        return
    last = TrackingEvent.objects.filter(shipment=shipment, status__in=ENDS).order_by("-at", "-id").first()
    if last is not None:
        came = last.status == "delivered"
        shipment.become(Parcel.DELIVERED if came else Parcel.RETURNED, ended_at=last.at)
        event = ShipmentArrived(
            shipment=shipment.id,
            order=shipment.fulfilment.order,
            order_number=shipment.fulfilment.number,
            channel=shipment.fulfilment.channel,
            delivered=came,
            at=last.at,
        )
        publish(
            event, aggregate_id=shipment.id, aggregate_version=shipment.version, channel=shipment.fulfilment.channel
        )
