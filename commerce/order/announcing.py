"""What other domains are told about orders."""

import hashlib
from collections.abc import Iterable
from decimal import Decimal
from uuid import UUID

import msgspec
from django.db.models import Sum

from chassis import clock
from chassis.unit_of_work import publish
from commerce.checkout.items import restored
from commerce.order.models import Order, OrderDelivery, OrderLine
from commerce.payment.models import Payment
from contracts import commerce as events
from contracts.shared import Amount, Component, PostalAddress

NOWHERE = PostalAddress(name="", street="", city="", postcode="", country="")


def order_lines(lines: list[OrderLine]) -> tuple[events.OrderLine, ...]:
    """Lines as events tell of them."""
    return tuple(
        events.OrderLine(
            id=line.id,
            sku=line.sku,
            product=line.product,
            name=line.name,
            quantity=line.quantity,
            unit_price=line.unit_price,
            total=line.total,
            requires_shipping=line.requires_shipping,
            discount=line.discount,
            kind=line.kind,
            components=msgspec.convert(line.components, tuple[Component, ...], strict=False),
            choices=restored(line.choices),
            delivery=line.delivery,
        )
        for line in lines
    )


def order_paid(order: Order, lines: list[OrderLine]) -> events.OrderPaid:
    """The event that says that an order is paid, and what that has brought."""
    return events.OrderPaid(
        order=order.id,
        number=order.number,
        channel=order.channel,
        customer=order.customer,
        total=Amount(amount=order.total, currency=order.currency),
        paid_at=clock.now(),
        lines=order_lines(lines),
        key_hash=_key_hash(order),
        tenders=tuple(
            events.PaidBy(tender=tender, amount=amount)
            for tender, amount in Payment.objects.filter(order=order.id)
            .values_list("tender")
            .annotate(sum=Sum("captured"))
            .order_by("tender")
        ),
    )


def addition_paid(order: Order, addition: UUID, *, amount: Decimal, lines: list[OrderLine]) -> events.AdditionPaid:
    """The event that says that what was added to an order is paid, and what that has brought."""
    return events.AdditionPaid(
        addition=addition,
        order=order.id,
        number=order.number,
        channel=order.channel,
        customer=order.customer,
        total=Amount(amount=amount, currency=order.currency),
        paid_at=clock.now(),
        lines=order_lines(lines),
        key_hash=_key_hash(order),
    )


def _key_hash(order: Order) -> str:
    return hashlib.sha256(order.access_key.encode()).hexdigest()


def order_held(order: Order) -> events.OrderHeld:
    """The event that says that an order is not to be worked on."""
    return events.OrderHeld(order=order.id, number=order.number, channel=order.channel)


def order_released(order: Order) -> events.OrderReleased:
    """The event that says that a held order may be worked on again."""
    return events.OrderReleased(order=order.id, number=order.number, channel=order.channel)


def order_completed(order: Order) -> events.OrderCompleted:
    """The event that says that nothing is left to do for an order."""
    return events.OrderCompleted(order=order.id, number=order.number, channel=order.channel, customer=order.customer)


def payment_voided(order: Order) -> events.PaymentVoided:
    """The event that says that what was held for an order is free again."""
    return events.PaymentVoided(
        order=order.id,
        number=order.number,
        channel=order.channel,
        amount=Amount(amount=order.total, currency=order.currency),
    )


def tell(order: Order, event: object) -> None:
    """Publish what happened to an order at its present version."""
    publish(event, aggregate_id=order.id, aggregate_version=order.version, channel=order.channel)


def order_cancelled(order: Order, *, reason: str) -> events.OrderCancelled:
    """The event that says that an order was cancelled."""
    return events.OrderCancelled(
        order=order.id,
        number=order.number,
        channel=order.channel,
        total=Amount(amount=order.total, currency=order.currency),
        reason=reason,
        saga=order.saga,
        added=tuple(order.additions.filter(state__in=("added", "done")).values_list("saga", flat=True)),
    )


def order_placed(order: Order, lines: list[OrderLine], deliveries: Iterable[OrderDelivery]) -> events.OrderPlaced:
    """The event that says what was sold, to whom, and where it goes."""
    return events.OrderPlaced(
        order=order.id,
        saga=order.saga,
        cart=order.cart,
        number=order.number,
        channel=order.channel,
        view=order.view,
        locale=order.locale,
        customer=order.customer,
        email=order.email,
        currency=order.currency,
        subtotal=order.subtotal,
        shipping=order.shipping,
        tax=order.tax,
        total=order.total,
        lines=order_lines(lines),
        delivery=PostalAddress(**order.delivery) if order.delivery else NOWHERE,
        shipping_method=order.shipping_method,
        placed_at=order.placed_at,
        coupons=tuple(order.coupons),
        deliveries=tuple(
            events.OrderDelivery(
                id=one.id,
                delivery=PostalAddress(**one.delivery),
                shipping_method=one.shipping_method,
                shipping=one.shipping,
            )
            for one in deliveries
        ),
    )
