"""A cart's goods by the places that they go to, as its shopper is shown them."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from chassis.money import amount_text
from commerce.checkout.availability import Stock, availability, shelved
from commerce.checkout.deliveries import MAIN, base_key, further_of, lines_for, shipping_of
from commerce.checkout.models import line_id
from commerce.checkout.queries import Sight

SUMS = ("quantity", "total", "tax", "discount")


def whole_lines(lines: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The lines of a stored quote as the cart has them: what goes to several places is one line again.

    Its unit price is that of the first place: where prices stand without tax, others may pay another.
    """
    found: dict[str, dict[str, Any]] = {}
    for line in lines:
        key = base_key(line)
        if key not in found:
            found[key] = {**line, "key": key}
            continue
        whole = found[key]
        summed = {name: str(Decimal(whole.get(name, "0")) + Decimal(line.get(name, "0"))) for name in SUMS}
        adjustments = [*whole.get("adjustments", ()), *line.get("adjustments", ())]
        found[key] = {**whole, **summed, "adjustments": adjustments}
    return list(found.values())


def deliveries_body(seen: Sight, ids: Mapping[str, str]) -> list[dict[str, Any]]:
    """Each place with what goes there, where there are several: the cart's own first, which has no id."""
    cart = seen.cart
    further = further_of(cart.deliveries)
    if not further:
        return []
    places = [(MAIN, cart.delivery, cart.shipping_method), *((o.id, o.address, o.shipping_method) for o in further)]
    stock, found = seen.stock, []
    for key, address, method in places:
        lines = lines_for(cart.quote, key)
        found.append(
            {
                "id": key or None,
                "address": address,
                "shipping_method": method,
                "shipping": amount_text(shipping_of(cart.quote, key), cart.currency),
                "lines": [
                    _part(line, stock, ids.get(base_key(line)) or str(line_id(cart, line["key"]))) for line in lines
                ],
            }
        )
        stock = _without(stock, lines)
    return found


def _part(line: dict[str, Any], stock: Stock, id_: str) -> dict[str, Any]:
    shown = {name: line[name] for name in ("sku", "quantity", "total", "tax")}
    return {"line": id_, **shown, "availability": availability(line, stock)}


def _without(stock: Stock, lines: Iterable[dict[str, Any]]) -> Stock:
    """What is left for the places that come after."""
    left = dict(stock)
    for line in lines:
        for sku, quantity in shelved(line).items():
            known = left.get(sku)
            if known is not None and known.available is not None:
                left[sku] = replace(known, available=max(known.available - quantity, Decimal(0)))
    return left
