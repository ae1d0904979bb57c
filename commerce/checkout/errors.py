"""What can be refused about a cart or a checkout."""

from chassis.errors import DomainError


class UnknownView(DomainError):
    code, status, title = "unknown_view", 404, "There is no such view."


class UnknownCart(DomainError):
    code, status, title = "unknown_cart", 404, "There is no such cart, or it is not yours."


class DraftChanged(DomainError):
    code, status, title = "draft_changed", 409, "The draft has changed since you looked at it; look again."


class DraftNotClaimed(DomainError):
    code, status, title = "draft_not_claimed", 409, "This cart was put together for you; order it as it is."


class UnknownLine(DomainError):
    code, status, title = "unknown_line", 404, "There is no such line in this cart."


class CartFrozen(DomainError):
    code, status, title = "cart_frozen", 409, "The cart is being ordered or was ordered; it cannot change now."


class CartBusy(DomainError):
    code, status, title = "cart_busy", 409, "The cart is being changed by others at the same time; try again."


class NotForSale(DomainError):
    code, status, title = "not_for_sale", 409, "This product cannot be bought here now."


class TooManyLines(DomainError):
    code, status, title = "too_many_lines", 409, "A cart holds at most 200 lines."


class TooMany(DomainError):
    code, status, title = "too_many", 400, "A line holds at most 9999."


class Incomplete(DomainError):
    code, status, title = "checkout_incomplete", 409, "Something is still missing before this cart can be ordered."


class PriceChanged(DomainError):
    code, status, title = "price_changed", 409, "The total has changed since it was shown; confirm the new one."


class CouponRefused(DomainError):
    code, status, title = "coupon_refused", 409, "This coupon cannot be used."


class TooManyCoupons(DomainError):
    code, status, title = "too_many_coupons", 409, "A cart holds at most 5 coupons."


class UnknownCoupon(DomainError):
    code, status, title = "unknown_coupon", 404, "There is no such coupon in this cart."


class TenderRefused(DomainError):
    code, status, title = "tender_refused", 409, "This cannot be paid with."


class TooManyTenders(DomainError):
    code, status, title = "too_many_tenders", 409, "A cart is paid with at most 5 beside the card."


class UnknownTender(DomainError):
    code, status, title = "unknown_tender", 404, "This cart is not paid with that."


class TendersChanged(DomainError):
    code, status, title = "tenders_changed", 409, "A tender covers less than was shown; confirm what is left to pay."


class CountryNotServed(DomainError):
    code, status, title = "country_not_served", 400, "This channel does not deliver to that country."


class LineNotInCart(DomainError):
    code, status, title = "line_not_in_cart", 400, "A delivery names a line that this cart does not have."


class MoreThanInCart(DomainError):
    code, status, title = "more_than_in_cart", 400, "The deliveries together have more of a line than the cart."


class NeedsNoParcel(DomainError):
    code, status, title = "needs_no_parcel", 400, "This is not sent; it belongs to no further delivery."


class EmptyDelivery(DomainError):
    code, status, title = "empty_delivery", 400, "A delivery has goods; what deliveries leave goes where the cart goes."


class UnknownDelivery(DomainError):
    code, status, title = "unknown_delivery", 404, "There is no such delivery of this cart."


class UnknownShippingMethod(DomainError):
    code, status, title = "unknown_shipping_method", 400, "This way of delivery is not offered for this cart."


class NoStorefront(DomainError):
    code, status, title = "no_storefront", 409, "The view does not say where its storefront is."


class EmptyCart(DomainError):
    code, status, title = "empty_cart", 409, "There is nothing in this cart."
