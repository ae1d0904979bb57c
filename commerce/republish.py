"""What commerce can tell again, so that others rebuild their copies: orders as they were sold, held, and cancelled."""

from collections.abc import Iterator

from chassis.republishing import State
from commerce.order.announcing import order_cancelled, order_held, order_placed, order_released
from commerce.order.models import Order, OrderEvent
from contracts.commerce import OrderCancelled, OrderHeld, OrderPlaced, OrderReleased


def placed() -> Iterator[State]:
    """Every order as it was sold."""
    for row in Order.objects.prefetch_related("lines").order_by("id").iterator(chunk_size=200):
        event = order_placed(row, list(row.lines.all()))
        yield State(event=event, aggregate_id=row.id, aggregate_version=row.version, channel=row.channel)


def held() -> Iterator[State]:
    """Every order that is on hold."""
    for row in Order.objects.filter(state="held").order_by("id").iterator(chunk_size=500):
        yield State(event=order_held(row), aggregate_id=row.id, aggregate_version=row.version, channel=row.channel)


def released() -> Iterator[State]:
    """Every order that was on hold once and is not."""
    once = OrderEvent.objects.filter(what="state.hold").values("order")
    for row in Order.objects.filter(id__in=once).exclude(state="held").order_by("id").iterator(chunk_size=500):
        yield State(event=order_released(row), aggregate_id=row.id, aggregate_version=row.version, channel=row.channel)


def cancelled() -> Iterator[State]:
    """Every order that was cancelled; the reason was told once and is not kept."""
    for row in Order.objects.filter(state="cancelled").order_by("id").iterator(chunk_size=500):
        event = order_cancelled(row, reason="")
        yield State(event=event, aggregate_id=row.id, aggregate_version=row.version, channel=row.channel)


REPUBLISH = {OrderPlaced: placed, OrderHeld: held, OrderReleased: released, OrderCancelled: cancelled}
