"""What the order's timeline and other domains are told about disputes. The shopper has begun it, and reads nothing."""

from typing import Any

from chassis.unit_of_work import publish
from commerce.order.models import Order
from commerce.reversal.models import Dispute
from contracts.commerce import DisputeClosed, PaymentDisputed
from contracts.shared import Amount


def opened(dispute: Dispute) -> None:
    """Money of an order is asked back."""
    order = _noted(dispute, "payment.disputed", reason=dispute.reason)
    if order is not None:
        _tell(dispute, PaymentDisputed(**_facts(dispute, order), reason=dispute.reason))


def closed(dispute: Dispute) -> None:
    """It is decided."""
    order = _noted(dispute, f"payment.dispute_{dispute.state}")
    if order is not None:
        _tell(dispute, DisputeClosed(**_facts(dispute, order), won=dispute.state == "won"))


def _noted(dispute: Dispute, what: str, **more: str) -> Order | None:
    order = Order.objects.select_for_update().filter(id=dispute.payment.order).first()
    if order is not None:
        order.note(what, {"amount": str(dispute.amount), "dispute": dispute.provider_id, **more}, internal=True)
        order.version += 1
        order.save(update_fields=["version"])
    return order


def _facts(dispute: Dispute, order: Order) -> dict[str, Any]:
    return {
        "dispute": dispute.id,
        "order": order.id,
        "number": order.number,
        "channel": order.channel,
        "customer": order.customer,
        "amount": Amount(amount=dispute.amount, currency=dispute.payment.currency),
    }


def _tell(dispute: Dispute, event: object) -> None:
    channel = getattr(event, "channel", None)
    publish(event, aggregate_id=dispute.id, aggregate_version=dispute.version, channel=channel)
