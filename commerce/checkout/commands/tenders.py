"""What a cart pays with beside the card. How much there is of it is post-purchase's to say."""

from dataclasses import replace
from decimal import Decimal
from uuid import UUID

from chassis.money import Money
from chassis.precondition import NO_PRECONDITION, Precondition
from commerce.checkout.commands.carts import Shopper
from commerce.checkout.commands.editing import Also, edit_cart, nothing
from commerce.checkout.errors import TenderRefused, UnknownTender
from commerce.checkout.models import Cart
from commerce.checkout.pricing import Draft
from commerce.checkout.tenders import SIGN_IN, Tender, tender_id
from contracts.postpurchase import GIFT_CARD


def enter_tender(
    *,
    view: str,
    cart_id: UUID,
    shopper: Shopper,
    tender: str,
    code: str = "",
    most: Decimal | None = None,
    expected: Precondition = NO_PRECONDITION,
    also: Also = nothing,
) -> Cart:
    """Pay with it as far as it goes, or up to `most`; entered again, that changes.

    TenderRefused where it pays nothing. Store credit and points are a signed-in customer's: the link to a
    draft for them does not open these.
    """

    def edit(cart: Cart, draft: Draft) -> Draft:
        expected.check(cart.version)
        if tender != GIFT_CARD and (cart.customer is None or cart.customer != shopper.customer):
            raise TenderRefused(reason=SIGN_IN, field="/tender")
        if tender == GIFT_CARD and not code:
            raise TenderRefused(reason="unknown", field="/code")
        if most is not None and most != Money(most, cart.currency).quantized().amount:
            raise TenderRefused(f"{cart.currency} has no such amount.", reason="amount", field="/most")
        others = tuple(one for one in draft.tenders if tender == GIFT_CARD or one.tender != tender)
        entered = Tender(tender=tender, code=code if tender == GIFT_CARD else "", most=most)
        return replace(draft, tenders=(*others, entered))

    return edit_cart(view=view, cart_id=cart_id, shopper=shopper, edit=edit, also=also)


def remove_tender(
    *,
    view: str,
    cart_id: UUID,
    shopper: Shopper,
    tender: UUID,
    expected: Precondition = NO_PRECONDITION,
    also: Also = nothing,
) -> Cart:
    """Do not pay with it. UnknownTender where it is not in the cart."""

    def edit(cart: Cart, draft: Draft) -> Draft:
        expected.check(cart.version)
        kept = tuple(one for one in draft.tenders if tender_id(cart, one) != tender)
        if kept == draft.tenders:
            raise UnknownTender()
        return replace(draft, tenders=kept)

    return edit_cart(view=view, cart_id=cart_id, shopper=shopper, edit=edit, also=also)
