"""Catalog rules: prices by group and span of time, on pages, in search and in quotes, made by a job."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from catalog.commands import PriceInput, SetPrice, end_rule, set_price
from catalog.promotion.catalog_rules import Priced, results
from catalog.promotion.conditions import Lines, condition_from
from catalog.promotion.evaluation import CartRule
from catalog.promotion.models import PromotedPrice
from catalog.provides import Pricing
from catalog.tests import shop
from catalog.tests.promotions import line, rule, saved
from chassis import clock
from contracts.catalog import QuoteRequestLine

NOW = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)
KNIVES = {"type": "product", "fact": "category", "is": "one_of", "value": ["knives"]}


def off(number: int, percent: str, **more: Any) -> CartRule:
    return rule(number, {"type": "percent", "percent": percent}, **more)


def spans(*rules: CartRule) -> list[tuple[str, Decimal, datetime | None, datetime | None]]:
    good = Priced(product=rules[0].id, channel="eu", currency="EUR", facts=line("k", price="100"))
    return [(one.group, one.amount, one.starts_at, one.ends_at) for one in results(good, rules, now=NOW)]


def test_rules_follow_each_other_and_are_rounded_at_the_currency() -> None:
    assert spans(off(1, "10"), off(2, "33.333")) == [("", Decimal("60.00"), None, None)]
    assert spans(off(1, "10", stop=True), off(2, "50")) == [("", Decimal("90.00"), None, None)]


def test_windows_are_known_ahead() -> None:
    assert spans(off(1, "10", starts_at=NOW + DAY, ends_at=NOW + 3 * DAY), off(2, "50", starts_at=NOW + 2 * DAY)) == [
        ("", Decimal("90.00"), NOW + DAY, NOW + 2 * DAY),
        ("", Decimal("45.00"), NOW + 2 * DAY, NOW + 3 * DAY),
        ("", Decimal("50.00"), NOW + 3 * DAY, None),
    ]


def test_a_group_that_a_rule_names_has_results_of_its_own_also_dearer_ones() -> None:
    dearer = off(1, "5", customer_groups=frozenset({"vip"}), stop=True)
    assert spans(dearer, off(2, "10")) == [("", Decimal("90.00"), None, None), ("vip", Decimal("95.00"), None, None)]
    assert spans(off(1, "5", customer_groups=frozenset({"vip"}))) == [("vip", Decimal("95.00"), None, None)]


def test_a_rule_that_is_not_for_the_product_leaves_it_alone() -> None:
    other = off(1, "10", channels=frozenset({"us"}))
    assert spans(other) == []
    where = Lines(where=condition_from(KNIVES, of="line"))
    good = Priced(product=other.id, channel="eu", currency="EUR", facts=line("k", price="100"))
    from dataclasses import replace

    assert results(good, [replace(off(1, "10"), condition=where)], now=NOW) == []


def quoted(group: str = "") -> Decimal:
    quote = Pricing().quote(
        channel="eu", view="en", country="DE", customer_group=group, shipping=Decimal(0),
        lines=(QuoteRequestLine(key="K1", sku="K1", quantity=Decimal(1)),),
    )  # fmt: skip
    return quote.lines[0].unit_price


@pytest.mark.django_db(databases=["catalog"])
def test_a_published_rule_shows_on_the_page_in_search_and_in_the_quote_until_it_ends() -> None:
    shop.structure()
    shop.simple("K1", "Bread knife", price="10")
    shop.simple("O1", "Other", price="10", places=())
    rule = saved("Knives", {"type": "percent", "percent": "20"}, kind="catalog", condition=KNIVES)
    assert quoted() == 10, "a job applies it"
    shop.run_jobs()
    shop.run_jobs()
    assert [row.amount for row in PromotedPrice.objects.all()] == [8]
    assert (quoted(), shop.indexed_price("K1")) == (8, 8)
    page = Client().get("/api/v1/en/products?sku=K1").json()
    assert (page["price"]["amount"], page["price"]["regular"], page["price"]["reduced"]) == ("8.00", "10.00", True)
    set_price(SetPrice(sku="K1", price=PriceInput(channel="eu", amount=Decimal(20))))
    assert quoted() == 16, "a new base price is promoted with it"
    end_rule(rule)
    shop.run_jobs()
    assert (quoted(), PromotedPrice.objects.count()) == (20, 0)


@pytest.mark.django_db(databases=["catalog"])
def test_a_rule_of_a_group_is_that_groups_price_and_begins_by_itself() -> None:
    shop.structure()
    shop.simple("K1", "Bread knife", price="10")
    now = clock.now()
    saved(
        "Vip", {"type": "fixed_price", "price": "6"}, kind="catalog", currency="EUR", customer_groups=("vip",),
        starts_at=now + timedelta(hours=1),
    )  # fmt: skip
    shop.run_jobs()
    assert quoted("vip") == 10
    with clock.travel(now + timedelta(hours=2)):
        assert (quoted("vip"), quoted()) == (6, 10)
