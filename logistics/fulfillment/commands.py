"""Commands of fulfilment: pick from the shelves, send a parcel."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from chassis import clock
from chassis.context import current
from chassis.unit_of_work import publish, unit_of_work
from contracts.logistics import GoodsPicked, PickedLine, ShipmentSent, ShippedLine
from logistics.fulfillment.errors import (
    NothingToDo,
    NotPicked,
    OnHold,
    PickTooMuch,
    UnknownFulfilment,
    UnknownPickLine,
)
from logistics.fulfillment.models import FulfilmentOrder, OrderHold, PickLine, Shipment, ShipmentLine
from logistics.fulfillment.states import PICKABLE, SENDABLE, State, demand
from logistics.warehouse.reservations import hold, send
from logistics.warehouse.states import State as Stock


@dataclass(frozen=True, kw_only=True)
class LineQuantity:
    """So much of one line of the picking list."""

    line: UUID
    quantity: Decimal


@dataclass(frozen=True, kw_only=True)
class Pick:
    """Goods were taken from the shelves: these quantities, or all that is left (of one source)."""

    order: UUID
    source: str = ""
    lines: Sequence[LineQuantity] = ()


def pick(command: Pick) -> FulfilmentOrder:
    """Note what was picked and publish goods_picked.

    Raises UnknownFulfilment, OnHold, IllegalTransition, UnknownPickLine, PickTooMuch, NothingToDo.
    """
    with unit_of_work("logistics"):
        fulfilment = _workable(_locked(command.order), PICKABLE)
        lines = {line.id: line for line in fulfilment.picks.select_related("source")}
        chosen = _chosen_to_pick(command, lines)
        for line, quantity in chosen:
            if quantity <= 0 or line.picked + quantity > line.quantity:
                raise PickTooMuch(f"{line.sku}: {line.quantity - line.picked} left to pick.")
            line.picked += quantity
        PickLine.objects.bulk_update(lines.values(), ["picked"])
        complete = all(line.picked == line.quantity for line in lines.values())
        if complete and fulfilment.state in (State.OPEN, State.PICKING):
            fulfilment.become(State.PICKED)
        elif fulfilment.state == State.OPEN:
            fulfilment.become(State.PICKING)
        else:
            fulfilment.version += 1
            fulfilment.save(update_fields=["version"])
        _tell_picked(fulfilment, chosen, complete=complete)
    return fulfilment


@dataclass(frozen=True, kw_only=True)
class Ship:
    """A parcel leaves with these quantities, or with all that is picked and not sent."""

    order: UUID
    carrier: str
    tracking_number: str
    lines: Sequence[LineQuantity] = ()


def ship(command: Ship) -> Shipment:
    """Send a parcel: stock falls, the reservation with it, and shipment_sent is published.

    The same carrier and tracking number again answers the same shipment. Raises UnknownFulfilment, OnHold,
    IllegalTransition, UnknownPickLine, NotPicked, NothingToDo.
    """
    with unit_of_work("logistics"):
        saga = FulfilmentOrder.objects.filter(id=command.order).values_list("saga", flat=True).first()
        held = hold((), () if saga is None else (saga,))
        fulfilment = _locked(command.order)
        parcel = {"carrier": command.carrier, "tracking_number": command.tracking_number}
        if again := fulfilment.shipments.filter(**parcel).first():
            return again
        _workable(fulfilment, SENDABLE)
        lines = {line.id: line for line in fulfilment.picks.all()}
        chosen = _chosen_to_send(command, lines)
        for line, quantity in chosen:
            if quantity <= 0 or line.sent + quantity > line.picked:
                raise NotPicked(f"{line.sku}: {line.picked - line.sent} picked and not sent.")
            line.sent += quantity
        PickLine.objects.bulk_update(lines.values(), ["sent"])
        shipment = Shipment.objects.create(fulfilment=fulfilment, sent_at=clock.now(), **parcel)
        ShipmentLine.objects.bulk_create(
            ShipmentLine(shipment=shipment, pick=line, quantity=quantity) for line, quantity in chosen
        )
        taken = [(line.allocation_id, quantity) for line, quantity in chosen]
        if not send(held, taken, reference=fulfilment.number, actor=current().actor):
            raise NotPicked("The order no longer holds what was to be sent.")
        complete = all(line.sent == line.quantity for line in lines.values())
        if complete:
            held.reservations[fulfilment.saga].become(Stock.CONSUMED)
            fulfilment.become(State.SENT)
        elif fulfilment.state != State.PARTLY_SENT:
            fulfilment.become(State.PARTLY_SENT)
        _tell_sent(fulfilment, shipment, chosen, complete=complete)
    return shipment


Chosen = list[tuple[PickLine, Decimal]]


def _locked(order: UUID) -> FulfilmentOrder:
    fulfilment = FulfilmentOrder.objects.select_for_update().filter(id=order).first()
    if fulfilment is None:
        raise UnknownFulfilment()
    return fulfilment


def _workable(fulfilment: FulfilmentOrder, allowed: frozenset[State]) -> FulfilmentOrder:
    """The locked row, if its state is one of `allowed` and commerce does not hold the order back."""
    demand(fulfilment.state, allowed)
    if OrderHold.on(fulfilment.id):
        raise OnHold()
    return fulfilment


def _chosen_to_pick(command: Pick, lines: dict[UUID, PickLine]) -> Chosen:
    chosen = _named(command.lines, lines) or [
        (line, line.quantity - line.picked)
        for line in lines.values()
        if line.picked < line.quantity and command.source in ("", line.source.code)
    ]
    if not chosen:
        raise NothingToDo()
    return chosen


def _chosen_to_send(command: Ship, lines: dict[UUID, PickLine]) -> Chosen:
    chosen = _named(command.lines, lines) or [
        (line, line.picked - line.sent) for line in lines.values() if line.sent < line.picked
    ]
    if not chosen:
        raise NothingToDo()
    return chosen


def _named(wanted: Sequence[LineQuantity], lines: dict[UUID, PickLine]) -> Chosen:
    """The lines named, quantities of one line summed."""
    sums: dict[UUID, Decimal] = {}
    for item in wanted:
        if item.line not in lines:
            raise UnknownPickLine(field="/lines")
        sums[item.line] = sums.get(item.line, Decimal(0)) + item.quantity
    return [(lines[key], quantity) for key, quantity in sums.items()]


def _tell_picked(fulfilment: FulfilmentOrder, chosen: Chosen, *, complete: bool) -> None:
    lines = [PickedLine(sku=line.sku, source=line.source.code, quantity=quantity) for line, quantity in chosen]
    event = GoodsPicked(
        order=fulfilment.id,
        order_number=fulfilment.number,
        channel=fulfilment.channel,
        lines=tuple(sorted(lines, key=lambda line: (line.source, line.sku))),
        complete=complete,
    )
    publish(event, aggregate_id=fulfilment.id, aggregate_version=fulfilment.version, channel=fulfilment.channel)


def _tell_sent(fulfilment: FulfilmentOrder, shipment: Shipment, chosen: Chosen, *, complete: bool) -> None:
    sums: dict[str, Decimal] = {}
    for line, quantity in chosen:
        sums[line.sku] = sums.get(line.sku, Decimal(0)) + quantity
    event = ShipmentSent(
        shipment=shipment.id,
        order=fulfilment.id,
        order_number=fulfilment.number,
        channel=fulfilment.channel,
        carrier=shipment.carrier,
        tracking_number=shipment.tracking_number,
        lines=tuple(ShippedLine(sku=sku, quantity=quantity) for sku, quantity in sorted(sums.items())),
        complete=complete,
        sent_at=shipment.sent_at,
    )
    publish(event, aggregate_id=shipment.id, aggregate_version=1, channel=fulfilment.channel)
