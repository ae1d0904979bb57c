"""What other domains are told about returns, each under the return's version after the step."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from chassis.money import Money
from chassis.unit_of_work import publish
from contracts import postpurchase as events
from postpurchase.returns.models import BoughtLine, ReturnRequest


def requested(request: ReturnRequest, wanted: Mapping[BoughtLine, Decimal]) -> None:
    """Somebody wants to send back so many of these lines."""
    lines = [events.AnnouncedLine(line=line.id, sku=line.sku, quantity=quantity) for line, quantity in wanted.items()]
    event = events.ReturnRequested(
        **_named(request), customer=request.customer, lines=tuple(lines), reason=request.reason
    )
    _tell(request, event)


def approved(request: ReturnRequest) -> None:
    """The goods may be sent."""
    _tell(request, events.ReturnApproved(**_named(request)))


def declined(request: ReturnRequest) -> None:
    """There will be no return, and why."""
    _tell(request, events.ReturnDeclined(**_named(request), reason=request.decision))


def received(request: ReturnRequest, *, restock: tuple[tuple[str, Decimal], ...]) -> None:
    """The goods are back; `restock` may be sold again."""
    event = events.ReturnReceived(
        return_request=request.id, order=request.order_id, channel=request.order.channel, restock=restock
    )
    _tell(request, event)


def refund_requested(request: ReturnRequest) -> None:
    """Money is to go back for what was received, as far as it has not yet."""
    currency = request.order.currency
    event = events.RefundRequested(
        return_request=request.id,
        order=request.order_id,
        amount=Money(request.amount - request.refunded, currency).quantized().amount,
        currency=currency,
        reason=f"return {request.number}",
    )
    _tell(request, event)


def _named(request: ReturnRequest) -> dict[str, Any]:
    return {
        "return_request": request.id,
        "number": request.number,
        "order": request.order_id,
        "channel": request.order.channel,
    }


def _tell(request: ReturnRequest, event: object) -> None:
    channel = request.order.channel
    publish(event, aggregate_id=request.id, aggregate_version=request.version, channel=channel)
