"""What a cart would cost: asked of catalog and logistics, never computed here, and never inside a transaction."""

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec

from chassis.clients import client
from chassis.keyring import keyed_hash
from chassis.messages import encode
from commerce.checkout.errors import CouponRefused, NotForSale, UnknownShippingMethod
from commerce.checkout.items import Item, items_of
from commerce.checkout.models import Cart
from commerce.checkout.parcels import parcel_lines
from commerce.checkout.tenders import Tender, tenders_of
from contracts.catalog import Buyer, Pricing, Quote, QuoteRequestLine
from contracts.logistics import ShippingRates


@dataclass(frozen=True, kw_only=True)
class Draft:
    """The lines and delivery a cart is to have: item -> quantity, where to, and with which VAT number.

    `changes` are columns of the cart to be written.
    """

    lines: dict[Item, Decimal]
    country: str
    shipping_method: str
    region: str = ""
    postcode: str = ""
    vat_number: str = ""
    codes: tuple[str, ...] = ()
    tenders: tuple[Tender, ...] = ()
    changes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Adds:
    """What an edit is about: catalog must know it. `line` is the key of an item."""

    line: str = ""
    code: str = ""


NOTHING = Adds()


def draft_of(cart: Cart) -> Draft:
    """The cart as it is."""
    return Draft(
        lines=items_of(cart),
        **place(cart.delivery),
        shipping_method=cart.shipping_method,
        vat_number=cart.vat_number,
        codes=tuple(cart.codes),
        tenders=tenders_of(cart),
    )


def place(address: dict[str, str] | None) -> dict[str, str]:
    """What of an address prices depend on."""
    return {name: (address or {}).get(name, "") for name in ("country", "region", "postcode")}


def quote_of(cart: Cart, draft: Draft) -> Quote:
    """Catalog's prices for a draft: goods, then shipping on the goods' total, then both together."""
    pricing = client(Pricing)
    address = draft.changes.get("delivery", cart.delivery) or {}
    customer = draft.changes.get("customer", cart.customer)
    request = {
        "channel": cart.channel,
        "view": cart.view,
        "country": draft.country,
        "region": draft.region,
        "postcode": draft.postcode,
        "vat_number": draft.vat_number,
        "customer_group": draft.changes.get("customer_group", cart.customer_group),
        "lines": tuple(
            QuoteRequestLine(key=one.key, sku=one.sku, quantity=quantity, choices=one.choices)
            for one, quantity in sorted(draft.lines.items(), key=lambda line: line[0].key)
        ),
        "buyer": Buyer(
            customer=customer,
            shopper=shopper_key(customer, draft.changes.get("email", cart.email)),
            codes=draft.codes,
            city=address.get("city", ""),
            shipping_method=draft.shipping_method,
        ),
    }
    quote = pricing.quote(**request, shipping=Decimal(0))
    if not draft.shipping_method or not any(line.requires_shipping for line in quote.lines):
        return quote
    price = shipping_price(cart, draft, quote)
    return pricing.quote(**request, shipping=price) if price else quote


def shipping_price(cart: Cart, draft: Draft, quote: Quote) -> Decimal:
    """The price of the chosen way of delivery; UnknownShippingMethod when it is not offered."""
    options = client(ShippingRates).options(
        channel=cart.channel,
        country=draft.country,
        postcode=draft.postcode,
        goods_total=quote.subtotal,
        lines=parcel_lines(as_json(quote)["lines"]),
    )
    for option in options:
        if option.code == draft.shipping_method:
            return option.price
    raise UnknownShippingMethod(field="/shipping_method", offered=[option.code for option in options])


def shopper_key(customer: UUID | None, email: str) -> str:
    """The same for the same customer or guest's address: by it catalog counts what each may have once."""
    if customer is not None:
        return f"customer:{customer}"
    return f"guest:{keyed_hash(email)}" if email else ""


def coupon_key(code: str) -> str:
    """Two spellings of a code that are one coupon."""
    return code.strip().upper()


def in_catalogs_spelling(cart: Cart, draft: Draft, *, adds: Adds) -> tuple[Draft, Quote]:
    """The draft in catalog's own spelling of each SKU, two spellings of one merged, with its quote.

    NotForSale when catalog will not price the SKU that it adds, CouponRefused for the code.
    """
    quote = quote_of(cart, draft)
    for line in quote.lines:
        if line.problem and line.key == adds.line:
            about = {"field": "/choices", "option": line.problem_option} if line.problem_option else {"field": "/sku"}
            raise NotForSale(reason=line.problem, **about)
    for coupon in quote.coupons:
        if coupon.problem and coupon_key(coupon.code) == coupon_key(adds.code):
            raise CouponRefused(field="/code", reason=coupon.problem)
    spelt = {line.key: line.sku for line in quote.lines if not line.problem}
    lines: dict[Item, Decimal] = {}
    for asked, quantity in draft.lines.items():
        one = replace(asked, sku=spelt.get(asked.key, asked.sku))
        lines[one] = lines.get(one, Decimal(0)) + quantity
    if lines == draft.lines:
        return draft, quote
    respelt = replace(draft, lines=lines)
    return respelt, quote_of(cart, respelt)


def as_json(quote: Quote) -> dict[str, Any]:
    """A quote as it is stored on a cart."""
    stored: dict[str, Any] = msgspec.json.decode(encode(quote))
    return stored
