"""What is in a cart, and how much of it."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

from chassis.precondition import NO_PRECONDITION, Precondition
from commerce.checkout.commands.carts import Shopper
from commerce.checkout.commands.editing import Also, edit_cart, nothing
from commerce.checkout.errors import UnknownLine
from commerce.checkout.items import Item, item, restored
from commerce.checkout.models import Cart, CartLine
from commerce.checkout.pricing import Adds, Draft
from contracts.shared import Choice


def add_line(
    *,
    view: str,
    cart_id: UUID,
    shopper: Shopper,
    sku: str,
    quantity: Decimal,
    choices: Sequence[Choice] = (),
    expected: Precondition = NO_PRECONDITION,
    also: Also = nothing,
) -> Cart:
    """Add to the line of this SKU and these choices or make it; NotForSale where catalog will not price it."""
    added = item(sku, choices)

    def edit(cart: Cart, draft: Draft) -> Draft:
        expected.check(cart.version)
        return replace(draft, lines={**draft.lines, added: draft.lines.get(added, Decimal(0)) + quantity})

    return edit_cart(view=view, cart_id=cart_id, shopper=shopper, edit=edit, adds=Adds(line=added.key), also=also)


def set_quantity(
    *,
    view: str,
    cart_id: UUID,
    shopper: Shopper,
    line: UUID,
    quantity: Decimal,
    expected: Precondition = NO_PRECONDITION,
    also: Also = nothing,
) -> Cart:
    """Set a line's quantity; zero removes it."""

    def edit(cart: Cart, draft: Draft) -> Draft:
        expected.check(cart.version)
        row = CartLine.objects.filter(cart=cart, id=line).first()
        if row is None:
            raise UnknownLine()
        lines = {**draft.lines, Item(row.sku, restored(row.choices)): quantity}
        return replace(draft, lines={one: quantity for one, quantity in lines.items() if quantity > 0})

    return edit_cart(view=view, cart_id=cart_id, shopper=shopper, edit=edit, also=also)
