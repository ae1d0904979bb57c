"""Builders for this domain's tests: orders as commerce tells of them, and the domain's own outbox."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import msgspec

from chassis import clock, domains
from chassis.ids import new_id
from chassis.inbox import receive
from chassis.messages import Envelope, Lane, Message, decode_event, decode_message, encode, type_of
from contracts.commerce import (
    AdditionPaid,
    CancelledLine,
    CarriedLine,
    GoodsAdded,
    OrderCancelled,
    OrderCarried,
    OrderLine,
    OrderLinesCancelled,
    OrderPaid,
    OrderPlaced,
    OrderRefunded,
)
from contracts.shared import Amount, PostalAddress


class HandlerFailed(AssertionError):
    """An event ended as a letter."""


def deliver(*events: Any, aggregate_version: int = 1) -> None:
    """Put events through JSON and this domain's inbox, as one envelope; HandlerFailed if one failed."""
    messages = [
        Message(
            id=new_id(),
            type=type_of(type(event)).name,
            version=type_of(type(event)).version,
            occurred_at=clock.now(),
            aggregate_type=type_of(type(event)).aggregate,
            aggregate_id=str(getattr(event, "order", "")),
            aggregate_version=aggregate_version,
            body=msgspec.Raw(encode(event)),
        )
        for event in events
    ]
    receive(Envelope(id=new_id(), producer="commerce", subscriber="postpurchase", lane=Lane.FAST, messages=messages))
    letters = domains.get("postpurchase").tables.letter._default_manager.using("postpurchase")
    failures = [letter.reason for letter in letters.filter(event__in=[m.id for m in messages])]
    if failures:
        raise HandlerFailed(failures)


def published(kind: type) -> list[Any]:
    """Events of a type in this domain's outbox, oldest first."""
    rows = domains.get("postpurchase").tables.outbox._default_manager.using("postpurchase").order_by("seq")
    events = [decode_event(decode_message(row.message)) for row in rows]
    return [event for event in events if isinstance(event, kind)]


def placed(
    lines: dict[str, tuple[int, str]],
    *,
    customer: UUID | None = None,
    number: str = "1001",
    email: str = "ann@example.org",
    placed_at: datetime | None = None,
) -> OrderPlaced:
    """An order of {sku: (quantity, total)}."""
    return OrderPlaced(
        order=new_id(),
        saga=new_id(),
        cart=new_id(),
        number=number,
        channel="shop",
        view="shop-en",
        locale="en",
        customer=customer,
        email=email,
        currency="EUR",
        subtotal=Decimal(0),
        shipping=Decimal(0),
        tax=Decimal(0),
        total=sum((Decimal(total) for _, total in lines.values()), Decimal(0)),
        lines=tuple(
            OrderLine(
                id=new_id(),
                sku=sku,
                product=new_id(),
                name=sku,
                quantity=Decimal(quantity),
                unit_price=Decimal(total) / quantity,
                total=Decimal(total),
            )
            for sku, (quantity, total) in lines.items()
        ),
        delivery=PostalAddress(name="Ann", street="Long Lane 1", city="Kiel", postcode="24103", country="DE"),
        shipping_method="flat",
        placed_at=placed_at or clock.now(),
    )


def carried(
    lines: dict[str, tuple[int, int, str]],
    *,
    order: UUID | None = None,
    customer: UUID | None = None,
    placed_at: datetime | None = None,
    kind: str = "simple",
) -> OrderCarried:
    """An order of an older shop, of {sku: (quantity, kept by its buyer, total)}; ids of lines are made of the SKUs."""
    return OrderCarried(
        order=order or new_id(),
        number="000000001",
        channel="shop",
        locale="en",
        customer=customer,
        email="ann@example.org",
        name="Ann",
        currency="EUR",
        placed_at=placed_at or clock.now(),
        lines=tuple(
            CarriedLine(
                id=uuid5(NAMESPACE_URL, sku),
                sku=sku,
                name=sku,
                quantity=Decimal(quantity),
                kept=Decimal(kept),
                total=Decimal(total),
                kind=kind,
            )
            for sku, (quantity, kept, total) in lines.items()
        ),
    )


def cancelled(order: OrderPlaced) -> OrderCancelled:
    return OrderCancelled(
        order=order.order, number=order.number, channel="shop", total=euros(order.total), reason="changed mind"
    )


def lines_cancelled(order: OrderPlaced, quantity: str) -> OrderLinesCancelled:
    """So much of the order's first line."""
    first = order.lines[0]
    return OrderLinesCancelled(
        order=order.order,
        number=order.number,
        channel="shop",
        customer=order.customer,
        cancellation=new_id(),
        lines=(CancelledLine(line=first.id, sku=first.sku, quantity=Decimal(quantity)),),
        amount=euros(Decimal(1)),
    )


def paid(customer: UUID | None, total: str, *, order: UUID | None = None) -> OrderPaid:
    return OrderPaid(
        order=order or new_id(),
        number="1001",
        channel="shop",
        customer=customer,
        total=euros(total),
        paid_at=clock.now(),
    )


def more_paid(customer: UUID | None, total: str, *, order: UUID) -> AdditionPaid:
    """What was added to an order is paid."""
    return AdditionPaid(
        addition=new_id(),
        order=order,
        number="1001",
        channel="shop",
        customer=customer,
        total=euros(total),
        paid_at=clock.now(),
    )


def goods_added(order: OrderPlaced, sku: str, quantity: int, total: str) -> GoodsAdded:
    """So much of a SKU came to an order later."""
    line = OrderLine(
        id=new_id(),
        sku=sku,
        product=new_id(),
        name=sku,
        quantity=Decimal(quantity),
        unit_price=Decimal(total) / quantity,
        total=Decimal(total),
    )
    return GoodsAdded(
        addition=new_id(),
        order=order.order,
        number=order.number,
        channel="shop",
        customer=order.customer,
        lines=(line,),
        amount=euros(total),
        total=euros(order.total + Decimal(total)),
        added_at=clock.now(),
    )


def refunded(customer: UUID | None, order: UUID, amount: str, *, return_request: UUID | None = None) -> OrderRefunded:
    return OrderRefunded(
        order=order,
        number="1001",
        channel="shop",
        customer=customer,
        refund=new_id(),
        amount=euros(amount),
        return_request=return_request,
    )


def euros(amount: str | Decimal) -> Amount:
    return Amount(amount=Decimal(amount), currency="EUR")
