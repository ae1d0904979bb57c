"""The kinds of job of commerce: what talks to a provider or tidies up after it, and the saga's deadline."""

from chassis.sagas.runner import deadline_kind
from commerce.checkout.saga import PlaceOrder
from commerce.payment import jobs as payment

JOBS = (
    payment.AUTHORISE,
    payment.VOID,
    payment.CAPTURE,
    payment.REFUND,
    payment.RECONCILE,
    payment.FORGET_WEBHOOKS,
    deadline_kind(PlaceOrder),
)
