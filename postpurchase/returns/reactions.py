"""What commerce says about the refunds that returns asked for."""

from contracts.commerce import OrderRefunded, RefundFailed
from postpurchase.returns.models import ReturnRequest
from postpurchase.returns.states import State


def refunded(event: OrderRefunded) -> None:
    """Close the return whose refund was made; other refunds are not its business."""
    if event.return_request is None:
        return
    request = ReturnRequest.objects.select_for_update().get(id=event.return_request)
    if request.state != State.REFUNDED:
        request.become(State.REFUNDED, problem="")


def refund_failed(event: RefundFailed) -> None:
    """Show why; staff may ask again. A failure told after the success changes nothing."""
    request = ReturnRequest.objects.select_for_update().get(id=event.return_request)
    if request.state == State.RECEIVED:
        request.become(State.REFUND_FAILED, problem=event.reason)
