"""The kinds of job of commerce: everything that talks to a provider, and the saga's deadline."""

from chassis.sagas.runner import deadline_kind
from commerce.checkout.saga import PlaceOrder
from commerce.payment import jobs as payment

JOBS = (
    payment.AUTHORISE,
    payment.VOID,
    payment.CAPTURE,
    payment.REFUND,
    payment.RECONCILE,
    deadline_kind(PlaceOrder),
)
