"""Payments by gift card, store credit and points: made with their order, taken and given back by post-purchase's word.

What a checkout reserved is authorised from the order's first moment. An answer moves a payment as the provider's moves
a card's, under the same locks: saga, payments by id, order.
"""

import logging
from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from uuid import UUID

from chassis.ids import new_id
from commerce import promises
from commerce.order import payments as order_payments
from commerce.payment import jobs, outcomes
from commerce.payment.models import TENDERS_PROVIDER, Payment
from contracts.postpurchase import TenderConfirmed, TenderRefunded

log = logging.getLogger("sixfold.payments")


def reserved(saga: UUID, currency: str, tenders: Iterable[dict[str, Any]]) -> list[Payment]:
    """The payments of what is reserved for an order that is about to be; the caller stores them."""
    return [
        Payment(
            id=UUID(one["payment"]),
            saga=saga,
            provider=TENDERS_PROVIDER,
            reference=one["payment"],
            tender=one["tender"],
            label=one["label"],
            currency=currency,
            amount=Decimal(one["amount"]),
            state="authorised",
        )
        for one in tenders
    ]


def tender_confirmed(event: TenderConfirmed) -> None:
    """All tenders of an order were taken; or they were gone, and staff must decide."""
    payments = _locked(event.saga)
    for payment in payments:
        if event.confirmed:
            _taken(payment)
        else:
            _gone(payment)
    if not event.confirmed and payments:
        order_payments.hold_unpaid(event.order)


def tender_refunded(event: TenderRefunded) -> None:
    """A part of it is back where it came from."""
    outcomes.refunded(
        event.payment,
        refund=event.refund,
        amount=event.amount.amount,
        provider_reference=str(event.refund),
        return_request=str(event.return_request) if event.return_request else None,
    )


def _taken(payment: Payment) -> None:
    abandoned = payment.state == "voiding"
    if payment.state not in ("authorised", "voiding") or payment.order is None:
        return
    payment.transition("capture")
    payment.book("capture", payment.amount, str(payment.id))
    payment.captured = payment.amount
    payment.save()
    order_payments.record_capture(payment.order)
    if abandoned:  # cancelled before it was taken: it goes back as a refund
        refund = new_id()
        payment.set_aside = payment.amount
        payment.save(update_fields=["set_aside"])
        order_payments.reserve_refund(payment.order, refund=refund, amount=payment.amount)
        jobs.request_refund(payment, refund=refund, amount=payment.amount, return_request=None)


def _gone(payment: Payment) -> None:
    if payment.state == "authorised":
        log.error("payment %s was gone when its order stood", payment.id)
        payment.transition("abandon")
    if payment.state == "voiding" and payment.order is not None:
        payment.transition("void")
        payment.book("void", payment.amount, str(payment.id))
        payment.save()
        order_payments.record_void(payment)


def _locked(saga: UUID) -> list[Payment]:
    promises.hold(saga)
    return list(Payment.objects.select_for_update().filter(saga=saga, provider=TENDERS_PROVIDER).order_by("id"))
