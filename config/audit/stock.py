"""What orders wait for, what is reserved for them, and the ledgers of what lies on the shelves."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from chassis import clock
from config.audit.books import Books
from config.audit.findings import Finding
from config.audit.money import under_way


@dataclass(frozen=True, kw_only=True)
class _Order:
    """`due` is what it has to send yet, by SKU; what needs no parcel may have no stock at all."""

    id: UUID
    saga: UUID
    number: str
    state: str
    undecided: bool
    due: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    parcelless: set[str] = field(default_factory=set)


def orders_and_reservations(books: Books) -> Iterator[Finding]:
    """Held for an order is what it still has to send, and nothing is held for a checkout that has ended.

    An order that staff must decide about, since goods were lost, may have less.
    """
    running = under_way(books)
    growing = {order for (order,) in books.query("commerce", _GROWING)}
    held: dict[tuple[UUID, str], Decimal] = defaultdict(Decimal)
    for saga, order, sku, quantity in books.query("logistics", _HELD):
        if saga in running:
            continue
        if order is None:
            said = f"{quantity} of {sku} are reserved for checkout {saga}, which has ended without an order"
            yield Finding(f"{saga} {sku}", said)
        elif order not in growing:
            held[order, sku] += quantity
    known = _orders(books, [order for order, _ in held])
    orders = {one.id: one for one in known if one.saga not in running and one.id not in growing}
    due = {(one.id, sku): quantity for one in orders.values() for sku, quantity in one.due.items()}
    for order, sku in due.keys() | held.keys():
        wanted, there = due.get((order, sku), Decimal(0)), held.get((order, sku), Decimal(0))
        one = orders.get(order)
        if wanted == there or (one and (sku in one.parcelless or (one.undecided and there < wanted))):
            continue
        name = one.number if one else f"{order}, which is none,"
        yield Finding(f"{order} {sku}", f"order {name}: {wanted} of {sku} to send, {there} reserved")


def items_and_ledgers(books: Books) -> Iterator[Finding]:
    """On hand is what movements add up to, reserved is what is held."""
    for sku, source, on_hand, reserved, moved, allocated in books.query("logistics", _ITEMS):
        said = f"{on_hand} on hand and {reserved} reserved, the ledgers say {moved} and {allocated}"
        yield Finding(f"{sku} {source}", f"{sku} in {source}: {said}")


def beyond_the_shelf(books: Books) -> Iterator[Finding]:
    """More is reserved than there is: goods were counted less, or lost; nobody may sell so."""
    for sku, source, on_hand, reserved in books.query("logistics", _BEYOND, clock.now()):
        yield Finding(f"{sku} {source}", f"{sku} in {source}: {reserved} reserved of {on_hand}")


def _orders(books: Books, also: list[UUID]) -> Iterator[_Order]:
    for order, saga, number, state, undecided, lines in books.query("commerce", _LINES, books.since, also):
        one = _Order(id=order, saga=saga, number=number, state=state, undecided=undecided)
        for line in lines:
            sold = Decimal(line["quantity"]) - Decimal(line["cancelled"])
            for part in line["components"] or [{**line, "quantity": "1", "sent": line["shipped"]}]:
                if not part["requires_shipping"]:
                    one.parcelless.add(part["sku"])
                elif state != "cancelled":
                    one.due[part["sku"]] += sold * Decimal(part["quantity"]) - Decimal(part.get("sent", 0))
        yield one


_LINES = """
    SELECT o.id, o.saga, o.number, o.state, o.state = 'held' AND NOT o.waits_for_money, json_agg(json_build_object(
        'sku', l.sku, 'quantity', l.quantity::text, 'cancelled', l.cancelled::text, 'shipped', l.shipped::text,
        'requires_shipping', l.requires_shipping, 'components', l.components))
    FROM commerce_order o JOIN commerce_orderline l ON l.order_id = o.id
    WHERE NOT o.historical
      AND (o.state NOT IN ('completed', 'cancelled') OR o.placed_at >= %s OR o.id = ANY(%s)) GROUP BY o.id"""
# What is being added to these is of two minds for a moment.
_GROWING = "SELECT order_id FROM commerce_addition WHERE state IN ('charging', 'added')"
_HELD = """
    SELECT r.id, r."order", i.sku, sum(a.held)
    FROM logistics_allocation a JOIN logistics_reservation r ON r.id = a.reservation_id
    JOIN logistics_stockitem i ON i.id = a.item_id
    WHERE a.held > 0 GROUP BY r.id, i.sku"""
_ITEMS = """
    SELECT * FROM (
        SELECT i.sku, s.code, i.on_hand, i.reserved,
               (SELECT coalesce(sum(quantity), 0) FROM logistics_stockmovement m WHERE m.item_id = i.id) AS moved,
               (SELECT coalesce(sum(held), 0) FROM logistics_allocation a WHERE a.item_id = i.id) AS allocated
        FROM logistics_stockitem i JOIN logistics_source s ON s.id = i.source_id) AS one
    WHERE (on_hand, reserved) <> (moved, allocated)"""
_BEYOND = """
    SELECT i.sku, s.code, i.on_hand, i.reserved
    FROM logistics_stockitem i JOIN logistics_source s ON s.id = i.source_id
    WHERE i.managed AND NOT coalesce(i.backorders, s.backorders) AND coalesce(i.available_from <= %s, true)
      AND i.reserved > greatest(i.on_hand, 0)"""
