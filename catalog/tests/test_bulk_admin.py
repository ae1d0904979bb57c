"""Many products and prices at once: each by its command, and what is refused is told."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from catalog.commands import DefinePriceList, ListPriceInput, SetListPrices, define_price_list, set_list_prices
from catalog.messaging import History
from catalog.pricing.models import Price
from catalog.product.models import Product, ProductCategory
from catalog.tests import shop
from chassis.admin.testing import sign_in_as

pytestmark = pytest.mark.django_db(databases=["catalog"])
PRODUCTS, PRICES = "/admin/catalog/product/", "/admin/catalog/price/"


@pytest.fixture(autouse=True)
def _shop(db: Any, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    shop.structure()
    shop.configurable("C1", "Chef knife", sizes=2)
    for number in (1, 2):
        shop.simple(f"K{number}", f"Knife {number}", price=f"{number}0")
    define_price_list(DefinePriceList(code="trade", name="Trade", channel="eu", groups=("wholesale",)))
    prices = (ListPriceInput(sku="K1", amount=Decimal(9)), ListPriceInput(sku="K2", percent=Decimal(10)))
    set_list_prices(SetListPrices(price_list="trade", prices=prices))
    return sign_in_as(monkeypatch, "catalog.*")


def do(client: Client, address: str, action: str, rows: Any, **answers: Any) -> Any:
    data = {"action": f"{action}_selected", "_selected_action": [str(row.pk) for row in rows], "asked": "1"}
    return client.post(address, {**data, **answers})


def products(*skus: str) -> Any:
    return Product.objects.filter(sku__in=skus)


def amounts(**which: Any) -> dict[str, Decimal | None]:
    return dict(Price.objects.filter(**which).values_list("product__sku", "amount"))


def test_a_bulk_edit_asks_once_and_says_for_how_many(client: Client) -> None:
    rows = products("K1", "K2")
    page = client.post(PRODUCTS, {"action": "place_selected", "_selected_action": [str(row.pk) for row in rows]})
    assert page.status_code == 200 and "2 products" in page.content.decode()
    assert all(str(row.pk) in page.content.decode() for row in rows)
    assert not ProductCategory.objects.filter(category__code="kitchen").exists(), "nothing is done before it is said"
    do(client, PRODUCTS, "place", rows, category="kitchen", position="3")
    assert set(ProductCategory.objects.filter(category__code="kitchen").values_list("product__sku", "position")) == {
        ("K1", 3),
        ("K2", 3),
    }
    assert History.objects.filter(action="place").count() == 2


def test_products_leave_a_category_and_those_that_are_not_in_it_are_told(client: Client) -> None:
    do(client, PRODUCTS, "place", products("K1"), category="kitchen", position="0")
    answer = do(client, PRODUCTS, "displace", products("K1", "K2"), category="kitchen")
    text = client.get(answer["Location"]).content.decode()
    assert "1 done" in text and "1 not." in text and "K2 is not in kitchen" in text


def test_a_value_is_set_for_many_checked_by_its_kind_and_shown(client: Client) -> None:
    do(client, PRODUCTS, "value", products("K1", "K2"), attribute="color", value="blue")
    assert {row.values[""]["color"] for row in products("K1", "K2")} == {"blue"}
    found = client.get("/api/v1/en/search?filter.color=blue").json()
    assert found["total"] == 2
    for wrong in ({"value": "pink"}, {"value": "blue", "scope": "view:de"}):
        do(client, PRODUCTS, "value", products("K1"), attribute="color", **wrong)
    do(client, PRODUCTS, "value", products("C1"), attribute="color", value="blue")
    assert products("K1")[0].values == {"": {"color": "blue"}} and products("C1")[0].values == {}
    do(client, PRODUCTS, "value", products("K1"), attribute="color", value="")
    assert products("K1")[0].values == {"": {}}


def test_prices_are_raised_by_percent_variants_included_and_list_prices_stay(client: Client) -> None:
    do(client, PRODUCTS, "shift", products("C1", "K1"), channel="eu", percent="7.5")
    assert amounts(kind=Price.BASE) == {
        "C1-s0": Decimal("21.5"),
        "C1-s1": Decimal("22.58"),
        "K1": Decimal("10.75"),
        "K2": 20,
    }
    assert amounts(kind=Price.LIST)["K1"] == 9
    assert client.get("/api/v1/en/products/knife-1").json()["price"]["amount"] == "10.75"
    do(client, PRODUCTS, "shift", products("K1"), channel="eu", percent="-100")
    assert amounts(kind=Price.BASE)["K1"] == Decimal("10.75")


def test_products_are_published_and_taken_off_sale_together(client: Client) -> None:
    do(client, PRODUCTS, "withdraw", products("K1", "C1"))
    assert client.get("/api/v1/en/search").json()["total"] == 1
    do(client, PRODUCTS, "publish", products("K1", "C1"), channels=["eu"])
    assert client.get("/api/v1/en/search").json()["total"] == 3
    do(client, PRODUCTS, "publish", Product.objects.filter(sku="C1-s0"), channels=["eu"])
    assert History.objects.filter(action="publish").count() == 2, "a variant is published with its product"


def grid(client: Client, query: str = "") -> dict[str, Any]:
    """The grid as the page has it."""
    formset = client.get(f"{PRICES}{query}").context["cl"].formset
    data: dict[str, Any] = {"_save": "Save"}
    for form in (formset.management_form, *formset.forms):
        for field in form:
            value = field.value()
            names = [field.html_name, *([field.html_initial_name] if field.field.show_hidden_initial else [])]
            data |= {name: "" if value is None else value for name in names}
    return data


def cell(data: dict[str, Any], column: str, **which: Any) -> str:
    pk = Price.objects.get(**which).pk
    (row,) = (key for key, value in data.items() if key.endswith("-id") and str(value) == str(pk))
    return row.removesuffix("id") + column


def test_prices_of_a_list_are_edited_in_its_grid(client: Client) -> None:
    query = "?price_list__code=trade"
    data = grid(client, query)
    assert data["form-TOTAL_FORMS"] == 2
    data[cell(data, "amount", product__sku="K1", kind=Price.LIST)] = "8.5"
    data[cell(data, "percent", product__sku="K2", kind=Price.LIST)] = "15"
    client.post(f"{PRICES}{query}", data)
    assert amounts(kind=Price.LIST) == {"K1": Decimal("8.5"), "K2": None}
    assert Price.objects.get(product__sku="K2", kind=Price.LIST).percent == 15
    entry = History.objects.get(aggregate_id=str(Price.objects.get(product__sku="K1", kind=Price.LIST).pk))
    assert (entry.before["amount"], entry.after["amount"]) == ("9.000000", "8.500000")
    shop.run_jobs()
    assert shop.indexed_price("K1") == 10


def test_the_grid_is_narrowed_by_channel_group_and_tier(client: Client) -> None:
    for query, count in {"?channel=eu": 6, "?group=wholesale": 2, "?from=more": 0, "?kind=base&q=k1": 1}.items():
        assert client.get(f"{PRICES}{query}").context["cl"].result_count == count, query


@pytest.mark.parametrize("typed", [{"amount": "-1"}, {"amount": ""}, {"percent": "5"}, {"amount": "x"}])
def test_a_price_that_is_none_is_told_in_its_cell_and_nothing_is_saved(client: Client, typed: dict[str, str]) -> None:
    data = grid(client)
    data[cell(data, "amount", product__sku="K2", kind=Price.BASE)] = "25"
    data |= {cell(data, column, product__sku="K1", kind=Price.BASE): text for column, text in typed.items()}
    answer = client.post(PRICES, data)
    assert answer.status_code == 200 and answer.context["cl"].formset.total_error_count() == 1
    assert amounts(kind=Price.BASE)["K2"] == 20


def test_a_price_that_another_changed_meanwhile_is_not_written_over(client: Client) -> None:
    data = grid(client)
    Price.objects.filter(product__sku="K1", kind=Price.BASE).update(amount=33)
    data[cell(data, "amount", product__sku="K2", kind=Price.BASE)] = "25"
    client.post(PRICES, data)
    assert amounts(kind=Price.BASE, product__sku__startswith="K") == {"K1": 33, "K2": 25}
    data[cell(data, "amount", product__sku="K1", kind=Price.BASE)] = "12"
    assert "changed meanwhile" in client.post(PRICES, data).content.decode()
    assert amounts(kind=Price.BASE)["K1"] == 33


def test_selected_prices_are_shifted_or_leave_their_list(client: Client) -> None:
    do(client, PRICES, "shift", Price.objects.filter(product__sku="K1"), percent="10")
    assert amounts(kind=Price.LIST)["K1"] == Decimal("9.9") and amounts(kind=Price.BASE)["K1"] == 11
    answer = do(client, PRICES, "shift", Price.objects.filter(product__sku="K2"), percent="10")
    assert "1 done" in (text := client.get(answer["Location"]).content.decode()) and "1 not." in text
    do(client, PRICES, "take_out", Price.objects.filter(product__sku="K1"))
    assert amounts(product__sku="K1") == {"K1": 11}


def test_who_only_looks_edits_no_price_and_no_product(client: Client, _shop: set[str]) -> None:
    data = grid(client)
    data[cell(data, "amount", product__sku="K1", kind=Price.BASE)] = "1"
    _shop.clear()
    _shop.add("*.*.view")
    client.post(PRICES, data)
    do(client, PRODUCTS, "shift", products("K1"), channel="eu", percent="10")
    do(client, PRICES, "shift", Price.objects.filter(product__sku="K1"), percent="10")
    assert amounts(kind=Price.BASE)["K1"] == 10
