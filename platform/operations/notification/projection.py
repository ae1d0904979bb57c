"""The copy of orders' contacts: later events name the order only, and a handler may not ask."""

from chassis.subscriptions import Received
from contracts.commerce import GoodsAdded, OrderCarried, OrderPlaced
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


def copy_carried_contacts(batch: list[Received[OrderCarried]]) -> None:
    """Keep whom to write to about an order of an older shop, each in its newest version."""
    rows: dict[object, OrderContact] = {}
    for received in sorted(batch, key=lambda one: one.message.aggregate_version):
        event = received.event
        rows[event.order] = OrderContact(
            order=event.order,
            number=event.number,
            channel=event.channel,
            locale=event.locale,
            email=event.email,
            name=event.name,
            names={line.sku: line.name for line in event.lines},
            version=received.message.aggregate_version,
        )
    known = dict(
        OrderContact.objects.select_for_update()
        .filter(order__in=rows)
        .order_by("order")
        .values_list("order", "version")
    )
    news = [row for row in rows.values() if known.get(row.order, -1) <= row.version]
    OrderContact.objects.bulk_create(
        sorted(news, key=lambda row: row.order),
        update_conflicts=True,
        unique_fields=["order"],
        update_fields=["number", "channel", "locale", "email", "name", "names", "version"],
    )


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
