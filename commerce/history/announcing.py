"""What other domains are told about orders of history: that they are there, for who keeps a copy. Nobody acts on it."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from uuid import UUID

import msgspec

from chassis.messages import Lane
from chassis.unit_of_work import publish
from commerce.order.models import Order, OrderLine
from contracts.commerce import CarriedLine, OrderCarried
from contracts.shared import Component


def tell_carried(order: Order, lines: Iterable[OrderLine], refunded: Mapping[UUID, Decimal]) -> None:
    """Tell of an order that was made from an older shop's rows; of a new one only if something of it may come back."""
    event = order_carried(order, lines, refunded)
    if order.version > 1 or any(line.kept for line in event.lines):
        publish(event, aggregate_id=order.id, aggregate_version=order.version, channel=order.channel, lane=Lane.BULK)


def order_carried(order: Order, lines: Iterable[OrderLine], refunded: Mapping[UUID, Decimal]) -> OrderCarried:
    """The event; `refunded` is how much of each line was given back in the older shop."""
    return OrderCarried(
        order=order.id,
        number=order.number,
        channel=order.channel,
        locale=order.locale,
        customer=order.customer,
        email=order.email,
        name=order.buyer.get("name", ""),
        currency=order.currency,
        placed_at=order.placed_at,
        lines=tuple(
            CarriedLine(
                id=line.id,
                sku=line.sku,
                name=line.name,
                quantity=line.quantity,
                kept=max(line.shipped - refunded.get(line.id, Decimal(0)), Decimal(0)),
                total=line.total,
                kind=line.kind,
                components=msgspec.convert(line.components, tuple[Component, ...], strict=False),
            )
            for line in lines
        ),
    )
