"""Asking for a cancellation. Nothing is given back here: logistics alone knows whether the goods are still there."""

from collections.abc import Mapping
from decimal import Decimal
from uuid import UUID

from chassis import clock
from chassis.unit_of_work import unit_of_work
from commerce.cancellation.announcing import cancellation_requested
from commerce.cancellation.errors import CancellationPending, NotCancellable, NotPaidYet
from commerce.cancellation.models import Cancellation
from commerce.order.announcing import tell
from commerce.order.commands import locked_order
from commerce.order.errors import IllegalTransition, OrderBeingAddedTo
from commerce.order.models import Order, OrderLine
from commerce.order.states import FULFILMENT


def request_cancellation(order_id: UUID, *, reason: str, lines: Mapping[UUID, Decimal] | None = None) -> Cancellation:
    """Ask for an order to be cancelled, or for quantities of lines that were not sent yet.

    All that is left of an order that nothing was sent of is the whole. IllegalTransition, CancellationPending,
    OrderBeingAddedTo, NotCancellable for more of a line than is left, NotPaidYet for a part of an order whose money is
    not all taken.
    """
    with unit_of_work("commerce"):
        order = locked_order(order_id)
        if order.is_being_cancelled:
            raise CancellationPending()
        if order.is_being_added_to:
            raise OrderBeingAddedTo()
        sold = list(order.lines.select_for_update())
        if lines is None or _is_all(lines, sold):
            return _ask(order, sold, {}, reason=reason)
        _check(order, lines, {line.id: line for line in sold})
        return _ask(order, [line for line in sold if lines.get(line.id)], lines, reason=reason)


def _ask(order: Order, about: list[OrderLine], lines: Mapping[UUID, Decimal], *, reason: str) -> Cancellation:
    """Write what was asked for and ask logistics; no lines are the whole order, which then shows as cancelling."""
    cancellation = Cancellation(
        order=order,
        whole=not lines,
        was_held=order.state == "held",
        lines=[{"line": str(line.id), "quantity": str(lines[line.id])} for line in about if lines],
        reason=reason,
        asked_at=clock.now(),
    )
    if cancellation.whole:
        if "cancel" not in FULFILMENT[order.fulfilment_state]:
            raise IllegalTransition("parts of the order were already sent", state=order.fulfilment_state)
        order.transition("request_cancel")
    else:
        order.note("cancellation.requested", {"lines": len(about), "reason": reason})
    order.version += 1
    order.save()
    cancellation.save(force_insert=True)
    tell(order, cancellation_requested(cancellation, order, about))
    return cancellation


def _is_all(lines: Mapping[UUID, Decimal], sold: list[OrderLine]) -> bool:
    untouched = all(line.shipped == 0 for line in sold)
    return untouched and all(lines.get(line.id, Decimal(0)) == line.quantity - line.cancelled for line in sold)


def _check(order: Order, lines: Mapping[UUID, Decimal], sold: Mapping[UUID, OrderLine]) -> None:
    if order.state not in ("placed", "held"):
        raise IllegalTransition("no line can be cancelled", state=order.state)
    if order.payment_state not in ("paid", "partially_refunded") or order.has_promises:
        raise NotPaidYet(state=order.payment_state)
    if not any(lines.values()):
        raise NotCancellable("No quantity was given.", field="/lines")
    for key, quantity in lines.items():
        line = sold.get(key)
        if line is None or not line.requires_shipping or not 0 <= quantity <= line.left:
            left = "0" if line is None or not line.requires_shipping else f"{line.left.normalize():f}"
            raise NotCancellable(field="/lines", line=str(key), left=left)
