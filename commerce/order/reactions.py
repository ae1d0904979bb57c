"""What other domains' events mean to an order."""

from decimal import Decimal

from django.db.models import F

from chassis.unit_of_work import publish
from commerce.order.announcing import order_held, tell
from commerce.order.commands import give_back, lock_payments, locked_order, refund_order
from commerce.order.completion import complete_if_done, fulfil_if_sent
from commerce.order.errors import OrderUnknown
from commerce.order.models import Order, OrderShipment
from commerce.payment.errors import NotRefundable, RefundTooLarge
from contracts.commerce import RefundFailed
from contracts.logistics import ShipmentSent, StockConfirmed
from contracts.postpurchase import GiftCardIssued, GiftCardsWithdrawn, RefundRequested


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
            "delivery": event.delivery,
        },
    )
    if not new:
        return
    lines = list(order.lines.select_for_update())
    there = [line for line in lines if line.delivery == event.delivery]
    for shipped in event.lines:
        left = shipped.quantity
        for line in there:
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
    except (OrderUnknown, NotRefundable, RefundTooLarge) as refusal:
        publish(
            RefundFailed(order=event.order, return_request=event.return_request, reason=str(refusal)),
            aggregate_id=event.order,
        )


def gift_card_issued(event: GiftCardIssued) -> None:
    """A unit of the line was delivered: its code is on its way to whoever was named."""
    order = locked_order(event.order)
    card = str(event.gift_card)
    if order.timeline.filter(what="gift_card.issued", facts__gift_card=card).exists():
        return
    order.lines.filter(id=event.line).update(shipped=F("shipped") + 1)
    facts = {"amount": str(event.amount.amount), "currency": event.amount.currency, "card": event.label}
    order.note("gift_card.issued", {**facts, "gift_card": card})
    order.version += 1
    order.save()


def gift_cards_withdrawn(event: GiftCardsWithdrawn) -> None:
    """What was paid for gift cards and is not spent goes back, once for each time that some was taken off them."""
    payments = lock_payments(event.order)
    order = locked_order(event.order)
    withdrawal = str(event.withdrawal)
    if order.timeline.filter(what="gift_cards.withdrawn", facts__withdrawal=withdrawal).exists():
        return
    facts = {"amount": str(event.amount.amount), "currency": event.amount.currency}
    order.note("gift_cards.withdrawn", {**facts, "withdrawal": withdrawal})
    left = sum((payment.refundable for payment in payments), Decimal(0))
    order.on_gift_cards -= event.amount.amount
    give_back(order, payments, min(event.amount.amount, left))
    order.version += 1
    order.save()
