"""What is in a cart, and how much of it."""

from dataclasses import replace
from decimal import Decimal
from uuid import UUID

from chassis.precondition import NO_PRECONDITION, Precondition
from commerce.checkout.commands.carts import Shopper
from commerce.checkout.commands.editing import Also, edit_cart, nothing
from commerce.checkout.errors import UnknownLine
from commerce.checkout.models import Cart, CartLine
from commerce.checkout.pricing import Adds, Draft


def add_line(
    *,
    view: str,
    cart_id: UUID,
    shopper: Shopper,
    sku: str,
    quantity: Decimal,
    expected: Precondition = NO_PRECONDITION,
    also: Also = nothing,
) -> Cart:
    """Add to the SKU's line or make it; NotForSale where catalog will not price it."""

    def edit(cart: Cart, draft: Draft) -> Draft:
        expected.check(cart.version)
        return replace(draft, lines={**draft.lines, sku: draft.lines.get(sku, Decimal(0)) + quantity})

    return edit_cart(view=view, cart_id=cart_id, shopper=shopper, edit=edit, adds=Adds(sku=sku), also=also)


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
        sku = CartLine.objects.filter(cart=cart, id=line).values_list("sku", flat=True).first()
        if sku is None:
            raise UnknownLine()
        lines = {**draft.lines, sku: quantity}
        return replace(draft, lines={sku: quantity for sku, quantity in lines.items() if quantity > 0})

    return edit_cart(view=view, cart_id=cart_id, shopper=shopper, edit=edit, also=also)
