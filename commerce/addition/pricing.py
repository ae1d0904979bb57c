"""What goods that are to be added to an order cost: asked of catalog, never inside a transaction.

They are priced by themselves, as the order's customer would buy them today for where the order goes. Coupons of the
order do not count, and what was paid for delivery stays as it is.
"""

from collections.abc import Mapping
from decimal import Decimal

from commerce.addition.errors import OtherCurrency
from commerce.checkout.commands.editing import MOST_LINES, MOST_OF_ONE
from commerce.checkout.errors import NotForSale, TooMany, TooManyLines
from commerce.checkout.items import Item
from commerce.checkout.models import Cart
from commerce.checkout.pricing import Draft, place, quote_of
from commerce.order.models import Order
from contracts.catalog import Quote


def price_of(order: Order, wanted: Mapping[Item, Decimal]) -> Quote:
    """Catalog's quote for these goods. NotForSale, TooMany, TooManyLines, OtherCurrency."""
    if len(wanted) > MOST_LINES:
        raise TooManyLines()
    if any(quantity > MOST_OF_ONE for quantity in wanted.values()):
        raise TooMany(field="/quantity", most=str(MOST_OF_ONE))
    draft = Draft(
        lines=dict(wanted),
        **place(order.ships_to),
        shipping_method="",
        vat_number=order.vat_number,
        changes={"delivery": order.delivery},
    )
    quote = quote_of(Cart.objects.get(id=order.cart), draft)
    if problems := [{"sku": line.sku, "reason": line.problem} for line in quote.lines if line.problem]:
        raise NotForSale(lines=problems)
    if quote.currency != order.currency:
        raise OtherCurrency(now=quote.currency)
    return quote
