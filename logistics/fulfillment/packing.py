"""Commands of parcels: pack what was picked, hand it over, or unpack it as long as it is here.

Whoever changes a parcel holds its fulfilment order's lock; whoever sends one holds the reservation's before that.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db.models import F

from chassis import clock
from chassis.context import current
from chassis.unit_of_work import publish, unit_of_work
from contracts.logistics import ShipmentCancelled, ShipmentPacked, ShipmentSent, ShippedLine
from logistics.fulfillment.commands import Chosen, LineQuantity, locked, named, workable
from logistics.fulfillment.errors import NoNumber, NothingToDo, NotPicked, NumberTaken
from logistics.fulfillment.models import FulfilmentOrder, PickLine, Shipment, ShipmentLine
from logistics.fulfillment.parcels.asking import look_after, void_label
from logistics.fulfillment.parcels.errors import UnknownParcel
from logistics.fulfillment.parcels.states import HERE, READY, Parcel
from logistics.fulfillment.parcels.states import demand as demand_parcel
from logistics.fulfillment.states import SENDABLE, State
from logistics.reservation.holding import Held, hold, send
from logistics.reservation.states import State as Stock


@dataclass(frozen=True, kw_only=True)
class Pack:
    """These quantities, or all that is picked and in no parcel, go into a parcel. `weight` in kilograms."""

    order: UUID
    carrier: str
    lines: Sequence[LineQuantity] = ()
    weight: Decimal = Decimal(0)


def pack(command: Pack) -> Shipment:
    """Make a parcel and publish shipment_packed; stock falls when it is sent.

    Raises UnknownFulfilment, OnHold, IllegalTransition, UnknownPickLine, NotPicked, NothingToDo.
    """
    with unit_of_work("logistics"):
        fulfilment = workable(locked(command.order), SENDABLE)
        return _pack(fulfilment, command)


@dataclass(frozen=True, kw_only=True)
class HandOver:
    """A parcel leaves, with the number that its label has or that is given."""

    shipment: UUID
    tracking_number: str = ""


def hand_over(command: HandOver) -> Shipment:
    """Send a parcel: stock falls, the reservation with it, and shipment_sent is published.

    A parcel that was sent already is answered as it is. Raises UnknownParcel, OnHold, IllegalTransition, NoNumber,
    NotPicked.
    """
    with unit_of_work("logistics"):
        order = _order_of(command.shipment)
        held = _hold(order)
        fulfilment = locked(order)
        shipment = _locked_parcel(command.shipment)
        if shipment.sent_at is not None:
            return shipment
        workable(fulfilment, SENDABLE)
        return _send(fulfilment, shipment, held, number=command.tracking_number)


@dataclass(frozen=True, kw_only=True)
class Ship:
    """A parcel is packed and leaves at once, with these quantities or with all that is in no parcel yet."""

    order: UUID
    carrier: str
    tracking_number: str
    lines: Sequence[LineQuantity] = ()


def ship(command: Ship) -> Shipment:
    """Pack and hand over in one.

    The same carrier and tracking number again answers the same shipment. Raises UnknownFulfilment, OnHold,
    IllegalTransition, UnknownPickLine, NotPicked, NothingToDo.
    """
    with unit_of_work("logistics"):
        held = _hold(command.order)
        fulfilment = locked(command.order)
        parcel = {"carrier": command.carrier, "tracking_number": command.tracking_number}
        if again := fulfilment.shipments.filter(**parcel, sent_at__isnull=False).first():
            return again
        workable(fulfilment, SENDABLE)
        shipment = _pack(fulfilment, Pack(order=command.order, carrier=command.carrier, lines=command.lines))
        return _send(fulfilment, shipment, held, number=command.tracking_number)


def cancel_parcel(shipment: UUID) -> Shipment:
    """Unpack a parcel that is still here; its label is void. Raises UnknownParcel, IllegalTransition."""
    with unit_of_work("logistics"):
        fulfilment = locked(_order_of(shipment))
        row = _locked_parcel(shipment)
        _unpack(fulfilment, row)
    return row


def unpack_all(fulfilment: FulfilmentOrder) -> None:
    """The order is cancelled: nothing of it leaves. Call it under the order's lock."""
    for row in fulfilment.shipments.select_for_update().filter(state__in=HERE).order_by("id"):
        _unpack(fulfilment, row)


def others_to_send(fulfilment: FulfilmentOrder) -> bool:
    """Whether something of the order is still to go to another place. Call it under the reservation's lock."""
    others = FulfilmentOrder.of(fulfilment.order).exclude(id=fulfilment.id)
    return PickLine.objects.filter(fulfilment__in=others, sent__lt=F("quantity")).exists()


def _hold(order: UUID) -> Held:
    saga = FulfilmentOrder.objects.filter(id=order).values_list("saga", flat=True).first()
    return hold((), () if saga is None else (saga,))


def _order_of(shipment: UUID) -> UUID:
    order = Shipment.objects.filter(id=shipment).values_list("fulfilment", flat=True).first()
    if order is None:
        raise UnknownParcel()
    return order


def _locked_parcel(shipment: UUID) -> Shipment:
    return Shipment.objects.select_for_update().get(id=shipment)


def _pack(fulfilment: FulfilmentOrder, command: Pack) -> Shipment:
    lines = {line.id: line for line in fulfilment.picks.all()}
    chosen = named(command.lines, lines) or [(line, line.loose) for line in lines.values() if line.loose > 0]
    if not chosen:
        raise NothingToDo()
    for line, quantity in chosen:
        if quantity <= 0 or quantity > line.loose:
            raise NotPicked(f"{line.sku}: {line.loose} picked and in no parcel.")
        line.packed += quantity
    PickLine.objects.bulk_update(lines.values(), ["packed"])
    shipment = Shipment.objects.create(
        fulfilment=fulfilment,
        state=Parcel.PACKED.value,
        carrier=command.carrier,
        weight=command.weight,
        packed_at=clock.now(),
    )
    ShipmentLine.objects.bulk_create(
        ShipmentLine(shipment=shipment, pick=line, quantity=quantity) for line, quantity in chosen
    )
    event = ShipmentPacked(
        shipment=shipment.id,
        order=fulfilment.order,
        order_number=fulfilment.number,
        channel=fulfilment.channel,
        carrier=shipment.carrier,
        lines=_shipped(chosen),
    )
    publish(event, aggregate_id=shipment.id, aggregate_version=shipment.version, channel=fulfilment.channel)
    return shipment


def _send(fulfilment: FulfilmentOrder, shipment: Shipment, held: Held, *, number: str) -> Shipment:
    demand_parcel(shipment.state, READY)
    number = number or shipment.tracking_number
    if not number:
        raise NoNumber(field="/tracking_number")
    same = fulfilment.shipments.filter(carrier=shipment.carrier, tracking_number=number).exclude(id=shipment.id)
    if same.exists():
        raise NumberTaken(field="/tracking_number")
    lines = {line.id: line for line in fulfilment.picks.all()}
    chosen = [(lines[row.pick_id], row.quantity) for row in shipment.lines.order_by("id")]
    for line, quantity in chosen:
        line.sent += quantity
    PickLine.objects.bulk_update(lines.values(), ["sent"])
    taken = [(line.allocation_id, quantity) for line, quantity in chosen]
    if not send(held, taken, reference=fulfilment.number, actor=current().actor):
        raise NotPicked("The order no longer holds what was to be sent.")
    shipment.become(Parcel.SENT, sent_at=clock.now(), tracking_number=number)
    whole = all(line.sent == line.quantity for line in lines.values())
    complete = whole and not others_to_send(fulfilment)
    if complete:
        held.reservations[fulfilment.saga].become(Stock.CONSUMED)  # type: ignore[index]
    if whole:
        fulfilment.become(State.SENT)
    elif fulfilment.state != State.PARTLY_SENT:
        fulfilment.become(State.PARTLY_SENT)
    _tell_sent(fulfilment, shipment, chosen, complete=complete)
    look_after(shipment)
    return shipment


def _unpack(fulfilment: FulfilmentOrder, shipment: Shipment) -> None:
    bought = shipment.state == Parcel.LABELLED
    shipment.become(Parcel.CANCELLED, ended_at=clock.now())
    chosen = [(row.pick, row.quantity) for row in shipment.lines.select_related("pick").order_by("id")]
    for line, quantity in chosen:
        line.packed -= quantity
    PickLine.objects.bulk_update([line for line, _ in chosen], ["packed"])
    if bought:
        void_label(shipment)
    event = ShipmentCancelled(
        shipment=shipment.id,
        order=fulfilment.order,
        order_number=fulfilment.number,
        channel=fulfilment.channel,
        lines=_shipped(chosen),
    )
    publish(event, aggregate_id=shipment.id, aggregate_version=shipment.version, channel=fulfilment.channel)


def _tell_sent(fulfilment: FulfilmentOrder, shipment: Shipment, chosen: Chosen, *, complete: bool) -> None:
    event = ShipmentSent(
        shipment=shipment.id,
        order=fulfilment.order,
        order_number=fulfilment.number,
        channel=fulfilment.channel,
        carrier=shipment.carrier,
        tracking_number=shipment.tracking_number,
        lines=_shipped(chosen),
        complete=complete,
        sent_at=shipment.sent_at,
        delivery=fulfilment.further,
    )
    publish(event, aggregate_id=shipment.id, aggregate_version=shipment.version, channel=fulfilment.channel)


def _shipped(chosen: Chosen) -> tuple[ShippedLine, ...]:
    sums: dict[str, Decimal] = {}
    for line, quantity in chosen:
        sums[line.sku] = sums.get(line.sku, Decimal(0)) + quantity
    return tuple(ShippedLine(sku=sku, quantity=quantity) for sku, quantity in sorted(sums.items()))
