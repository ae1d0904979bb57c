"""Opening carts and finding them again. Who may open a cart is decided here."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from chassis.unit_of_work import unit_of_work
from commerce.checkout.errors import UnknownCart, UnknownView
from commerce.checkout.models import Cart, ChannelCopy, ViewCopy


@dataclass(frozen=True, kw_only=True)
class Shopper:
    """Who acts on a cart: a signed-in customer, the holder of a cart's secret, or both."""

    customer: UUID | None = None
    group: str = ""
    secret: str = ""


def open_cart(*, view: str, shopper: Shopper) -> tuple[Cart, str]:
    """A new, empty cart of a view and the secret that opens it (shown once, kept hashed)."""
    known = ViewCopy.objects.filter(code=view, active=True).first()
    channel = known and ChannelCopy.objects.filter(code=known.channel, active=True).first()
    if known is None or channel is None:
        raise UnknownView(view=view)
    secret = secrets.token_urlsafe(24)
    with unit_of_work("commerce"):
        cart = Cart.objects.create(
            view=view,
            channel=channel.code,
            currency=channel.currency,
            locale=known.locale,
            secret_hash=_hash(secret),
            customer=shopper.customer,
            customer_group=shopper.group,
        )
    return cart, secret


def find_cart(*, view: str, cart_id: UUID, shopper: Shopper) -> Cart:
    """A cart that the shopper may see; UnknownCart both for none and for somebody else's."""
    cart = Cart.objects.filter(id=cart_id, view=view).first()
    if cart is None or not _may_open(cart, shopper):
        raise UnknownCart()
    return cart


def open_carts(*, view: str, customer: UUID) -> QuerySet[Cart]:
    """A customer's open carts of a view."""
    return Cart.objects.filter(customer=customer, view=view, state=Cart.OPEN)


def _may_open(cart: Cart, shopper: Shopper) -> bool:
    if shopper.customer is not None and cart.customer == shopper.customer:
        return True
    if cart.customer is not None:
        return False
    return bool(shopper.secret) and hmac.compare_digest(cart.secret_hash, _hash(shopper.secret))


def _hash(secret: str) -> str:
    """The secret has 192 random bits, so that a plain digest is as good as a slow one."""
    return hashlib.sha256(secret.encode()).hexdigest()
