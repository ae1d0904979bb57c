"""Drafts: carts that staff fill for somebody and place, or have that somebody pay by a link.

A draft is a cart like any other, priced and placed alike; only staff and the holder of its link open it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from chassis.unit_of_work import publish, unit_of_work
from commerce.checkout.commands import Shopper
from commerce.checkout.commands.carts import new_secret, sold_in
from commerce.checkout.commands.editing import edit_cart
from commerce.checkout.errors import CartFrozen, EmptyCart, NoStorefront, NotForSale
from commerce.checkout.items import Item
from commerce.checkout.models import Cart, ViewCopy
from commerce.checkout.placement import demand_complete, place
from commerce.checkout.pricing import Draft, draft_of, quote_of
from commerce.payment.models import CARD
from contracts.commerce import DraftOffered, OfferedLine
from contracts.shared import Amount

STAFF = Shopper(staff=True)


def become_draft(cart: Cart, *, actor: str) -> None:
    """Make a new cart of a view, which names for whom it is, a draft of staff's. UnknownView. The caller stores it."""
    known, channel = sold_in(cart.view)
    cart.channel, cart.currency, cart.locale = channel.code, channel.currency, known.locale
    cart.drafted_by, cart.secret_hash = actor, new_secret()[1]


def set_goods(cart: Cart, goods: Mapping[str, Decimal]) -> Cart:
    """These SKUs and no others are in it; lines with choices stay. NotForSale with each that cannot be bought."""

    def edit(_: Cart, draft: Draft) -> Draft:
        chosen = {one: quantity for one, quantity in draft.lines.items() if one.choices}
        return replace(draft, lines={**chosen, **{Item(sku): quantity for sku, quantity in goods.items()}})

    asked = quote_of(cart, edit(cart, draft_of(cart)))
    if problems := [{"sku": line.sku, "reason": line.problem} for line in asked.lines if line.problem]:
        raise NotForSale(", ".join(f"{one['sku']}: {one['reason']}" for one in problems), lines=problems)
    return _edited(cart, edit)


def set_codes(cart: Cart, codes: Sequence[str]) -> Cart:
    """These coupons and no others are entered; the draft says what each lacks."""
    return _edited(cart, lambda _, draft: replace(draft, codes=tuple(codes), changes={"codes": list(codes)}))


def place_draft(cart: Cart, *, method: str) -> Cart:
    """Order it, to be paid by hand by this method; of a draft that costs nothing it does not matter.

    What `place` refuses.
    """
    shown = Decimal((cart.quote or {}).get("total", "0"))
    placed, _ = place(
        view=cart.view, cart_id=cart.id, shopper=STAFF, source="", expected_total=shown, method=method or CARD
    )
    return placed


def ask_to_pay(cart: Cart) -> Cart:
    """Send a link by which whoever it is for looks at the draft and orders it; an earlier one opens nothing any more.

    Incomplete, EmptyCart, CartFrozen, NoStorefront.
    """
    if not _lines(cart):
        raise EmptyCart()
    demand_complete(cart)
    base = ViewCopy.objects.filter(code=cart.view).values_list("base_url", flat=True).first()
    if not base:
        raise NoStorefront()
    secret, hashed = new_secret()
    with unit_of_work("commerce"):
        if not Cart.objects.filter(id=cart.id, version=cart.version, state=Cart.OPEN).update(secret_hash=hashed):
            raise CartFrozen()
        publish(_offered(cart, f"{base}carts/{cart.id}?secret={secret}"), aggregate_id=cart.id, channel=cart.channel)
    return cart


def _edited(cart: Cart, edit: Any) -> Cart:
    return edit_cart(view=cart.view, cart_id=cart.id, shopper=STAFF, edit=edit)


def _offered(cart: Cart, link: str) -> DraftOffered:
    return DraftOffered(
        cart=cart.id,
        channel=cart.channel,
        locale=cart.locale,
        email=cart.email,
        name=(cart.delivery or {}).get("name", ""),
        lines=tuple(
            OfferedLine(name=line["name"], quantity=Decimal(line["quantity"]), total=Decimal(line["total"]))
            for line in _lines(cart)
        ),
        amount=Amount(amount=Decimal((cart.quote or {}).get("total", "0")), currency=cart.currency),
        link=link,
    )


def _lines(cart: Cart) -> list[dict[str, Any]]:
    return (cart.quote or {}).get("lines", [])
