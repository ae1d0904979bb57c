"""Gift cards, store credit and points: their ledgers, and what orders have paid with them."""

from collections.abc import Iterator

from config.audit.books import Books
from config.audit.findings import Finding
from config.audit.money import under_way

LEDGERS = (
    {"account": "giftcard", "entry": "giftcardentry", "unit": "amount", "key": "id"},
    {"account": "storecredit", "entry": "storecreditentry", "unit": "amount", "key": "id"},
    {"account": "pointsaccount", "entry": "pointsentry", "unit": "points", "key": "customer"},
)


def accounts(books: Books) -> Iterator[Finding]:
    """A balance is the sum of its entries, and what is held the sum of what checkouts have reserved."""
    for table in LEDGERS:
        for each, balance, held, entered, reserved in books.query("postpurchase", _ACCOUNTS.format(**table)):
            said = f"{balance} with {held} held, the ledger and reservations say {entered} and {reserved}"
            yield Finding(f"{table['account']} {each}", f"{table['account']} {each}: {said}")


def payments_and_reservations(books: Books) -> Iterator[Finding]:
    """What orders have taken of a tender is what post-purchase has taken for them, and nothing is held for nobody."""
    running = under_way(books)
    taken = {
        payment: (saga, state, amount, refunded)
        for payment, saga, state, amount, refunded in books.query("postpurchase", _TAKEN, books.since)
    }
    payments = {
        payment: (saga, number, captured, refunded)
        for payment, saga, number, captured, refunded in books.query(
            "commerce", _PAYMENTS, books.since, list(taken.keys())
        )
    }
    for payment, (saga, state, *_) in taken.items():
        if payment not in payments and saga not in running:
            yield Finding(str(payment), f"a tender of payment {payment} is {state} without an order")
    for payment, (saga, number, captured, refunded) in payments.items():
        _, state, amount, back = taken.get(payment, (saga, "unknown", 0, 0))
        amount, back = (amount, back) if state == "confirmed" else (0, 0)
        if saga not in running and (captured, refunded) != (amount, back):
            said = f"{captured} taken and {refunded} back, post-purchase {amount} and {back}"
            yield Finding(str(payment), f"order {number}: payment {payment} has {said}")


def gift_cards_sold(books: Books) -> Iterator[Finding]:
    """A paid order has as many gift cards as it bought, and keeps for them what was not taken back."""
    running = under_way(books)
    sold = {order: row for order, *row in books.query("commerce", _BOUGHT, books.since)}
    issued = {order: row for order, *row in books.query("postpurchase", _ISSUED, list(sold))}
    for order, (saga, number, cancelled, cards, kept) in sold.items():
        count, price = issued.get(order, (0, kept if cancelled else 0))
        if saga in running:
            continue
        if count != cards and not cancelled:
            yield Finding(f"{number} cards", f"order {number} has bought {cards} gift cards, and has {count}")
        elif price != kept:
            yield Finding(f"{number} on cards", f"order {number} keeps {kept} for gift cards, post-purchase {price}")


_BOUGHT = """
    SELECT o.id, o.saga, o.number, o.state = 'cancelled', sum(l.quantity), o.on_gift_cards
    FROM commerce_order o JOIN commerce_orderline l ON l.order_id = o.id AND l.kind = 'gift_card'
    WHERE NOT o.historical AND o.placed_at >= %s AND o.payment_state IN ('paid', 'partially_refunded', 'refunded')
    GROUP BY o.id"""
_ISSUED = """
    SELECT sale_id, count(*), sum(price - returned) FROM postpurchase_soldgiftcard WHERE sale_id = ANY(%s)
    GROUP BY sale_id"""
_TAKEN = """
    SELECT l.payment, r.id, r.state, l.amount, l.refunded FROM postpurchase_tenderline l
    JOIN postpurchase_tenderreservation r ON r.id = l.reservation_id
    WHERE r.state IN ('reserved', 'confirmed') AND r.created_at >= %s"""
# Written when the order is, so that none is older than what it was reserved by.
_PAYMENTS = """
    SELECT p.id, p.saga, o.number, p.captured, p.refunded FROM commerce_payment p
    JOIN commerce_order o ON o.id = p."order"
    WHERE p.provider = 'postpurchase' AND (p.created_at >= %s::timestamptz + interval '1 day' OR p.id = ANY(%s))"""
_ACCOUNTS = """
    SELECT * FROM (
        SELECT a.{key}, a.balance, a.held,
               (SELECT coalesce(sum(e.{unit}), 0) FROM postpurchase_{entry} e WHERE e.account_id = a.{key}) AS entered,
               (SELECT coalesce(sum(l.units), 0) FROM postpurchase_tenderline l
                JOIN postpurchase_tenderreservation r ON r.id = l.reservation_id
                WHERE l.account = a.{key} AND r.state = 'reserved') AS reserved
        FROM postpurchase_{account} a) AS one
    WHERE (balance, held) <> (entered, reserved)"""
