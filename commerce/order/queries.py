"""Reads of orders, within the channel of the view that is asked."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from commerce.checkout.models import ViewCopy
from commerce.history import queries as history
from commerce.history.models import HistoricalPayment
from commerce.history.queries import HistoricalRefund
from commerce.order.models import Order, OrderEvent
from commerce.payment.models import Payment, Transaction


def orders_of(customer: UUID, *, view: str) -> QuerySet[Order]:
    """A customer's orders in the view's channel, whatever view they were placed in."""
    return _in_channel(view).filter(customer=customer)


def order_of_channel(order: UUID, *, view: str) -> Order | None:
    """An order with what its shopper is shown of it; None for one of another channel."""
    told = Prefetch("timeline", OrderEvent.objects.filter(internal=False))
    rows = _in_channel(view).prefetch_related("lines", "deliveries", told, "shipments", "cancellations")
    return rows.filter(id=order).first()


def payments_of(order: Order) -> Sequence[Payment | HistoricalPayment]:
    """What has paid or is to pay it, the card first."""
    if order.historical:
        return history.payments_of(order)
    return sorted(Payment.objects.filter(order=order.id), key=lambda payment: (not payment.is_card, payment.id))


def refunds_of(order: Order) -> Sequence[Transaction | HistoricalRefund]:
    """What went back, oldest first; what is only asked for counts in the order's `refunded` already."""
    if order.historical:
        return history.refunds_of(order)
    booked = Transaction.objects.filter(payment__order=order.id, kind="refund")
    return list(booked.select_related("payment").order_by("at", "id"))


def _in_channel(view: str) -> QuerySet[Order]:
    return Order.objects.filter(channel__in=ViewCopy.objects.filter(code=view, active=True).values("channel"))
