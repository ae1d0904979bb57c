"""Promotions with limits: what was redeemed, what orders say of it, and the counters."""

from collections.abc import Iterator

from config.audit.books import Books
from config.audit.findings import Finding
from config.audit.money import under_way


def orders_and_redemptions(books: Books) -> Iterator[Finding]:
    """Who has redeemed must have ordered with it, and who has ordered with a coupon must have redeemed it."""
    running = under_way(books)
    redeemed = dict(
        books.query("catalog", "SELECT saga, state FROM catalog_redemption WHERE created_at >= %s", books.since)
    )
    orders = {
        saga: (number, state, coupons)
        for saga, number, state, coupons in (
            *books.query("commerce", _ORDERS, books.since, list(redeemed.keys())),
            *books.query("commerce", _ADDED, list(redeemed.keys())),
        )
        if saga not in running
    }
    for saga, (number, state, coupons) in orders.items():
        has = redeemed.get(saga)
        if coupons and state != "cancelled" and has != "confirmed":
            yield Finding(str(saga), f"order {number} has a coupon whose redemption is {has}")
        if state == "cancelled" and has in ("reserved", "confirmed"):
            yield Finding(str(saga), f"order {number} is cancelled and its redemption {has}")
    for saga, has in redeemed.items():
        if has in ("reserved", "confirmed") and saga not in orders and saga not in running:
            yield Finding(str(saga), f"redemption {saga} is {has} without an order")


def counters_and_redemptions(books: Books) -> Iterator[Finding]:
    """Counters are what is redeemed, and above no limit that was there then.

    What an older shop had redeemed is counted without being here, and may have been too much.
    """
    for rule, used, spent, count, amount, limit, budget in books.query("catalog", _RULE_USES):
        said = f"{used} uses for {spent} counted, {count} for {amount} redeemed, limits {limit} and {budget}"
        yield Finding(f"rule {rule}", f"rule {rule}: {said}")
    for code, used, count, limit in books.query("catalog", _COUPON_USES):
        yield Finding(f"coupon {code}", f"coupon {code}: {used} uses counted, {count} redeemed, of {limit}")
    for rule, shopper, used, count, limit in books.query("catalog", _CUSTOMER_USES):
        said = f"{used} uses of one customer counted, {count} redeemed, of {limit}"
        yield Finding(f"rule {rule} {shopper}", f"rule {rule}: {said}")


# Written by the time the order is, so that none is older than its redemption.
_ORDERS = """
    SELECT saga, number, state, coupons <> '[]' FROM commerce_order
    WHERE NOT historical AND (placed_at >= %s::timestamptz + interval '1 day' OR saga = ANY(%s))"""
_ADDED = """
    SELECT a.saga, o.number, 'added', false FROM commerce_addition a JOIN commerce_order o ON o.id = a.order_id
    WHERE a.state IN ('added', 'done') AND a.saga = ANY(%s)"""
_REDEEMED = """(SELECT l.*, d.shopper, d.created_at FROM catalog_redeemedrule l
                JOIN catalog_redemption d ON d.saga = l.redemption_id
                WHERE d.state IN ('reserved', 'confirmed')) AS o"""
_WRONG = """
    WHERE NOT carried AND used <> count OR carried AND used < count
       OR used > most AND NOT carried AND last > set_at"""
_RULE_USES = f"""
    SELECT name, used, spent, count, amount, most, budget FROM (
        SELECT r.name, r.external_id <> '{{}}' AS carried, u.used, u.spent, count(o.id) AS count,
               coalesce(sum(o.amount), 0) AS amount, r.uses_limit AS most, r.budget, r.changed_at AS set_at,
               max(o.created_at) AS last
        FROM catalog_promotionrule r JOIN catalog_ruleusage u ON u.rule_id = r.id
        LEFT JOIN {_REDEEMED} ON o.rule_id = r.id AND o.rule_counted GROUP BY r.id, u.rule_id) AS one
    {_WRONG} OR NOT carried AND spent <> amount OR spent > budget AND NOT carried AND last > set_at"""
_COUPON_USES = f"""
    SELECT code, used, count, most FROM (
        SELECT c.code, r.external_id <> '{{}}' AS carried, c.used, count(o.id) AS count, c.uses_limit AS most,
               r.changed_at AS set_at, max(o.created_at) AS last
        FROM catalog_coupon c JOIN catalog_promotionrule r ON r.id = c.rule_id
        LEFT JOIN {_REDEEMED} ON o.coupon_id = c.id AND o.coupon_counted GROUP BY c.id, r.id) AS one
    {_WRONG}"""
_CUSTOMER_USES = f"""
    SELECT name, shopper, used, count, most FROM (
        SELECT r.name, u.shopper, r.external_id <> '{{}}' AS carried, u.used, count(o.id) AS count,
               r.uses_per_customer AS most, r.changed_at AS set_at, max(o.created_at) AS last
        FROM catalog_customerusage u JOIN catalog_promotionrule r ON r.id = u.rule_id
        LEFT JOIN {_REDEEMED} ON o.rule_id = u.rule_id AND o.shopper = u.shopper AND o.customer_counted
        GROUP BY r.id, u.rule_id, u.shopper, u.used) AS one
    {_WRONG}"""
