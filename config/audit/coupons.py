"""Promotions with limits: what was redeemed, what orders say of it, and the counters."""

from collections.abc import Iterator
from decimal import Decimal

from config.audit.books import Books
from config.audit.money import OPEN_SAGAS


def orders_and_redemptions(books: Books) -> Iterator[str]:
    """Who has redeemed must have ordered with it, and who has ordered with a coupon must have redeemed it."""
    under_way = {saga for (saga,) in books.query("commerce", OPEN_SAGAS)}
    orders = {
        saga: (number, state, coupons)
        for saga, number, state, coupons in books.query(
            "commerce", "SELECT saga, number, state, coupons <> '[]' FROM commerce_order WHERE NOT historical"
        )
    }
    states = dict(books.query("catalog", "SELECT saga, state FROM catalog_redemption"))
    for saga, (number, state, coupons) in orders.items():
        redeemed = states.get(saga)
        if coupons and state != "cancelled" and redeemed != "confirmed":
            yield f"order {number} has a coupon whose redemption is {redeemed}"
        if state == "cancelled" and redeemed in ("reserved", "confirmed"):
            yield f"order {number} is cancelled and its redemption {redeemed}"
    for saga, redeemed in states.items():
        if redeemed in ("reserved", "confirmed") and saga not in orders and saga not in under_way:
            yield f"redemption {saga} is {redeemed} without an order"


def counters_and_redemptions(books: Books) -> Iterator[str]:
    """Counters are what is redeemed, and never above a limit; what an older shop had redeemed is counted alone."""
    for name, carried, used, spent, count, amount, limit, budget in books.query("catalog", _RULE_USES):
        wrong = _differ(carried, used, count) or _differ(carried, spent, amount)
        if wrong or used > (limit or used) or spent > (budget or spent):
            counted, redeemed = f"{used} uses for {spent}", f"{count} for {amount}"
            yield f"rule {name}: {counted} counted, {redeemed} redeemed, limits {limit} and {budget}"
    for code, carried, used, count, limit in books.query("catalog", _COUPON_USES):
        if _differ(carried, used, count) or used > (limit or used):
            yield f"coupon {code}: {used} uses counted, {count} redeemed, of {limit}"
    for name, carried, used, count, limit in books.query("catalog", _CUSTOMER_USES):
        if _differ(carried, used, count) or used > (limit or used):
            yield f"rule {name}: {used} uses of one customer counted, {count} redeemed, of {limit}"


def _differ(carried: bool, counted: Decimal, redeemed: Decimal) -> bool:
    return counted < redeemed if carried else counted != redeemed


_REDEEMED = """(SELECT l.*, d.shopper FROM catalog_redeemedrule l JOIN catalog_redemption d ON d.saga = l.redemption_id
                WHERE d.state IN ('reserved', 'confirmed')) AS o"""
_RULE_USES = f"""
    SELECT r.name, r.external_id IS NOT NULL, u.used, u.spent, count(o.id), coalesce(sum(o.amount), 0), r.uses_limit,
           r.budget
    FROM catalog_promotionrule r JOIN catalog_ruleusage u ON u.rule_id = r.id
    LEFT JOIN {_REDEEMED} ON o.rule_id = r.id AND o.rule_counted GROUP BY r.id, u.rule_id"""
_COUPON_USES = f"""
    SELECT c.code, r.external_id IS NOT NULL, c.used, count(o.id), c.uses_limit
    FROM catalog_coupon c JOIN catalog_promotionrule r ON r.id = c.rule_id
    LEFT JOIN {_REDEEMED} ON o.coupon_id = c.id AND o.coupon_counted GROUP BY c.id, r.id"""
_CUSTOMER_USES = f"""
    SELECT r.name, r.external_id IS NOT NULL, u.used, count(o.id), r.uses_per_customer
    FROM catalog_customerusage u JOIN catalog_promotionrule r ON r.id = u.rule_id
    LEFT JOIN {_REDEEMED} ON o.rule_id = u.rule_id AND o.shopper = u.shopper AND o.customer_counted
    GROUP BY r.id, u.rule_id, u.shopper, u.used"""
