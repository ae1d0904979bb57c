"""Whether an order, or a part of it, can still be cancelled: asked by commerce, decided under the reservation's lock.

A parcel that leaves takes the same lock, so that one of both is first. What is cancelled returns to the shelf, also
what was picked already.
"""

from collections.abc import Iterable
from dataclasses import dataclass
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
    lists = list(FulfilmentOrder.of(event.order).select_for_update())
    if not event.whole:
        confirmed = _cancel_lines(event, lists, held)
    else:
        confirmed = all(_can_be_cancelled(one) for one in lists)
        if confirmed:
            cancel_all(event.order, held, number=event.order_number, channel=event.channel)
    answer: CancellationConfirmed | CancellationRefused
    if confirmed:
        answer = CancellationConfirmed(cancellation=event.cancellation, order=event.order)
    else:
        lost = any(one.state == State.AWAITING_STOCK for one in lists)
        reason = STOCK_LOST if lost else ALREADY_SENT
        answer = CancellationRefused(cancellation=event.cancellation, order=event.order, reason=reason)
    publish(answer, aggregate_id=event.order, channel=event.channel)


def _can_be_cancelled(fulfilment: FulfilmentOrder) -> bool:
    """An order of which nothing is known here yet has none of these: it is cancelled before it comes."""
    return fulfilment.state == State.CANCELLED or State.CANCELLED in TRANSITIONS[State(fulfilment.state)]


@dataclass
class _Shortened:
    """A picking list that quantities are taken off, by SKU."""

    fulfilment: FulfilmentOrder
    wanted: dict[str, Decimal]
    picks: list[PickLine]

    @property
    def possible(self) -> bool:
        """Whether all of it is still here."""
        return all(_unsent(self.picks, sku) >= many for sku, many in self.wanted.items())


def _shorten(one: _Shortened, held: Held) -> None:
    """Return what is wanted to the shelf, also out of parcels that are here still; end a list without anything left."""
    if any(_unpacked(one.picks, sku) < many for sku, many in one.wanted.items()):
        unpack_all(one.fulfilment)
        one.picks = list(one.fulfilment.picks.order_by("id"))
    taken = [pick for sku, many in one.wanted.items() for pick in _take_off(one.picks, sku, many)]
    PickLine.objects.bulk_update(one.picks, ["quantity", "picked"])
    give_back_part(held, [(pick.allocation_id, many) for pick, many in taken])
    one.fulfilment.version += 1
    one.fulfilment.save(update_fields=["version"])
    _close_if_nothing_is_left(one.fulfilment, one.picks)


def _cancel_lines(event: CancellationRequested, lists: list[FulfilmentOrder], held: Held) -> bool:
    """Take the quantities off the picking lists and give their stock back; False when a part of them has left, or
    when the order has lost its stock, so that there will be no list: it can be cancelled as a whole.

    Raises NotYet while the order has no picking list.
    """
    waiting = not lists or any(one.state == State.AWAITING_STOCK for one in lists)
    if waiting and lists and _stock_is_lost(event, held):
        return False
    if waiting:
        raise NotYet(f"The picking list of order {event.order_number} is not made yet.")
    if all(one.state == State.CANCELLED for one in lists):
        return False
    shortened = [_Shortened(one, _wanted(event, one), list(one.picks.order_by("id"))) for one in lists]
    if not all(one.possible for one in shortened):
        return False
    for one in shortened:
        if one.wanted:
            _shorten(one, held)
    _settle(event, shortened, held)
    return True


def _wanted(event: CancellationRequested, fulfilment: FulfilmentOrder) -> dict[str, Decimal]:
    """What is to be taken off a list: the lines that go there."""
    wanted: dict[str, Decimal] = {}
    for line in event.lines:
        if line.requires_shipping and line.delivery == fulfilment.further:
            wanted[line.sku] = wanted.get(line.sku, Decimal(0)) + line.quantity
    return wanted


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


def _close_if_nothing_is_left(fulfilment: FulfilmentOrder, picks: Iterable[PickLine]) -> None:
    if all(pick.quantity == pick.sent for pick in picks):
        partly = fulfilment.state == State.PARTLY_SENT
        fulfilment.become(State.REST_CANCELLED if partly else State.CANCELLED)
    elif fulfilment.state == State.PICKING and all(pick.picked == pick.quantity for pick in picks):
        fulfilment.become(State.PICKED)
        tell_picked(fulfilment, (), complete=True)


def _settle(event: CancellationRequested, lists: Iterable[_Shortened], held: Held) -> None:
    """Of an order of which nothing is left to send the reservation ends: used, or given back if nothing was sent."""
    picks = [pick for one in lists for pick in one.picks]
    if any(pick.quantity > pick.sent for pick in picks):
        return
    if any(pick.sent for pick in picks):
        held.reservations[event.saga].become(Stock.CONSUMED)
    else:
        cancel_all(event.order, held, number=event.order_number, channel=event.channel)
