"""The grid of a product's variants: combinations are made, SKU, price and status edited, all at once or not at all."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from catalog.messaging import History
from catalog.pricing.models import Price
from catalog.product.models import Product
from catalog.tests import shop
from chassis.admin.testing import sign_in_as

pytestmark = pytest.mark.django_db(databases=["catalog"])


@pytest.fixture(autouse=True)
def _shop(db: Any, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    shop.structure()
    shop.configurable("C1", "Chef knife", sizes=2)
    shop.simple("K1", "Bread knife")
    return sign_in_as(monkeypatch, "catalog.*")


def address(sku: str = "C1", query: str = "") -> str:
    return f"/admin/catalog/product/{Product.objects.get(sku=sku).pk}/transition/variants/{query}"


def filled(client: Client, query: str = "") -> dict[str, Any]:
    """The form as the page has it."""
    form = client.get(address(query=query)).context["form"]
    data: dict[str, Any] = {}
    for field in form:
        value = field.value()
        names = [field.html_name, *([field.html_initial_name] if field.field.show_hidden_initial else [])]
        data |= {name: value for name in names if value not in (None, False)}
    return data


def name(sku: str, column: str) -> str:
    return f"{Product.objects.get(sku=sku).pk}-{column}"


def price(sku: str) -> Decimal | None:
    return Price.objects.get(product__sku=sku, kind=Price.BASE).amount


def variants() -> dict[str, list[str]]:
    return dict(Product.objects.filter(parent__sku="C1").order_by("position").values_list("sku", "channels"))


def test_missing_combinations_of_the_chosen_options_are_made(client: Client) -> None:
    query = "?of-color=red&of-color=blue&of-size=s0&of-size=s1"
    data = filled(client, query)
    assert {key for key in data if key.endswith("-sku") and key.startswith("new-")} == {
        "new-blue/s0-sku",
        "new-blue/s1-sku",
    }
    data |= {"new-blue/s0-make": "on", "new-blue/s0-price-eu": "25", "new-blue/s0-sold": "on"}
    answer = client.post(address(query=query), data)
    assert answer.status_code == 302, answer.context["form"].errors
    assert variants() == {"C1-s0": ["eu"], "C1-s1": ["eu"], "C1-blue-s0": ["eu"]}
    shown = client.get("/api/v1/en/products/chef-knife").json()
    assert [v["options"]["color"]["code"] for v in shown["variants"]] == ["red", "red", "blue"]
    assert price("C1-blue-s0") == 25


def test_sku_price_and_status_of_many_are_edited_at_once_and_the_rest_stays(client: Client) -> None:
    data = filled(client)
    data |= {name("C1-s0", "sku"): "C1-small", name("C1-s0", "price-eu"): "19.99"}
    del data[name("C1-s1", "sold")]
    client.post(address(), data)
    assert variants() == {"C1-small": ["eu"], "C1-s1": []}
    assert (price("C1-small"), price("C1-s1")) == (Decimal("19.99"), 21)
    entries = History.objects.filter(action="variants")
    assert {"sku": "C1-small"}.items() <= entries.get(
        aggregate_id=str(Product.objects.get(sku="C1-small").pk)
    ).after.items()
    assert [v["sku"] for v in client.get("/api/v1/en/products/chef-knife").json()["variants"]] == ["C1-small"]


def test_what_one_did_not_touch_is_not_put_back_to_what_it_was_when_the_page_was_opened(client: Client) -> None:
    data = filled(client)
    Price.objects.filter(product__sku="C1-s0", kind=Price.BASE).update(amount=50)
    client.post(address(), {**data, name("C1-s0", "sku"): "C1-small"})
    assert price("C1-small") == 50


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"C1-s0": ("sku", "K1")}, "has this SKU"),
        ({"C1-s0": ("sku", "C1-S1")}, "has this SKU"),
        ({"C1-s0": ("sku", " ")}, "required"),
        ({"C1-s0": ("price-eu", "-1")}, "greater than or equal"),
        ({"C1-s0": ("price-eu", "")}, "required"),
    ],
)
def test_what_is_refused_changes_nothing_and_is_told_beside_what_was_typed(
    client: Client, wrong: dict[str, tuple[str, str]], why: str
) -> None:
    data = filled(client) | {name("C1-s1", "price-eu"): "77"}
    data |= {name(sku, column): value for sku, (column, value) in wrong.items()}
    answer = client.post(address(), data)
    assert answer.status_code == 200 and why in answer.content.decode() and "77" in answer.content.decode()
    assert variants() == {"C1-s0": ["eu"], "C1-s1": ["eu"]} and price("C1-s1") == 21


def test_a_raw_post_brings_no_combination_twice_none_of_unknown_options_and_none_over_a_later_edit(
    client: Client,
) -> None:
    data = filled(client)
    more = {"new-red/s0-make": "on", "new-red/s0-sku": "AGAIN", "new-pink/s0-make": "on", "new-pink/s0-sku": "PINK"}
    client.post(address(query="?of-color=pink&of-size=s0"), {**data, **more})
    assert len(variants()) == 2
    stale = {**data, name("C1-s0", "sku"): "LATE", "version": "0"}
    assert "C1 has version" in client.post(address(), stale).content.decode()
    assert "LATE" not in variants()


def test_only_who_may_change_products_of_variants_sees_it(client: Client, _shop: set[str]) -> None:
    assert client.get(address("K1")).status_code == 404
    data = filled(client)
    _shop.clear()
    _shop.add("catalog.product.view")
    assert client.get(address()).status_code == 403
    assert client.post(address(), {**data, name("C1-s0", "sku"): "NEW"}).status_code == 403
    assert "NEW" not in variants()
    _shop.add("catalog.product.variants")
    assert client.get(address()).status_code == 200
