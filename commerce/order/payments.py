"""What money does to an order: captures and refunds recorded on it, under its lock.

An order may have several payments. Its `captured` is the sum of theirs, its `refunded` what went back of them all or is
about to.
"""

from collections.abc import Iterable
from decimal import Decimal
from uuid import UUID

from django.db.models import F, Sum

from chassis import clock
from commerce.cancellation.models import Cancellation
from commerce.document.issuing import issue_credit_note, issue_invoice
from commerce.document.models import INVOICE
from commerce.order.announcing import addition_paid, order_held, order_paid, order_released, payment_voided, tell
from commerce.order.completion import complete_if_done
from commerce.order.models import Order, OrderLine
from commerce.order.states import PAID, UNPAID
from commerce.payment.models import Payment, RefundDue
from contracts.commerce import OrderRefunded
from contracts.postpurchase import GIFT_CARD
from contracts.shared import Amount


def record_void(payment: Payment) -> None:
    """This payment holds nothing any more; its order is void once none of them does or ever did."""
    order = Order.objects.select_for_update().get(id=payment.order)
    order.version += 1
    if order.state == "cancelled":  # its share of an invoice that went out with the goods
        issue_credit_note(order, refund=payment.id, amount=payment.amount)
    if void_if_unheld(order):
        complete_if_done(order)
        order.save()


def void_if_unheld(order: Order) -> bool:
    """Void its payment if none of them holds anything; whether it is. At its new version; the caller stores it."""
    others = Payment.objects.filter(order=order.id).exclude(state__in=("voided", "declined"))
    if order.payment_state not in UNPAID or others.exists():
        return False
    order.transition_payment("void")
    tell(order, payment_voided(order))
    return True


def reserve_refund(order_id: UUID, *, refund: UUID, amount: Decimal) -> None:
    """Set aside what is about to go back without anybody having asked for it."""
    order = Order.objects.select_for_update().get(id=order_id)
    order.refunded += amount
    order.note("refund.requested", {"amount": str(amount), "refund": str(refund)})
    order.version += 1
    order.save()


def record_capture(order_id: UUID) -> None:
    """One of its payments has taken money; the order is paid once all hold its total."""
    order = Order.objects.select_for_update().get(id=order_id)
    order.captured = _of_payments(order, "captured")
    order.version += 1
    money_came(order)
    order.save()


def money_came(order: Order) -> None:
    """Move the order by what it has captured. Of a cancelled one nobody is told so: what came goes back."""
    if order.state == "cancelled":
        if order.captured > 0 and order.payment_state not in ("paid", "partially_refunded"):
            order.transition_payment("capture")
    elif order.captured >= order.total and order.payment_state in UNPAID:
        invoiced = order.payment_state == "pending" and order.documents.filter(kind=INVOICE).exists()
        order.transition_payment("capture")
        lines = list(order.lines.all())
        tell(order, order_paid(order, lines))
        order.on_gift_cards = _for_gift_cards(lines)
        if not invoiced:  # it was not sent with the goods
            issue_invoice(order, lines)
        release_if_paid(order)
        complete_if_done(order)
    elif order.payment_state not in UNPAID:
        if order.payment_state == "refunded" and order.captured > order.refunded:
            order.transition_payment("capture")  # of goods that were added: they alone are paid
        tell_paid_additions(order)


def tell_paid_additions(order: Order) -> None:
    """Say once of each addition to it whose money is there that it is. At its new version."""
    for addition in order.additions.filter(state__in=("added", "done"), paid_at=None).order_by("id"):
        due = Payment.objects.filter(saga=addition.saga, captured__lt=F("amount"))
        if not due.exists():
            addition.paid_at = clock.now()
            addition.save(update_fields=["paid_at"])
            lines = list(order.lines.filter(id__in=addition.line_ids))
            order.on_gift_cards += _for_gift_cards(lines)
            tell(order, addition_paid(order, addition.id, amount=addition.amount, lines=lines))


def release_if_paid(order: Order) -> None:
    """Let an order that was on hold for its money alone go on. At its new version; the caller stores it."""
    if order.waits_for_money and order.state == "held" and order.payment_state in PAID:
        order.transition("release")
        order.waits_for_money = False
        tell(order, order_released(order))


def hold_unpaid(order_id: UUID, *, what: str = "tender.lost") -> None:
    """What was to pay a part of it is gone though the order stands: staff must decide, so the order is held.

    One that is being cancelled is held if that is refused; one that is complete only says so in its timeline.
    """
    order = Order.objects.select_for_update().get(id=order_id)
    order.note(what)
    waited, order.waits_for_money = order.waits_for_money, False
    if order.state == "placed":
        order.transition("hold")
    elif order.state == "cancelling":
        order.cancellations.filter(state="requested").update(was_held=True)
    elif not waited:
        return
    order.version += 1
    order.save()
    tell(order, order_held(order))


def record_refund(payment: Payment, *, refund: UUID, amount: Decimal, return_request: UUID | None) -> None:
    """Money of this payment's order went back; it was set aside in `refunded` when the refund was asked for.

    It is the whole when by the payments' books nothing is left and nothing is still to be taken, as for goods that were
    added; what is only set aside has not gone back yet.
    """
    order = Order.objects.select_for_update().get(id=payment.order)
    came_back = RefundDue.objects.filter(payment__order=order.id, again=True).aggregate(sum=Sum("amount"))["sum"]
    gone = _of_payments(order, "refunded") + (came_back or Decimal(0))
    whole = not order.has_promises and gone >= _of_payments(order, "captured")
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
            payment=payment.id,
            tender=payment.tender,
            historical=order.historical,
        ),
    )
    cancelled = Cancellation.objects.filter(order=order, refunds__contains=[str(refund)]).first()
    issue_credit_note(
        order,
        refund=refund,
        amount=amount,
        lines=cancelled.lines if cancelled else (),
        together=cancelled.refunds if cancelled else (),
    )


def release_refund(order_id: UUID, *, amount: Decimal) -> None:
    """A refund that was asked for will not happen: what was set aside may be asked for again."""
    order = Order.objects.select_for_update().get(id=order_id)
    order.refunded -= amount
    order.version += 1
    order.note("refund.failed", {"amount": str(amount)})
    order.save()


def note_refund(order_id: UUID, what: str, facts: dict[str, str]) -> None:
    """A refund that the order was told of has come back, or was sent once more: staff see it in the timeline."""
    order = Order.objects.select_for_update().get(id=order_id)
    order.note(what, facts, internal=True)
    order.version += 1
    order.save()


def _for_gift_cards(lines: Iterable[OrderLine]) -> Decimal:
    return sum((line.total for line in lines if line.kind == GIFT_CARD), Decimal(0))


def _of_payments(order: Order, column: str) -> Decimal:
    return Payment.objects.filter(order=order.id).aggregate(sum=Sum(column))["sum"] or Decimal(0)
