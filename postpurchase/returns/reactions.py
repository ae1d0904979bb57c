"""What commerce says about the refunds that returns asked for."""

from chassis.money import Money
from contracts.commerce import OrderRefunded, RefundFailed
from postpurchase.returns.models import ReturnRequest
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
