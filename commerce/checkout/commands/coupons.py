"""The coupons of a cart. Whether one counts is catalog's to say."""

from dataclasses import replace
from uuid import UUID

from chassis.precondition import NO_PRECONDITION, Precondition
from commerce.checkout.commands.carts import Shopper
from commerce.checkout.commands.editing import Also, edit_cart, nothing
from commerce.checkout.errors import TooManyCoupons, UnknownCoupon
from commerce.checkout.models import Cart
from commerce.checkout.pricing import Adds, Draft, coupon_key

MOST_CODES = 5


def enter_coupon(
    *,
    view: str,
    cart_id: UUID,
    shopper: Shopper,
    code: str,
    expected: Precondition = NO_PRECONDITION,
    also: Also = nothing,
) -> Cart:
    """Enter a coupon's code; entered already, nothing changes. CouponRefused where it is unknown, ended or used up.

    One that the cart does not fulfil yet is kept, and the cart says what it lacks.
    """

    def edit(cart: Cart, draft: Draft) -> Draft:
        expected.check(cart.version)
        others = tuple(entered for entered in draft.codes if coupon_key(entered) != coupon_key(code))
        if len(others) >= MOST_CODES:
            raise TooManyCoupons()
        codes = draft.codes if len(others) < len(draft.codes) else (*others, code)
        return replace(draft, codes=codes, changes={"codes": list(codes)})

    return edit_cart(view=view, cart_id=cart_id, shopper=shopper, edit=edit, adds=Adds(code=code), also=also)


def remove_coupon(
    *,
    view: str,
    cart_id: UUID,
    shopper: Shopper,
    code: str,
    expected: Precondition = NO_PRECONDITION,
    also: Also = nothing,
) -> Cart:
    """Take a coupon's code out of the cart. UnknownCoupon where it is not in it."""

    def edit(cart: Cart, draft: Draft) -> Draft:
        expected.check(cart.version)
        codes = tuple(entered for entered in draft.codes if coupon_key(entered) != coupon_key(code))
        if codes == draft.codes:
            raise UnknownCoupon()
        return replace(draft, codes=codes, changes={"codes": list(codes)})

    return edit_cart(view=view, cart_id=cart_id, shopper=shopper, edit=edit, also=also)
