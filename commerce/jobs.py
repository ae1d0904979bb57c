"""The kinds of job of commerce: what talks to a provider or tidies up after it, sagas' deadlines, carts, history."""

from chassis.sagas.runner import deadline_kind
from commerce.addition.saga import AddToOrder
from commerce.checkout.expiry import FORGET_CARTS
from commerce.checkout.saga import PlaceOrder
from commerce.legacy.orders import make_orders
from commerce.legacy.passing import pass_on, pass_on_greetings
from commerce.legacy.rows import MIRROR
from commerce.legacy.shop import make_shop
from commerce.payment import jobs as payment

LEGACY = MIRROR.job_kind(
    {
        "shop": make_shop,
        "gift_message": pass_on_greetings,
        "invoice": pass_on("invoice"),
        "shipment": pass_on("shipment"),
        "credit_memo": pass_on("credit_memo"),
        "order": make_orders,
    }
)

JOBS = (
    payment.AUTHORISE,
    payment.VOID,
    payment.CAPTURE,
    payment.REFUND,
    payment.RECONCILE,
    payment.FORGET_WEBHOOKS,
    deadline_kind(PlaceOrder),
    deadline_kind(AddToOrder),
    FORGET_CARTS,
    LEGACY,
)
