"""Starting the place-order saga, and what a caller is told of it."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from chassis import clock
from chassis.ids import new_id
from chassis.sagas.runner import start
from chassis.unit_of_work import unit_of_work
from commerce.checkout.commands import Shopper, find_cart
from commerce.checkout.deliveries import base_key, further_of, shipping_of
from commerce.checkout.errors import (
    CartBusy,
    CartFrozen,
    EmptyCart,
    Incomplete,
    NotForSale,
    PriceChanged,
    TendersChanged,
    UnknownCart,
)
from commerce.checkout.items import line_ids
from commerce.checkout.models import Cart, line_id
from commerce.checkout.pricing import as_json, draft_of, quote_of, shopper_key
from commerce.checkout.queries import differences, needs_shipping
from commerce.checkout.saga import PlaceOrder
from commerce.checkout.tenders import Share, found_again, left, not_above, split, tenders_of
from commerce.messaging import SagaInstance
from commerce.order.models import Order
from commerce.payment.methods import Offered, demand
from commerce.payment.models import CARD
from contracts.catalog import Quote
from contracts.postpurchase import GIFT_CARD

SOLD = (
    *("sku", "product", "name", "options", "quantity", "unit_price", "discount", "adjustments", "total", "tax"),
    *("taxes", "requires_shipping", "kind", "components"),
)
"""What of a quoted line an order's line is made of."""

AREA = 3
"""So many characters of a postcode logistics is told before there is an order."""


@dataclass(frozen=True, kw_only=True)
class Placement:
    """How an attempt to order stands. `outcome`: placed, requires_action, pending, declined or failed."""

    saga: UUID
    outcome: str
    order: str | None
    number: str | None
    action_url: str | None
    reason: str | None
    finished: bool


def place(
    *, view: str, cart_id: UUID, shopper: Shopper, source: str, expected_total: Decimal | None, method: str = CARD
) -> tuple[Cart, UUID]:
    """Freeze the cart and start its saga, or join the one that runs or has ended in an order.

    Raises Incomplete, EmptyCart, NotForSale, PriceChanged, TendersChanged or MethodNotOffered before anything is
    reserved. Where nothing is left to pay, neither method nor source matters.
    """
    cart = find_cart(view=view, cart_id=cart_id, shopper=shopper)
    if cart.saga is not None and cart.state in (Cart.PLACING, Cart.ORDERED):
        return cart, cart.saga
    if cart.state != Cart.OPEN:
        raise CartFrozen(state=cart.state)
    demand_complete(cart)
    quote = _confirmed_quote(cart, expected_total)
    shares = _confirmed_shares(cart, quote)
    how = _method(cart, method, payable=left(quote.total, shares), source=source)
    with unit_of_work("commerce"):
        locked = Cart.objects.select_for_update().filter(id=cart.id).first()
        if locked is None:  # it has expired meanwhile
            raise UnknownCart()
        if locked.state in (Cart.PLACING, Cart.ORDERED) and locked.saga is not None:
            return locked, locked.saga
        if locked.version != cart.version:
            raise CartBusy()
        saga_id = new_id()
        locked.state, locked.saga, locked.quote = Cart.PLACING, saga_id, as_json(quote)
        locked.payment_source = source if how and how.kind == CARD else ""
        locked.changed_at = clock.now()
        locked.save(update_fields=["state", "saga", "quote", "payment_source", "changed_at"])
        start(PlaceOrder, key=str(cart.id), data=_snapshot(locked, quote, shares, how), saga_id=saga_id)
    return locked, saga_id


def standing(cart: UUID, saga_id: UUID) -> Placement:
    """How the attempt to order a cart stands; one that retention has swept away is known by what came of it."""
    try:
        return look(saga_id)
    except SagaInstance.DoesNotExist:
        order = Order.objects.filter(cart=cart).only("id", "number").first()
        return Placement(
            saga=saga_id,
            outcome="placed" if order else "failed",
            order=str(order.id) if order else None,
            number=order.number if order else None,
            action_url=None,
            reason=None,
            finished=True,
        )


def look(saga_id: UUID) -> Placement:
    """How the attempt stands now."""
    row = SagaInstance.objects.get(id=saga_id)
    finished = row.state in ("completed", "compensated")
    outcome = row.outcome or "pending"
    if row.state == "compensating":
        outcome = "pending"
    return Placement(
        saga=saga_id,
        outcome=outcome,
        order=row.data.get("order"),
        number=row.data.get("number"),
        action_url=row.data.get("action_url") if outcome == "requires_action" else None,
        reason=row.data.get("reason") or None if finished else None,
        finished=finished or outcome == "placed",
    )


def _confirmed_quote(cart: Cart, expected_total: Decimal | None) -> Quote:
    """Today's quote, refused when it differs from what the shopper saw: from `expected_total`, or the cart's own."""
    draft = draft_of(cart)
    if not draft.lines:
        raise EmptyCart()
    quote = quote_of(cart, draft)
    problems = [{"sku": line.sku, "reason": line.problem} for line in quote.lines if line.problem]
    if problems:
        raise NotForSale(lines=problems)
    shown = expected_total if expected_total is not None else Decimal((cart.quote or {}).get("total", "0"))
    if quote.total != shown:
        changes = differences(cart.quote, as_json(quote), shipping=True)
        raise PriceChanged(shown=str(shown), total=str(quote.total), changes=[asdict(change) for change in changes])
    return quote


def _confirmed_shares(cart: Cart, quote: Quote) -> list[Share]:
    """What tenders cover of the total today, refused when the card would have to pay more than the shopper saw."""
    shown = split(quote.total, tenders_of(cart))
    today = found_again(cart, tenders_of(cart), customer=cart.customer)
    shares = split(quote.total, not_above(today, tenders_of(cart)))
    if left(quote.total, shares) > left(quote.total, shown):
        raise TendersChanged(shown=str(left(quote.total, shown)), payable=str(left(quote.total, shares)))
    return [share for share in shares if share.amount > 0]


def _method(cart: Cart, code: str, *, payable: Decimal, source: str) -> Offered | None:
    """How what is left is paid; a card needs its token."""
    if payable <= 0:
        return None
    country = (cart.delivery or {}).get("country", "")
    method = demand(code, channel=cart.channel, view=cart.view, country=country, amount=payable)
    if method.kind == CARD and not source:
        raise Incomplete(missing=["payment"])
    return method


def _by_hand(method: Offered | None) -> dict[str, Any] | None:
    """What the order will need of a method that no provider serves."""
    if method is None or method.kind == CARD:
        return None
    return {"name": method.name, "instructions": method.instructions, "goods_first": method.goods_first}


def demand_complete(cart: Cart) -> None:
    """Incomplete with what a cart lacks before it can be ordered; address and way only where something is sent."""
    needed = ["email", "delivery", "shipping_method"] if needs_shipping(cart.quote) else ["email"]
    missing = [name for name in needed if not getattr(cart, name)]
    for position, one in enumerate(further_of(cart.deliveries)):
        if not one.shipping_method:
            missing.append(f"deliveries/{position}/shipping_method")
    if missing:
        raise Incomplete(missing=missing)


def destination(address: Mapping[str, str] | None, shipping_method: str) -> dict[str, str]:
    """What logistics chooses a source by; of the postcode its beginning only."""
    where = address or {}
    return {
        "country": where.get("country", ""),
        "area": where.get("postcode", "")[:AREA],
        "shipping_method": shipping_method,
    }


def sold_lines(quote: Mapping[str, Any], id_of: Callable[[str], UUID]) -> list[dict[str, Any]]:
    """The lines of a stored quote as a saga keeps them, each with the id that it has in the order, by its key."""
    return [
        {"id": str(id_of(line["key"])), **{name: line[name] for name in SOLD}, "delivery": line.get("delivery", "")}
        for line in quote["lines"]
    ]


def _further(cart: Cart, quote: Mapping[str, Any]) -> list[dict[str, str]]:
    """Further deliveries as the saga keeps them; their addresses stay on the cart."""
    return [
        {"id": one.id, **destination(one.address, one.shipping_method), "shipping": str(shipping_of(quote, one.id))}
        for one in further_of(cart.deliveries)
    ]


def _snapshot(cart: Cart, quote: Quote, shares: list[Share], method: Offered | None) -> dict[str, Any]:
    stored = as_json(quote)
    lines = line_ids(cart)
    return {
        "cart_version": cart.version,
        "channel": cart.channel,
        "destination": destination(cart.delivery, cart.shipping_method),
        "deliveries": _further(cart, stored),
        "cart_lines": {
            str(line_id(cart, line["key"])): str(lines[base_key(line)])
            for line in stored["lines"]
            if line.get("delivery") and base_key(line) in lines
        },
        "currency": quote.currency,
        "provider": method.provider if method else "",
        "manual": _by_hand(method),
        "payment": str(new_id()),
        "customer": str(cart.customer) if cart.customer else None,
        "tenders": [
            {
                "payment": str(new_id()),
                "tender": share.tender.tender,
                "account": str(share.tender.account),
                "label": share.tender.label if share.tender.tender == GIFT_CARD else "",
                "amount": str(share.amount),
            }
            for share in shares
        ],
        "quote": str(quote.id),
        "subtotal": str(quote.subtotal),
        "shipping": str(quote.shipping),
        "tax": str(quote.tax),
        "total": str(quote.total),
        "shopper": shopper_key(cart.customer, cart.email),
        "redeemed": [one for one in stored["promotions"] if one["redeemed"]],
        "coupons": [coupon.code for coupon in quote.coupons if coupon.applied],
        "shipping_adjustments": stored["shipping_adjustments"],
        "taxes": stored["taxes"],
        "tax_note": quote.tax_note,
        "lines": sold_lines(stored, lambda key: lines.get(key) or line_id(cart, key)),
    }
