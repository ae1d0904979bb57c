"""The books of the shop and of the provider held against each other: what must be true whatever happened."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from tests.processes import eventually
from tests.stack import Stack

HOLDING = ("authorised", "captured", "partially_captured")


def settle(stack: Stack, *, within: float = 240, hurry: bool = False) -> list[str]:
    """Wait until nothing is under way and the books fit; what they still say against each other.

    A job whose worker was killed waits for its lease to end, a minute, and may be killed again; money that came late
    is looked for half a minute after: `within` is for both. In a `hurry` leases of the dead end sooner.
    """

    def at_rest() -> bool:
        stack.processes.restart_dead()
        if hurry:
            stack.hasten_leases()
        return not unsettled(stack) and not contradictions(stack)

    try:
        eventually(at_rest, "the shop at rest", within=within)
    except AssertionError:
        return unsettled(stack) + contradictions(stack)
    return []


def unsettled(stack: Stack) -> list[str]:
    """What is still under way: open sagas, money jobs that are due, orders that wait for their money."""
    sagas = stack.query(
        "commerce", "SELECT key, state FROM commerce_sagainstance WHERE state NOT IN ('completed', 'compensated')"
    )
    jobs = stack.query(
        "commerce",
        "SELECT kind, key FROM commerce_job WHERE state = 'due' AND kind IN"
        " ('commerce.authorise', 'commerce.void', 'commerce.capture')",
    )
    unpaid = stack.query("commerce", "SELECT number, payment_state FROM commerce_order WHERE payment_state <> 'paid'")
    return (
        [f"saga of cart {key} is {state}" for key, state in sagas]
        + [f"job {kind} {key} is due" for kind, key in jobs]
        + [f"order {number} is {state}" for number, state in unpaid]
    )


def contradictions(stack: Stack) -> list[str]:
    """Every way in which orders, money, ledgers and stock do not fit, a sentence each; empty when all is well."""
    return [
        *_money(stack),
        *_payment_ledger(stack),
        *_tenders(stack),
        *_carts(stack),
        *_stock(stack),
        *_stock_ledger(stack),
        *_coupons(stack),
    ]


def _money(stack: Stack) -> Iterator[str]:
    """What each order costs is what its payments promise, and of those the cards are in the provider's books."""
    orders = stack.query(
        "commerce",
        """SELECT o.number, o.total, o.captured, coalesce(sum(p.amount), 0), coalesce(sum(p.captured), 0)
           FROM commerce_order o LEFT JOIN commerce_payment p ON p."order" = o.id GROUP BY o.id""",
    )
    for number, total, captured, promised, taken in orders:
        if promised != total:
            yield f"order {number} of {total} has payments of {promised}"
        if taken != captured:
            yield f"order {number} has taken {captured}, its payments {taken}"
    cards = {
        str(saga): (number, amount, captured)
        for saga, number, amount, captured in stack.query(
            "commerce",
            """SELECT p.saga, o.number, p.amount, p.captured FROM commerce_payment p
               JOIN commerce_order o ON o.id = p."order" WHERE p.tender = 'card'""",
        )
    }
    held = {payment["reference"]: payment for payment in stack.books() if payment["status"] in HOLDING}
    for reference in held.keys() - cards.keys():
        yield f"money of {reference} is held without an order"
    for saga, (number, amount, captured) in cards.items():
        if saga not in held:
            yield f"order {number} has no money"
            continue
        if Decimal(held[saga]["amount"]) != amount:
            yield f"order {number} has {amount} on a card, the provider {held[saga]['amount']}"
        if Decimal(held[saga]["amount_captured"]) != captured:
            yield f"order {number} has taken {captured}, the provider {held[saga]['amount_captured']}"


LEDGERS = (
    {"account": "giftcard", "entry": "giftcardentry", "unit": "amount", "key": "id"},
    {"account": "storecredit", "entry": "storecreditentry", "unit": "amount", "key": "id"},
    {"account": "pointsaccount", "entry": "pointsentry", "unit": "points", "key": "customer"},
)


def _tenders(stack: Stack) -> Iterator[str]:
    """Gift cards, store credit and points: ledgers that balance, and orders that have what was taken from them."""
    for table in LEDGERS:
        for each, balance, held, entered, reserved in stack.query("postpurchase", _ACCOUNTS.format(**table)):
            if (balance, held) != (entered, reserved):
                said = f"{balance} with {held} held"
                yield f"{table['account']} {each}: {said}, the ledger and reservations say {entered} and {reserved}"
    payments = {
        payment: (number, amount, captured, refunded)
        for payment, number, amount, captured, refunded in stack.query(
            "commerce",
            """SELECT p.id, o.number, p.amount, p.captured, p.refunded FROM commerce_payment p
               JOIN commerce_order o ON o.id = p."order" WHERE p.provider = 'postpurchase'""",
        )
    }
    taken = {
        payment: (state, amount, refunded)
        for payment, state, amount, refunded in stack.query(
            "postpurchase",
            """SELECT l.payment, r.state, l.amount, l.refunded FROM postpurchase_tenderline l
               JOIN postpurchase_tenderreservation r ON r.id = l.reservation_id
               WHERE r.state IN ('reserved', 'confirmed')""",
        )
    }
    for payment in taken.keys() - payments.keys():
        yield f"a tender of payment {payment} is {taken[payment][0]} without an order"
    for payment, (number, amount, captured, refunded) in payments.items():
        if taken.get(payment) != ("confirmed", captured, refunded) or amount != captured:
            said = f"{captured} of {amount} taken and {refunded} back"
            yield f"order {number}: payment {payment} has {said}, post-purchase says {taken.get(payment)}"


_ACCOUNTS = """
    SELECT a.{key}, a.balance, a.held,
           (SELECT coalesce(sum(e.{unit}), 0) FROM postpurchase_{entry} e WHERE e.account_id = a.{key}),
           (SELECT coalesce(sum(l.units), 0) FROM postpurchase_tenderline l
            JOIN postpurchase_tenderreservation r ON r.id = l.reservation_id
            WHERE l.account = a.{key} AND r.state = 'reserved')
    FROM postpurchase_{account} a"""


def _payment_ledger(stack: Stack) -> Iterator[str]:
    rows = stack.query(
        "commerce",
        """SELECT p.reference, p.captured, p.refunded,
                  coalesce(sum(t.amount) FILTER (WHERE t.kind = 'capture'), 0),
                  coalesce(sum(t.amount) FILTER (WHERE t.kind = 'refund'), 0)
           FROM commerce_payment p LEFT JOIN commerce_transaction t ON t.payment_id = p.id GROUP BY p.id""",
    )
    for reference, captured, refunded, captures, refunds in rows:
        if (captured, refunded) != (captures, refunds):
            yield f"payment {reference}: {captured} taken and {refunded} back, its ledger says {captures} and {refunds}"


def _carts(stack: Stack) -> Iterator[str]:
    for cart, count in stack.query(
        "commerce", "SELECT cart, count(*) FROM commerce_order GROUP BY cart HAVING count(*) > 1"
    ):
        yield f"cart {cart} gave {count} orders"
    for (cart,) in stack.query(
        "commerce",
        """SELECT c.id FROM commerce_cart c JOIN commerce_sagainstance s ON s.id = c.saga
           WHERE c.state = 'placing' AND s.state IN ('completed', 'compensated')""",
    ):
        yield f"cart {cart} is frozen and its saga has ended"
    for (cart,) in stack.query(
        "commerce",
        """SELECT id FROM commerce_cart c
           WHERE (state = 'ordered') <> EXISTS (SELECT 1 FROM commerce_order o WHERE o.cart = c.id)""",
    ):
        yield f"cart {cart} is ordered without an order, or the reverse"


def _stock(stack: Stack) -> Iterator[str]:
    sold = dict(stack.query("commerce", "SELECT sku, sum(quantity) FROM commerce_orderline GROUP BY sku"))
    reserved = dict(
        stack.query(
            "logistics", "SELECT sku, sum(reserved) FROM logistics_stockitem GROUP BY sku HAVING sum(reserved) <> 0"
        )
    )
    for sku in sold.keys() | reserved.keys():
        if sold.get(sku, 0) != reserved.get(sku, 0):
            yield f"{sku}: {sold.get(sku, 0)} sold, {reserved.get(sku, 0)} reserved"
    for sku, on_hand, taken in stack.query(
        "logistics", "SELECT sku, on_hand, reserved FROM logistics_stockitem WHERE reserved > on_hand"
    ):
        yield f"{sku}: {taken} reserved of {on_hand}"


def _stock_ledger(stack: Stack) -> Iterator[str]:
    rows = stack.query(
        "logistics",
        """SELECT i.sku, i.on_hand, i.reserved,
                  (SELECT coalesce(sum(quantity), 0) FROM logistics_stockmovement m WHERE m.item_id = i.id),
                  (SELECT coalesce(sum(held), 0) FROM logistics_allocation a WHERE a.item_id = i.id)
           FROM logistics_stockitem i""",
    )
    for sku, on_hand, reserved, moved, allocated in rows:
        if (on_hand, reserved) != (moved, allocated):
            yield f"{sku}: {on_hand} on hand and {reserved} reserved, the ledgers say {moved} and {allocated}"


def _coupons(stack: Stack) -> Iterator[str]:
    """Who has redeemed must have ordered with it, and counters are what is redeemed, never above a limit."""
    orders = dict(stack.query("commerce", "SELECT saga, number FROM commerce_order WHERE coupons <> '[]'"))
    states = dict(stack.query("catalog", "SELECT saga, state FROM catalog_redemption WHERE state <> 'released'"))
    for saga, number in orders.items():
        if states.get(saga) != "confirmed":
            yield f"order {number} has a coupon whose redemption is {states.get(saga)}"
    for saga, state in states.items():
        if state in ("reserved", "confirmed") and saga not in orders:
            yield f"redemption {saga} is {state} without an order"
    for name, used, spent, count, amount, limit, budget in stack.query("catalog", _RULE_USES):
        if (used, spent) != (count, amount) or used > (limit or used) or spent > (budget or spent):
            counted, redeemed = f"{used} uses for {spent}", f"{count} for {amount}"
            yield f"rule {name}: {counted} counted, {redeemed} redeemed, limits {limit} and {budget}"
    for code, used, count, limit in stack.query("catalog", _COUPON_USES):
        if used != count or used > (limit or used):
            yield f"coupon {code}: {used} uses counted, {count} redeemed, of {limit}"
    for name, used, count, limit in stack.query("catalog", _CUSTOMER_USES):
        if used != count or used > (limit or used):
            yield f"rule {name}: {used} uses of one customer counted, {count} redeemed, of {limit}"


_REDEEMED = """(SELECT l.*, d.shopper FROM catalog_redeemedrule l JOIN catalog_redemption d ON d.saga = l.redemption_id
                WHERE d.state IN ('reserved', 'confirmed')) AS o"""
_RULE_USES = f"""
    SELECT r.name, u.used, u.spent, count(o.id), coalesce(sum(o.amount), 0), r.uses_limit, r.budget
    FROM catalog_promotionrule r JOIN catalog_ruleusage u ON u.rule_id = r.id
    LEFT JOIN {_REDEEMED} ON o.rule_id = r.id AND o.rule_counted GROUP BY r.id, u.rule_id"""
_COUPON_USES = f"""
    SELECT c.code, c.used, count(o.id), c.uses_limit FROM catalog_coupon c
    LEFT JOIN {_REDEEMED} ON o.coupon_id = c.id AND o.coupon_counted GROUP BY c.id"""
_CUSTOMER_USES = f"""
    SELECT r.name, u.used, count(o.id), r.uses_per_customer
    FROM catalog_customerusage u JOIN catalog_promotionrule r ON r.id = u.rule_id
    LEFT JOIN {_REDEEMED} ON o.rule_id = u.rule_id AND o.shopper = u.shopper AND o.customer_counted
    GROUP BY r.id, u.rule_id, u.shopper, u.used"""


EFFECTS = {
    "picking list": (
        "logistics",
        "SELECT id FROM logistics_fulfilmentorder WHERE state = 'open'",
    ),
    "mail": ("platform", "SELECT about FROM platform_message WHERE template = 'order_placed' AND state = 'sent'"),
    "figure of the order": ("platform", "SELECT subject FROM platform_fact WHERE kind = 'placed'"),
    "figure of the payment": ("platform", "SELECT subject FROM platform_fact WHERE kind = 'paid'"),
    "points": ("postpurchase", "SELECT \"order\" FROM postpurchase_pointsentry WHERE kind = 'earned'"),
}
"""What an order must have caused in other domains: the database and a query for the orders that it happened to."""


def effects(stack: Stack, name: str) -> "Counter[Any]":
    """How often each order had this effect."""
    alias, sql = EFFECTS[name]
    return Counter(subject for (subject,) in stack.query(alias, sql))


def missing_effects(stack: Stack) -> list[str]:
    """Every effect that an order did not have exactly once; guests earn no points."""
    wrong = []
    orders = dict(stack.query("commerce", "SELECT id, customer FROM commerce_order"))
    for name in EFFECTS:
        seen = effects(stack, name)
        wanted = {order for order, customer in orders.items() if customer or name != "points"}
        wrong += [f"order {order} has no {name}" for order in wanted - seen.keys()]
        wrong += [f"{name} of {order}, which is no order" for order in seen.keys() - orders.keys()]
        wrong += [f"order {order} has {times} times {name}" for order, times in seen.items() if times > 1]
    return wrong
