"""What a shopper is shown beside the cart's own figures: what can be had now, and what has changed since.

Nothing here changes a cart. A figure that is no longer true is reported and stays, until the shopper confirms it
(`commands.confirm`) or edits the cart; who does not answer is not asked again and nothing is claimed in its name.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from chassis.clients import Unavailable
from commerce.checkout.availability import Stock, shelved, stock
from commerce.checkout.errors import UnknownShippingMethod
from commerce.checkout.models import Cart
from commerce.checkout.pricing import as_json, draft_of, quote_of


@dataclass(frozen=True, kw_only=True)
class Change:
    """One figure that differs from what was last shown. `what`: price, promotion, problem or shipping."""

    what: str
    sku: str
    before: str
    now: str


@dataclass(frozen=True, kw_only=True)
class Sight:
    """A cart as it is shown. `stock` lacks a SKU of which nothing is known."""

    cart: Cart
    stock: Stock
    changes: tuple[Change, ...]


def look_at(cart: Cart) -> Sight:
    """A cart with what can be had now and what has changed since its figures were shown."""
    return Sight(cart=cart, stock=stock_of(cart), changes=changes_of(cart))


def look_after(cart: Cart) -> Sight:
    """A cart that was just edited, with the lines whose price came to differ by it."""
    changes = differences(cart.shown_before, cart.quote, shipping=False)
    return Sight(cart=cart, stock=stock_of(cart), changes=changes)


def stock_of(cart: Cart) -> Stock:
    """What can be had of an open cart's goods, for all its lines at once."""
    if cart.state != Cart.OPEN:
        return {}
    return stock(cart.channel, (sku for line in _lines(cart.quote) for sku in shelved(line)))


def changes_of(cart: Cart) -> tuple[Change, ...]:
    """How today's prices differ from those that the open cart shows; none where catalog does not answer."""
    draft = draft_of(cart)
    if cart.state != Cart.OPEN or not draft.lines:
        return ()
    try:
        today = as_json(quote_of(cart, draft))
    except UnknownShippingMethod:
        return (Change(what="shipping", sku="", before=cart.shipping_method, now=""),)
    except Unavailable:
        return ()
    return differences(cart.quote, today, shipping=True)


def differences(before: dict[str, Any] | None, now: dict[str, Any] | None, *, shipping: bool) -> tuple[Change, ...]:
    """The lines of two quotes that both have, where they differ in price or in whether they are sold."""
    was = {line["key"]: line for line in _lines(before)}
    found: list[Change] = []
    for line in _lines(now):
        if (old := was.get(line["key"])) is None:
            continue
        if old.get("problem", "") != line.get("problem", ""):
            found.append(Change(what="problem", sku=line["sku"], before=old["problem"], now=line["problem"]))
        elif Decimal(old["unit_price"]) != Decimal(line["unit_price"]):
            found.append(Change(what="price", sku=line["sku"], before=old["unit_price"], now=line["unit_price"]))
        elif _same_but_discount(old, line):
            found.append(
                Change(what="promotion", sku=line["sku"], before=old.get("discount", "0"), now=line["discount"])
            )
    if shipping and before and now and Decimal(before["shipping"]) != Decimal(now["shipping"]):
        found.append(Change(what="shipping", sku="", before=before["shipping"], now=now["shipping"]))
    return tuple(dict.fromkeys(found))  # of a line that goes to several places each is told once


def _same_but_discount(old: dict[str, Any], line: dict[str, Any]) -> bool:
    """Whether a promotion has changed; with the quantity it does so by itself."""
    discounts = Decimal(old.get("discount", "0")), Decimal(line["discount"])
    return Decimal(old["quantity"]) == Decimal(line["quantity"]) and discounts[0] != discounts[1]


def needs_shipping(quote: dict[str, Any] | None) -> bool:
    """Whether anything of a quote needs a parcel; an empty cart's goods are yet to come and may."""
    lines = _lines(quote)
    return not lines or any(line["requires_shipping"] for line in lines)


def discount_of(quote: dict[str, Any] | None) -> Decimal:
    """All that promotions take off goods and shipping."""
    found = quote or {}
    off = sum((Decimal(one["amount"]) for one in found.get("shipping_adjustments", ())), Decimal(0))
    return sum((Decimal(line.get("discount", "0")) for line in _lines(quote)), off)


def _lines(quote: dict[str, Any] | None) -> list[dict[str, Any]]:
    return (quote or {}).get("lines", [])
