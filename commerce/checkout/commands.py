"""Changing a cart.

Every change is priced before it is written: the lines that will be are quoted by catalog outside any
transaction, then lines and quote are written together if the cart is still at the version that was read.
So totals always belong to the lines shown, and of two edits at once both survive (the later tries again).
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet

from chassis import clock
from chassis.clients import client
from chassis.ids import new_id
from chassis.messages import encode
from chassis.unit_of_work import unit_of_work
from chassis.web.etag import NO_PRECONDITION, Precondition
from commerce.checkout.availability import stock
from commerce.checkout.errors import (
    CartBusy,
    CartFrozen,
    CountryNotServed,
    NotForSale,
    TooMany,
    TooManyLines,
    UnknownCart,
    UnknownLine,
    UnknownShippingMethod,
    UnknownView,
)
from commerce.checkout.items import Item, item, items_of, restored, stored
from commerce.checkout.models import Cart, CartLine, ChannelCopy, ViewCopy
from contracts.catalog import Pricing, Quote, QuoteRequestLine
from contracts.logistics import ShippingRates
from contracts.shared import Choice

TRIES = 8
MOST_LINES = 200
MOST_OF_ONE = Decimal(9999)


@dataclass(frozen=True, kw_only=True)
class Shopper:
    """Who acts on a cart: a signed-in customer, the holder of a cart's secret, or both."""

    customer: UUID | None = None
    group: str = ""
    secret: str = ""


@dataclass(frozen=True, kw_only=True)
class Draft:
    """The lines and delivery a cart is to have: item -> quantity, and where to."""

    lines: dict[Item, Decimal]
    country: str
    shipping_method: str
    changes: dict[str, Any] = field(default_factory=dict)


Edit = Callable[[Cart, Draft], Draft]
Also = Callable[[Cart], None]
"""What else is to be written with a change, such as the answer to the call that asked for it."""


def nothing(_: Cart) -> None:
    """Write nothing else."""


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

    return _edit(view=view, cart_id=cart_id, shopper=shopper, edit=edit, adds=added.key, also=(also,))


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

    return _edit(view=view, cart_id=cart_id, shopper=shopper, edit=edit, also=(also,))


def set_delivery(
    *,
    view: str,
    cart_id: UUID,
    shopper: Shopper,
    email: str,
    address: dict[str, str] | None,
    shipping_method: str,
    expected: Precondition = NO_PRECONDITION,
    also: Also = nothing,
) -> Cart:
    """Who gets the goods, where, and how; refused for a country or a method that is not offered.

    A cart of which nothing is sent needs neither address nor method.
    """

    def edit(cart: Cart, draft: Draft) -> Draft:
        expected.check(cart.version)
        countries = ChannelCopy.objects.values_list("countries", flat=True).get(code=cart.channel)
        if address is not None and address["country"] not in countries:
            raise CountryNotServed(field="/address/country", countries=countries)
        return replace(
            draft,
            country=address["country"] if address else "",
            shipping_method=shipping_method,
            changes={"email": email, "delivery": address, "shipping_method": shipping_method},
        )

    return _edit(view=view, cart_id=cart_id, shopper=shopper, edit=edit, also=(also,))


def claim_cart(*, view: str, cart_id: UUID, shopper: Shopper, also: Also = nothing) -> Cart:
    """Make a guest's cart the signed-in customer's, merging their open cart of the view into it.

    Quantities of a SKU are summed, up to what can be had (where that is known) and to the most that a line holds.
    """
    if shopper.customer is None or not shopper.secret:
        raise UnknownCart()
    older = (
        Cart.objects.filter(customer=shopper.customer, view=view, state=Cart.OPEN)
        .exclude(id=cart_id)
        .order_by("-changed_at")
        .first()
    )
    inherited = items_of(older) if older else {}
    limits = _limits(older.channel, {one.sku for one in inherited}) if older else {}

    def edit(_: Cart, draft: Draft) -> Draft:
        merged = dict(draft.lines)
        for one, quantity in inherited.items():
            present = merged.get(one, Decimal(0))
            # A limit never takes away what either cart held by itself.
            merged[one] = max(present, quantity, min(present + quantity, limits.get(one.sku, MOST_OF_ONE)))
        return replace(draft, lines=merged, changes={"customer": shopper.customer, "customer_group": shopper.group})

    def absorb(_: Cart) -> None:
        if older is not None:
            gone = Cart.objects.filter(id=older.id, version=older.version, state=Cart.OPEN)
            if not gone.update(state=Cart.MERGED, version=F("version") + 1, changed_at=clock.now()):
                raise CartBusy()

    locks = (older.id,) if older else ()
    return _edit(view=view, cart_id=cart_id, shopper=shopper, edit=edit, also=(absorb, also), locks=locks)


def confirm(
    *,
    view: str,
    cart_id: UUID,
    shopper: Shopper,
    expected: Precondition = NO_PRECONDITION,
    also: Also = nothing,
) -> Cart:
    """Take today's figures for the cart as it is: what was reported as changed is accepted."""

    def edit(cart: Cart, draft: Draft) -> Draft:
        expected.check(cart.version)
        return draft

    return _edit(view=view, cart_id=cart_id, shopper=shopper, edit=edit, also=(also,))


def open_carts(*, view: str, customer: UUID) -> QuerySet[Cart]:
    """A customer's open carts of a view."""
    return Cart.objects.filter(customer=customer, view=view, state=Cart.OPEN)


def quote_of(cart: Cart, draft: Draft) -> Quote:
    """Catalog's prices for a draft: goods, then shipping on the goods' total, then both together."""
    pricing = client(Pricing)
    request = {
        "channel": cart.channel,
        "view": cart.view,
        "country": draft.country,
        "customer_group": draft.changes.get("customer_group", cart.customer_group),
        "lines": tuple(
            QuoteRequestLine(key=one.key, sku=one.sku, quantity=quantity, choices=one.choices)
            for one, quantity in sorted(draft.lines.items(), key=lambda line: line[0].key)
        ),
    }
    quote = pricing.quote(**request, shipping=Decimal(0))
    if not draft.shipping_method or not any(line.requires_shipping for line in quote.lines):
        return quote
    price = shipping_price(cart, draft, goods=quote.subtotal)
    return pricing.quote(**request, shipping=price) if price else quote


def shipping_price(cart: Cart, draft: Draft, *, goods: Decimal) -> Decimal:
    """The price of the chosen way of delivery; UnknownShippingMethod when it is not offered."""
    options = client(ShippingRates).options(channel=cart.channel, country=draft.country, goods_total=goods)
    for option in options:
        if option.code == draft.shipping_method:
            return option.price
    raise UnknownShippingMethod(field="/shipping_method", offered=[option.code for option in options])


def draft_of(cart: Cart) -> Draft:
    """The cart as it is."""
    return Draft(
        lines=items_of(cart),
        country=(cart.delivery or {}).get("country", ""),
        shipping_method=cart.shipping_method,
    )


def as_json(quote: Quote) -> dict[str, Any]:
    """A quote as it is stored on a cart."""
    import msgspec

    stored: dict[str, Any] = msgspec.json.decode(encode(quote))
    return stored


def _edit(
    *,
    view: str,
    cart_id: UUID,
    shopper: Shopper,
    edit: Edit,
    adds: str = "",
    also: tuple[Also, ...] = (),
    locks: tuple[UUID, ...] = (),
) -> Cart:
    """Price, then write; `also` runs in the unit of work that writes, with the cart as written.

    `locks` names further carts that `also` changes: all are locked in the order of their ids.
    """
    for _ in range(TRIES):
        cart = find_cart(view=view, cart_id=cart_id, shopper=shopper)
        if cart.state != Cart.OPEN:
            raise CartFrozen(state=cart.state)
        present = draft_of(cart)
        draft = edit(cart, present)
        if len(draft.lines) > MOST_LINES:
            raise TooManyLines()
        draft, quote = _canonical(cart, draft, adds=adds)
        if any(quantity > MOST_OF_ONE for quantity in draft.lines.values()):
            raise TooMany(field="/quantity", most=str(MOST_OF_ONE))
        with unit_of_work("commerce"):
            if locks:
                list(Cart.objects.select_for_update().filter(id__in=(cart.id, *locks)).order_by("id").values("id"))
            changes = {
                "version": cart.version + 1,
                "quote": as_json(quote),
                "shipping_price": quote.shipping,
                "changed_at": clock.now(),
                **draft.changes,
            }
            if not Cart.objects.filter(id=cart.id, version=cart.version, state=Cart.OPEN).update(**changes):
                continue
            _write_lines(cart, present=present.lines, wanted=draft.lines)
            # At the version that was read, the row is what was read and these changes: no need to read it again.
            cart.shown_before = cart.quote
            for name, value in changes.items():
                setattr(cart, name, value)
            for hook in also:
                hook(cart)
        return cart
    raise CartBusy()


def _limits(channel: str, skus: set[str]) -> dict[str, Decimal]:
    """The most that can be had of each SKU, where logistics says so in time."""
    return {
        sku: min(found.available, MOST_OF_ONE)
        for sku, found in stock(channel, skus).items()
        if found.in_stock and found.available is not None
    }


def _canonical(cart: Cart, draft: Draft, *, adds: str) -> tuple[Draft, Quote]:
    """The draft in catalog's own spelling of each SKU, two spellings of one merged, with its quote.

    NotForSale when catalog will not price `adds`.
    """
    quote = quote_of(cart, draft)
    if refused := next((line for line in quote.lines if line.problem and line.key == adds), None):
        if refused.problem_option:
            raise NotForSale(field="/choices", reason=refused.problem, option=refused.problem_option)
        raise NotForSale(field="/sku", reason=refused.problem)
    spelt = {line.key: line.sku for line in quote.lines if not line.problem}
    lines: dict[Item, Decimal] = {}
    for asked, quantity in draft.lines.items():
        one = replace(asked, sku=spelt.get(asked.key, asked.sku))
        lines[one] = lines.get(one, Decimal(0)) + quantity
    if lines == draft.lines:
        return draft, quote
    respelt = replace(draft, lines=lines)
    return respelt, quote_of(cart, respelt)


def _write_lines(cart: Cart, *, present: dict[Item, Decimal], wanted: dict[Item, Decimal]) -> None:
    """Bring the lines to `wanted`.

    `present` were read before this transaction took the cart's version, so nobody has written since.
    """
    gone = [one for one in present if one not in wanted]
    if gone:
        theirs = (Q(sku=one.sku, choice_key=one.choice_key) for one in gone)
        CartLine.objects.filter(reduce(or_, theirs), cart=cart).delete()
    changed = [
        CartLine(
            id=new_id(),
            cart=cart,
            sku=one.sku,
            choices=stored(one.choices),
            choice_key=one.choice_key,
            quantity=quantity,
        )
        for one, quantity in wanted.items()
        if present.get(one) != quantity
    ]
    if changed:
        CartLine.objects.bulk_create(
            changed, update_conflicts=True, unique_fields=["cart", "sku", "choice_key"], update_fields=["quantity"]
        )


def _may_open(cart: Cart, shopper: Shopper) -> bool:
    if shopper.customer is not None and cart.customer == shopper.customer:
        return True
    if cart.customer is not None:
        return False
    return bool(shopper.secret) and hmac.compare_digest(cart.secret_hash, _hash(shopper.secret))


def _hash(secret: str) -> str:
    """The secret has 192 random bits, so that a plain digest is as good as a slow one."""
    return hashlib.sha256(secret.encode()).hexdigest()
