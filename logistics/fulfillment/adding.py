"""Goods that come to an order which has its picking list: what was reserved for them becomes the order's.

Commerce has decided it and was paid: it is never refused for a parcel that has left meanwhile. What is added goes in
another one then, and a list that was done is open again.
"""

import msgspec

from chassis.subscriptions import NotYet
from chassis.unit_of_work import publish
from contracts.commerce import StockConfirmationRequested
from contracts.logistics import StockConfirmed
from logistics.fulfillment import states
from logistics.fulfillment.commands import tell_picked
from logistics.fulfillment.models import FulfilmentOrder
from logistics.fulfillment.reactions import put_on_list
from logistics.fulfillment.states import State
from logistics.reservation.announcing import released
from logistics.reservation.holding import Held, give_back
from logistics.reservation.models import Allocation, Reservation
from logistics.reservation.reactions import confirm_stock
from logistics.reservation.states import TRANSITIONS
from logistics.reservation.states import State as Stock

TAKES_MORE = frozenset({State.OPEN, State.PICKING, State.PARTLY_SENT, *states.OPEN_AGAIN})


def goods_added(event: StockConfirmationRequested, held: Held) -> None:
    """Confirm what is reserved and put it on the order's list; or give it back where the order has none any more.

    Raises NotYet while the order's own stock is on its way.
    """
    fulfilment = FulfilmentOrder.objects.select_for_update().filter(id=event.order).first()
    added = held.reservations.get(event.saga)
    if added is not None and added.state == Stock.CONSUMED:
        confirm_stock(event, held)  # asked again: answered again
        return
    if fulfilment is None or (fulfilment.state == State.AWAITING_STOCK and not _is_lost(fulfilment, held)):
        raise NotYet(f"The picking list of order {event.order_number} is not made yet.")
    if fulfilment.state not in TAKES_MORE:
        _refuse(event, added, held)
    elif confirm_stock(event, held):
        _join(fulfilment, held.reservations[event.saga], event, held)


def _is_lost(fulfilment: FulfilmentOrder, held: Held) -> bool:
    own = held.reservations.get(fulfilment.saga) if fulfilment.saga else None
    return own is not None and own.state in (Stock.RELEASED, Stock.EXPIRED)


def _refuse(event: StockConfirmationRequested, added: Reservation | None, held: Held) -> None:
    """The order has ended otherwise: staff decide what becomes of the money, and the goods may be sold."""
    answer = StockConfirmed(saga=event.saga, order=event.order, confirmed=False)
    publish(answer, aggregate_id=event.saga, aggregate_version=added.version if added else 0)
    if added is not None and Stock.RELEASED in TRANSITIONS[Stock(added.state)]:
        give_back(held, added)
        added.become(Stock.RELEASED, reason="order ended")
        released(added, reason=added.reason)


def _join(fulfilment: FulfilmentOrder, added: Reservation, event: StockConfirmationRequested, held: Held) -> None:
    """One order, one reservation: what was held apart is held by the order's own from now on."""
    own = held.reservations[fulfilment.saga]  # type: ignore[index]
    fulfilment.lines = [*fulfilment.lines, *msgspec.to_builtins(event.added)]
    fulfilment.version += 1
    fulfilment.save(update_fields=["lines", "version"])
    mine = list(Allocation.objects.filter(reservation=added, held__gt=0).select_related("item"))
    Allocation.objects.filter(id__in=[one.id for one in mine]).update(reservation=own)
    added.become(Stock.CONSUMED, reason=f"added to {fulfilment.number}")
    if not put_on_list(fulfilment, mine, held):
        return
    if own.state == Stock.CONSUMED:
        own.become(Stock.CONFIRMED)
    if fulfilment.state in states.OPEN_AGAIN:
        fulfilment.become(states.OPEN_AGAIN[State(fulfilment.state)])
        tell_picked(fulfilment, (), complete=False)
