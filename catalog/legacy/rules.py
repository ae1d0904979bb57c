"""Cart and catalogue price rules with their coupons.

A rule whose tree cannot be translated is not made, and says why: half of a rule would give away money. A rule that is
inactive there is a draft here. Dates are whole days of the first website's time zone.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from catalog.commands import SaveRule, end_rule, pause_rule, publish_rule, resume_rule, save_rule
from catalog.legacy import made
from catalog.legacy.groups import GUEST_GROUP, group_codes
from catalog.legacy.shops import Shop, Website, shop_of
from catalog.legacy.tables import MIRROR
from catalog.legacy.trees import Data, Untranslatable, Words, condition, of_either
from catalog.legacy.values import moment
from catalog.product.models import Attribute
from catalog.product.scopes import GLOBAL
from catalog.promotion import states
from catalog.promotion.coupons import code_key
from catalog.promotion.models import Coupon, CustomerUsage, PromotionRule
from chassis import clock
from chassis.ids import migrated_id
from chassis.mirrors import Found, Row, Rows

ACTIVE = "1"
SALES, CATALOG = "sales_rule", "catalog_rule"
ENDED_STATES = frozenset({states.ENDED})


@dataclass(frozen=True, kw_only=True)
class Around:
    """What rules refer to."""

    shop: Shop
    words: Words
    groups: Mapping[str, str]


def make_sales_rules(source: str, owners: list[str]) -> None:
    """Write the cart rules that have changed, with their coupons; end those that are gone."""
    _make(source, SALES, "salesrule", owners)
    rows = MIRROR.rows_of(source, SALES, owners)
    for owner, several in rows.items():
        rule = migrated_id(source, SALES, owner)
        if PromotionRule.objects.filter(id=rule).exists():
            _coupons(source, rule, several)
            _uses(source, rule, several)


def make_catalog_rules(source: str, owners: list[str]) -> None:
    """Write the catalogue rules that have changed; end those that are gone."""
    _make(source, CATALOG, "catalogrule", owners)


def _make(source: str, kind: str, table: str, owners: list[str]) -> None:
    around = _around(source)
    found: list[Found] = []
    commands: dict[str, SaveRule] = {}
    running: dict[str, bool] = {}
    for owner, rows in MIRROR.rows_of(source, kind, owners).items():
        row = rows.one(table)
        if row is None:
            continue
        try:
            commands[owner], notes = _command(around, kind, owner, row, rows)
        except Untranslatable as refusal:
            found.append(Found(owner=owner, code=refusal.code, detail=refusal.detail, whole=True))
            continue
        running[owner] = row["is_active"] == ACTIVE
        found += [Found(owner=owner, code=code, detail=detail) for code, detail in notes]
    meant = {owner: {"rule": command, "runs": running[owner]} for owner, command in commands.items()}
    for owner in made.changed(source, kind, meant):
        _write(commands[owner], runs=running[owner])
    for owner in made.forget(source, kind, [owner for owner in owners if owner not in commands]):
        rule = PromotionRule.objects.filter(id=migrated_id(source, kind, owner)).first()
        if rule is not None and "end" in states.RULE[rule.state]:
            end_rule(rule.id)
    MIRROR.replace_findings(source, kind, owners, found)


def _write(command: SaveRule, *, runs: bool) -> None:
    """Bring a rule to what it is there; one that staff ended here stays ended."""
    assert command.id is not None
    rule = PromotionRule.objects.filter(id=command.id).first()
    if rule is not None and rule.state in ENDED_STATES:
        return
    if rule is not None and rule.state == states.ACTIVE:
        pause_rule(command.id)
    save_rule(command)
    state = PromotionRule.objects.values_list("state", flat=True).get(id=command.id)
    if runs:
        (publish_rule if state == states.DRAFT else resume_rule)(command.id)


def _around(source: str) -> Around:
    kinds = dict(Attribute.objects.values_list("code", "kind"))
    return Around(shop=shop_of(source), words=Words(source=source, kinds=kinds), groups=group_codes(source))


def _command(around: Around, kind: str, owner: str, row: Row, rows: Rows) -> tuple[SaveRule, list[tuple[str, str]]]:
    """The rule, and what of it is not as it is there. Untranslatable where it cannot be made at all."""
    notes: list[tuple[str, str]] = []
    prefix = "salesrule" if kind == SALES else "catalogrule"
    sites = [
        around.shop.websites[int(one["website_id"] or 0)]
        for one in rows.all(f"{prefix}_website")
        if int(one["website_id"] or 0) in around.shop.websites
    ]
    if not sites:
        raise Untranslatable("no_website", "")
    sites.sort(key=lambda site: site.id)
    where = _tree(row["conditions_serialized"], around.words)
    given = _given(row, around.words, notes) if kind == SALES else _repriced(row)
    currencies = sorted({around.shop.setting("currency/options/base", website=site.id) for site in sites})
    money = _has_money(where) or _has_money(given)
    if money and len(currencies) > 1:
        sites = [s for s in sites if around.shop.setting("currency/options/base", website=s.id) == currencies[0]]
        notes.append(("several_currencies", f"kept for {currencies[0]} of {', '.join(currencies)}"))
    starts_at, ends_at = _window(around.shop, sites[0], row)
    command = SaveRule(
        id=migrated_id(around.shop.source, kind, owner),
        external_id={around.shop.source: owner},
        kind=PromotionRule.CART if kind == SALES else PromotionRule.CATALOG,
        name=(row["name"] or "").strip() or f"Rule {owner}",
        labels=_labels(around.shop, rows),
        condition=where,
        actions=given,
        priority=int(row["sort_order"] or 0),
        stop=row["stop_rules_processing"] == "1",
        currency=currencies[0] if money else "",
        channels=tuple(site.code for site in sites),
        customer_groups=_groups(around, rows.all(f"{prefix}_customer_group"), notes),
        starts_at=starts_at,
        ends_at=ends_at,
    )
    if kind == SALES:
        per_customer = int(row["uses_per_customer"] or 0)
        command = replace(
            command, needs_coupon=row["coupon_type"] != "1", uses_per_customer=per_customer or None
        )  # fmt: skip
        notes += _coupon_notes(rows, per_customer)
    return command, notes


def _tree(text: str | None, words: Words) -> Data:
    try:
        tree = json.loads(text or "{}")
    except ValueError:
        raise Untranslatable("tree_unreadable", "") from None
    return condition(tree, words) if tree else {"type": "all", "of": []}


def _given(row: Row, words: Words, notes: list[tuple[str, str]]) -> list[Data]:
    """What a cart rule gives; its `actions` tree says on which lines."""
    target = of_either(_tree(row["actions_serialized"], words))
    amount, most = row["discount_amount"] or "0", row["discount_qty"]
    limits = {"most": most if most and Decimal(most) else None, "step": int(row["discount_step"] or 0)}
    shipping = row["apply_to_shipping"] == "1"
    action = row["simple_action"] or ""
    given: list[Data] = []
    if action == "by_percent":
        given = [{"type": "percent", "percent": amount, "target": target, **limits, "shipping": shipping}]
    elif action in ("by_fixed", "cart_fixed"):
        each = "unit" if action == "by_fixed" else "cart"
        given = [{"type": "amount", "amount": amount, "each": each, "target": target, **limits, "shipping": shipping}]
    elif action == "buy_x_get_y":
        given = [
            {"type": "buy_get", "buy": int(row["discount_step"] or 0), "get": int(Decimal(amount)), "per": "line",
             "target": target, "of_full_price": True}
        ]  # fmt: skip
    else:
        raise Untranslatable("action_not_known", action or "none")
    if not Decimal(amount):
        given = []
    if row["simple_free_shipping"] == "2":
        given.append({"type": "free_shipping"})
    elif row["simple_free_shipping"] == "1":
        notes.append(("free_shipping_per_item", "shipping is free for a whole cart here, or not"))
    if not given:
        raise Untranslatable("gives_nothing", action)
    return given


def _repriced(row: Row) -> list[Data]:
    """What a catalogue rule makes of a price."""
    amount, action = row["discount_amount"] or "0", row["simple_action"] or ""
    if action == "by_percent":
        return [{"type": "percent", "percent": amount}]
    if action == "to_percent":
        return [{"type": "percent", "percent": str(100 - Decimal(amount))}]
    if action == "by_fixed":
        return [{"type": "amount", "amount": amount, "each": "unit"}]
    if action == "to_fixed":
        return [{"type": "fixed_price", "price": amount}]
    raise Untranslatable("action_not_known", action or "none")


def _has_money(data: Any) -> bool:
    if isinstance(data, list):
        return any(map(_has_money, data))
    if not isinstance(data, Mapping):
        return False
    if data.get("type") in ("amount", "fixed_price") or data.get("fact") in ("subtotal", "total", "unit_price"):
        return True
    return any(map(_has_money, data.values()))


def _groups(around: Around, rows: list[Row], notes: list[tuple[str, str]]) -> tuple[str, ...]:
    """Our groups; none, which is everybody, where the rule names all that there are."""
    named = {one["customer_group_id"] or "" for one in rows}
    known = {GUEST_GROUP, *around.groups}
    if known <= named:
        return ()
    notes += [("group_not_known", id_) for id_ in sorted(named - known)]
    codes = sorted(around.groups[id_] for id_ in named & around.groups.keys())
    if not codes and GUEST_GROUP not in named:
        raise Untranslatable("no_group", ", ".join(sorted(named)))
    return (*codes, *(["@guests"] if GUEST_GROUP in named else []))


def _window(shop: Shop, site: Website, row: Row) -> tuple[datetime | None, datetime | None]:
    local = ZoneInfo(shop.zone(site))
    days = [datetime.fromisoformat(text) if (text := row[name]) else None for name in ("from_date", "to_date")]
    starts = days[0].replace(tzinfo=local) if days[0] else None
    return starts, (days[1] + timedelta(days=1)).replace(tzinfo=local) if days[1] else None


def _labels(shop: Shop, rows: Rows) -> dict[str, str]:
    scopes = {"0": GLOBAL, **{str(id_): store.scope for id_, store in shop.stores.items()}}
    return {
        scopes[one["store_id"] or "0"]: one["label"] or ""
        for one in rows.all("salesrule_label")
        if (one["store_id"] or "0") in scopes and one["label"]
    }


def _coupon_notes(rows: Rows, per_customer: int) -> Iterator[tuple[str, str]]:
    for one in rows.all("salesrule_coupon"):
        if int(one["usage_per_customer"] or 0) not in (0, per_customer):
            yield "coupon_limit_per_customer", f"{one['code']}: {one['usage_per_customer']} is counted per rule here"


def _coupons(source: str, rule: UUID, rows: Rows) -> None:
    """The codes as they are there, with what is used of them by now."""
    wanted = [
        Coupon(
            id=migrated_id(source, "coupon", one["coupon_id"] or ""),
            rule_id=rule,
            code=one["code"] or "",
            code_key=code_key(one["code"] or ""),
            uses_limit=int(one["usage_limit"] or 0) or None,
            used=int(one["times_used"] or 0),
            ends_at=moment(one["expiration_date"]),
            created_at=moment(one["created_at"]) or clock.now(),
        )
        for one in rows.all("salesrule_coupon")
        if one["code"]
    ]
    Coupon.objects.bulk_create(
        wanted,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["code", "code_key", "uses_limit", "used", "ends_at"],
    )
    Coupon.objects.filter(rule=rule, batch=None).exclude(id__in=[one.id for one in wanted]).update(active=False)


def _uses(source: str, rule: UUID, rows: Rows) -> None:
    """How often each customer had the rule."""
    counted = [
        CustomerUsage(
            rule_id=rule,
            shopper=f"customer:{migrated_id(source, 'customer', one['customer_id'] or '')}",
            used=int(one["times_used"] or 0),
        )
        for one in rows.all("salesrule_customer")
    ]
    CustomerUsage.objects.bulk_create(
        counted, update_conflicts=True, unique_fields=["rule_id", "shopper"], update_fields=["used"]
    )
