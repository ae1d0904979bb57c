"""What orders wait for, what is reserved for them, and the ledgers of what lies on the shelves."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import UUID

from config.audit.books import Books
from config.audit.money import OPEN_SAGAS

Due = dict[tuple[UUID, str], Decimal]
"""Units by order and SKU."""


def orders_and_reservations(books: Books) -> Iterator[str]:
    """Held for an order is what it still has to send, and nothing is held for a checkout that has ended."""
    numbers, due = _due(books)
    held: Due = defaultdict(Decimal)
    under_way = {saga for (saga,) in books.query("commerce", OPEN_SAGAS)}
    for saga, order, sku, quantity in books.query("logistics", _HELD):
        if order is not None:
            held[order, sku] += quantity
        elif saga not in under_way:
            yield f"{quantity} of {sku} are reserved for checkout {saga}, which has ended without an order"
    for order, sku in due.keys() | held.keys():
        if due.get((order, sku), 0) != held.get((order, sku), 0):
            name = numbers.get(order, f"{order}, which is none,")
            yield f"order {name}: {due.get((order, sku), 0)} of {sku} to send, {held.get((order, sku), 0)} reserved"


def items_and_ledgers(books: Books) -> Iterator[str]:
    """On hand is what movements add up to, reserved what is held, and no more is held than there is."""
    for sku, source, on_hand, reserved, moved, allocated, bounded in books.query("logistics", _ITEMS):
        if (on_hand, reserved) != (moved, allocated):
            said = f"{on_hand} on hand and {reserved} reserved"
            yield f"{sku} in {source}: {said}, the ledgers say {moved} and {allocated}"
        if bounded and reserved > on_hand:
            yield f"{sku} in {source}: {reserved} reserved of {on_hand}"


def _due(books: Books) -> tuple[dict[UUID, str], Due]:
    """The numbers of all orders, and what each has to send yet. What needs no parcel may have no stock at all."""
    numbers: dict[UUID, str] = {}
    due: Due = defaultdict(Decimal)
    for order, number, state, lines in books.query("commerce", _LINES):
        numbers[order] = number
        for line in lines if state != "cancelled" else ():
            for sku, quantity in _of_line(line):
                due[order, sku] += quantity
    return numbers, due


def _of_line(line: dict[str, Any]) -> Iterator[tuple[str, Decimal]]:
    sold = Decimal(line["quantity"]) - Decimal(line["cancelled"])
    for part in line["components"]:
        if part["requires_shipping"]:
            yield part["sku"], sold * Decimal(part["quantity"]) - Decimal(part.get("sent", 0))
    if not line["components"] and line["requires_shipping"]:
        yield line["sku"], sold - Decimal(line["shipped"])


_LINES = """
    SELECT o.id, o.number, o.state, json_agg(json_build_object(
        'sku', l.sku, 'quantity', l.quantity::text, 'cancelled', l.cancelled::text, 'shipped', l.shipped::text,
        'requires_shipping', l.requires_shipping, 'components', l.components))
    FROM commerce_order o JOIN commerce_orderline l ON l.order_id = o.id
    WHERE NOT o.historical AND o.state <> 'completed' GROUP BY o.id"""
_HELD = """
    SELECT r.id, r."order", i.sku, sum(a.held)
    FROM logistics_allocation a JOIN logistics_reservation r ON r.id = a.reservation_id
    JOIN logistics_stockitem i ON i.id = a.item_id
    WHERE a.held > 0 GROUP BY r.id, i.sku"""
_ITEMS = """
    SELECT i.sku, s.code, i.on_hand, i.reserved,
           (SELECT coalesce(sum(quantity), 0) FROM logistics_stockmovement m WHERE m.item_id = i.id),
           (SELECT coalesce(sum(held), 0) FROM logistics_allocation a WHERE a.item_id = i.id),
           i.managed AND NOT coalesce(i.backorders, s.backorders) AND i.available_from IS NULL
    FROM logistics_stockitem i JOIN logistics_source s ON s.id = i.source_id"""
