"""How a cart is told to its shopper: its own figures, what can be had, what has changed."""

from collections.abc import Iterable
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from chassis.money import amount_text
from chassis.web.etag import with_etag
from chassis.web.idempotency import Unclaimed, claim_of
from commerce.checkout import commands
from commerce.checkout.availability import UNKNOWN, availability, most
from commerce.checkout.expiry import expires_at
from commerce.checkout.items import key_of
from commerce.checkout.models import Cart, CartLine, line_id
from commerce.checkout.places import deliveries_body, whole_lines
from commerce.checkout.queries import Sight, discount_of, needs_shipping
from commerce.checkout.tenders import Share, left, split, tender_id, tenders_of


def cart_body(seen: Sight) -> dict[str, Any]:
    """A cart with the totals of exactly its lines."""
    cart = seen.cart
    quote = cart.quote or {"lines": []}
    nothing = amount_text(Decimal(0), cart.currency)
    total = Decimal(quote.get("total", "0"))
    shares = split(total, tenders_of(cart))
    rows = {key_of(row.sku, row.choice_key): row for row in CartLine.objects.filter(cart=cart)}
    lines = [_line(line, rows.get(line["key"]), seen) for line in whole_lines(quote["lines"])]
    return {
        "id": str(cart.id),
        "view": cart.view,
        "state": cart.state,
        "version": cart.version,
        "expires_at": expires_at(cart),
        "email": cart.email,
        "delivery": cart.delivery,
        "billing_address": cart.billing,
        "vat_number": cart.vat_number,
        "shipping_method": cart.shipping_method,
        "deliveries": deliveries_body(seen, {key: str(row.id) for key, row in rows.items()}),
        "lines": lines,
        "coupons": quote.get("coupons", []),
        "tenders": [_tender(cart, share) for share in shares],
        "totals": {
            "currency": cart.currency,
            **{name: quote.get(name, nothing) for name in ("subtotal", "shipping", "tax", "total")},
            "payable": amount_text(left(total, shares), cart.currency),
            "discount": amount_text(discount_of(quote), cart.currency),
            "shipping_adjustments": _adjustments(quote.get("shipping_adjustments", ())),
            "tax_exempt": quote.get("tax_exempt", False),
            "tax_note": quote.get("tax_note", ""),
        },
        "requires_shipping": needs_shipping(cart.quote),
        "changes": [asdict(change) for change in seen.changes],
    }


def _line(line: dict[str, Any], row: CartLine | None, seen: Sight) -> dict[str, Any]:
    kept = ("sku", "name", "options", "image", "quantity", "unit_price", "regular_unit_price", "total", "tax")
    whether = availability(line, seen.stock)
    left = most(line, seen.stock) if whether != UNKNOWN else None
    return {
        "id": str(row.id if row else line_id(seen.cart, line["key"])),
        **{name: line[name] for name in kept},
        "discount": line.get("discount", "0"),
        "adjustments": _adjustments(line.get("adjustments", ())),
        "gift": line.get("gift", False),
        "lowest_30_days": line.get("lowest_30_days"),
        "kind": line.get("kind", ""),
        "choices": (row.choices if row else None) or [],
        "components": line.get("components", []),
        "explanation": line["explanation"],
        "problem": line.get("problem", ""),
        "problem_option": line.get("problem_option", ""),
        "requires_shipping": line["requires_shipping"],
        "availability": whether,
        "available": None if left is None else f"{left.normalize():f}",
    }


def _tender(cart: Cart, share: Share) -> dict[str, Any]:
    one = share.tender
    return {
        "id": str(tender_id(cart, one)),
        "tender": one.tender,
        "label": one.label,
        "available": amount_text(one.available, cart.currency),
        "most": None if one.most is None else amount_text(one.most, cart.currency),
        "amount": amount_text(share.amount, cart.currency),
    }


def _adjustments(stored: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: one[name] for name in ("label", "amount", "code")} for one in stored]


def answer_with(seen: Sight, *, status: int = 200, **more: Any) -> Response:
    """A cart as a response with its ETag."""
    return with_etag(Response({**cart_body(seen), **more}, status=status), seen.cart.version)


def recording(request: Request, *, status: int = 200) -> commands.Also:
    """Stores the answer under the call's idempotency key, in the transaction that changes the cart.

    Nobody is asked inside of it, so that the stock of this answer is unknown; the final one replaces it.
    """
    claim = claim_of(request)
    if isinstance(claim, Unclaimed):
        return commands.nothing
    return lambda cart: claim.record(answer_with(Sight(cart=cart, stock={}, changes=()), status=status))
