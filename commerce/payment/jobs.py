"""Talking to the provider: each kind calls with no transaction open and records the answer in one.

An answer that was lost leaves the payment in doubt; nothing is decided before the provider was asked by
reference. Voiding marks the payment first, so that an authorisation that was not yet sent is not sent; one
that was already under way is found by `reconcile`, which looks again later.
"""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connections

from chassis import clock
from chassis.ids import new_id
from chassis.jobs import JobKind, LeasedJob
from chassis.retention import ages, forgetting
from chassis.unit_of_work import enqueue, open_domain, publish
from commerce.payment import outcomes
from commerce.payment.models import Payment, RefundDue, WebhookReceipt
from commerce.payment.providers.interface import ProviderPayment, ProviderRefused
from commerce.payment.providers.registry import provider_of
from contracts.commerce import TenderRefundRequested
from contracts.shared import Amount

FOR_EVER = 1_000_000
"""Attempts at what must not be given up: money stays in doubt until the provider has said what became of it."""
GONE = ("declined", "voided")
"""Statuses of a payment that can be captured no more."""
RECONCILE_AFTER = (timedelta(seconds=30), timedelta(minutes=10))


class CapturePending(Exception):
    """The provider is taking the money right now; the answer must be waited for."""


class PaymentJob(JobKind):
    """Provider calls are tried again soon, and long: money in doubt is not given up."""

    def delay(self, attempts: int) -> timedelta:
        return timedelta(seconds=min(0.5 * 2 ** min(max(attempts - 1, 0), 10), 30))


def _read(job: LeasedJob) -> Payment:
    """The payment, with the connection given back: a provider that is slow must not hold the pool's connections."""
    payment = Payment.objects.get(id=job.payload["payment"])
    connection = connections["commerce"]
    if not connection.in_atomic_block:
        connection.close()
    return payment


def _authorise(job: LeasedJob) -> ProviderPayment | ProviderRefused | None:
    payment = _read(job)
    if payment.state != "requested":
        return None
    provider, ours = provider_of(payment.provider), payment.ours
    if job.attempts > 1 and (known := provider.find(ours)):
        return known
    try:
        return provider.authorise(ours, key=job.idempotency_key)
    except ProviderRefused as refusal:
        return refusal


def _authorised(job: LeasedJob, answer: ProviderPayment | ProviderRefused | None) -> None:
    if isinstance(answer, ProviderRefused):
        outcomes.refused(UUID(job.payload["payment"]), reason=answer.code)
    elif answer is not None:
        outcomes.apply(UUID(job.payload["payment"]), answer)


def _void(job: LeasedJob) -> ProviderPayment | None:
    payment = _read(job)
    known = provider_of(payment.provider).find(payment.ours)
    if known is not None and known.pending > 0:
        raise CapturePending(f"{known.pending} is being captured; what is taken will be given back")
    if known is None or not known.holding:
        return known
    return _let_go(job, payment, known)


def _voided(job: LeasedJob, answer: ProviderPayment | None) -> None:
    outcomes.voided(UUID(job.payload["payment"]), answer)


def _capture(job: LeasedJob) -> ProviderPayment | None:
    payment = _read(job)
    if payment.state != "authorised":
        return None
    provider, ours = provider_of(payment.provider), payment.ours
    known = provider.find(ours)
    if known is not None and (known.captured + known.pending >= payment.amount or known.status in GONE):
        return known
    return provider.capture(ours, amount=payment.amount, key=job.idempotency_key)


def _refund(job: LeasedJob) -> str | ProviderRefused:
    payment = _read(job)
    try:
        return provider_of(payment.provider).refund(
            payment.ours,
            amount=Decimal(job.payload["amount"]),
            reference=job.payload["refund"],
            key=job.idempotency_key,
        )
    except ProviderRefused as refusal:
        return refusal


def _refunded(job: LeasedJob, answer: str | ProviderRefused) -> None:
    if isinstance(answer, ProviderRefused):
        outcomes.refund_failed(UUID(job.payload["payment"]), job.payload, str(answer))
        return
    outcomes.refunded(
        UUID(job.payload["payment"]),
        refund=UUID(job.payload["refund"]),
        amount=Decimal(job.payload["amount"]),
        provider_reference=answer,
        return_request=job.payload.get("return_request"),
    )


def _look(job: LeasedJob) -> ProviderPayment | None:
    payment = _read(job)
    if payment.captured == payment.amount:
        return None  # no answer that was lost could say more
    known = provider_of(payment.provider).find(payment.ours)
    if known is None or known.pending > 0 or payment.state not in ("voided", "voiding") or not known.holding:
        return known
    return _let_go(job, payment, known)


def _looked(job: LeasedJob, answer: Any) -> None:
    if answer is not None:
        outcomes.apply(UUID(job.payload["payment"]), answer)


def _let_go(job: LeasedJob, payment: Payment, known: ProviderPayment) -> ProviderPayment:
    """Void what was just looked up, with a key for this one try.

    The provider keeps refusals under their key; a payment that is refused now may be voidable in a moment.
    Every try looks first and a void of nothing is refused, so that a key per try gives nothing back twice.
    """
    ours = replace(payment.ours, provider_id=known.id)
    key = f"{job.idempotency_key}:{known.status}:{job.attempts}"
    return provider_of(payment.provider).void(ours, key=key)


def request_authorisation(payment: Payment, *, again: bool = False) -> None:
    """Enqueue the authorisation of a payment; `again` when staff retry, whatever became of the first job."""
    _enqueue("authorise", payment, again=again)


def request_void(payment: Payment) -> None:
    """Mark the payment as being voided and enqueue asking, voiding, and looking again later; may be repeated.

    Post-purchase is taking what a tender has reserved right now: its answer brings that back or says that it was gone.
    """
    again = payment.state == "voiding"
    payment.transition("abandon")
    payment.save(update_fields=["state"])
    if not payment.is_card:
        return
    _enqueue("void", payment, again=again)
    request_looks(payment, after="void")


def request_capture(payment: Payment) -> None:
    """Enqueue taking all that is authorised."""
    _enqueue("capture", payment)
    request_looks(payment, after="capture")


def request_looks(payment: Payment, *, after: str) -> None:
    """Look at the provider's books some time after this, in case its webhooks are lost."""
    for delay in RECONCILE_AFTER:
        enqueue(
            RECONCILE.name,
            key=f"{payment.id}:{after}:{delay.total_seconds():.0f}",
            payload={"payment": str(payment.id)},
            due_at=clock.now() + delay,
        )


def request_look(payment: Payment) -> None:
    """Look at the provider's books now, because somebody asked to."""
    enqueue(RECONCILE.name, key=f"{payment.id}:asked:{new_id()}", payload={"payment": str(payment.id)})


def request_refund(payment: Payment, *, refund: UUID, amount: Decimal, return_request: UUID | None) -> None:
    """Ask for what a payment has set aside to go back; `refund` is its identity, here and with who holds the money."""
    if payment.is_manual:
        RefundDue.objects.create(
            id=refund, payment=payment, amount=amount, return_request=return_request, asked_at=clock.now()
        )
        return
    if not payment.is_card:
        publish(
            TenderRefundRequested(
                saga=payment.saga,
                payment=payment.id,
                refund=refund,
                amount=Amount(amount=amount, currency=payment.currency),
                return_request=return_request,
            ),
            aggregate_id=payment.id,
        )
        return
    enqueue(
        REFUND.name,
        key=str(refund),
        payload={
            "payment": str(payment.id),
            "refund": str(refund),
            "amount": str(amount),
            "return_request": str(return_request) if return_request else None,
        },
    )


def _enqueue(verb: str, payment: Payment, *, again: bool = False) -> None:
    assert open_domain() == "commerce"
    key = f"{payment.id}:{new_id()}" if again else str(payment.id)
    enqueue(f"commerce.{verb}", key=key, payload={"payment": str(payment.id)})


AUTHORISE = PaymentJob(name="commerce.authorise", call=_authorise, record=_authorised, max_attempts=100)
VOID = PaymentJob(name="commerce.void", call=_void, record=_voided, max_attempts=FOR_EVER)
CAPTURE = PaymentJob(name="commerce.capture", call=_capture, record=_looked, max_attempts=FOR_EVER)
REFUND = PaymentJob(name="commerce.refund", call=_refund, record=_refunded, max_attempts=FOR_EVER)
RECONCILE = PaymentJob(name="commerce.reconcile", call=_look, record=_looked, max_attempts=1000)

# As long as the inbox remembers events: nobody's retries go on for longer.
FORGET_WEBHOOKS = forgetting("commerce.forget_webhooks", WebhookReceipt, by="received_at", after=lambda: ages().inbox)
