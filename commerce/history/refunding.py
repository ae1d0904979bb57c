"""Money that goes back for an order of an older shop, whose provider has taken it: sent by hand, and booked here."""

from decimal import Decimal
from uuid import UUID

from chassis.ids import new_id
from chassis.unit_of_work import unit_of_work
from commerce.history.models import HistoricalPayment
from commerce.order.commands import give_back
from commerce.order.models import Order
from commerce.order.states import PAYMENT
from commerce.payment.errors import NotRefundable, RefundTooLarge
from commerce.payment.models import MANUAL, Payment

ELSEWHERE = "paid in the shop before"


def refund_history(order_id: UUID, *, amount: Decimal, return_request: UUID) -> list[UUID]:
    """Ask staff to send it, by a payment that stands for what the older shop has taken and not given back.

    That payment is made with the first refund; nothing is ever captured of it. RefundTooLarge beyond what is left,
    NotRefundable where the older shop was not paid.
    """
    with unit_of_work("commerce"):
        payment = _locked_payment(order_id)  # before its order's lock, as everywhere
        order = Order.objects.select_for_update().get(id=order_id)
        payment = payment or _locked_payment(order_id) or _unmade(order)
        if "refund" not in PAYMENT[order.payment_state]:
            raise NotRefundable(state=order.payment_state)
        left = min(order.refundable, payment.refundable)
        if not 0 < amount <= left:
            raise RefundTooLarge(refundable=str(left), field="/amount")
        if payment._state.adding:
            payment.save(force_insert=True)
            payment.book("capture", payment.captured, ELSEWHERE)
        refunds = give_back(order, [payment], amount, return_request=return_request)
        order.version += 1
        order.save()
        return refunds


def reference_of(order_id: UUID) -> str:
    """By which the payment of an order of history is known, if it has one."""
    return f"history:{order_id}"


def worked_on(order_ids: list[UUID]) -> set[UUID]:
    """Orders of history of which money goes back, or went, here: they are no longer the older shop's alone."""
    known = Payment.objects.filter(reference__in=[reference_of(one) for one in order_ids])
    return {one for one in known.values_list("order", flat=True) if one}


def _locked_payment(order_id: UUID) -> Payment | None:
    return Payment.objects.select_for_update().filter(reference=reference_of(order_id)).first()


def _unmade(order: Order) -> Payment:
    """What the older shop has taken and not given back, as a payment of ours that is not stored yet."""
    taken = max(order.captured - order.refunded, Decimal(0))
    paid = HistoricalPayment.objects.filter(order=order).first()
    return Payment(
        id=new_id(),
        saga=order.saga,
        order=order.id,
        provider=MANUAL,
        reference=reference_of(order.id),
        tender=MANUAL,
        label=f"{paid.label or paid.tender}, {ELSEWHERE}" if paid else ELSEWHERE,
        currency=order.currency,
        amount=taken,
        captured=taken,
        state="captured",
    )
