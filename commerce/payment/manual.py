"""Payments by hand: no provider holds them, so that staff say what has come and what was sent back.

Under the same locks as what a provider says: saga, payment, order.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from chassis.unit_of_work import unit_of_work
from commerce import promises
from commerce.order import payments as order_payments
from commerce.payment import outcomes
from commerce.payment.errors import AlreadyBooked, NotAwaited, RefundNotDue, TooMuch
from commerce.payment.models import MANUAL, Payment, RefundDue


def awaited(saga: UUID, checkout: Mapping[str, Any], *, amount: Decimal) -> list[Payment]:
    """What is to be paid by hand of an order that is about to be placed, if any; the caller stores it."""
    method = checkout.get("manual")
    if not method:
        return []
    return [
        Payment(
            id=UUID(checkout["payment"]),
            saga=saga,
            provider=MANUAL,
            reference=str(saga),
            tender=MANUAL,
            label=method["name"],
            instructions=method["instructions"],
            currency=checkout["currency"],
            amount=amount,
            state="awaiting",
        )
    ]


def received(saga: UUID, checkout: Mapping[str, Any], *, amount: Decimal) -> Payment:
    """Money that staff say is here already: its payment, stored with its ledger."""
    method = checkout["manual"]
    payment = Payment.objects.create(
        id=UUID(checkout["payment"]),
        saga=saga,
        provider=MANUAL,
        reference=str(saga),
        tender=MANUAL,
        label=method["name"],
        currency=checkout["currency"],
        amount=amount,
        captured=amount,
        state="captured",
    )
    payment.book("capture", amount, method["reference"])
    return payment


def book_money(payment_id: UUID, *, amount: Decimal, reference: str) -> None:
    """Money has come, all that is awaited or a part of it; `reference` is the bank's or the courier's.

    NotAwaited, TooMuch, or AlreadyBooked where there is money of this payment with that reference.
    """
    with unit_of_work("commerce"):
        payment = _awaiting(payment_id)
        left = payment.amount - payment.captured
        if not 0 < amount <= left:
            raise TooMuch(field="/amount", left=str(left))
        if not payment.book("capture", amount, reference):
            raise AlreadyBooked(field="/reference")
        payment.captured += amount
        if payment.captured == payment.amount:
            payment.transition("capture")
        payment.save()
        if payment.order is not None:
            order_payments.record_capture(payment.order)


def stop_waiting(payment_id: UUID) -> None:
    """Nothing came and nothing will. NotAwaited, also where a part has come: cancelling the order gives it back."""
    with unit_of_work("commerce"):
        payment = _awaiting(payment_id)
        if payment.captured > 0:
            raise NotAwaited("A part of it has come; cancel the order to give it back.")
        close(payment)
        if payment.order is not None:
            order_payments.record_void(payment)


def close(payment: Payment) -> None:
    """No more is awaited: what has come stays taken until it is refunded. Under the payment's lock."""
    if payment.captured > 0:
        payment.transition("settle")
    else:
        payment.transition("void")
        payment.book("void", payment.amount, str(payment.id))
    payment.save()


def book_refund(payment_id: UUID, *, refund: UUID, reference: str) -> None:
    """A refund was sent; `reference` is the bank's. RefundNotDue, AlreadyBooked."""
    with unit_of_work("commerce"):
        payment, asked = _refund_due(payment_id, refund)
        if payment.transactions.filter(kind="refund", provider_reference=reference).exists():
            raise AlreadyBooked(field="/reference")
        asked.delete()
        outcomes.refunded(
            payment_id,
            refund=refund,
            amount=asked.amount,
            provider_reference=reference,
            return_request=str(asked.return_request) if asked.return_request else None,
        )


def withdraw_refund(payment_id: UUID, *, refund: UUID, reason: str) -> None:
    """A refund will not be sent: whoever asked for it is told, and it may be asked for again. RefundNotDue."""
    with unit_of_work("commerce"):
        _, asked = _refund_due(payment_id, refund)
        asked.delete()
        request = str(asked.return_request) if asked.return_request else None
        outcomes.refund_failed(payment_id, {"amount": str(asked.amount), "return_request": request}, reason)


def lock_checkout(payment_id: UUID) -> None:
    """The checkout's row, ahead of the payment's."""
    promises.hold(Payment.objects.values_list("saga", flat=True).get(id=payment_id))


def _awaiting(payment_id: UUID) -> Payment:
    payment = _locked(payment_id)
    if payment.state != "awaiting":
        raise NotAwaited()
    return payment


def _refund_due(payment_id: UUID, refund: UUID) -> tuple[Payment, RefundDue]:
    payment = _locked(payment_id)
    asked = RefundDue.objects.filter(id=refund, payment=payment).first()
    if asked is None:
        raise RefundNotDue()
    return payment, asked


def _locked(payment_id: UUID) -> Payment:
    lock_checkout(payment_id)
    return Payment.objects.select_for_update().get(id=payment_id)
