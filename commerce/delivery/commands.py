"""Asking for another delivery: first what it would cost, a dry run, then logistics, who may have sent it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

from chassis import clock
from chassis.unit_of_work import unit_of_work
from commerce.checkout.models import Cart
from commerce.checkout.pricing import draft_of, place, quote_of
from commerce.delivery.errors import CostsOther, DeliveryChangePending, DeliveryFixed, UnknownOrderDelivery
from commerce.delivery.models import DeliveryChange
from commerce.order.announcing import tell
from commerce.order.commands import locked_order
from commerce.order.errors import OrderBeingAddedTo, OrderUnknown
from commerce.order.models import Order
from commerce.order.reordering import bought, further_bought
from contracts.commerce import DeliveryChangeRequested
from contracts.shared import PostalAddress


@dataclass(frozen=True, kw_only=True)
class Costs:
    """What the order's goods would cost today, delivered as it is ordered and as it is to be; in its currency."""

    now: Decimal
    then: Decimal

    @property
    def difference(self) -> Decimal:
        """What would have to be paid beyond, or be given back."""
        return self.then - self.now


def can_be_changed(order: Order) -> bool:
    """Whether something of it is to be sent and nothing was, by what commerce has heard."""
    return not order.historical and order.state in ("placed", "held") and order.fulfilment_state == "unfulfilled"


def preview_delivery(
    order: Order, *, address: Mapping[str, str], shipping_method: str, group: UUID | None = None
) -> Costs:
    """A dry run: catalog prices both deliveries alike, so that only place and way of delivery make a difference.

    Of what the order has now, with what was added to it and without what was cancelled. `group` is the further
    delivery that would change; without one it is the order's own.

    UnknownShippingMethod where that way is not offered there. Asks other domains: never inside a transaction.
    """
    cart, goods, now = Cart.objects.get(id=order.cart), bought(order), (order.delivery, order.shipping_method)
    further = further_bought(order)
    then, moved = (dict(address), shipping_method), further
    if group is not None:
        there = {"address": dict(address), "shipping_method": shipping_method}
        then, moved = now, tuple(replace(one, **there) if one.id == str(group) else one for one in further)
    totals = []
    for (where, how), others in ((now, further), (then, moved)):
        facts = {"further": others, "shipping_method": how, "changes": {"delivery": where}}
        draft = replace(draft_of(cart), lines=goods, **place(where), **facts)
        totals.append(quote_of(cart, draft).total)
    return Costs(now=totals[0], then=totals[1])


def request_delivery(
    order_id: UUID, *, address: Mapping[str, str], shipping_method: str, group: UUID | None = None
) -> DeliveryChange:
    """Ask for an order, or one of its further deliveries, to go elsewhere or in another way, at the same total.

    UnknownOrderDelivery, DeliveryFixed, DeliveryChangePending, OrderBeingAddedTo, UnknownShippingMethod, or CostsOther
    with the difference.
    """
    order = Order.objects.filter(id=order_id).first()
    if order is None:
        raise OrderUnknown()
    if not can_be_changed(order):
        raise DeliveryFixed(state=order.fulfilment_state)
    if group is not None and not order.deliveries.filter(id=group).exists():
        raise UnknownOrderDelivery()
    costs = preview_delivery(order, address=address, shipping_method=shipping_method, group=group)
    if costs.difference:
        raise CostsOther(difference=str(costs.difference), currency=order.currency)
    with unit_of_work("commerce"):
        order = locked_order(order_id)
        if not can_be_changed(order):
            raise DeliveryFixed(state=order.fulfilment_state)
        if order.is_being_added_to:
            raise OrderBeingAddedTo()
        if order.delivery_changes.filter(state="requested").exists():
            raise DeliveryChangePending()
        change = DeliveryChange.objects.create(
            order=order, delivery=dict(address), shipping_method=shipping_method, group=group, asked_at=clock.now()
        )
        order.note("delivery_change.requested")
        order.version += 1
        order.save()
        tell(
            order,
            DeliveryChangeRequested(
                change=change.id,
                order=order.id,
                order_number=order.number,
                channel=order.channel,
                delivery=PostalAddress(**address),
                shipping_method=shipping_method,
                group=group,
            ),
        )
        return change
