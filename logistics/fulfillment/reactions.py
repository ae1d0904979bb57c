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
from contracts.shared import PostalAddress
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
    """Note what is to be sent, by the places that it goes to; open the lists if the stock is confirmed already."""
    facts = _facts(event, None, event.delivery, event.shipping_method)
    fulfilment, made = _lock(event.order, State.AWAITING_STOCK, **facts)
    reservation = held.reservations.get(event.saga)
    unheard = fulfilment.saga is None
    if not made and unheard:
        for name, value in facts.items():
            setattr(fulfilment, name, value)
        fulfilment.save(update_fields=list(facts))
    if made or unheard:
        for one in event.deliveries:
            further = _facts(event, one.id, one.delivery, one.shipping_method)
            _lock(one.id, State(fulfilment.state), of_order=event.order, **further)
    if not made:
        if fulfilment.state == State.CANCELLED:
            _return_stock(held, reservation)
    elif reservation is None and not any(line.requires_shipping for line in event.lines):
        fulfilment.become(State.NOT_NEEDED)
    elif reservation is not None and reservation.state == Stock.CONFIRMED:
        _open(event.order, held, reservation)


def _facts(event: OrderPlaced, group: UUID | None, to: PostalAddress, method: str) -> dict[str, Any]:
    """What a list needs to know of its order: the lines that go there."""
    mine = [part for line in event.lines if line.delivery == group for part in _parts(line)]
    return {
        "saga": event.saga,
        "number": event.number,
        "channel": event.channel,
        "shipping_method": method,
        "delivery": msgspec.to_builtins(to),
        "lines": msgspec.to_builtins(mine),
        "placed_at": event.placed_at,
    }


def stock_confirmed(event: StockConfirmationRequested, held: Held) -> None:
    """The stock is the order's: make its picking lists, or give it back if the order is cancelled already."""
    fulfilment = FulfilmentOrder.objects.select_for_update().filter(id=event.order).first()
    if fulfilment is None:
        return
    reservation = held.reservations[event.saga]
    if fulfilment.state == State.CANCELLED:
        _return_stock(held, reservation)
    elif fulfilment.state == State.AWAITING_STOCK:
        _open(event.order, held, reservation)


def cancel(event: OrderCancelled, held: Held) -> None:
    """The order is cancelled: done already where logistics was asked before. IllegalTransition once a parcel left."""
    cancel_all(event.order, held, number=event.number, channel=event.channel)


def cancel_all(order: UUID, held: Held, *, number: str, channel: str) -> None:
    """Put back what the order holds, or note that it comes cancelled. IllegalTransition once a parcel has left."""
    fulfilment, made = _lock(order, State.CANCELLED, number=number, channel=channel)
    for row in [] if made else FulfilmentOrder.of(order).select_for_update():
        if row.state != State.CANCELLED:
            row.become(State.CANCELLED)
            unpack_all(row)
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


def _open(order: UUID, held: Held, reservation: Reservation) -> None:
    """Make the order's picking lists from what is held, one for each place that it goes to."""
    held_now = list(Allocation.objects.filter(reservation=reservation, held__gt=0).select_related("item"))
    listed = []
    for row in FulfilmentOrder.of(order).select_for_update():
        listed.append(put_on_list(row, [one for one in held_now if one.delivery == row.further], held))
        row.become(State.OPEN if listed[-1] else State.NOT_NEEDED)
    if not any(listed):
        reservation.become(Stock.CONSUMED)


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
    sent = PickLine.objects.filter(fulfilment__in=FulfilmentOrder.of(event.order), sku=sku, sent__gt=0)
    sent = sent.order_by("-sent", "id")
    source = sent.values_list("source__code", flat=True).first()
    if source is None:
        links = ChannelSource.objects.filter(channel=event.channel, source__enabled=True)
        source = links.order_by("priority", "id").values_list("source__code", flat=True).first()
    if source is None:
        raise UnknownSource(f"No source of channel {event.channel} can take the return.")
    return source
