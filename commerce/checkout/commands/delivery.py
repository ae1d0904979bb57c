"""Who gets the goods of a cart, where, and how."""

from dataclasses import replace
from uuid import UUID

from chassis.precondition import NO_PRECONDITION, Precondition
from commerce.checkout.commands.carts import Shopper
from commerce.checkout.commands.editing import Also, edit_cart, nothing
from commerce.checkout.errors import CountryNotServed
from commerce.checkout.models import Cart, ChannelCopy
from commerce.checkout.pricing import Draft, place


def set_delivery(
    *,
    view: str,
    cart_id: UUID,
    shopper: Shopper,
    email: str,
    address: dict[str, str] | None,
    shipping_method: str,
    vat_number: str = "",
    billing: dict[str, str] | None = None,
    expected: Precondition = NO_PRECONDITION,
    also: Also = nothing,
) -> Cart:
    """Who gets the goods, where, and how; refused for a country or a method that is not offered.

    A cart of which nothing is sent needs neither address nor method. `billing` is the invoice's address if that is
    another: of any country.
    """

    def edit(cart: Cart, draft: Draft) -> Draft:
        expected.check(cart.version)
        countries = ChannelCopy.objects.values_list("countries", flat=True).get(code=cart.channel)
        if address is not None and address["country"] not in countries:
            raise CountryNotServed(field="/address/country", countries=countries)
        return replace(
            draft,
            **place(address),
            shipping_method=shipping_method,
            vat_number=vat_number,
            changes={
                "email": email,
                "delivery": address,
                "billing": billing,
                "shipping_method": shipping_method,
                "vat_number": vat_number,
            },
        )

    return edit_cart(view=view, cart_id=cart_id, shopper=shopper, edit=edit, also=also)
