"""Ranges of numbers and prices: drawn, counted and filtered by, the same by every engine; several sort keys."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.catalog.availability import keep_availability
from catalog.commands import DefineAttribute, define_attribute
from catalog.search.ranges import Range, between, limits_for, read
from catalog.tests import shop
from catalog.tests.test_products import available
from catalog.tests.test_search import facet, get, skus
from chassis.unit_of_work import unit_of_work

pytestmark = pytest.mark.django_db(databases=["catalog"])
WEIGHTS = {"K1": "0.5", "K2": "2", "K3": "2.5", "K4": "5", "K5": "7.25"}
PRICES = {"K1": "10", "K2": "20", "K3": "20", "K4": "40", "K5": "100"}


def weigh(*limits: str) -> None:
    define_attribute(
        DefineAttribute(
            code="weight_kg",
            kind="decimal",
            labels={"": "Weight", "view:de": "Gewicht"},
            unit="kg",
            filterable=True,
            range_limits=tuple(map(Decimal, limits)),
        )
    )


@pytest.fixture(autouse=True)
def _shop(db: Any) -> None:
    shop.structure()
    weigh()
    for sku, weight in WEIGHTS.items():
        values = {"": {"weight_kg": weight, "color": "red" if sku < "K3" else "blue"}}
        shop.simple(sku, f"Knife {sku}", price=PRICES[sku], values=values)


def weight(body: dict[str, Any]) -> dict[str, int]:
    return facet(body, "weight_kg")


def test_a_number_is_counted_in_ranges_that_its_filter_takes(engine: str) -> None:
    counted = weight(get("en/search"))
    assert sum(counted.values()) == len(WEIGHTS)
    for value, count in counted.items():
        assert get(f"en/search?filter.weight_kg={value}")["total"] == count


def test_staff_draw_the_ranges_and_nothing_is_indexed_anew(engine: str) -> None:
    weigh("2", "5")
    body = get("en/search")
    assert weight(body) == {"..2": 1, "2..5": 2, "5..": 2}
    (shown,) = (f for f in body["facets"] if f["code"] == "weight_kg")
    assert [value["label"] for value in shown["values"]] == ["< 2 kg", "2 – 5 kg", "≥ 5 kg"]
    assert (shown["label"], get("de/search")["facets"][-1]["label"]) == ("Weight", "Gewicht")


def test_a_range_holds_its_lower_limit_and_several_are_alternatives(engine: str) -> None:
    assert skus(get("en/search?filter.weight_kg=2..5&sort=name")) == ["K2", "K3"]
    assert skus(get("en/search?filter.weight_kg=..2,5..&sort=name")) == ["K1", "K4", "K5"]
    assert skus(get("en/search?filter.weight_kg=2.5")) == ["K3"]


def test_a_range_does_not_narrow_its_own_facet_but_the_others(engine: str) -> None:
    weigh("2", "5")
    body = get("en/search?filter.weight_kg=5..")
    assert weight(body) == {"..2": 1, "2..5": 2, "5..": 2}
    assert facet(body, "color") == {"blue": 2}
    assert weight(get("en/search?filter.color=red")) == {"..2": 1, "2..5": 1}


def test_prices_are_counted_in_ranges_and_chosen_by_them(engine: str) -> None:
    body = get("en/search?price=40..&sort=name")
    assert skus(body) == ["K4", "K5"]
    counted = {value["value"]: value["count"] for value in body["price"]["ranges"]}
    assert counted == {"..20": 1, "20..40": 2, "40..60": 1, "100..": 1}
    assert skus(get("en/search?price=..20,100..&sort=name")) == ["K1", "K5"]
    assert skus(get("en/search?price_to=20&sort=name")) == ["K1", "K2", "K3"]


def test_the_second_key_decides_where_the_first_does_not(engine: str) -> None:
    with unit_of_work("catalog"):
        keep_availability([available("K3", True, 1), available("K5", True, 1)])
    if engine != "postgres":
        shop.run_jobs()
    assert skus(get("en/search?sort=price,-name")) == ["K1", "K3", "K2", "K4", "K5"]
    assert skus(get("en/search?sort=in_stock,-price")) == ["K5", "K3", "K4", "K2", "K1"]
    pages = [skus(get(f"en/search?sort=in_stock,-price&limit=2&page={page}")) for page in (1, 2, 3)]
    assert pages == [["K5", "K3"], ["K4", "K2"], ["K1"]]
    assert skus(get("en/categories/knives?sort=position,-price,name")) == ["K5", "K4", "K2", "K3", "K1"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("filter.weight_kg=5..2", "/filter.weight_kg"),
        ("filter.weight_kg=..", "/filter.weight_kg"),
        ("filter.weight_kg=2..5,3", "/filter.weight_kg"),
        ("filter.weight_kg=a..b", "/filter.weight_kg"),
        ("price=cheap", "/price"),
        ("sort=price,-price", "/sort"),
        ("sort=relevance,price", "/sort"),
        ("sort=price,worst", "/sort"),
    ],
)
def test_what_is_no_range_or_order_is_said_so(query: str, field: str) -> None:
    assert [error["field"] for error in get(f"en/search?{query}", 400)["errors"]] == [field]


AMOUNTS = st.decimals(min_value=-(10**6), max_value=10**6, places=4)


@given(AMOUNTS, AMOUNTS)
def test_drawn_limits_are_few_in_order_and_within(one: Decimal, other: Decimal) -> None:
    least, most = sorted((one, other))
    limits = limits_for(least, most)
    assert len(limits) <= 7 and list(limits) == sorted(set(limits))
    assert all(least < limit <= most for limit in limits)
    for range_ in between(limits):
        assert read(str(range_)) == range_


def test_ranges_next_to_each_other_leave_nothing_out() -> None:
    assert list(map(str, between([Decimal(1), Decimal("2.50")]))) == ["..1", "1..2.5", "2.5.."]
    assert read("1..2") == Range(Decimal(1), Decimal(2)) and read("1") is None and read("2..1") is None
