"""What a cart would cost: asked of catalog and logistics, never computed here, and never inside a transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec

from chassis.clients import client
from chassis.keyring import keyed_hash
from chassis.messages import encode
from commerce.checkout.deliveries import (
    Further,
    base_key,
    fitting,
    further_of,
    goods_total,
    is_all_taken,
    lines_for,
    quote_delivery,
    request_lines,
    respelt,
)
from commerce.checkout.deliveries import as_json as deliveries_as_json
from commerce.checkout.errors import CouponRefused, NotForSale, UnknownShippingMethod
from commerce.checkout.items import Item, items_of
from commerce.checkout.models import Cart
from commerce.checkout.parcels import parcel_lines
from commerce.checkout.tenders import Tender, tenders_of
from contracts.catalog import Buyer, Pricing, Quote
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
    further: tuple[Further, ...] = ()
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
        further=further_of(cart.deliveries),
    )


def settled(draft: Draft) -> Draft:
    """The draft with no more in further deliveries than its lines have.

    One that an edit has left empty is gone; where nothing is left for the cart's own place, it goes to the first of
    the further ones instead.
    """
    if not draft.further:
        return draft
    further = fitting(draft.further, draft.lines)
    changes: dict[str, Any] = {}
    if further and is_all_taken(further, draft.lines):
        first, further = further[0], further[1:]
        changes = {"delivery": first.address, "shipping_method": first.shipping_method}
        draft = replace(draft, **place(first.address), shipping_method=first.shipping_method)
    changes = {**draft.changes, **changes, "deliveries": deliveries_as_json(further)}
    return replace(draft, further=further, changes=changes)


def place(address: dict[str, str] | None) -> dict[str, str]:
    """What of an address prices depend on."""
    return {name: (address or {}).get(name, "") for name in ("country", "region", "postcode")}


def quote_of(cart: Cart, draft: Draft) -> Quote:
    """Catalog's prices for a draft: goods, then shipping on the goods' total of each place, then both together."""
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
        "lines": tuple(request_lines(draft.lines, draft.further)),
        "buyer": Buyer(
            customer=customer,
            shopper=shopper_key(customer, draft.changes.get("email", cart.email)),
            codes=draft.codes,
            city=address.get("city", ""),
            shipping_method=draft.shipping_method,
        ),
    }
    quote = pricing.quote(**request, shipping=Decimal(0), **_elsewhere(draft, ()))
    if not (draft.shipping_method or draft.further) or not any(line.requires_shipping for line in quote.lines):
        return quote
    goods = as_json(quote)
    price = shipping_price(cart, draft.country, draft.postcode, draft.shipping_method, lines_for(goods))
    prices = [
        shipping_price(
            cart,
            one.address.get("country", ""),
            one.address.get("postcode", ""),
            one.shipping_method,
            lines_for(goods, one.id),
            field=f"/deliveries/{position}/shipping_method",
        )
        for position, one in enumerate(draft.further)
    ]
    if not price and not any(prices):
        return quote
    return pricing.quote(**request, shipping=price, **_elsewhere(draft, prices))


def _elsewhere(draft: Draft, prices: Sequence[Decimal]) -> dict[str, Any]:
    """Further deliveries, as catalog is asked about them; nothing where all goes to one place."""
    if not draft.further:
        return {}
    costs = prices or [Decimal(0)] * len(draft.further)
    return {"deliveries": tuple(map(quote_delivery, draft.further, costs))}


def shipping_price(
    cart: Cart,
    country: str,
    postcode: str,
    method: str,
    lines: Sequence[dict[str, Any]],
    *,
    field: str = "/shipping_method",
) -> Decimal:
    """The price of a chosen way of delivery; UnknownShippingMethod when it is not offered there for these lines.

    Nothing while none is chosen, or where nothing of it is sent.
    """
    if not method or not any(line["requires_shipping"] for line in lines):
        return Decimal(0)
    options = client(ShippingRates).options(
        channel=cart.channel,
        country=country,
        postcode=postcode,
        goods_total=goods_total(lines),
        lines=parcel_lines(lines),
    )
    for option in options:
        if option.code == method:
            return option.price
    raise UnknownShippingMethod(field=field, offered=[option.code for option in options])


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
    keys = {line.key: base_key({"key": line.key, "delivery": line.delivery}) for line in quote.lines}
    for line in quote.lines:
        if line.problem and keys[line.key] == adds.line:
            about = {"field": "/choices", "option": line.problem_option} if line.problem_option else {"field": "/sku"}
            raise NotForSale(reason=line.problem, **about)
    for coupon in quote.coupons:
        if coupon.problem and coupon_key(coupon.code) == coupon_key(adds.code):
            raise CouponRefused(field="/code", reason=coupon.problem)
    spelt = {keys[line.key]: line.sku for line in quote.lines if not line.problem}
    lines: dict[Item, Decimal] = {}
    for asked, quantity in draft.lines.items():
        one = replace(asked, sku=spelt.get(asked.key, asked.sku))
        lines[one] = lines.get(one, Decimal(0)) + quantity
    if lines == draft.lines:
        return draft, quote
    renamed = {one.key: replace(one, sku=spelt.get(one.key, one.sku)).key for one in draft.lines}
    again = replace(draft, lines=lines, further=respelt(draft.further, renamed))
    if again.further:
        again = replace(again, changes={**again.changes, "deliveries": deliveries_as_json(again.further)})
    return again, quote_of(cart, again)


def as_json(quote: Quote) -> dict[str, Any]:
    """A quote as it is stored on a cart."""
    stored: dict[str, Any] = msgspec.json.decode(encode(quote))
    return stored
