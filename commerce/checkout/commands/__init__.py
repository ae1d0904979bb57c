"""What changes a cart: opening and finding, its lines, its coupons, its tenders, its delivery, its owner.

Every change is priced before it is written: see `editing`.
"""

from commerce.checkout.commands.carts import Shopper, find_cart, open_cart, open_carts
from commerce.checkout.commands.claim import claim_cart
from commerce.checkout.commands.coupons import enter_coupon, remove_coupon
from commerce.checkout.commands.deliveries import WantedDelivery, set_deliveries
from commerce.checkout.commands.delivery import set_delivery
from commerce.checkout.commands.editing import Also, confirm, nothing
from commerce.checkout.commands.lines import add_line, set_quantity
from commerce.checkout.commands.tenders import enter_tender, remove_tender

__all__ = [
    "Also",
    "Shopper",
    "WantedDelivery",
    "add_line",
    "claim_cart",
    "confirm",
    "enter_coupon",
    "enter_tender",
    "find_cart",
    "nothing",
    "open_cart",
    "open_carts",
    "remove_coupon",
    "remove_tender",
    "set_deliveries",
    "set_delivery",
    "set_quantity",
]
