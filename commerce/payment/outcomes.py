"""What a provider's word changes here, whoever brought it: the API's answer, a webhook or a look at its books.

`apply` takes the provider's present picture of a payment and moves ours there, under the payment's lock; the
same picture again changes nothing, and an older one never moves back.
"""

import logging
from decimal import Decimal
from typing import Any
from uuid import UUID

from chassis.ids import new_id
from chassis.sagas import Done, Failed
from chassis.unit_of_work import publish, unit_of_work
from commerce import promises
from commerce.order import payments as order_payments
from commerce.payment.models import Payment
from commerce.payment.providers.interface import ProviderPayment
from contracts.commerce import RefundFailed

log = logging.getLogger("sixfold.payments")


def apply(payment_id: UUID, theirs: ProviderPayment) -> None:
    """Bring a payment to what the provider says of it and tell its saga or order."""
    with unit_of_work("commerce"):
        payment = _locked(payment_id)
        if not payment.provider_id:
            payment.provider_id = theirs.id
            payment.save(update_fields=["provider_id"])
        if payment.state in ("voiding", "voided"):
            if theirs.captured > payment.captured:
                _give_back(payment, theirs.captured)
            elif theirs.holding:
                # Later than the looks that followed the void: nobody else would let go of the shopper's money.
                _jobs().request_looks(payment, after="late")
        elif (theirs.amount, theirs.currency) != (payment.amount, payment.currency):
            _mismatch(payment, theirs)
        elif theirs.status == "declined" and payment.state in ("requested", "requires_action"):
            _declined(payment, theirs.decline_code)
        elif theirs.status == "requires_action" and payment.state == "requested":
            payment.transition("challenge")
            payment.save()
            _jobs().request_looks(payment, after="challenge")
            promises.update(payment.saga, outcome="requires_action", data={"action_url": theirs.action_url})
        elif theirs.status in ("authorised", "captured", "partially_captured"):
            if payment.state in ("requested", "requires_action"):
                _authorised(payment)
            if theirs.captured > payment.captured and payment.state == "authorised":
                _captured(payment, theirs.captured)


def refused(payment_id: UUID, *, reason: str) -> None:
    """The provider took no payment under this reference and will not: a decline with the provider's word for it."""
    with unit_of_work("commerce"):
        payment = _locked(payment_id)
        if payment.state == "requested":
            _declined(payment, reason)


def voided(payment_id: UUID, theirs: ProviderPayment | None) -> None:
    """The provider holds no money of this payment (any more): the saga's undo is complete."""
    with unit_of_work("commerce"):
        payment = _locked(payment_id)
        captured = max(payment.captured, theirs.captured if theirs is not None else Decimal(0))
        # Also where a part was taken before the rest was voided.
        known = payment.captured if payment.state == "voided" else Decimal(0)
        if payment.state in ("voiding", "voided") and captured > known:
            _give_back(payment, captured)
        elif payment.state == "voiding":
            payment.transition("void")
            payment.source = ""
            payment.provider_id = payment.provider_id or (theirs.id if theirs else "")
            if theirs is not None:
                payment.book("void", payment.amount, theirs.id)
            payment.save()
            if payment.order is not None:
                order_payments.record_void(payment)
        promises.answer(payment.saga, "authorise", Done())


def refunded(
    payment_id: UUID, *, refund: UUID, amount: Decimal, provider_reference: str, return_request: str | None
) -> None:
    """Money went back; refused by the columns' constraints should it ever pass what was captured."""
    with unit_of_work("commerce"):
        payment = _locked(payment_id)
        if not payment.book("refund", amount, provider_reference):
            return
        payment.refunded += amount
        payment.set_aside -= amount
        payment.transition("refund" if payment.refunded >= payment.captured else "refund_part")
        payment.save()
        if payment.order is not None:
            order_payments.record_refund(
                payment,
                refund=refund,
                amount=amount,
                return_request=UUID(return_request) if return_request else None,
            )


def refund_failed(payment_id: UUID, payload: dict[str, Any], reason: str) -> None:
    """The provider refused for good: whoever asked is told, and the reserved amount is free again."""
    with unit_of_work("commerce"):
        payment = _locked(payment_id)
        if payment.order is None:
            log.error("payment %s of no order cannot be refunded: %s", payment.id, reason)
            return
        payment.set_aside -= Decimal(payload["amount"])
        payment.save(update_fields=["set_aside"])
        order_payments.release_refund(payment.order, amount=Decimal(payload["amount"]))
        if payload.get("return_request"):
            publish(
                RefundFailed(order=payment.order, return_request=UUID(payload["return_request"]), reason=reason[:300]),
                aggregate_id=payment.order,
            )


def _locked(payment_id: UUID) -> Payment:
    """The payment under its lock, taken after its saga's: a saga that ends takes them in that order too."""
    saga_id = Payment.objects.values_list("saga", flat=True).get(id=payment_id)
    promises.hold(saga_id)
    return Payment.objects.select_for_update().get(id=payment_id)


def _authorised(payment: Payment) -> None:
    payment.transition("authorise")
    payment.source = ""
    payment.book("authorise", payment.amount, payment.provider_id)
    payment.save()
    promises.answer(payment.saga, "authorise", Done())
    payment.refresh_from_db()  # the saga may have made the order and written its id here


def _declined(payment: Payment, reason: str) -> None:
    payment.transition("decline")
    payment.decline_code = reason
    payment.source = ""
    payment.save()
    promises.answer(payment.saga, "authorise", Failed("declined", reason, {"decline_code": reason}))


def _captured(payment: Payment, captured: Decimal) -> None:
    payment.book("capture", captured - payment.captured, f"{payment.provider_id}:{captured}")
    payment.captured = captured
    if payment.captured >= payment.amount:
        payment.transition("capture")
    payment.save()
    if payment.order is not None:
        order_payments.record_capture(payment.order)


def _give_back(payment: Payment, captured: Decimal) -> None:
    """Money was taken of a payment that is abandoned: record it, then refund what is not going back yet."""
    if captured > payment.captured:
        payment.book("capture", captured - payment.captured, f"{payment.provider_id}:{captured}")
    payment.captured = captured
    amount = payment.refundable
    payment.set_aside += amount
    payment.source = ""
    payment.transition("capture")
    payment.save()
    refund = new_id()
    if payment.order is not None:
        order_payments.record_capture(payment.order)
        order_payments.reserve_refund(payment.order, refund=refund, amount=amount)
    _jobs().request_refund(payment, refund=refund, amount=amount, return_request=None)


def _mismatch(payment: Payment, theirs: ProviderPayment) -> None:
    """The provider holds another amount than was asked for: nothing is bought with it, and it is given back."""
    ours, says = f"{payment.amount} {payment.currency}", f"{theirs.amount} {theirs.currency}"
    log.error("payment %s is %s and the provider says %s", payment.id, ours, says)
    if payment.state in ("requested", "requires_action"):
        promises.fail(payment.saga, outcome="failed", reason="payment_mismatch")


def _jobs() -> Any:
    from commerce.payment import jobs

    return jobs
