"""Listings and search sorted by attributes: of each kind, several keys at once, the same by every engine."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.catalog.errors import InvalidValue
from catalog.catalog.sorting import number_key
from catalog.commands import DefineAttribute, OptionInput, define_attribute
from catalog.search import queries
from catalog.search.fallback import Fallback
from catalog.tests import shop
from catalog.tests.test_search import get, skus

pytestmark = pytest.mark.django_db(databases=["catalog"])
SEASONS = ("winter", "spring", "autumn")
WEIGHT = DefineAttribute(code="weight_kg", kind="decimal", labels={"": "Weight", "view:de": "Gewicht"}, sortable=True)
GOODS: dict[str, dict[str, Any]] = {
    "K1": {"weight_kg": "10", "season": "autumn", "released": "2024-05-01", "maker": "Öz", "sharp": False, "layers": 9},
    "K2": {
        "weight_kg": "9.5",
        "season": "winter",
        "released": "2023-12-31",
        "maker": "oak",
        "sharp": True,
        "layers": 67,
    },
    "K3": {"weight_kg": "-1", "season": "spring", "released": "2024-04-30", "maker": "Zen", "sharp": True, "layers": 9},
    "K4": {"weight_kg": "9.5", "season": "winter", "maker": "Ox"},
    "K5": {},
}


ORDERS = {
    "attribute.weight_kg": "K3 K2 K4 K1 K5",
    "-attribute.weight_kg": "K1 K2 K4 K3 K5",
    "attribute.season": "K2 K4 K3 K1 K5",
    "-attribute.season,-price": "K1 K3 K4 K2 K5",
    "attribute.released": "K2 K3 K1 K4 K5",
    "-attribute.released": "K1 K3 K2 K4 K5",
    "attribute.maker": "K2 K4 K1 K3 K5",
    "-attribute.sharp,-name": "K3 K2 K1 K5 K4",
    "attribute.layers,attribute.weight_kg": "K3 K1 K2 K4 K5",
    "attribute.weight_kg,-attribute.maker,-price": "K3 K4 K2 K1 K5",
}


@pytest.fixture(autouse=True)
def _shop(db: Any) -> None:
    shop.structure()
    define_attribute(WEIGHT)
    options = tuple(OptionInput(code=code, labels={"": code.title()}) for code in SEASONS)
    define_attribute(DefineAttribute(code="season", kind="select", labels={}, options=options, sortable=True))
    for code, kind in {"released": "date", "maker": "text", "sharp": "boolean", "layers": "number"}.items():
        define_attribute(DefineAttribute(code=code, kind=kind, labels={}, sortable=True))
    for place, (sku, values) in enumerate(GOODS.items()):
        shop.simple(sku, f"Knife {sku}", price=str(10 + place), values={"": values})


def test_products_come_by_their_values_and_those_without_last(engine: str) -> None:
    for sort, order in ORDERS.items():
        for place in ("en/search?q=knife&", "en/categories/knives?", "en/search?"):
            assert skus(get(f"{place}sort={sort}")) == order.split(), (place, sort)
        pages = [skus(get(f"en/search?sort={sort}&limit=2&page={page}")) for page in (1, 2, 3)]
        assert [sku for page in pages for sku in page] == order.split(), sort


def test_staff_give_an_order_and_a_value_decides_between_equals(engine: str) -> None:
    assert skus(get("en/categories/knives?sort=position,-attribute.weight_kg")) == ["K1", "K2", "K4", "K3", "K5"]


def test_a_listing_says_by_what_it_can_be_sorted_in_the_language_of_its_view() -> None:
    shown = {one["key"]: one["label"] for one in get("de/search")["sorts"]}
    assert shown["attribute.weight_kg"] == "Gewicht" and len(shown) == 6
    assert "attribute.color" not in shown


@pytest.mark.parametrize(
    "key", ["attribute.color", "attribute.nothing", "-attribute.", "--attribute.maker", "attribute."]
)
def test_what_cannot_be_sorted_by_is_refused(key: str) -> None:
    assert [error["field"] for error in get(f"en/search?sort={key}", 400)["errors"]] == ["/sort"]
    assert get("en/search?sort=attribute.maker,-attribute.maker", 400)["errors"][0]["field"] == "/sort"


def test_an_attribute_that_becomes_sortable_is_asked_of_postgresql_until_the_index_knows_it(
    indexed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    class Noticed(Fallback):
        def __init__(self, view: str) -> None:
            asked.append(view)
            super().__init__(view)

    monkeypatch.setattr(queries, "Fallback", Noticed)
    heft = DefineAttribute(code="heft", kind="number", labels={})
    define_attribute(heft)
    shop.simple("K6", "Knife K6", values={"": {"heft": 2}})
    shop.simple("K7", "Knife K7", values={"": {"heft": 1}})
    shop.run_jobs()
    define_attribute(replace(heft, sortable=True))
    assert get("en/search?sort=attribute.heft")["total"] == 7 and asked == ["en"]
    shop.run_jobs()
    assert skus(get("en/search?sort=attribute.heft&limit=2")) == ["K7", "K6"] and asked == ["en"]


@pytest.mark.parametrize("kind", ["multi_select", "rich_text"])
def test_values_without_an_order_are_nothing_to_sort_by(kind: str) -> None:
    with pytest.raises(InvalidValue):
        define_attribute(DefineAttribute(code="parts", kind=kind, labels={}, sortable=True))


NUMBERS = st.decimals(min_value=-(2**63), max_value=2**63, places=6)


@given(NUMBERS, NUMBERS)
def test_keys_of_numbers_are_in_their_order(one: Decimal, other: Decimal) -> None:
    assert (number_key(one) < number_key(other)) == (one < other)
