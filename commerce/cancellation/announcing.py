"""What other domains are told about cancellations."""

from collections.abc import Iterable
from decimal import Decimal
from uuid import UUID

from commerce.cancellation.models import Cancellation
from commerce.order.models import Order, OrderLine
from contracts import commerce as events
from contracts.shared import Amount


def cancellation_requested(
    cancellation: Cancellation, order: Order, lines: Iterable[OrderLine]
) -> events.CancellationRequested:
    """The event that asks logistics; of a part, with what it takes off the shelf: components, or the line itself."""
    wanted = {UUID(one["line"]): Decimal(one["quantity"]) for one in cancellation.lines}
    return events.CancellationRequested(
        cancellation=cancellation.id,
        order=order.id,
        order_number=order.number,
        channel=order.channel,
        saga=order.saga,
        whole=cancellation.whole,
        lines=tuple(
            events.RequestedLine(
                line=line.id,
                sku=part["sku"],
                quantity=wanted[line.id] * Decimal(part["quantity"]),
                requires_shipping=part["requires_shipping"],
                delivery=line.delivery,
            )
            for line in lines
            if not cancellation.whole
            for part in line.components or [{"sku": line.sku, "quantity": "1", "requires_shipping": True}]
        ),
        reason=cancellation.reason,
    )


def lines_cancelled(cancellation: Cancellation, order: Order, *, amount: Decimal) -> events.OrderLinesCancelled:
    """The event that says what of an order will not be sent, and how much of its price goes back."""
    return events.OrderLinesCancelled(
        order=order.id,
        number=order.number,
        channel=order.channel,
        customer=order.customer,
        cancellation=cancellation.id,
        lines=tuple(
            events.CancelledLine(line=UUID(one["line"]), sku=one["sku"], quantity=Decimal(one["quantity"]))
            for one in cancellation.lines
        ),
        amount=Amount(amount=amount, currency=order.currency),
        reason=cancellation.reason,
    )
