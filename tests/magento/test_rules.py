"""Magento's price rules made ours, and every order of the shop discounted by them as Magento did, line by line."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from catalog.legacy.models import MagentoFinding
from catalog.promotion.evaluation import CartRule, evaluate
from catalog.promotion.facts import CartFacts, LineFacts
from catalog.promotion.loading import compiled
from catalog.promotion.models import Coupon, CustomerUsage, PromotionRule
from chassis.ids import migrated_id
from strangler.source import Source
from tests.magento import catalogue
from tests.magento.server import MagentoServer

pytestmark = [pytest.mark.magento, pytest.mark.timeout(900)]
TABLES = (
    *("store_website", "store_group", "store", "core_config_data", "eav_entity_type", "eav_attribute"),
    *("catalog_eav_attribute", "customer_group", "salesrule", "salesrule_website", "salesrule_customer_group"),
    *("salesrule_label", "salesrule_coupon", "salesrule_customer", "catalogrule", "catalogrule_website"),
    "catalogrule_customer_group",
)


@pytest.fixture(scope="module", autouse=True)
def migrated(magento: MagentoServer, django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Rules and what they refer to; products stay where they are."""
    with django_db_blocker.unblock(), catalogue.clean():
        catalogue.move(magento.url, tables=TABLES)
        yield


def rule(old_id: int, kind: str = "sales_rule") -> PromotionRule:
    return PromotionRule.objects.get(id=migrated_id("magento", kind, old_id))


def test_every_rule_is_carried_with_its_state_window_channels_and_limits() -> None:
    assert not MagentoFinding.objects.filter(kind__in=["sales_rule", "catalog_rule"], whole=True).exists()
    states = {old_id: rule(old_id).state for old_id in range(1, 10)}
    assert states == {**dict.fromkeys(range(1, 10), "active"), 8: "draft"}
    tenth = rule(5)
    assert (tenth.channels, tenth.uses_per_customer, tenth.stop) == (["base", "eu"], 1, False)
    assert tenth.labels == {"": "Ten off", "view:de": "Zehn Prozent"}
    assert rule(1, "catalog_rule").actions == [{"type": "percent", "percent": "20.000000", **_NO_LIMITS}]


_NO_LIMITS = {"target": {"type": "all", "of": []}, "most": None, "step": 0, "shipping": False}


def test_coupons_come_with_their_limits_and_uses() -> None:
    codes = {one.code: (one.uses_limit, one.used) for one in Coupon.objects.all()}
    assert len(codes) == 17
    assert (codes["SAVE5"], codes["H20"]) == ((100, 0), (None, 0))
    assert CustomerUsage.objects.count() == 66


def test_each_order_is_discounted_as_magento_did(magento: MagentoServer) -> None:
    """Rules that apply there and take nothing off are in Magento's list of applied ones, and are none here."""
    seen = Counter[str]()
    with Source(magento.url) as source:
        orders, lines = source.rows("SELECT * FROM sales_order"), _lines(source)
    for order in orders:
        mine = lines[order["entity_id"]]
        codes = frozenset([order["coupon_code"]] if order["coupon_code"] else [])
        cart = CartFacts(
            channel={1: "base", 2: "base", 3: "eu", 4: "base"}[order["store_id"]],
            currency=order["base_currency_code"],
            at=datetime(2026, 11, 22, tzinfo=UTC),  # dates of orders were spread afterwards
            lines=tuple(facts for facts, _ in mine),
            codes=codes,
            customer_group=_GROUPS.get(order["customer_group_id"], "another"),
        )
        outcome = evaluate(cart, [_as_evaluated(one, codes) for one in _running()])
        for facts, discount in mine:
            assert outcome.off(facts.key) == discount, (order["increment_id"], facts.sku)
            seen["discounted" if discount else "at full price"] += 1
        applied = {str(one.rule) for one in outcome.explanations if one.applied}
        theirs = {str(migrated_id("magento", "sales_rule", id_)) for id_ in _ids(order["applied_rule_ids"])}
        assert applied <= theirs
        seen["rules that took nothing off"] += len(theirs - applied)
    assert len(orders) == 168 and seen["discounted"] > 100
    assert seen["rules that took nothing off"] == 4


_GROUPS = {0: "@guests", 1: "general", 2: "wholesale", 3: "retailer"}


def _running() -> Iterator[PromotionRule]:
    yield from PromotionRule.objects.filter(kind="cart", state="active")


def _as_evaluated(one: PromotionRule, codes: frozenset[str]) -> CartRule:
    condition, actions = compiled(one.id, one.version, json.dumps(one.condition), json.dumps(one.actions))
    mine = Coupon.objects.filter(rule=one, code__in=codes).values_list("code", flat=True)
    return CartRule(
        id=one.id, name=one.name, condition=condition, actions=actions, priority=one.priority, stop=one.stop,
        currency=one.currency, channels=frozenset(one.channels), customer_groups=frozenset(one.customer_groups),
        starts_at=one.starts_at, ends_at=one.ends_at, coupons=dict.fromkeys(mine, "") if one.needs_coupon else None,
    )  # fmt: skip


def _lines(source: Source) -> dict[int, list[tuple[LineFacts, Decimal]]]:
    """The lines that Magento discounts, and by how much: children of a bundle priced by them, else parents."""
    places = defaultdict(set)
    for row in source.rows("SELECT product_id, category_id FROM catalog_category_product"):
        places[row["product_id"]].add(f"magento-{row['category_id']}")
    on_sale = {
        row["entity_id"]: row["value"]
        for row in source.rows(
            "SELECT v.entity_id, v.value FROM catalog_product_entity_int v JOIN eav_attribute a USING (attribute_id)"
            " WHERE a.attribute_code = 'sale' AND v.store_id = 0",
        )
    }
    found: dict[int, list[tuple[LineFacts, Decimal]]] = defaultdict(list)
    rows = source.rows("SELECT * FROM sales_order_item ORDER BY item_id")
    by_children = {r["item_id"] for r in rows if '"product_calculations":0' in (r["product_options"] or "")}
    for row in rows:
        bundle = row["product_type"] == "bundle" and row["item_id"] in by_children
        if bundle or (row["parent_item_id"] and row["parent_item_id"] not in by_children):
            continue
        sale = {"sale": on_sale.get(row["product_id"]) == 1}
        configurable = row["product_type"] == "configurable"
        facts = LineFacts(
            key=f"{row['item_id']:08}", sku=row["sku"], quantity=Decimal(row["qty_ordered"]),
            unit_price=Decimal(row["base_price"]),
            regular_unit_price=Decimal(row["base_original_price"] or row["base_price"]),
            own_categories=frozenset(places[row["product_id"]]), attributes=sale,
            parent_sku="of a variant" if configurable else "", parent_attributes=sale,
        )  # fmt: skip
        found[row["order_id"]].append((facts, Decimal(row["base_discount_amount"] or 0)))
    return found


def _ids(text: str | None) -> list[str]:
    return [one for one in (text or "").split(",") if one]
