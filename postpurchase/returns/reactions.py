"""What commerce says about the refunds that returns asked for, and about lines that were never sent."""

from django.db.models import F

from chassis.money import Money
from chassis.subscriptions import NotYet
from contracts.commerce import OrderLinesCancelled, OrderRefunded, RefundFailed
from postpurchase.returns.models import BoughtLine, BoughtOrder, ReturnRequest
from postpurchase.returns.states import State


def refunded(event: OrderRefunded) -> None:
    """Close the return that was refunded as a whole, over all tenders; other refunds are not its business."""
    if event.return_request is None:
        return
    request = ReturnRequest.objects.select_for_update().get(id=event.return_request)
    request.refunds[str(event.refund)] = str(event.amount.amount)
    request.save(update_fields=["refunds"])
    if (
        request.state != State.REFUNDED
        and request.refunded >= Money(request.amount, event.amount.currency).quantized().amount
    ):
        request.become(State.REFUNDED, problem="")


def refund_failed(event: RefundFailed) -> None:
    """Show why; staff may ask again. A failure told after the success changes nothing."""
    request = ReturnRequest.objects.select_for_update().get(id=event.return_request)
    if request.state == State.RECEIVED:
        request.become(State.REFUND_FAILED, problem=event.reason)


def lines_cancelled(event: OrderLinesCancelled) -> None:
    """What was cancelled before it was sent cannot be returned. Raises NotYet while those lines are not known here."""
    order = BoughtOrder.objects.select_for_update().filter(id=event.order).first()
    wanted = {line.line for line in event.lines}
    if order is None or order.lines.filter(id__in=wanted).count() < len(wanted):
        raise NotYet(f"Order {event.number} is not known yet.")
    for line in event.lines:
        BoughtLine.objects.filter(id=line.line).update(cancelled=F("cancelled") + line.quantity)
