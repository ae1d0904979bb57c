"""Logistics' word on a change of delivery: the order goes there, or has left already."""

from chassis import clock
from commerce.delivery.models import DeliveryChange
from commerce.order.commands import locked_order
from contracts.logistics import DeliveryChanged, DeliveryChangeRefused


def delivery_changed(event: DeliveryChanged) -> None:
    """The parcel will go where it was asked to. Documents that were issued keep the address that they have."""
    order = locked_order(event.order)
    change = DeliveryChange.objects.select_for_update().get(id=event.change)
    if change.state != "requested":
        return
    change.move("confirm", decided_at=clock.now())
    if change.group is None:
        order.delivery, order.shipping_method = change.delivery, change.shipping_method
    else:
        facts = {"delivery": change.delivery, "shipping_method": change.shipping_method}
        order.deliveries.filter(id=change.group).update(**facts)
    order.note("delivery_change.confirmed")
    order.version += 1
    order.save()


def delivery_change_refused(event: DeliveryChangeRefused) -> None:
    """Something of it has left, or it is cancelled: it goes, or went, where it was ordered to."""
    order = locked_order(event.order)
    change = DeliveryChange.objects.select_for_update().get(id=event.change)
    if change.state != "requested":
        return
    change.move("refuse", decided_at=clock.now())
    order.note("delivery_change.refused", {"reason": event.reason})
    order.version += 1
    order.save()
