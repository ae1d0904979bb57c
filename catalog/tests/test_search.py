"""Search, listings and suggestions over REST, by each engine and without an index."""

import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.catalog.availability import keep_availability
from catalog.commands import DefineCategory, PlaceInput, PriceInput, SetPrice, define_category, set_price
from catalog.product.changes import SearchChange
from catalog.search import folders
from catalog.tests import shop
from catalog.tests.test_products import available
from chassis.unit_of_work import unit_of_work

pytestmark = pytest.mark.django_db(databases=["catalog"])


@pytest.fixture(autouse=True)
def _shop(db: Any) -> None:
    shop.structure()
    shop.simple("K1", "Bread knives", price="30", color="red")
    shop.simple("K2", "Paring knife", price="10", color="blue")
    shop.simple("K3", "Carving knife", price="20", color="blue")
    shop.simple("B1", "Walnut board", price="40", color="green", places=(PlaceInput(category="kitchen"),))


def get(path: str, status: int = 200) -> dict[str, Any]:
    response = Client().get(f"/api/v1/{path}")
    assert response.status_code == status, response.content
    return response.json()


def skus(body: dict[str, Any]) -> list[str]:
    return [item["sku"] for item in body["items"]]


def facet(body: dict[str, Any], code: str) -> dict[str, int]:
    return {v["value"]: v["count"] for f in body["facets"] if f["code"] == code for v in f["values"]}


def test_a_category_lists_what_lies_under_it_with_prices_and_facets(engine: str) -> None:
    body = get("en/categories/kitchen?sort=price")
    assert skus(body) == ["K2", "K3", "K1", "B1"]
    assert body["items"][0]["price"]["amount"] == "10.00"
    assert facet(body, "color") == {"red": 1, "blue": 2, "green": 1}
    price = body["price"]
    assert (price["currency"], price["min"], price["max"]) == ("EUR", "10.00", "40.00")
    assert get("en/categories/knives")["total"] == 3


def test_a_facet_counts_without_its_own_filter(engine: str) -> None:
    body = get("en/categories/kitchen?filter.color=blue&sort=name")
    assert skus(body) == ["K3", "K2"]
    assert facet(body, "color") == {"red": 1, "blue": 2, "green": 1}
    assert skus(get("en/categories/kitchen?filter.color=blue,red&price_to=20&sort=-price")) == ["K3", "K2"]


def test_the_order_of_staff_holds_and_pages_neither_repeat_nor_lose(engine: str) -> None:
    shop.simple("K1", "Bread knives", places=(PlaceInput(category="knives", position=3),))
    shop.simple("K2", "Paring knife", places=(PlaceInput(category="knives", position=1),))
    shop.simple("K3", "Carving knife", places=(PlaceInput(category="knives", position=2),))
    if engine != "postgres":
        shop.run_jobs()
    first = get("en/categories/knives?limit=2")
    second = get(f"en/categories/knives?limit=2&cursor={first['next']}")
    assert skus(first) + skus(second) == ["K2", "K3", "K1"]
    assert second["next"] is None


def test_behind_the_last_page_nothing_is_listed_but_the_total_stands(engine: str) -> None:
    body = get("en/categories/kitchen?page=9&sort=name")
    assert (body["items"], body["total"], body["next"]) == ([], 4, None)


def test_stems_find_other_forms_of_a_word(indexed: str) -> None:
    shop.simple("P1", "Potato peeling boards", texts={"": {"name": "Peelings"}, "view:de": {"name": "Schälungen"}})
    shop.run_jobs()
    assert skus(get("en/search?q=peeled")) == ["P1"]
    assert skus(get("de/search?q=Schälung")) == ["P1"]


def test_a_typing_error_finds_similar_words_and_says_so(indexed: str) -> None:
    body = get("en/search?q=walnutt")
    assert (skus(body), body["corrected"]) == (["B1"], True)
    assert get("en/search?q=walnut")["corrected"] is False


def test_accents_are_forgiven(engine: str) -> None:
    shop.simple("D1", "Đèn bàn")
    if engine != "postgres":
        shop.run_jobs()
    assert skus(get("en/search?q=den ban")) == ["D1"]


def test_a_sku_finds_its_product(engine: str) -> None:
    assert skus(get("en/search?q=b1")) == ["B1"]


def test_suggestions_complete_what_is_typed(indexed: str) -> None:
    body = get("en/suggest?q=kni")
    assert "knife" in body["terms"]
    assert {item["sku"] for item in body["products"]} == {"K1", "K2", "K3"}
    assert [category["slug"] for category in body["categories"]] == ["knives"]


def test_only_categories_that_are_shown_are_suggested() -> None:
    def suggested(text: str) -> list[str]:
        return [category["slug"] for category in get(f"en/suggest?q={text}")["categories"]]

    define_category(DefineCategory(code="bread", parent="knives", texts={"": {"name": "Fine bread knives"}}))
    assert suggested("kni") == ["knives", "fine-bread-knives"]
    assert suggested("root") == [], "the root is no category of the view's"
    define_category(DefineCategory(code="knives", parent="kitchen", texts={"": {"name": "Knives"}}, active=False))
    assert suggested("kni") == suggested("bread") == [], "what is under a hidden one is hidden"
    define_category(DefineCategory(code="elsewhere", texts={"": {"name": "Elsewhere"}}))
    assert suggested("else") == [], "another view's tree"


def test_a_new_price_is_searched_by_once_the_job_ran(indexed: str) -> None:
    set_price(SetPrice(sku="K1", price=PriceInput(channel="eu", amount=Decimal("1.50"))))
    shop.run_jobs()
    assert skus(get("en/search?price_to=2")) == ["K1"]
    assert not SearchChange.objects.exists()


def test_only_what_is_in_stock_when_asked(indexed: str) -> None:
    with unit_of_work("catalog"):
        keep_availability([available("K2", True, 1), available("K3", False, 1)])
    shop.run_jobs()
    body = get("en/search?in_stock=true")
    assert skus(body) == ["K2"]
    assert {item["sku"]: item["in_stock"] for item in get("en/search")["items"]}["K3"] is False


def test_a_lost_index_is_answered_for_by_postgres_and_built_anew(search_folder: Path) -> None:
    shop.run_jobs()
    shutil.rmtree(search_folder)
    assert skus(get("en/search?q=walnut")) == ["B1"]
    shop.run_jobs()
    assert folders.current("en", locale="en-GB")
    assert get("en/search?q=walnutt")["corrected"] is True


def test_statements_of_a_listing_do_not_grow_with_it(indexed: str) -> None:
    counts = []
    get("en/search")  # what staff have to say is read once
    for limit in (1, 24):
        with CaptureQueriesContext(connections["catalog"]) as captured:
            get(f"en/categories/kitchen?limit={limit}")
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 6


def test_a_product_page_carries_etag_and_surrogate_keys() -> None:
    response = Client().get("/api/v1/en/products/walnut-board")
    assert response["Cache-Control"] == "public, max-age=60"
    assert response["Surrogate-Key"] == f"product-{response.json()['id']} view-en"
    again = Client().get("/api/v1/en/products/walnut-board", headers={"If-None-Match": response["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_former_address_answers_with_a_redirect() -> None:
    shop.simple("B1", "Walnut board", slugs={"en": "board"})
    response = Client().get("/api/v1/en/products/walnut-board")
    assert (response.status_code, response["Location"]) == (301, "/api/v1/en/products/board")


def test_categories_are_a_tree_in_the_language_of_the_view() -> None:
    kitchen = get("de/categories")["items"][0]
    assert (kitchen["name"], kitchen["slug"]) == ("Küche", "kueche")
    assert [child["slug"] for child in kitchen["children"]] == ["knives"]


@pytest.mark.parametrize(
    ("path", "status", "field"),
    [
        ("xx/products/board", 404, None),
        ("xx/search", 404, None),
        ("en/products/nothing", 404, None),
        ("en/categories/nothing", 404, None),
        ("en/products", 400, "/sku"),
        ("en/products?sku=%00", 400, None),
        ("en/search?sort=worst", 400, "/sort"),
        ("en/search?limit=1000", 400, "/limit"),
        ("en/search?page=0", 400, "/page"),
        ("en/search?page=9999", 400, "/page"),
        ("en/search?cursor=%20%20", 400, "/cursor"),
        ("en/search?price_from=cheap", 400, "/price_from"),
        ("en/search?price_from=NaN", 400, "/price_from"),
        ("en/search?in_stock=maybe", 400, "/in_stock"),
        ("en/search?filter.nothing=1", 400, "/filter.nothing"),
        ("en/search?q=" + "a" * 201, 400, "/q"),
        ("en/search?q=%00", 400, None),
        ("en/suggest?q=", 400, "/q"),
    ],
)
def test_bad_requests_are_problems_that_name_the_field(path: str, status: int, field: str | None) -> None:
    response = Client().get(f"/api/v1/{path}")
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    if field:
        assert [error["field"] for error in response.json()["errors"]] == [field]


@pytest.mark.parametrize("text", ["AND", '"', "a:b", "((", "*", "-", "\\", "a" * 200, "💥", "name:[* TO *]", "'; --"])
def test_no_text_breaks_the_search(indexed: str, text: str) -> None:
    for path in ("search", "suggest"):
        assert Client().get(f"/api/v1/en/{path}", {"q": text}).status_code == 200
