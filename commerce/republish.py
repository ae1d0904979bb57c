"""What commerce can tell again, so that others rebuild their copies: orders as they were sold, held, and cancelled.

Of orders of history only that they are there.
"""

from collections.abc import Iterator

from django.db.models import Exists, OuterRef, Q

from chassis.republishing import State
from commerce.cancellation.models import Cancellation
from commerce.history.announcing import order_carried
from commerce.order.announcing import order_cancelled, order_held, order_placed, order_released
from commerce.order.models import Order, OrderEvent
from contracts.commerce import OrderCancelled, OrderCarried, OrderHeld, OrderPlaced, OrderReleased

ASKED = Cancellation.objects.filter(order=OuterRef("id"), state="requested", was_held=True)
OURS = Order.objects.filter(historical=False)
ON_HOLD = Q(state="held") | Q(Exists(ASKED))


def placed() -> Iterator[State]:
    """Every order as it was sold."""
    for row in OURS.prefetch_related("lines", "deliveries").order_by("id").iterator(chunk_size=200):
        event = order_placed(row, list(row.lines.all()), row.deliveries.all())
        yield State(event=event, aggregate_id=row.id, aggregate_version=row.version, channel=row.channel)


def carried() -> Iterator[State]:
    """Every order of history, as far as there is something of it that could come back."""
    rows = Order.objects.filter(historical=True).prefetch_related("lines__history").order_by("id")
    for row in rows.iterator(chunk_size=200):
        lines = list(row.lines.all())
        event = order_carried(row, lines, {line.id: line.history.refunded for line in lines})
        if any(line.kept for line in event.lines):
            yield State(event=event, aggregate_id=row.id, aggregate_version=row.version, channel=row.channel)


def held() -> Iterator[State]:
    """Every order that is on hold, or was when its cancellation was asked for."""
    for row in OURS.filter(ON_HOLD).order_by("id").iterator(chunk_size=500):
        yield State(event=order_held(row), aggregate_id=row.id, aggregate_version=row.version, channel=row.channel)


def released() -> Iterator[State]:
    """Every order that was on hold once and is not."""
    once = OrderEvent.objects.filter(what="state.hold").values("order")
    for row in OURS.filter(~ON_HOLD, id__in=once).order_by("id").iterator(chunk_size=500):
        yield State(event=order_released(row), aggregate_id=row.id, aggregate_version=row.version, channel=row.channel)


def cancelled() -> Iterator[State]:
    """Every order that was cancelled; the reason was told once and is not kept."""
    for row in OURS.filter(state="cancelled").order_by("id").iterator(chunk_size=500):
        event = order_cancelled(row, reason="")
        yield State(event=event, aggregate_id=row.id, aggregate_version=row.version, channel=row.channel)


REPUBLISH = {
    OrderPlaced: placed,
    OrderCarried: carried,
    OrderHeld: held,
    OrderReleased: released,
    OrderCancelled: cancelled,
}
