"""Gift cards, store credit and points: their ledgers, and what orders have paid with them."""

from collections.abc import Iterator

from config.audit.books import Books
from config.audit.money import OPEN_SAGAS

LEDGERS = (
    {"account": "giftcard", "entry": "giftcardentry", "unit": "amount", "key": "id"},
    {"account": "storecredit", "entry": "storecreditentry", "unit": "amount", "key": "id"},
    {"account": "pointsaccount", "entry": "pointsentry", "unit": "points", "key": "customer"},
)


def accounts(books: Books) -> Iterator[str]:
    """A balance is the sum of its entries, and what is held the sum of what checkouts have reserved."""
    for table in LEDGERS:
        for each, balance, held, entered, reserved in books.query("postpurchase", _ACCOUNTS.format(**table)):
            if (balance, held) != (entered, reserved):
                said = f"{balance} with {held} held"
                yield f"{table['account']} {each}: {said}, the ledger and reservations say {entered} and {reserved}"


def payments_and_reservations(books: Books) -> Iterator[str]:
    """What orders have taken of a tender is what post-purchase has taken for them, and nothing is held for nobody."""
    under_way = {saga for (saga,) in books.query("commerce", OPEN_SAGAS)}
    payments = {
        payment: (number, captured, refunded)
        for payment, number, captured, refunded in books.query(
            "commerce",
            """SELECT p.id, o.number, p.captured, p.refunded FROM commerce_payment p
               JOIN commerce_order o ON o.id = p."order" WHERE p.provider = 'postpurchase'""",
        )
    }
    taken = {}
    for payment, saga, state, amount, refunded in books.query("postpurchase", _TAKEN):
        if saga in under_way:
            continue
        if payment not in payments:
            yield f"a tender of payment {payment} is {state} without an order"
        elif state == "confirmed":
            taken[payment] = (amount, refunded)
    for payment, (number, captured, refunded) in payments.items():
        amount, back = taken.get(payment, (0, 0))
        if (captured, refunded) != (amount, back):
            said = f"{captured} taken and {refunded} back"
            yield f"order {number}: payment {payment} has {said}, post-purchase {amount} and {back}"


_TAKEN = """
    SELECT l.payment, r.id, r.state, l.amount, l.refunded FROM postpurchase_tenderline l
    JOIN postpurchase_tenderreservation r ON r.id = l.reservation_id WHERE r.state IN ('reserved', 'confirmed')"""
_ACCOUNTS = """
    SELECT a.{key}, a.balance, a.held,
           (SELECT coalesce(sum(e.{unit}), 0) FROM postpurchase_{entry} e WHERE e.account_id = a.{key}),
           (SELECT coalesce(sum(l.units), 0) FROM postpurchase_tenderline l
            JOIN postpurchase_tenderreservation r ON r.id = l.reservation_id
            WHERE l.account = a.{key} AND r.state = 'reserved')
    FROM postpurchase_{account} a"""
