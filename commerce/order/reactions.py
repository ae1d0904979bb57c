"""What other domains' events mean to an order."""

from chassis.unit_of_work import publish
from commerce.order.announcing import order_held, tell
from commerce.order.commands import refund_order
from commerce.order.completion import complete_if_done, fulfil_if_sent
from commerce.order.models import Order, OrderShipment
from commerce.payment.errors import NotRefundable, RefundTooLarge
from contracts.commerce import RefundFailed
from contracts.logistics import ShipmentSent, StockConfirmed
from contracts.postpurchase import RefundRequested


def shipment_sent(event: ShipmentSent) -> None:
    """Keep the parcel and count what was sent; the order is complete when nothing is left to send."""
    order = Order.objects.select_for_update().get(id=event.order)
    _, new = OrderShipment.objects.get_or_create(
        id=event.shipment,
        defaults={
            "order": order,
            "carrier": event.carrier,
            "tracking_number": event.tracking_number,
            "lines": [{"sku": line.sku, "quantity": str(line.quantity)} for line in event.lines],
            "sent_at": event.sent_at,
        },
    )
    if not new:
        return
    lines = list(order.lines.select_for_update())
    for shipped in event.lines:
        left = shipped.quantity
        for line in lines:
            before, left = left, line.send(shipped.sku, left)
            if left != before:
                line.save(update_fields=["shipped", "components"])
    if not fulfil_if_sent(order, lines):
        order.transition_fulfilment("ship_part")
    order.note("shipped", {"carrier": event.carrier, "tracking": event.tracking_number})
    order.version += 1
    complete_if_done(order)
    order.save()


def stock_lost(event: StockConfirmed) -> None:
    """The reservation was gone when the order stood: staff must decide, so the order is held."""
    if event.confirmed:
        return
    order = Order.objects.select_for_update().get(id=event.order)
    order.additions.filter(saga=event.saga).update(stock_lost=True)
    waited, order.waits_for_money = order.waits_for_money, False
    if order.state != "placed" and not waited:
        return
    order.note("stock.lost")
    order.version += 1
    if order.state == "placed":
        order.transition("hold")
        tell(order, order_held(order))
    order.save()


def refund_requested(event: RefundRequested) -> None:
    """A return wants money back; what cannot be refunded is answered, not retried."""
    try:
        refund_order(event.order, amount=event.amount, return_request=event.return_request)
    except (NotRefundable, RefundTooLarge) as refusal:
        publish(
            RefundFailed(order=event.order, return_request=event.return_request, reason=str(refusal)),
            aggregate_id=event.order,
        )
