"""What commerce can tell again, so that others rebuild their copies of it: orders as they were sold, and cancelled."""

from collections.abc import Iterator

from chassis.republishing import State
from commerce.order.announcing import order_cancelled, order_placed
from commerce.order.models import Order
from contracts.commerce import OrderCancelled, OrderPlaced


def placed() -> Iterator[State]:
    """Every order as it was sold."""
    for row in Order.objects.prefetch_related("lines").order_by("id").iterator(chunk_size=200):
        event = order_placed(row, list(row.lines.all()))
        yield State(event=event, aggregate_id=row.id, aggregate_version=row.version, channel=row.channel)


def cancelled() -> Iterator[State]:
    """Every order that was cancelled; the reason was told once and is not kept."""
    for row in Order.objects.filter(state="cancelled").order_by("id").iterator(chunk_size=500):
        event = order_cancelled(row, reason="")
        yield State(event=event, aggregate_id=row.id, aggregate_version=row.version, channel=row.channel)


REPUBLISH = {OrderPlaced: placed, OrderCancelled: cancelled}
