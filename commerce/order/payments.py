"""What money does to an order: captures and refunds recorded on it, under its lock."""

from decimal import Decimal
from uuid import UUID

from commerce.cancellation.models import Cancellation
from commerce.document.issuing import issue_credit_note, issue_invoice
from commerce.order.announcing import order_paid, payment_voided, tell
from commerce.order.completion import complete_if_done
from commerce.order.models import Order
from contracts.commerce import OrderRefunded
from contracts.shared import Amount


def record_void(order_id: UUID) -> None:
    """The provider has said that it holds nothing for this order."""
    order = Order.objects.select_for_update().get(id=order_id)
    if order.payment_state == "authorised":
        order.transition_payment("void")
        order.version += 1
        order.save()
        tell(order, payment_voided(order))


def reserve_refund(order_id: UUID, *, refund: UUID, amount: Decimal) -> None:
    """Set aside what is about to go back without anybody having asked for it."""
    order = Order.objects.select_for_update().get(id=order_id)
    order.refunded += amount
    order.note("refund.requested", {"amount": str(amount), "refund": str(refund)})
    order.version += 1
    order.save()


def record_capture(order_id: UUID, *, captured: Decimal, final: bool = False) -> None:
    """The payment holds `captured` in all; the order is paid once that is its total.

    `final`: no more will come, and what came goes back; nobody is told that a cancelled order is paid.
    """
    order = Order.objects.select_for_update().get(id=order_id)
    order.captured = captured
    order.version += 1
    if final and order.payment_state == "authorised":
        order.transition_payment("capture")
    elif captured >= order.total and order.payment_state == "authorised":
        order.transition_payment("capture")
        lines = list(order.lines.all())
        tell(order, order_paid(order, lines))
        issue_invoice(order, lines)
        complete_if_done(order)
    order.save()


def record_refund(order_id: UUID, *, refund: UUID, amount: Decimal, whole: bool, return_request: UUID | None) -> None:
    """Money of this order went back; it was set aside in `refunded` when the refund was asked for.

    `whole` says that by the payment's books nothing is left; what is only set aside has not gone back yet.
    """
    order = Order.objects.select_for_update().get(id=order_id)
    order.transition_payment("refund" if whole else "refund_part")
    order.version += 1
    order.save()
    tell(
        order,
        OrderRefunded(
            order=order.id,
            number=order.number,
            channel=order.channel,
            customer=order.customer,
            refund=refund,
            amount=Amount(amount=amount, currency=order.currency),
            return_request=return_request,
            whole=whole,
        ),
    )
    cancelled = Cancellation.objects.filter(refund=refund).first()
    issue_credit_note(order, refund=refund, amount=amount, lines=cancelled.lines if cancelled else ())


def release_refund(order_id: UUID, *, amount: Decimal) -> None:
    """A refund that was asked for will not happen: what was set aside may be asked for again."""
    order = Order.objects.select_for_update().get(id=order_id)
    order.refunded -= amount
    order.version += 1
    order.note("refund.failed", {"amount": str(amount)})
    order.save()
