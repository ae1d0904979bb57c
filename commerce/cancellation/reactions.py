"""Logistics' word on a cancellation: confirmed, its money goes back; refused, the order goes on as it was."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from uuid import UUID

from chassis import clock
from chassis.money import Money
from commerce.cancellation.announcing import lines_cancelled
from commerce.cancellation.models import Cancellation
from commerce.document.issuing import issue_credit_note
from commerce.order.announcing import order_cancelled, tell
from commerce.order.commands import give_back, left_of, let_go, lock_payments, locked_order
from commerce.order.completion import complete_if_done, fulfil_if_sent
from commerce.order.models import Order, OrderLine
from commerce.order.payments import money_came, release_if_paid, void_if_unheld
from commerce.order.states import UNPAID
from commerce.payment.models import Payment
from contracts.logistics import CancellationConfirmed, CancellationRefused


def cancellation_confirmed(event: CancellationConfirmed) -> None:
    """The goods are back on the shelf: the order, or that part of it, is cancelled."""
    payments = lock_payments(event.order)
    order = locked_order(event.order)
    cancellation = Cancellation.objects.select_for_update().get(id=event.cancellation)
    if cancellation.state != "requested":
        return
    order.version += 1
    if cancellation.whole:
        _cancel_whole(order, cancellation, payments)
    else:
        cancel_lines(order, cancellation, payments)


def cancellation_refused(event: CancellationRefused) -> None:
    """Something of it has left: the order is what it was, and complete if all of it was sent meanwhile."""
    order = locked_order(event.order)
    cancellation = Cancellation.objects.select_for_update().get(id=event.cancellation)
    if cancellation.state != "requested":
        return
    cancellation.move("refuse", refusal=event.reason, decided_at=clock.now())
    if cancellation.whole:
        order.transition("keep_held" if cancellation.was_held else "keep")
    order.note("cancellation.refused", {"reason": event.reason})
    order.version += 1
    release_if_paid(order)
    complete_if_done(order)
    order.save()


def _cancel_whole(order: Order, cancellation: Cancellation, payments: list[Payment]) -> None:
    order.transition("cancel")
    order.transition_fulfilment("cancel")
    refunds = let_go(order, payments)
    if order.payment_state in ("pending", "voided"):  # what was invoiced with the goods and has not come
        # Of what post-purchase is asked to let go its answer decides: released it is credited, taken it goes back.
        unsettled = sum((one.amount for one in payments if one.state == "voiding"), Decimal(0))
        issue_credit_note(order, refund=cancellation.id, amount=order.total - order.captured - unsettled)
    if order.payment_state in UNPAID:
        money_came(order)  # some of its payments may have taken money already
    void_if_unheld(order)
    cancellation.move("confirm", refunds=[str(refund) for refund in refunds], decided_at=clock.now())
    order.save()
    tell(order, order_cancelled(order, reason=cancellation.reason))


def cancel_lines(order: Order, cancellation: Cancellation, payments: list[Payment]) -> None:
    """Give back what the lines cost, as far as it was not refunded otherwise meanwhile."""
    lines = list(order.lines.select_for_update())
    credited = [_credited(line, quantity, order.currency) for line, quantity in _chosen(cancellation, lines)]
    OrderLine.objects.bulk_update(lines, ["cancelled"])
    cost = sum((Decimal(one["total"]) for one in credited), Decimal(0))
    amount = min(cost, left_of(order, payments))
    refunds = [str(refund) for refund in give_back(order, payments, amount)]
    cancellation.move("confirm", lines=credited, refunds=refunds, decided_at=clock.now())
    order.note("cancellation.confirmed", {"lines": len(credited), "amount": str(amount)})
    tell(order, lines_cancelled(cancellation, order, amount=amount))
    fulfil_if_sent(order, lines)
    complete_if_done(order)
    order.save()


def _chosen(cancellation: Cancellation, lines: Iterable[OrderLine]) -> list[tuple[OrderLine, Decimal]]:
    by_id = {line.id: line for line in lines}
    return [(by_id[UUID(one["line"])], Decimal(one["quantity"])) for one in cancellation.lines]


def _credited(line: OrderLine, quantity: Decimal, currency: str) -> dict[str, Any]:
    """Count a quantity as cancelled; its share of each amount, so rounded that all shares together are the line's."""
    before, after = line.cancelled, line.cancelled + quantity

    def share(amount: Decimal) -> str:
        parts = [Money(amount * part / line.quantity, currency).quantized().amount for part in (before, after)]
        return str(parts[1] - parts[0])

    line.cancelled = after
    return {
        "line": str(line.id),
        "sku": line.sku,
        "name": line.name,
        "options": line.options,
        "quantity": str(quantity),
        "unit_price": str(line.unit_price),
        "discount": share(line.discount),
        "percents": [one["percent"] for one in line.taxes],
        "taxes": [{**one, "amount": share(Decimal(one["amount"]))} for one in line.taxes],
        "tax": share(line.tax),
        "total": share(line.total),
    }
