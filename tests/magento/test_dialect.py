"""Our answers in Magento's REST dialect agree field by field with those of a real Magento on the same data."""

import json
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from typing import Any
from unittest.mock import patch
from urllib.parse import quote, unquote

import pytest
from django.core.management import call_command
from django.db import connections, transaction
from django.test import Client

from catalog.legacy.dialect.facts import facts_of
from catalog.legacy.dialect.made_of import product_id
from catalog.legacy.dialect.products import products
from catalog.legacy.models import MagentoRow
from chassis import clients, clock
from chassis.testing import drain
from contracts.dialect import CatalogDialect, StockDialect
from contracts.magento import (
    AttributeRowChanged,
    CatalogRowChanged,
    ProductRowChanged,
    ScopeRowChanged,
    StockRowChanged,
)
from logistics.legacy.network import read_network
from strangler.capture.models import Stream
from strangler.extract import extract
from strangler.routing.commands import TurnFlag, turn_flag
from strangler.routing.models import Difference
from strangler.routing.shadow import SHADOW
from strangler.source import Source as MagentoSource
from tests.magento.carrying import tables_of
from tests.magento.dialect import KNOWN, Found, ask, compare, compare_lists, real, reasons
from tests.magento.server import MagentoServer
from tests.routing.old_shop import old_shop

pytestmark = [pytest.mark.magento, pytest.mark.usefixtures("shop"), pytest.mark.timeout(600)]
REAL = ("products", "listings", "categories", "stock")
LEFT = tuple(question for question, _ in KNOWN)
TABLES = tuple(
    table
    for table in tables_of(ScopeRowChanged, AttributeRowChanged, ProductRowChanged, CatalogRowChanged, StockRowChanged)
    if not table.startswith(("url_rewrite", "review", "rating", "cms_", "wishlist", "tax_calculation"))
)
STOCK_KINDS = ("stockStatuses", "get-product-salable-quantity", "is-product-salable")


@pytest.fixture(scope="module")
def shop(magento: MagentoServer, django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The rows of catalogue and stock, kept once. Nothing is made of them: the dialect needs rows only."""
    kept: dict[type, Any] = {}
    with django_db_blocker.unblock():
        try:
            with MagentoSource(magento.url) as source:
                extract(source, tables=TABLES)
            with patch("chassis.jobs.runner.JobRunner.run_due", return_value=False):
                drain("strangler", "catalog", "logistics", rounds=10_000)
            kept = dict(clients._bindings)
            for protocol in (CatalogDialect, StockDialect):  # on a busy machine a statement takes its time
                clients.bind(protocol, kept[protocol].provider, alias=kept[protocol].alias, timeout=60)
            yield
        finally:
            clients._bindings.update(kept)
            for alias in ("platform", "catalog", "logistics"):
                call_command("flush", database=alias, interactive=False, verbosity=0)


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What hundreds of answers have in common is read once, to save time."""
    monkeypatch.setattr("logistics.legacy.dialect.answers.read_network", cache(read_network))
    monkeypatch.setattr("catalog.legacy.dialect.answers.facts_of", cache(facts_of))


def known(*heads: str) -> dict[tuple[str, str], str]:
    """The differences that the table has of such questions."""
    return {key: reason for key, reason in KNOWN.items() if any(head in key[0] for head in heads)}


def by_store() -> dict[str, dict[str, Any]]:
    """What the real one answered of products, by store and id."""
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    for question, body in real("products"):
        found[question.split("/")[0]][str(body["id"])] = (question, body)
    return found


def compared_products(store: str, told: dict[str, Any]) -> Found:
    """All products of a store read together, without what logistics adds."""
    found, mine = Found(), products(facts_of("magento", store), list(told))
    for id_, (question, body) in told.items():
        theirs = {**body, "extension_attributes": {**body["extension_attributes"]}}
        del theirs["extension_attributes"]["stock_item"]
        found.add(question, theirs, json.loads(json.dumps(mine[id_])))
    return found


def test_every_product_in_every_store_is_told_as_magento_tells_it() -> None:
    answers = 0
    for store, told in by_store().items():
        found = compared_products(store, told)
        assert reasons(found) == known(f"{store}/V1/products/"), store
        answers += found.answers
    assert answers == 1288


def test_a_product_by_its_sku_says_its_stock_item_too() -> None:
    """One of each type in each store and each special SKU, through router, domains and back."""
    found, seen = Found(), set()
    for question, body in real("products"):
        kind = (question.split("/")[0], body["type_id"])
        if kind not in seen or "%" in question:
            seen.add(kind)
            compare(found, question, body)
    assert reasons(found) == {} and found.answers >= 24


def test_a_sku_is_found_as_magento_finds_it() -> None:
    assert product_id("magento", "24-mb01") == product_id("magento", "24-MB01  ") == "1"
    assert product_id("magento", "12345") != product_id("magento", "0012345") != ""
    for wrong in ("", " ", "no-such-sku", "x" * 300, "%", "\x00"):
        assert product_id("magento", wrong) == ""
    answer = ask("default/V1/products/no-such-sku")
    assert answer.status == 404 and "doesn't exist" in json.loads(answer.body)["message"]


def test_every_category_and_tree_is_told_as_magento_tells_it(at_once: None) -> None:
    found = Found()
    for question, body in real("categories"):
        if question.endswith("/products"):
            continue
        compare(found, question, body)
    assert reasons(found) == {} and found.answers == 172


def test_what_lies_in_a_category_is_told_in_magentos_order() -> None:
    found = Found()
    asked_for = [f"all/V1/categories/{id_}/products" for id_ in (3, 8, 12, 21, 30, 43)]
    for question, body in real("categories", only=asked_for):
        compare(found, question, body)
    assert reasons(found) == {} and found.answers == 6


def test_every_list_finds_what_magento_finds_in_its_order(at_once: None) -> None:
    """But those by price, which are left to the shop: all 27 of them, and no other."""
    found = Found()
    left = compare_lists(found)
    assert reasons(found) == {} and found.answers > 42
    assert left == {"an order by price, which Magento takes from an index that is not carried": 27}


def test_stock_is_told_as_magento_tells_it_and_each_difference_has_its_reason(at_once: None) -> None:
    found = Found()
    for question, body in real("stock"):
        compare(found, question, body)
    assert reasons(found) == known(*STOCK_KINDS) and found.answers == 865


def test_the_table_of_differences_has_none_that_is_not_there() -> None:
    found = Found()
    asked_for = {question for question, _ in KNOWN}
    for name in ("stock", "products"):
        for question, body in real(name, only=asked_for):
            compare(found, question, body)
    assert set(found.differing) == set(KNOWN)


@pytest.mark.parametrize(
    ("table", "column", "planted", "place"),
    [
        ("catalog_product_entity_decimal", "value", "1.230000", "price"),
        ("catalog_product_entity_varchar", "value", "planted", ""),
        ("catalog_product_entity", "attribute_set_id", "4", "attribute_set_id"),
        ("catalog_product_website", "website_id", "9", "website_ids"),
        ("catalog_category_product", "position", "77", "category_links"),
        ("catalog_product_entity_media_gallery_value", "label", "planted", "label"),
        ("catalog_product_entity_tier_price", "qty", "77.0000", "tier_prices"),
    ],
)
def test_a_planted_wrong_value_is_found(table: str, column: str, planted: str, place: str) -> None:
    told = {id_: pair for id_, pair in by_store()["default"].items() if id_ == "1"}
    assert reasons(compared_products("default", told)) == {}
    with transaction.atomic(using="catalog"):
        rows = MagentoRow.objects.filter(source="magento", kind="product", owner="1", table=table)
        for row in rows:
            row.after = json.dumps({**json.loads(row.after or "{}"), column: planted}, separators=(",", ":"))
            row.save()
        found = compared_products("default", told)
        transaction.set_rollback(True, using="catalog")
    assert any(place in where for _, where in found.differing), found.differing


def test_one_store_is_never_told_what_another_says() -> None:
    """What was planted in one store's rows is seen there and nowhere else."""
    with transaction.atomic(using="catalog"):
        row = MagentoRow.objects.filter(
            source="magento", owner="1", table="catalog_product_entity_varchar", after__contains='"store_id":"2"'
        ).first()
        assert row is not None
        row.after = json.dumps({**json.loads(row.after or "{}"), "value": "only-in-de"}, separators=(",", ":"))
        row.save()
        seen = {
            store: "only-in-de" in ask(f"{store}/V1/products/24-MB01").body for store in ("all", "default", "de", "fr")
        }
        transaction.set_rollback(True, using="catalog")
    assert seen == {"all": False, "default": False, "de": True, "fr": False}


def test_without_a_store_the_default_one_answers_and_a_closed_one_does_not() -> None:
    assert ask("V1/products/24-MB01") == ask("default/V1/products/24-MB01")
    assert ask("b2b_old/V1/products/24-MB01").status == ask("nosuch/V1/products/24-MB01").status == 0


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("searchCriteria[pageSize]=x", 400),
        ("searchCriteria[pageSize]=0", 400),
        ("searchCriteria[pageSize]=-1", 400),
        ("searchCriteria[pageSize]=5&searchCriteria[currentPage]=1e9", 400),
        ("searchCriteria[pageSize]=5&searchCriteria[filter_groups][0][filters][0][field]=no_such_field", 400),
        ("searchCriteria[pageSize]=5&searchCriteria[sortOrders][0][field]=no_such_field", 400),
        ("searchCriteria[pageSize]=5&searchCriteria[sortOrders][0][field]=sku"
         "&searchCriteria[sortOrders][0][direction]=UP", 400),
        ("searchCriteria[pageSize]=5&searchCriteria[filter_groups]=x", 400),
        ("searchCriteria[pageSize]=5&searchCriteria[filter_groups][0][filters][0][value]=x", 400),
        ("searchCriteria[pageSize]=1000000000", 400),
        ("searchCriteria[pageSize]=5000", 0),
        ("searchCriteria=", 0),
        ("", 0),
        ("searchCriteria[pageSize]=5&fields=items[sku]", 0),
        ("searchCriteria[pageSize]=5&searchCriteria[filter_groups][0][filters][0][field]=price"
         "&searchCriteria[filter_groups][0][filters][0][value]=cheap", 0),
        ("searchCriteria[pageSize]=5&searchCriteria[filter_groups][0][filters][0][field]=name"
         "&searchCriteria[filter_groups][0][filters][0][value]='); DROP TABLE x;--", 200),
        ("searchCriteria[pageSize]=5&searchCriteria[filter_groups][0][filters][0][field]=name"
         "&searchCriteria[filter_groups][0][filters][0][value]=%\\"
         "&searchCriteria[filter_groups][0][filters][0][condition_type]=like", 0),
    ],
)  # fmt: skip
def test_what_cannot_be_searched_for_is_refused_or_left_to_the_shop(query: str, status: int) -> None:
    answer = ask(f"default/V1/products?{quote(query, safe='=&')}")
    assert answer.status == status, answer
    if status == 400:
        assert set(json.loads(answer.body)) <= {"message", "parameters"}


def test_lists_and_products_take_the_same_statements_however_much_is_in_them() -> None:
    def statements(question: str) -> int:
        count = 0

        def counted(execute: Any, *args: Any) -> Any:
            nonlocal count
            count += 1
            return execute(*args)

        with connections["catalog"].execute_wrapper(counted):
            assert ask(question).status == 200
        return count

    page = "default/V1/products?searchCriteria[pageSize]={}&searchCriteria[sortOrders][0][field]=sku"
    assert statements(page.format(60)) == statements(page.format(200)) < 30
    assert statements("default/V1/products/MH01") == statements("default/V1/products/WSH12") < 30


def test_a_question_takes_no_longer_than_a_client_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """A statement that takes too long is no answer, so that the old shop gives one."""
    from catalog.legacy.dialect import listing

    def slow(*_: Any) -> Any:
        with connections["catalog"].cursor() as cursor:
            cursor.execute("SELECT pg_sleep(10)")

    monkeypatch.setattr(listing, "ask", slow)
    kept = clients._bindings[CatalogDialect]
    clients.bind(CatalogDialect, kept.provider, alias="catalog", timeout=0.2)
    try:
        with pytest.raises(clients.Unavailable):
            ask("default/V1/products?searchCriteria[pageSize]=5")
    finally:
        clients.bind(CatalogDialect, kept.provider, alias="catalog", timeout=kept.timeout)


def test_behind_one_address_the_shadow_finds_what_is_wrong_and_nothing_else(settings: Any) -> None:
    """A shop that gives the real one's answers over HTTP, and we beside it: all the way through router and domains."""
    with old_shop() as legacy:
        settings.LEGACY_URL, settings.LEGACY_API_TOKENS, settings.LEGACY_MAX_LAG = legacy.url, ["known"], 3600
        caller = Client(headers={"Authorization": "Bearer known"})
        now = clock.now()
        Stream.objects.update_or_create(source="magento", defaults={"begun_at": now, "current_until": now})
        for name in ("product", "search", "category", "stock"):
            turn_flag(TurnFlag(name=f"reads.{name}", mode="shadow"))
        told = {f"/rest/{unquote(q)}": (q, body) for name in REAL for q, body in list(real(name))[::40]}
        legacy.answers = {path: body for path, (_, body) in told.items()}
        asked_for = [q for q, _ in told.values() if not q.startswith(LEFT) and "[field]=price" not in unquote(q)]
        for question in asked_for:
            assert b"".join(caller.get(f"/rest/{question}").streaming_content)
        assert SHADOW.work_off() == len(asked_for) > 50
        assert list(Difference.objects.values_list("example", "place")) == []
        path = next(path for path in told if "/products/" in path and "all/" in path)
        legacy.answers[path] = {**legacy.answers[path], "price": 1234.5}
        assert b"".join(caller.get(quote(path)).streaming_content)
        SHADOW.work_off()
        assert list(Difference.objects.values_list("place", "what")) == [(".price", "differs")]
