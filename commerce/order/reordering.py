"""Ordering again: a new cart with what is still sold of an order."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from commerce.checkout import commands
from commerce.checkout.commands import Shopper
from commerce.checkout.commands.editing import MOST_OF_ONE, Also, edit_cart, nothing
from commerce.checkout.deliveries import Further
from commerce.checkout.items import Item, item, restored
from commerce.checkout.models import Cart
from commerce.checkout.pricing import Draft
from commerce.order.models import Order, OrderLine


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """A line that is not in the new cart; `reason` is catalog's code for why."""

    sku: str
    name: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Reordered:
    """The new cart, the secret that opens it, and what of the order is not in it."""

    cart: Cart
    secret: str
    left_out: tuple[LeftOut, ...]


def reorder(order: Order, *, view: str, shopper: Shopper, also: Also = nothing) -> Reordered:
    """Put an order's lines into a new cart at today's prices, without what catalog will not price any more.

    Gifts are left to the promotions of today. `also` is written with the lines.
    """
    cart, secret = commands.open_cart(view=view, shopper=shopper)
    opened = {"view": view, "cart_id": cart.id, "shopper": replace(shopper, secret=secret)}
    sold = [line for line in order.lines.all() if not _is_gift(line)]
    cart = edit_cart(**opened, edit=lambda _, draft: replace(draft, lines=_quantities(sold)), also=also)
    problems = {line["key"]: line["problem"] for line in cart.quote["lines"] if line["problem"]}
    if problems:

        def without(_: Cart, draft: Draft) -> Draft:
            return replace(draft, lines={one: many for one, many in draft.lines.items() if one.key not in problems})

        cart = edit_cart(**opened, edit=without)
    left_out = {
        _item(line): LeftOut(sku=line.sku, name=line.name, reason=problems[_item(line).key])
        for line in sold
        if _item(line).key in problems
    }
    return Reordered(cart=cart, secret=secret, left_out=tuple(left_out.values()))


def bought(order: Order) -> dict[Item, Decimal]:
    """What an order has, as catalog is asked for it: without gifts and what was cancelled."""
    wanted: dict[Item, Decimal] = {}
    for line in order.lines.all():
        if line.quantity > line.cancelled and not _is_gift(line):
            one = _item(line)
            wanted[one] = wanted.get(one, Decimal(0)) + line.quantity - line.cancelled
    return wanted


def further_bought(order: Order) -> tuple[Further, ...]:
    """The order's further deliveries with what they have of `bought`."""
    found = []
    for delivery in order.deliveries.all():
        lines: dict[str, Decimal] = {}
        for line in order.lines.all():
            if line.delivery == delivery.id and line.quantity > line.cancelled and not _is_gift(line):
                key = _item(line).key
                lines[key] = lines.get(key, Decimal(0)) + line.quantity - line.cancelled
        place = {"address": delivery.delivery, "shipping_method": delivery.shipping_method}
        found.append(Further(id=str(delivery.id), **place, lines=lines))
    return tuple(one for one in found if one.lines)


def _quantities(lines: Iterable[OrderLine]) -> dict[Item, Decimal]:
    wanted: dict[Item, Decimal] = {}
    for line in lines:
        one = _item(line)
        wanted[one] = min(wanted.get(one, Decimal(0)) + line.quantity, MOST_OF_ONE)
    return wanted


def _item(line: OrderLine) -> Item:
    return item(line.sku, restored(line.choices))


def _is_gift(line: OrderLine) -> bool:
    """Given by a promotion: wholly taken off."""
    return line.total == 0 and line.discount > 0
