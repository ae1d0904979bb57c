"""Commands of fulfilment: pick from the shelves. Parcels are packed and sent in `packing.py`."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from chassis.unit_of_work import publish, unit_of_work
from contracts.logistics import GoodsPicked, PickedLine
from logistics.fulfillment.errors import (
    NothingToDo,
    OnHold,
    PickTooMuch,
    UnknownFulfilment,
    UnknownPickLine,
)
from logistics.fulfillment.models import FulfilmentOrder, OrderHold, PickLine
from logistics.fulfillment.states import PICKABLE, State, demand


@dataclass(frozen=True, kw_only=True)
class LineQuantity:
    """So much of one line of the picking list."""

    line: UUID
    quantity: Decimal


@dataclass(frozen=True, kw_only=True)
class Pick:
    """Goods were taken from the shelves: these quantities, or all that is left (of one source).

    `order` is the picking list's id, here and in the commands of parcels: the order's, or a further delivery's.
    """

    order: UUID
    source: str = ""
    lines: Sequence[LineQuantity] = ()


def pick(command: Pick) -> FulfilmentOrder:
    """Note what was picked and publish goods_picked.

    Raises UnknownFulfilment, OnHold, IllegalTransition, UnknownPickLine, PickTooMuch, NothingToDo.
    """
    with unit_of_work("logistics"):
        fulfilment = workable(locked(command.order), PICKABLE)
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
        tell_picked(fulfilment, chosen, complete=complete)
    return fulfilment


Chosen = list[tuple[PickLine, Decimal]]


def locked(order: UUID) -> FulfilmentOrder:
    """The locked row; raises UnknownFulfilment."""
    fulfilment = FulfilmentOrder.objects.select_for_update().filter(id=order).first()
    if fulfilment is None:
        raise UnknownFulfilment()
    return fulfilment


def workable(fulfilment: FulfilmentOrder, allowed: frozenset[State]) -> FulfilmentOrder:
    """The locked row, if its state is one of `allowed` and commerce does not hold the order back."""
    demand(fulfilment.state, allowed)
    if OrderHold.on(fulfilment.order):
        raise OnHold()
    return fulfilment


def _chosen_to_pick(command: Pick, lines: dict[UUID, PickLine]) -> Chosen:
    chosen = named(command.lines, lines) or [
        (line, line.quantity - line.picked)
        for line in lines.values()
        if line.picked < line.quantity and command.source in ("", line.source.code)
    ]
    if not chosen:
        raise NothingToDo()
    return chosen


def named(wanted: Sequence[LineQuantity], lines: dict[UUID, PickLine]) -> Chosen:
    """The lines named, quantities of one line summed."""
    sums: dict[UUID, Decimal] = {}
    for item in wanted:
        if item.line not in lines:
            raise UnknownPickLine(field="/lines")
        sums[item.line] = sums.get(item.line, Decimal(0)) + item.quantity
    return [(lines[key], quantity) for key, quantity in sums.items()]


def tell_picked(fulfilment: FulfilmentOrder, chosen: Chosen, *, complete: bool) -> None:
    """Publish what was picked just now, and whether that is all there is to pick."""
    lines = [PickedLine(sku=line.sku, source=line.source.code, quantity=quantity) for line, quantity in chosen]
    event = GoodsPicked(
        order=fulfilment.order,
        order_number=fulfilment.number,
        channel=fulfilment.channel,
        lines=tuple(sorted(lines, key=lambda line: (line.source, line.sku))),
        complete=complete,
    )
    publish(event, aggregate_id=fulfilment.id, aggregate_version=fulfilment.version, channel=fulfilment.channel)
