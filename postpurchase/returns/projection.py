"""The copy of orders that returns are checked against. An order and its cancellation arrive in any order."""

from collections.abc import Collection, Iterable, Iterator
from decimal import Decimal
from uuid import UUID

from django.db import connections

from chassis.subscriptions import NotYet, Received
from contracts.catalog import ViewChanged
from contracts.commerce import GoodsAdded, OrderCancelled, OrderCarried, OrderLine, OrderPlaced
from contracts.postpurchase import GIFT_CARD
from contracts.shared import Component
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


def copy_carried_orders(batch: list[Received[OrderCarried]]) -> None:
    """Keep orders of an older shop, each in its newest version, in a fixed number of statements."""
    newest: dict[UUID, Received[OrderCarried]] = {}
    for received in sorted(batch, key=lambda one: one.message.aggregate_version):
        newest[received.event.order] = received
    known = dict(
        BoughtOrder.objects.select_for_update().filter(id__in=newest).order_by("id").values_list("id", "version")
    )
    news = [newest[id_] for id_ in sorted(newest) if known.get(id_, 0) <= newest[id_].message.aggregate_version]
    BoughtOrder.objects.bulk_create(
        (
            BoughtOrder(
                id=one.event.order,
                number=one.event.number,
                channel=one.event.channel,
                customer=one.event.customer,
                email=one.event.email,
                currency=one.event.currency,
                placed_at=one.event.placed_at,
                version=one.message.aggregate_version,
            )
            for one in news
        ),
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["number", "channel", "customer", "email", "email_hash", "currency", "placed_at", "version"],
    )
    _store_lines(line for one in news for line in _carried_lines(one.event))


def _carried_lines(event: OrderCarried) -> Iterator[BoughtLine]:
    for line in event.lines:
        yield BoughtLine(
            id=line.id,
            order_id=event.order,
            sku=line.sku,
            name=line.name,
            quantity=line.quantity,
            cancelled=max(line.quantity - line.kept, Decimal(0)),
            total=line.total,
            returnable=line.kind != GIFT_CARD,
            components=_parts(line.components),
        )


def copy_added_lines(event: GoodsAdded) -> None:
    """Keep what was added to an order after it was placed. Raises NotYet while the order is not known here."""
    order = BoughtOrder.objects.select_for_update().filter(id=event.order, placed_at__isnull=False).first()
    if order is None:
        raise NotYet(f"Order {event.number} is not known yet.")
    _copy_lines(order, event.lines)


def _copy_lines(order: BoughtOrder, lines: Iterable[OrderLine]) -> None:
    rows = (
        BoughtLine(
            id=line.id,
            order=order,
            sku=line.sku,
            name=line.name,
            quantity=line.quantity,
            total=line.total,
            returnable=line.kind != GIFT_CARD,
            components=_parts(line.components),
        )
        for line in lines
    )
    _store_lines(rows, but=("cancelled",))  # that is counted by other events


def _parts(components: Iterable[Component]) -> list[list[str]]:
    """What of a bundle can come back."""
    return [[part.sku, str(part.quantity)] for part in components if part.requires_shipping]


def _store_lines(lines: Iterable[BoughtLine], *, but: Collection[str] = ()) -> None:
    facts = ("sku", "name", "quantity", "cancelled", "total", "components", "returnable")
    BoughtLine.objects.bulk_create(
        lines,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=[fact for fact in facts if fact not in but],
    )


def note_cancellation(event: OrderCancelled) -> None:
    """A cancelled order has nothing to return."""
    order, made = BoughtOrder.objects.select_for_update().get_or_create(
        id=event.order, defaults={"number": event.number, "channel": event.channel, "cancelled": True}
    )
    if not made:
        order.cancelled = True
        order.save(update_fields=["cancelled"])
