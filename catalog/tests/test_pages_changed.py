"""What caches are told: the keys of every answer that is another now, and no other, once it is."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from catalog.catalog import pages
from catalog.commands import DefineCategory, PlaceInput, PriceInput, SetPrice, define_category, set_price
from catalog.messaging import OutboxEvent
from catalog.product.models import Product
from catalog.tests import shop
from chassis.ids import new_id
from chassis.messages import Lane, decode_event, decode_message
from chassis.unit_of_work import unit_of_work
from contracts.catalog import PagesChanged

pytestmark = pytest.mark.django_db(databases=["catalog"])
PAGES = ("products/walnut-board", "categories/kitchen", "search?q=board", "products/bread-knives")


@pytest.fixture(autouse=True)
def _shop(db: Any) -> None:
    shop.structure()
    shop.simple("B1", "Walnut board", price="40", color="green", places=(PlaceInput(category="kitchen"),))
    shop.simple("K1", "Bread knives", price="30", color="red")
    shop.run_jobs()
    OutboxEvent.objects.all().delete()


def told() -> list[PagesChanged]:
    rows = OutboxEvent.objects.filter(type="catalog.pages_changed").order_by("seq")
    return [decode_event(decode_message(row.message)) for row in rows]


def read(path: str) -> tuple[bytes, set[str]]:
    answer = Client().get(f"/api/v1/en/{path}")
    return answer.content, set(answer["Surrogate-Key"].split())


def test_a_changed_price_names_every_answer_that_is_another_now() -> None:
    before = {path: read(path) for path in PAGES}
    product = Product.objects.get(sku="B1")
    set_price(SetPrice(sku="B1", price=PriceInput(channel="eu", amount=Decimal(39))))
    assert told() == [], "the index still has the former price"
    shop.run_jobs()
    keys = {key for event in told() for key in event.keys}
    assert f"product-{product.id}" in keys
    for path, (content, named) in before.items():
        assert (read(path)[0] != content) == bool(named & keys), path


def test_a_product_that_leaves_a_category_names_the_pages_that_showed_it() -> None:
    paths = ("categories/knives", "categories/kitchen", "products/bread-knives")
    before = {path: read(path) for path in paths}
    shop.simple("K1", "Bread knives", price="30", color="red", places=(PlaceInput(category="root"),))
    shop.run_jobs()
    keys = {key for event in told() for key in event.keys}
    for path, (content, named) in before.items():
        assert read(path)[0] != content and named & keys, path


def test_a_category_that_moves_names_those_that_it_lay_under() -> None:
    _, named = read("categories/kitchen")
    define_category(DefineCategory(code="knives", parent="root", texts={"": {"name": "Knives"}}))
    OutboxEvent.objects.all().delete()
    shop.run_jobs()
    assert named & {key for event in told() for key in event.keys}
    assert [item["sku"] for item in Client().get("/api/v1/en/categories/kitchen").json()["items"]] == ["B1"]


def test_a_renamed_category_without_products_names_its_page_the_trees_and_what_suggests_it() -> None:
    define_category(DefineCategory(code="spoons", parent="kitchen", texts={"": {"name": "Spoons"}}))
    OutboxEvent.objects.all().delete()
    pages_of_it = ("categories/spoons", "categories", "suggest?q=spo")
    before = {path: read(path) for path in (*pages_of_it, "categories/kitchen", "products/walnut-board")}
    define_category(DefineCategory(code="spoons", parent="kitchen", texts={"": {"name": "Big spoons"}}))
    keys = {key for event in told() for key in event.keys}
    for path, (content, named) in before.items():
        assert (read(path)[0] != content) == (path in pages_of_it) == bool(named & keys), path


def test_a_category_that_is_new_or_moves_changes_the_trees_and_one_defined_again_changes_nothing() -> None:
    tree, named = read("categories")
    spoons = DefineCategory(code="spoons", parent="kitchen", texts={"": {"name": "Spoons"}})
    for command in (spoons, replace(spoons, parent="root"), replace(spoons, parent="root", slugs={"en": "ladles"})):
        OutboxEvent.objects.all().delete()
        define_category(command)
        assert named & {key for event in told() for key in event.keys}
        assert read("categories")[0] != tree
        tree, _ = read("categories")
    OutboxEvent.objects.all().delete()
    define_category(command)
    assert told() == []


def test_a_category_that_is_switched_off_takes_the_pages_below_it_along() -> None:
    _, named = read("categories/knives")
    define_category(DefineCategory(code="kitchen", parent="root", texts={"": {"name": "Kitchen"}}, active=False))
    assert Client().get("/api/v1/en/categories/knives").status_code == 404
    assert named & {key for event in told() for key in event.keys}


def test_what_many_changes_touch_is_told_in_events_of_a_size_and_without_hurry() -> None:
    products = [new_id() for _ in range(500)]
    with unit_of_work("catalog"):
        pages.tell_pages_changed(products)
    assert max(len(event.keys) for event in told()) <= pages.KEYS
    assert {f"product-{id_}" for id_ in products} <= {key for event in told() for key in event.keys}
    assert set(OutboxEvent.objects.values_list("lane", flat=True)) == {Lane.BULK}
