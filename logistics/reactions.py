"""One handler for every event that moves stock, so that one envelope takes its locks in one order.

The inbox runs each handler over its part of an envelope in one transaction. Were there a handler per event
type, one transaction would lock items for its requests and then again for its releases, out of order, and
two workers could wait for each other. It knows both slices; they do not know each other's reactions.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from chassis.subscriptions import Received, caused_by
from contracts.commerce import (
    CancellationRequested,
    OrderCancelled,
    OrderPlaced,
    RequestedDelivery,
    StockConfirmationRequested,
    StockReleaseRequested,
    StockRequested,
)
from logistics.fulfillment import reactions as fulfillment
from logistics.fulfillment.adding import goods_added
from logistics.fulfillment.cancelling import cancellation_requested
from logistics.reservation import reactions as warehouse
from logistics.reservation.holding import Held, Part, Wanted, hold, requested, tombstone
from logistics.reservation.models import Reservation
from logistics.warehouse.availability import announce


def _confirm(event: StockConfirmationRequested, held: Held) -> None:
    if event.added:
        goods_added(event, held)
    elif warehouse.confirm_stock(event, held):
        fulfillment.stock_confirmed(event, held)


_REACTIONS: dict[type, Callable[[Any, Held], object]] = {
    StockRequested: warehouse.reserve,
    StockReleaseRequested: warehouse.release,
    StockConfirmationRequested: _confirm,
    OrderPlaced: fulfillment.place,
    OrderCancelled: fulfillment.cancel,
    CancellationRequested: cancellation_requested,
}


def stock_events(batch: list[Received[Any]]) -> None:
    """Lock what the batch touches, let each event act in its order, then announce what can be sold now."""
    events = [received.event for received in batch]
    sagas = [event.saga for event in events if not isinstance(event, OrderCancelled)]
    sagas += fulfillment.sagas_of([event.order for event in events if _is_of_an_order(event)])
    held = hold([row for event in events if (row := _row(event)) is not None], sagas)
    for received in batch:
        with caused_by(received.message):
            _REACTIONS[type(received.event)](received.event, held)
    with caused_by(batch[-1].message):
        announce(held.touched)


def _is_of_an_order(event: object) -> bool:
    """Whether it is about whatever its order holds, beside what it names."""
    return isinstance(event, OrderCancelled) or (isinstance(event, StockConfirmationRequested) and bool(event.added))


def _wanted(event: StockRequested, delivery: UUID | None) -> list[Wanted]:
    """What of a request goes with one delivery."""
    return [(line.sku, line.quantity, line.requires_shipping) for line in event.lines if line.delivery == delivery]


def _destination(to: StockRequested | RequestedDelivery) -> dict[str, str]:
    return {"country": to.country, "area": to.area, "method": to.shipping_method}


def _row(event: object) -> Reservation | None:
    if isinstance(event, StockRequested):
        return requested(
            event.saga,
            channel=event.channel,
            cart=event.cart,
            lines=_wanted(event, None),
            expires_at=event.expires_at,
            destination=_destination(event),
            further=[
                Part(delivery=one.id, lines=_wanted(event, one.id), destination=_destination(one))
                for one in event.deliveries
            ],
        )
    if isinstance(event, StockReleaseRequested):
        return tombstone(event.saga, reason=event.reason)
    return None
