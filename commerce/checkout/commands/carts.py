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
    """Who acts on a cart: a signed-in customer, the holder of a cart's secret, or both; or staff, on their drafts."""

    customer: UUID | None = None
    group: str = ""
    secret: str = ""
    staff: bool = False


def open_cart(*, view: str, shopper: Shopper) -> tuple[Cart, str]:
    """A new, empty cart of a view and the secret that opens it (shown once, kept hashed)."""
    known, channel = sold_in(view)
    secret, hashed = new_secret()
    with unit_of_work("commerce"):
        cart = Cart.objects.create(
            view=view,
            channel=channel.code,
            currency=channel.currency,
            locale=known.locale,
            secret_hash=hashed,
            customer=shopper.customer,
            customer_group=shopper.group,
        )
    return cart, secret


def sold_in(view: str) -> tuple[ViewCopy, ChannelCopy]:
    """A view that sells, and its channel. UnknownView."""
    known = ViewCopy.objects.filter(code=view, active=True).first()
    channel = known and ChannelCopy.objects.filter(code=known.channel, active=True).first()
    if known is None or channel is None:
        raise UnknownView(view=view)
    return known, channel


def new_secret() -> tuple[str, str]:
    """What opens a cart, and what is kept of it."""
    secret = secrets.token_urlsafe(24)
    return secret, _hash(secret)


def find_cart(*, view: str, cart_id: UUID, shopper: Shopper) -> Cart:
    """A cart that the shopper may see; UnknownCart both for none and for somebody else's."""
    cart = Cart.objects.filter(id=cart_id, view=view).first()
    if cart is None or not _may_open(cart, shopper):
        raise UnknownCart()
    return cart


def open_carts(*, view: str, customer: UUID) -> QuerySet[Cart]:
    """A customer's own open carts of a view: what staff draft for them opens by its link."""
    return Cart.objects.filter(customer=customer, view=view, state=Cart.OPEN, drafted_by="")


def _may_open(cart: Cart, shopper: Shopper) -> bool:
    if shopper.staff:
        return bool(cart.drafted_by)
    if shopper.customer is not None and cart.customer == shopper.customer:
        return True
    if cart.customer is not None and not cart.drafted_by:
        return False
    return bool(shopper.secret) and hmac.compare_digest(cart.secret_hash, _hash(shopper.secret))


def _hash(secret: str) -> str:
    """The secret has 192 random bits, so that a plain digest is as good as a slow one."""
    return hashlib.sha256(secret.encode()).hexdigest()
