"""What placed, confirmed, cancelled and returned orders mean for fulfilment. They may arrive in any order.

An order's picking list is made by whichever comes second, the order or the confirmation of its stock; both
hold the reservation's lock, so one of them is second.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import msgspec

from chassis import clock
from chassis.subscriptions import Received
from contracts.commerce import OrderCancelled, OrderLine, OrderPlaced, StockConfirmationRequested
from contracts.postpurchase import ReturnReceived
from logistics.fulfillment.models import FulfilmentOrder, PickLine
from logistics.fulfillment.packing import unpack_all
from logistics.fulfillment.states import State
from logistics.reservation.announcing import released
from logistics.reservation.holding import Held, give_back, hold, send
from logistics.reservation.models import Allocation, Reservation
from logistics.reservation.states import TRANSITIONS
from logistics.reservation.states import State as Stock
from logistics.warehouse.commands import AdjustStock, StockChange, adjust_stock
from logistics.warehouse.errors import UnknownSource
from logistics.warehouse.models import ChannelSource


def place(event: OrderPlaced, held: Held) -> None:
    """Note what is to be sent; open the picking list if the stock is confirmed already."""
    facts: dict[str, Any] = {
        "saga": event.saga,
        "number": event.number,
        "channel": event.channel,
        "shipping_method": event.shipping_method,
        "delivery": msgspec.to_builtins(event.delivery),
        "lines": msgspec.to_builtins([part for line in event.lines for part in _parts(line)]),
        "placed_at": event.placed_at,
    }
    fulfilment, made = _lock(event.order, State.AWAITING_STOCK, **facts)
    reservation = held.reservations.get(event.saga)
    if not made:
        if fulfilment.saga is None:
            for name, value in facts.items():
                setattr(fulfilment, name, value)
            fulfilment.save(update_fields=list(facts))
        if fulfilment.state == State.CANCELLED:
            _return_stock(held, reservation)
    elif reservation is None and not any(line.requires_shipping for line in event.lines):
        fulfilment.become(State.NOT_NEEDED)
    elif reservation is not None and reservation.state == Stock.CONFIRMED:
        _open(fulfilment, held, reservation)


def stock_confirmed(event: StockConfirmationRequested, held: Held) -> None:
    """The stock is the order's: make its picking list, or give it back if the order is cancelled already."""
    fulfilment = FulfilmentOrder.objects.select_for_update().filter(id=event.order).first()
    if fulfilment is None:
        return
    reservation = held.reservations[event.saga]
    if fulfilment.state == State.CANCELLED:
        _return_stock(held, reservation)
    elif fulfilment.state == State.AWAITING_STOCK:
        _open(fulfilment, held, reservation)


def cancel(event: OrderCancelled, held: Held) -> None:
    """The order is cancelled: done already where logistics was asked before. IllegalTransition once a parcel left."""
    cancel_all(event.order, held, number=event.number, channel=event.channel)


def cancel_all(order: UUID, held: Held, *, number: str, channel: str) -> None:
    """Put back what the order holds, or note that it comes cancelled. IllegalTransition once a parcel has left."""
    fulfilment, made = _lock(order, State.CANCELLED, number=number, channel=channel)
    if not made and fulfilment.state != State.CANCELLED:
        fulfilment.become(State.CANCELLED)
        unpack_all(fulfilment)
    mine = [row for row in held.reservations.values() if order == row.order or row.id == fulfilment.saga]
    if not mine and fulfilment.saga is not None:
        # The order was placed between our look and our lock. Out of order, so it may deadlock: the inbox retries.
        mine = list(hold((), (fulfilment.saga,)).reservations.values())
    for reservation in mine:
        _return_stock(held, reservation)


def sagas_of(orders: list[UUID]) -> list[UUID]:
    """Reservations to lock for cancellations: those of placed orders and those confirmed for them."""
    if not orders:
        return []
    placed = FulfilmentOrder.objects.filter(id__in=orders, saga__isnull=False)
    confirmed = Reservation.objects.filter(order__in=orders)
    return [*placed.values_list("saga", flat=True), *confirmed.values_list("id", flat=True)]


def restock(batch: list[Received[ReturnReceived]]) -> None:
    """Returned goods that may be sold again go to the source that sent them, else to the channel's first."""
    changes = [
        StockChange(
            source=_source_for(received.event, sku),
            sku=sku,
            change=quantity,
            reference=str(received.event.return_request),
        )
        for received in batch
        for sku, quantity in received.event.restock
    ]
    if changes:
        adjust_stock(AdjustStock(changes=changes, reason="returned"))


def _parts(line: OrderLine) -> Iterator[OrderLine]:
    """What of a line is picked: its components, or itself. Who it is for is none of the warehouse's business."""
    for part in line.components:
        yield replace(
            line,
            sku=part.sku,
            product=part.product,
            name=part.name,
            quantity=line.quantity * part.quantity,
            requires_shipping=part.requires_shipping,
            components=(),
            choices=(),
        )
    if not line.components:
        yield replace(line, choices=())


def _lock(order: UUID, state: State, **facts: Any) -> tuple[FulfilmentOrder, bool]:
    return FulfilmentOrder.objects.select_for_update().get_or_create(
        id=order, defaults={"state": state.value, "created_at": clock.now(), **facts}
    )


def _return_stock(held: Held, reservation: Reservation | None) -> None:
    if reservation is None or Stock.RELEASED not in TRANSITIONS[Stock(reservation.state)]:
        return
    give_back(held, reservation)
    reservation.become(Stock.RELEASED, reason="order cancelled")
    released(reservation, reason=reservation.reason)


def _open(fulfilment: FulfilmentOrder, held: Held, reservation: Reservation) -> None:
    """Make the picking list from what is held."""
    held_now = list(Allocation.objects.filter(reservation=reservation, held__gt=0).select_related("item"))
    listed = put_on_list(fulfilment, held_now, held)
    if not listed:
        reservation.become(Stock.CONSUMED)
    fulfilment.become(State.OPEN if listed else State.NOT_NEEDED)


def put_on_list(fulfilment: FulfilmentOrder, held_now: Sequence[Allocation], held: Held) -> bool:
    """Have these allocations picked; whether anything is to be. What needs no parcel leaves the books at once."""
    names = {line["sku"]: line["name"] for line in fulfilment.lines}
    parcels = {line["sku"] for line in fulfilment.lines if line["requires_shipping"]}
    picks = [
        PickLine(
            fulfilment=fulfilment,
            source_id=allocation.item.source_id,
            allocation=allocation,
            sku=allocation.item.sku,
            name=names.get(allocation.item.sku, ""),
            quantity=allocation.held,
        )
        for allocation in held_now
        if allocation.item.sku in parcels
    ]
    PickLine.objects.bulk_create(picks)
    digital = [(row.id, row.held) for row in held_now if row.item.sku not in parcels]
    if digital:
        send(held, digital, reference=fulfilment.number, actor="")
    return bool(picks)


def _source_for(event: ReturnReceived, sku: str) -> str:
    sent = PickLine.objects.filter(fulfilment=event.order, sku=sku, sent__gt=0).order_by("-sent", "id")
    source = sent.values_list("source__code", flat=True).first()
    if source is None:
        links = ChannelSource.objects.filter(channel=event.channel, source__enabled=True)
        source = links.order_by("priority", "id").values_list("source__code", flat=True).first()
    if source is None:
        raise UnknownSource(f"No source of channel {event.channel} can take the return.")
    return source
