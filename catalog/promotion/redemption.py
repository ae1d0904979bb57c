"""Counting what checkouts redeem: reserved, confirmed, released, each once.

A limit is one conditional UPDATE that finds no row when it is reached. Counters are written in one order (rules,
coupons, customers, each by id), so that no two checkouts wait for each other; what has no limit is only noted in a row
of its own. Nothing here publishes answers: reactions do.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connections, transaction

from catalog.promotion import states
from catalog.promotion.coupons import code_key
from catalog.promotion.models import Coupon, PromotionRule, RedeemedRule, Redemption
from chassis import clock

USED_UP, COUPON_USED_UP, CUSTOMER_LIMIT, ENDED = (
    "promotion_used_up",
    "coupon_used_up",
    "customer_limit",
    "promotion_ended",
)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A rule to be redeemed, for an amount, by a code if it needs one."""

    rule: UUID
    amount: Decimal
    code: str = ""


class Refused(Exception):
    """One of the rules cannot be had."""

    def __init__(self, reason: str, wanted: Wanted) -> None:
        super().__init__(reason)
        self.reason = reason
        self.wanted = wanted


def hold(new: Sequence[Redemption], also: Iterable[UUID] = ()) -> dict[UUID, Redemption]:
    """Insert what is not there yet and lock all, by id. `also` names what is locked only if it is there."""
    Redemption.objects.bulk_create(sorted(new, key=lambda row: row.saga), ignore_conflicts=True)
    ids = {row.saga for row in new} | set(also)
    rows = Redemption.objects.select_for_update(no_key=True).filter(saga__in=ids).order_by("saga")
    return {row.saga: row for row in rows}


def reserve(redemption: Redemption, promotions: Sequence[Wanted]) -> Refused | None:
    """Count all or none of them; the refusal if it is none."""
    try:
        with transaction.atomic(using="catalog"):
            rows = _rows(redemption, promotions)
            for row in rows:
                _count_rule(row)
            for row in rows:
                _count_coupon(row)
            for row in rows:
                _count_customer(row, redemption.shopper)
            RedeemedRule.objects.bulk_create(rows)
    except Refused as refusal:
        redemption.transition("refuse", reason=refusal.reason)
        return refusal
    redemption.transition("reserve")
    return None


def release(redemption: Redemption, *, reason: str) -> None:
    """Give back what was counted."""
    rows = list(redemption.rules.order_by("rule_id")) if redemption.state != states.REFUSED else []
    with connections["catalog"].cursor() as cursor:
        for row in rows:
            if row.rule_counted:
                cursor.execute(
                    "UPDATE catalog_ruleusage SET used = used - 1, spent = spent - %s WHERE rule_id = %s",
                    [row.amount, row.rule_id],
                )
        for row in sorted((row for row in rows if row.coupon_counted), key=lambda row: row.coupon_id):
            cursor.execute("UPDATE catalog_coupon SET used = used - 1 WHERE id = %s", [row.coupon_id])
        for row in rows:
            if row.customer_counted:
                cursor.execute(
                    "UPDATE catalog_customerusage SET used = used - 1 WHERE rule_id = %s AND shopper = %s",
                    [row.rule_id, redemption.shopper],
                )
    redemption.transition("release", reason=reason)


def lock_counters(rules: Iterable[UUID], codes: Iterable[str], shoppers: Iterable[str]) -> None:
    """Take what several redemptions of one transaction will write, before any of them writes.

    Rows that do not exist yet cannot be locked: two transactions that both make them for two shoppers in opposite
    order are left to the handler's retry.
    """
    ids, keys, people = list(rules), [code_key(code) for code in codes if code], list(shoppers)
    with connections["catalog"].cursor() as cursor:
        cursor.execute(
            """SELECT u.rule_id FROM catalog_ruleusage u JOIN catalog_promotionrule r ON r.id = u.rule_id
               WHERE u.rule_id = ANY(%s) AND (r.uses_limit IS NOT NULL OR r.budget IS NOT NULL)
               ORDER BY u.rule_id FOR NO KEY UPDATE OF u""",
            [ids],
        )
        cursor.execute(
            """SELECT id FROM catalog_coupon WHERE code_key = ANY(%s) AND uses_limit IS NOT NULL
               ORDER BY id FOR NO KEY UPDATE""",
            [keys],
        )
        cursor.execute(
            """SELECT rule_id FROM catalog_customerusage WHERE rule_id = ANY(%s) AND shopper = ANY(%s)
               ORDER BY rule_id, shopper FOR NO KEY UPDATE""",
            [ids, people],
        )


def _rows(redemption: Redemption, promotions: Sequence[Wanted]) -> list[RedeemedRule]:
    """What is to be noted, in the order of rules; Refused for a rule or a coupon that is not valid now."""
    keys = [code_key(one.code) for one in promotions if one.code]
    rules = PromotionRule.objects.in_bulk([one.rule for one in promotions])
    coupons = {row.code_key: row for row in Coupon.objects.filter(code_key__in=keys)} if keys else {}
    now = clock.now()
    rows = []
    for one in sorted(promotions, key=lambda one: one.rule):
        rule, coupon = rules.get(one.rule), coupons.get(code_key(one.code))
        if rule is None or rule.state != states.ACTIVE:
            raise Refused(ENDED, one)
        if rule.needs_coupon and not _is_valid(coupon, rule, now):
            raise Refused(ENDED, one)
        rows.append(
            RedeemedRule(
                redemption=redemption,
                rule=rule,
                coupon=coupon if rule.needs_coupon else None,
                code=one.code,
                amount=one.amount,
            )
        )
    return rows


def _is_valid(coupon: Coupon | None, rule: PromotionRule, now: Any) -> bool:
    return (
        coupon is not None
        and coupon.rule_id == rule.id
        and coupon.active
        and (coupon.ends_at is None or coupon.ends_at > now)
    )


def _count_rule(row: RedeemedRule) -> None:
    if not row.rule.is_limited:
        return
    row.rule_counted = _written(
        """UPDATE catalog_ruleusage u SET used = u.used + 1, spent = u.spent + %(amount)s
           FROM catalog_promotionrule r
           WHERE u.rule_id = %(rule)s AND r.id = u.rule_id
             AND (r.uses_limit IS NULL OR u.used < r.uses_limit)
             AND (r.budget IS NULL OR u.spent + %(amount)s <= r.budget)""",
        {"rule": row.rule_id, "amount": row.amount},
    )
    if not row.rule_counted:
        raise Refused(USED_UP, _wanted(row))


def _count_coupon(row: RedeemedRule) -> None:
    if row.coupon is None or row.coupon.uses_limit is None:
        return
    row.coupon_counted = _written(
        "UPDATE catalog_coupon SET used = used + 1 WHERE id = %(coupon)s AND used < uses_limit",
        {"coupon": row.coupon_id},
    )
    if not row.coupon_counted:
        raise Refused(COUPON_USED_UP, _wanted(row))


def _count_customer(row: RedeemedRule, shopper: str) -> None:
    if row.rule.uses_per_customer is None:
        return
    row.customer_counted = _written(
        """INSERT INTO catalog_customerusage AS u (rule_id, shopper, used) VALUES (%(rule)s, %(shopper)s, 1)
           ON CONFLICT (rule_id, shopper) DO UPDATE SET used = u.used + 1 WHERE u.used < %(limit)s""",
        {"rule": row.rule_id, "shopper": shopper, "limit": row.rule.uses_per_customer},
    )
    if not row.customer_counted:
        raise Refused(CUSTOMER_LIMIT, _wanted(row))


def _written(sql: str, values: dict[str, Any]) -> bool:
    with connections["catalog"].cursor() as cursor:
        cursor.execute(sql, values)
        return bool(cursor.rowcount)


def _wanted(row: RedeemedRule) -> Wanted:
    return Wanted(rule=row.rule_id, amount=row.amount, code=row.code)
