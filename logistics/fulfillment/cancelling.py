"""Whether an order, or a part of it, can still be cancelled: asked by commerce, decided under the reservation's lock.

A parcel that leaves takes the same lock, so that one of both is first. What is cancelled returns to the shelf, also
what was picked already.
"""

from collections.abc import Iterable
from decimal import Decimal

from chassis.subscriptions import NotYet
from chassis.unit_of_work import publish
from contracts.commerce import CancellationRequested
from contracts.logistics import CancellationConfirmed, CancellationRefused
from logistics.fulfillment.commands import tell_picked
from logistics.fulfillment.models import FulfilmentOrder, PickLine
from logistics.fulfillment.packing import unpack_all
from logistics.fulfillment.reactions import cancel_all
from logistics.fulfillment.states import TRANSITIONS, State
from logistics.reservation.holding import Held, give_back_part
from logistics.reservation.states import State as Stock

ALREADY_SENT, STOCK_LOST = "already_sent", "stock_lost"


def cancellation_requested(event: CancellationRequested, held: Held) -> None:
    """Cancel all that was asked for and confirm it, or nothing and refuse."""
    fulfilment = FulfilmentOrder.objects.select_for_update().filter(id=event.order).first()
    if not event.whole:
        confirmed = _cancel_lines(event, fulfilment, held)
    else:
        confirmed = _can_be_cancelled(fulfilment)
        if confirmed:
            cancel_all(event.order, held, number=event.order_number, channel=event.channel)
    answer: CancellationConfirmed | CancellationRefused
    if confirmed:
        answer = CancellationConfirmed(cancellation=event.cancellation, order=event.order)
    else:
        lost = fulfilment is not None and fulfilment.state == State.AWAITING_STOCK
        reason = STOCK_LOST if lost else ALREADY_SENT
        answer = CancellationRefused(cancellation=event.cancellation, order=event.order, reason=reason)
    publish(answer, aggregate_id=event.order, channel=event.channel)


def _can_be_cancelled(fulfilment: FulfilmentOrder | None) -> bool:
    """An order of which nothing is known here yet can: it is cancelled before it comes."""
    if fulfilment is None or fulfilment.state == State.CANCELLED:
        return True
    return State.CANCELLED in TRANSITIONS[State(fulfilment.state)]


def _cancel_lines(event: CancellationRequested, fulfilment: FulfilmentOrder | None, held: Held) -> bool:
    """Take the quantities off the picking list and give their stock back; False when a part of them has left, or
    when the order has lost its stock, so that there will be no list: it can be cancelled as a whole.

    Raises NotYet while the order has no picking list.
    """
    if fulfilment is not None and fulfilment.state == State.AWAITING_STOCK and _stock_is_lost(event, held):
        return False
    if fulfilment is None or fulfilment.state == State.AWAITING_STOCK:
        raise NotYet(f"The picking list of order {event.order_number} is not made yet.")
    wanted: dict[str, Decimal] = {}
    for line in event.lines:
        if line.requires_shipping:
            wanted[line.sku] = wanted.get(line.sku, Decimal(0)) + line.quantity
    picks = list(fulfilment.picks.order_by("id"))
    if fulfilment.state == State.CANCELLED or any(_unsent(picks, sku) < many for sku, many in wanted.items()):
        return False
    if any(_unpacked(picks, sku) < many for sku, many in wanted.items()):
        unpack_all(fulfilment)
        picks = list(fulfilment.picks.order_by("id"))
    taken = [one for sku, many in wanted.items() for one in _take_off(picks, sku, many)]
    PickLine.objects.bulk_update(picks, ["quantity", "picked"])
    give_back_part(held, [(pick.allocation_id, many) for pick, many in taken])
    fulfilment.version += 1
    fulfilment.save(update_fields=["version"])
    _close_if_nothing_is_left(fulfilment, picks, held)
    return True


def _stock_is_lost(event: CancellationRequested, held: Held) -> bool:
    reservation = held.reservations.get(event.saga)
    return reservation is not None and reservation.state in (Stock.RELEASED, Stock.EXPIRED)


def _unsent(picks: Iterable[PickLine], sku: str) -> Decimal:
    return sum((pick.quantity - pick.sent for pick in picks if pick.sku == sku), Decimal(0))


def _unpacked(picks: Iterable[PickLine], sku: str) -> Decimal:
    return sum((pick.quantity - max(pick.packed, pick.sent) for pick in picks if pick.sku == sku), Decimal(0))


def _take_off(picks: Iterable[PickLine], sku: str, quantity: Decimal) -> list[tuple[PickLine, Decimal]]:
    """Shorten the picking list by a quantity of a SKU: what nobody has picked first."""
    taken = []
    for pick in sorted((pick for pick in picks if pick.sku == sku), key=lambda pick: pick.picked - pick.quantity):
        many = min(quantity, pick.quantity - max(pick.packed, pick.sent))
        if many > 0:
            pick.quantity -= many
            pick.picked = min(pick.picked, pick.quantity)
            quantity -= many
            taken.append((pick, many))
    return taken


def _close_if_nothing_is_left(fulfilment: FulfilmentOrder, picks: Iterable[PickLine], held: Held) -> None:
    if any(pick.quantity > pick.sent for pick in picks):
        if fulfilment.state == State.PICKING and all(pick.picked == pick.quantity for pick in picks):
            fulfilment.become(State.PICKED)
            tell_picked(fulfilment, (), complete=True)
        return
    if fulfilment.state != State.PARTLY_SENT:
        cancel_all(fulfilment.id, held, number=fulfilment.number, channel=fulfilment.channel)
        return
    fulfilment.become(State.REST_CANCELLED)
    held.reservations[fulfilment.saga].become(Stock.CONSUMED)
