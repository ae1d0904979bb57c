"""Rules with what is known of their use, read for one cart in at most three statements; one where no rule runs."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Literal
from uuid import UUID

from django.db import connections

from catalog.product.scopes import fallback, label
from catalog.promotion.actions import GiftItem, Given, actions_from
from catalog.promotion.conditions import Condition, condition_from
from catalog.promotion.coupons import code_key
from catalog.promotion.evaluation import CartRule
from catalog.promotion.redemption import COUPON_USED_UP, CUSTOMER_LIMIT, USED_UP

UNKNOWN, COUPON_ENDED = "unknown_coupon", "coupon_ended"
SAID = {
    UNKNOWN: "there is no such coupon",
    COUPON_ENDED: "the coupon has ended",
    COUPON_USED_UP: "the coupon is used up",
    CUSTOMER_LIMIT: "the customer has had it as often as it allows",
    USED_UP: "its uses are all taken",
}
# Rules that are about to begin are read too: a quote must not live past that.
AHEAD = timedelta(minutes=30)

_RULES = """
    SELECT r.id, r.version, r.name, r.labels::text, r.priority, r.exclusive_group, r.stop, r.currency, r.channels,
           r.customer_groups, r.starts_at, r.ends_at, r.condition::text, r.actions::text, r.needs_coupon,
           r.uses_limit IS NOT NULL AND u.used >= r.uses_limit, r.budget - u.spent,
           r.uses_limit IS NOT NULL OR r.budget IS NOT NULL OR r.uses_per_customer IS NOT NULL, r.uses_per_customer
    FROM catalog_promotionrule r JOIN catalog_ruleusage u ON u.rule_id = r.id
    WHERE r.kind = 'cart' AND r.state = 'active' AND (r.channels = '{}' OR %(channel)s = ANY(r.channels))
      AND (NOT r.needs_coupon OR r.id = ANY(%(with_coupon)s)) AND (r.ends_at IS NULL OR r.ends_at > %(now)s)
      AND (r.starts_at IS NULL OR r.starts_at <= %(soon)s) OR r.id = %(tried)s
    ORDER BY r.priority, r.id"""


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """The rules that could apply to a cart. `problems`: of each code that was entered why it never can, or empty.

    `owners`: the rule of each code that there is. `counted`: rules that must be redeemed.
    """

    rules: tuple[CartRule, ...] = ()
    problems: Mapping[str, str] = field(default_factory=dict)
    owners: Mapping[str, UUID] = field(default_factory=dict)
    counted: frozenset[UUID] = frozenset()

    @property
    def gifts(self) -> dict[str, int]:
        """The SKUs that could be given, and how many of each if all rules give theirs."""
        found: dict[str, int] = {}
        for rule in self.rules:
            for action in rule.actions:
                if isinstance(action, GiftItem):
                    found[action.sku] = found.get(action.sku, 0) + action.quantity
        return found

    def boundaries(self, after: datetime) -> list[datetime]:
        """When rules begin and end."""
        return [m for rule in self.rules for m in (rule.starts_at, rule.ends_at) if m is not None and m > after]


@dataclass(frozen=True, kw_only=True)
class _Coupon:
    code: str
    rule: UUID
    problem: str


def running_rules(
    *, channel: str, view: str, codes: Sequence[str], shopper: str, now: datetime, tried: UUID | None = None
) -> Loaded:
    """What runs in a channel now, with the coupons that were entered; and a rule that is tried, as if it ran."""
    coupons = _coupons([code_key(code) for code in codes], now) if codes else {}
    values = {
        "channel": channel,
        "with_coupon": sorted({coupon.rule for coupon in coupons.values()}),
        "now": now,
        "soon": now + AHEAD,
        "tried": tried,
    }
    with connections["catalog"].cursor() as cursor:
        cursor.execute(_RULES, values)
        rows = cursor.fetchall()
    limits = {row[0]: row[-1] for row in rows if row[-1] is not None}
    used_up = _used_up(limits, shopper) if limits and shopper else set()
    scopes = fallback(view=view, channel=channel)
    rules = [_rule(row, coupons, used_up, scopes) for row in rows]
    return Loaded(
        rules=tuple(_in_words(rule, tried) for rule in rules),
        problems=_problems(codes, coupons, {rule.id: rule.refusal for rule in rules}),
        owners={code: coupons[code_key(code)].rule for code in codes if code_key(code) in coupons},
        counted=frozenset(row[0] for row in rows if row[14] or row[17]),
    )


def _problems(codes: Sequence[str], coupons: Mapping[str, _Coupon], refusals: Mapping[UUID, str]) -> dict[str, str]:
    """Why a code can never apply as things are, by code; empty for one that can. `refusals`: of the rules that run."""
    problems = {}
    for code in codes:
        coupon = coupons.get(code_key(code))
        if coupon is None:
            problems[code] = UNKNOWN
        elif coupon.rule not in refusals:
            problems[code] = COUPON_ENDED
        else:
            problems[code] = coupon.problem or refusals[coupon.rule]
    return problems


def _coupons(keys: Sequence[str], now: datetime) -> dict[str, _Coupon]:
    with connections["catalog"].cursor() as cursor:
        cursor.execute(
            """SELECT code_key, code, rule_id,
                      CASE WHEN NOT active OR ends_at <= %s THEN %s WHEN used >= uses_limit THEN %s ELSE '' END
               FROM catalog_coupon WHERE code_key = ANY(%s)""",
            [now, COUPON_ENDED, COUPON_USED_UP, list(keys)],
        )
        return {key: _Coupon(code=code, rule=rule, problem=problem) for key, code, rule, problem in cursor.fetchall()}


def _used_up(limits: Mapping[UUID, int], shopper: str) -> set[UUID]:
    """Of rules that are limited per customer those that this one has had as often."""
    with connections["catalog"].cursor() as cursor:
        cursor.execute(
            "SELECT rule_id, used FROM catalog_customerusage WHERE rule_id = ANY(%s) AND shopper = %s",
            [list(limits), shopper],
        )
        return {rule for rule, used in cursor.fetchall() if used >= limits[rule]}


def _rule(row: Sequence[Any], coupons: Mapping[str, _Coupon], used_up: set[UUID], scopes: Sequence[str]) -> CartRule:
    id_, version, name, labels, priority, group, stop, currency, channels, groups, starts_at, ends_at = row[:12]
    condition, actions = compiled(id_, version, row[12], row[13])
    needs_coupon, exhausted, budget_left = row[14:17]
    mine = {one.code: one.problem for one in coupons.values() if one.rule == id_} if needs_coupon else None
    return CartRule(
        id=id_,
        name=name,
        label=label(json.loads(labels), scopes),
        priority=priority,
        exclusive_group=group,
        stop=stop,
        currency=currency,
        channels=frozenset(channels),
        customer_groups=frozenset(groups),
        starts_at=starts_at,
        ends_at=ends_at,
        condition=condition,
        actions=actions,
        coupons=mine,
        refusal=USED_UP if exhausted else CUSTOMER_LIMIT if id_ in used_up else "",
        budget_left=budget_left,
    )


def _in_words(rule: CartRule, tried: UUID | None) -> CartRule:
    """Refusals as people read them; the coupon of a rule that is tried counts as entered."""
    coupons = None if rule.coupons is None else {code: SAID.get(why, why) for code, why in rule.coupons.items()}
    if rule.id == tried and coupons == {}:
        coupons = {"(any)": ""}
    return replace(rule, refusal=SAID.get(rule.refusal, rule.refusal), coupons=coupons)


@lru_cache(maxsize=1000)
def compiled(
    rule: UUID, version: int, condition: str, actions: str, *, catalog: bool = False
) -> tuple[Condition, tuple[Given, ...]]:
    """A rule's conditions and actions; read once a version."""
    of: Literal["cart", "line"] = "line" if catalog else "cart"
    return condition_from(json.loads(condition), of=of), actions_from(json.loads(actions), catalog=catalog)
