"""What others ask of orders, whether they are ours or of history."""

from chassis.unit_of_work import publish
from commerce.history.refunding import refund_history
from commerce.order import reactions as orders
from commerce.order.models import Order
from commerce.payment.errors import NotRefundable, RefundTooLarge
from contracts.commerce import RefundFailed
from contracts.postpurchase import RefundRequested


def refund_requested(event: RefundRequested) -> None:
    """A return wants money back: of an order of history it is sent by hand. What cannot be is answered."""
    if not Order.objects.filter(id=event.order, historical=True).exists():
        orders.refund_requested(event)
        return
    try:
        refund_history(event.order, amount=event.amount, return_request=event.return_request)
    except (NotRefundable, RefundTooLarge) as refusal:
        publish(
            RefundFailed(order=event.order, return_request=event.return_request, reason=str(refusal)),
            aggregate_id=event.order,
        )
