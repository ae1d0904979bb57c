"""The copy of orders that returns are checked against. An order and its cancellation arrive in any order."""

from collections.abc import Iterable

from django.db import connections

from chassis.subscriptions import NotYet, Received
from contracts.catalog import ViewChanged
from contracts.commerce import GoodsAdded, OrderCancelled, OrderLine, OrderPlaced
from postpurchase.returns.models import BoughtLine, BoughtOrder

_VIEW = """
INSERT INTO postpurchase_viewcopy (code, channel, active, version) VALUES (%s, %s, %s, %s)
ON CONFLICT (code) DO UPDATE SET channel = excluded.channel, active = excluded.active,
    version = excluded.version
WHERE postpurchase_viewcopy.version <= excluded.version
"""


def copy_views(batch: list[Received[ViewChanged]]) -> None:
    """Keep which channel a view belongs to; the newest version wins."""
    with connections["postpurchase"].cursor() as cursor:
        for received in sorted(batch, key=lambda r: (r.event.code, r.message.aggregate_version)):
            event = received.event
            cursor.execute(_VIEW, [event.code, event.channel, event.active, received.message.aggregate_version])


def copy_order(event: OrderPlaced) -> None:
    """Keep an order as it was sold; a second arrival says the same, or more where goods were added to it."""
    facts = {
        "number": event.number,
        "channel": event.channel,
        "customer": event.customer,
        "email": event.email,
        "currency": event.currency,
        "placed_at": event.placed_at,
    }
    order, made = BoughtOrder.objects.select_for_update().get_or_create(id=event.order, defaults=facts)
    if not made:
        for name, value in facts.items():
            setattr(order, name, value)
        order.save()
    _copy_lines(order, event.lines)


def copy_added_lines(event: GoodsAdded) -> None:
    """Keep what was added to an order after it was placed. Raises NotYet while the order is not known here."""
    order = BoughtOrder.objects.select_for_update().filter(id=event.order, placed_at__isnull=False).first()
    if order is None:
        raise NotYet(f"Order {event.number} is not known yet.")
    _copy_lines(order, event.lines)


def _copy_lines(order: BoughtOrder, lines: Iterable[OrderLine]) -> None:
    BoughtLine.objects.bulk_create(
        (
            BoughtLine(
                id=line.id,
                order=order,
                sku=line.sku,
                name=line.name,
                quantity=line.quantity,
                total=line.total,
                components=[[part.sku, str(part.quantity)] for part in line.components if part.requires_shipping],
            )
            for line in lines
        ),
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["sku", "name", "quantity", "total", "components"],
    )


def note_cancellation(event: OrderCancelled) -> None:
    """A cancelled order has nothing to return."""
    order, made = BoughtOrder.objects.select_for_update().get_or_create(
        id=event.order, defaults={"number": event.number, "channel": event.channel, "cancelled": True}
    )
    if not made:
        order.cancelled = True
        order.save(update_fields=["cancelled"])
