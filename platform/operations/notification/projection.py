"""The copy of orders' contacts: later events name the order only, and a handler may not ask."""

from chassis.subscriptions import Received
from contracts.commerce import GoodsAdded, OrderPlaced
from operations.notification.errors import OrderNotYetKnown
from operations.notification.models import OrderContact


def copy_order_contacts(batch: list[Received[OrderPlaced]]) -> None:
    """Keep each order's newest version."""
    for received in sorted(batch, key=lambda r: r.message.aggregate_id):
        event, version = received.event, received.message.aggregate_version
        values = {
            "number": event.number,
            "channel": event.channel,
            "locale": event.locale,
            "email": event.email,
            "name": event.delivery.name,
            "names": {line.sku: line.name for line in event.lines},
            "version": version,
        }
        OrderContact.objects.bulk_create([OrderContact(order=event.order, **values)], ignore_conflicts=True)
        OrderContact.objects.filter(order=event.order, version__lte=version).update(**values)


def add_names(batch: list[Received[GoodsAdded]]) -> None:
    """Keep what the lines are called that came to an order. OrderNotYetKnown while that is not here."""
    for received in sorted(batch, key=lambda r: r.message.aggregate_id):
        contact_of(received.event.order)
        row = OrderContact.objects.select_for_update().get(order=received.event.order)
        row.names = {**row.names, **{line.sku: line.name for line in received.event.lines}}
        row.version = max(row.version, received.message.aggregate_version)
        row.save(update_fields=["names", "version"])


def contact_of(order: object) -> OrderContact:
    """The contact of an order; OrderNotYetKnown while its order_placed has not arrived."""
    try:
        return OrderContact.objects.get(order=order)
    except OrderContact.DoesNotExist:
        raise OrderNotYetKnown(f"order {order}") from None
