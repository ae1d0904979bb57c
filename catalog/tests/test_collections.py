"""Rule-based categories follow products, prices and their rule; what staff put there by hand stays."""

from decimal import Decimal
from typing import Any

import pytest

from catalog.commands import DefineCategory, PlaceInput, PriceInput, SetPrice, define_category, set_price
from catalog.product.collections.rules import Facts, checked, fits
from catalog.product.errors import InvalidRule
from catalog.product.models import ProductCategory
from catalog.tests import shop

pytestmark = pytest.mark.django_db(databases=["catalog"])
RED = {"attribute": "color", "is": "red"}


@pytest.fixture(autouse=True)
def _shop(db: Any) -> None:
    shop.structure()


def collect(rule: Any) -> None:
    define_category(DefineCategory(code="picked", parent="root", texts={"": {"name": "Picked"}}, rule=rule))
    shop.run_jobs()


def picked() -> set[str]:
    rows = ProductCategory.objects.filter(category__code="picked")
    return set(rows.values_list("product__sku", flat=True))


def test_a_new_rule_picks_what_is_there_and_a_product_follows_it_afterwards(client: Any) -> None:
    shop.simple("A", "Red knife", color="red")
    shop.simple("B", "Blue knife", color="blue")
    shop.configurable("C", "Red pan")
    collect(RED)
    assert picked() == {"A", "C"}
    shop.simple("B", "Blue knife", color="red")
    shop.simple("A", "Red knife", color="green")
    assert picked() == {"B", "C"}
    found = client.get("/api/v1/en/categories/picked").json()["items"]
    assert {item["sku"] for item in found} == {"B", "C"}


def test_a_product_that_is_off_sale_leaves_and_one_put_there_by_hand_stays() -> None:
    shop.simple("A", "Red knife", color="red")
    collect(RED)
    shop.simple("B", "Blue knife", color="blue", places=(PlaceInput(category="picked"),))
    shop.simple("A", "Red knife", color="red", channels=())
    assert picked() == {"B"}
    collect(None)
    assert picked() == {"B"}


def test_a_rule_by_price_follows_a_price_change() -> None:
    shop.simple("A", "Knife", price="10")
    shop.simple("B", "Knife", price="50")
    collect({"price": "eu", "to": "20"})
    assert picked() == {"A"}
    set_price(SetPrice(sku="B", price=PriceInput(channel="eu", amount=Decimal(15))))
    shop.run_jobs()
    assert picked() == {"A", "B"}
    shop.simple("C", "Knife", price="5")
    assert picked() == {"A", "B", "C"}


FACTS = Facts(
    kind="simple",
    values={"color": {"red"}, "weight": {"1.5"}},
    categories={"knives", "kitchen"},
    prices={"eu": Decimal(10)},
    reduced={"eu"},
)


@pytest.mark.parametrize(
    ("rule", "fitting"),
    [
        ({"all": [RED, {"category": "kitchen"}]}, True),
        ({"all": [RED, {"category": "garden"}]}, False),
        ({"any": [{"kind": "bundle"}, {"reduced": "eu"}]}, True),
        ({"not": RED}, False),
        ({"attribute": "color", "is": ["blue", "red"]}, True),
        ({"attribute": "weight", "from": "1", "to": "2"}, True),
        ({"attribute": "weight", "from": "2"}, False),
        ({"attribute": "unknown", "is": "x"}, False),
        ({"price": "us", "to": "99"}, False),
    ],
)
def test_a_rule_reads_as_it_says(rule: Any, fitting: bool) -> None:
    assert fits(checked(rule), FACTS) is fitting


@pytest.mark.parametrize(
    "rule",
    [
        [],
        {},
        {"all": []},
        {"all": [RED], "any": [RED]},
        {"attribute": "color"},
        {"attribute": 7, "is": "x"},
        {"price": "eu", "from": "cheap"},
        {"kind": "simple", "is": "x"},
        {"not": {"not": {"not": {"not": {"not": {"not": {"not": RED}}}}}}},
    ],
)
def test_what_is_no_rule_is_refused(rule: Any) -> None:
    with pytest.raises(InvalidRule):
        checked(rule)
