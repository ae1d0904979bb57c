"""What a provider's webhook says of a payment, under its lock: where it stands, what is disputed, what came back."""

from uuid import UUID

from chassis import clock
from commerce.order import payments as order_payments
from commerce.payment import outcomes
from commerce.payment.errors import RefundUnknown
from commerce.payment.manual import lock_checkout
from commerce.payment.models import Payment, RefundDue
from commerce.payment.providers.interface import Disputed, FailedRefund, Notice
from commerce.reversal import announcing
from commerce.reversal.models import Dispute
from commerce.reversal.states import DISPUTE

DECISIONS = {"won": "win", "lost": "lose"}


def take(payment_id: UUID, notice: Notice) -> None:
    """Do what a notice says; once more it changes nothing."""
    if notice.payment is not None:
        outcomes.apply(payment_id, notice.payment, present=False)
    elif notice.refund is not None:
        came_back(payment_id, notice.refund)
    elif notice.dispute is not None:
        disputed(payment_id, notice.dispute)


def disputed(payment_id: UUID, told: Disputed) -> None:
    """Open a dispute, or decide it. Its news come in any order: what is open already, or decided, is not opened."""
    payment = _locked(payment_id)
    dispute, new = Dispute.objects.get_or_create(
        payment=payment,
        provider_id=told.id,
        defaults={
            "amount": told.amount,
            "reason": told.reason,
            "answer_by": told.answer_by,
            "opened_at": clock.now(),
        },
    )
    if new:
        payment.book("dispute", told.amount, told.id)
        announcing.opened(dispute)
    decision = DECISIONS.get(told.status, "")
    if decision in DISPUTE[dispute.state]:
        _decide(dispute, payment, decision)


def _decide(dispute: Dispute, payment: Payment, decision: str) -> None:
    """Lost, the money is gone; won, it stays, or is back where it was lost before."""
    before = dispute.state
    dispute.move(decision, closed_at=clock.now())
    if dispute.state == "lost":
        payment.book("chargeback", dispute.amount, dispute.provider_id)
        payment.lost += dispute.amount
    elif before == "lost":
        payment.book("chargeback_back", dispute.amount, dispute.provider_id)
        payment.lost -= dispute.amount
    payment.save(update_fields=["lost"])
    announcing.closed(dispute)


def came_back(payment_id: UUID, told: FailedRefund) -> None:
    """A refund has not reached anybody: it is due once more, for staff to send by hand. RefundUnknown before it is
    booked here."""
    payment = _locked(payment_id)
    made = payment.transactions.filter(kind="refund", provider_reference=told.id).first()
    if made is None and payment.set_aside > 0:
        raise RefundUnknown()
    if made is None or not payment.book("refund_failed", made.amount, told.id):
        return  # refused from the start, or known
    payment.refunded -= made.amount
    payment.set_aside += made.amount
    payment.transition("refund_back")
    payment.save()
    RefundDue.objects.create(payment=payment, amount=made.amount, again=True, asked_at=clock.now())
    if payment.order is not None:
        facts = {"amount": str(made.amount), "reason": told.reason}
        order_payments.note_refund(payment.order, "refund.came_back", facts)


def _locked(payment_id: UUID) -> Payment:
    lock_checkout(payment_id)
    return Payment.objects.select_for_update().get(id=payment_id)
