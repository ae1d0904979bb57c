"""Counting anew what a rule was used for, when it gets a limit after it was used without one."""

from django.db import connections

from catalog.promotion.models import PromotionRule

_OPEN = """catalog_redeemedrule l JOIN catalog_redemption d ON d.saga = l.redemption_id
           WHERE l.rule_id = %(rule)s AND d.state IN ('reserved', 'confirmed')"""


def recount(rule: PromotionRule) -> None:
    """Bring the counters to what was redeemed and not given back; the caller holds the rule's row locked."""
    with connections["catalog"].cursor() as cursor:
        if rule.is_limited:
            cursor.execute(
                f"""UPDATE catalog_ruleusage SET used = now.used, spent = now.spent
                    FROM (SELECT count(*) AS used, coalesce(sum(l.amount), 0) AS spent FROM {_OPEN}) AS now
                    WHERE rule_id = %(rule)s""",
                {"rule": rule.id},
            )
            _mark(cursor, rule, "rule_counted")
        if rule.uses_per_customer is not None:
            cursor.execute(
                f"""INSERT INTO catalog_customerusage (rule_id, shopper, used)
                    SELECT %(rule)s, d.shopper, count(*) FROM {_OPEN} AND d.shopper <> '' GROUP BY d.shopper
                    ON CONFLICT (rule_id, shopper) DO UPDATE SET used = excluded.used""",
                {"rule": rule.id},
            )
            _mark(cursor, rule, "customer_counted")


def _mark(cursor: object, rule: PromotionRule, column: str) -> None:
    cursor.execute(  # type: ignore[attr-defined]
        f"""UPDATE catalog_redeemedrule SET {column} = true
            WHERE NOT {column} AND id IN (SELECT l.id FROM {_OPEN})""",
        {"rule": rule.id},
    )
