"""Synonyms, redirects and merchandising: they hold at once, in every engine, and nothing is indexed anew."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from catalog.catalog.errors import InvalidValue, UnknownReference
from catalog.commands import (
    DefineMerchandising,
    DefineRedirect,
    DefineSynonym,
    PlaceInput,
    define_merchandising,
    define_redirect,
    define_synonym,
)
from catalog.messaging import History
from catalog.product.changes import SearchChange
from catalog.product.models import Category
from catalog.search.placing import page, places
from catalog.search.steering.models import MerchandisingRule, SearchRedirect, Synonym
from catalog.tests import shop
from catalog.tests.test_search import get, skus
from chassis import clock
from chassis.admin.testing import queries_of_lists, sign_in_as
from chassis.messages import decode_event

pytestmark = pytest.mark.django_db(databases=["catalog"])


@pytest.fixture(autouse=True)
def _shop(db: Any) -> None:
    shop.structure()
    for number, (sku, name) in enumerate(
        [("S1", "Red sofa"), ("C1", "Oak couch"), ("C2", "Blue couch"), ("T1", "Tee"), ("L1", "Lamp")]
    ):
        shop.simple(
            sku,
            name,
            price=str(10 + number),
            color="blue" if sku in ("C2", "L1") else "red",
            texts={"": {"name": name}, "view:de": {"name": f"{name} deutsch"}},
            places=(PlaceInput(category="knives", position=number),),
        )


def found(query: str) -> list[str]:
    return sorted(skus(get(f"en/search?q={query}")))


def test_words_that_mean_the_same_find_each_other_in_any_form(engine: str) -> None:
    assert found("sofa") == ["S1"]
    define_synonym(DefineSynonym(code="sofa", locale="en", words=("sofa", "couch", "settee")))
    assert found("sofa") == found("settee") == ["C1", "C2", "S1"]
    assert found("blue sofa") == ["C2"]
    if engine != "postgres":
        assert found("sofas") == ["C1", "C2", "S1"]
    assert skus(get("de/search?q=settee")) == [], "a synonym of another language"
    define_synonym(DefineSynonym(code="sofa", locale="en", words=("sofa", "couch", "settee"), active=False))
    assert found("sofa") == ["S1"]
    assert not SearchChange.objects.exists() or engine == "postgres"


def test_one_way_synonyms_and_phrases(engine: str) -> None:
    define_synonym(DefineSynonym(code="seat", locale="en-GB", words=("seat",), also=("sofa", "oak couch")))
    define_synonym(DefineSynonym(code="tee", locale="en", words=("t shirt", "tee")))
    assert found("seat") == ["C1", "S1"]
    assert found("sofa") == ["S1"]
    assert found("t-shirt") == ["T1"]


def test_a_query_leads_where_staff_say_and_still_has_hits(engine: str) -> None:
    define_redirect(DefineRedirect(code="sale", query="  Größe   SOFA ", address="/sale"))
    define_redirect(DefineRedirect(code="sofa", query="sofa", address="https://sofas.example/"))
    define_redirect(DefineRedirect(code="sofa-en", query="sofa", address="/sofas", view="en"))
    assert get("en/search?q=größe")["redirect"] is None
    assert get("en/search?q=grosse  Sofa")["redirect"] == "/sale"
    body = get("en/search?q=Sofa")
    assert (body["redirect"], skus(body)) == ("/sofas", ["S1"])
    assert get("de/search?q=sofa")["redirect"] == "https://sofas.example/"


@pytest.mark.parametrize("address", ["sale", "//evil.example", "javascript:alert(1)", "/a\\b", "https://", "/a b", ""])
def test_a_redirect_leads_to_an_address_only(address: str) -> None:
    with pytest.raises(InvalidValue):
        define_redirect(DefineRedirect(code="x", query="x", address=address))


def test_pins_stand_in_their_places_whatever_their_words(engine: str) -> None:
    define_merchandising(
        DefineMerchandising(code="p", action="pin", query="couch", place=2, skus=("L1", "S1"), view="en")
    )
    body = get("en/search?q=couch")
    listed = skus(body)
    assert (listed[1:3], body["total"]) == (["L1", "S1"], 4)
    pages = [skus(get(f"en/search?q=couch&limit=1&page={number}")) for number in (1, 2, 3, 4)]
    assert [sku for one in pages for sku in one] == listed
    assert skus(get("en/search?q=couch&filter.color=blue")) == ["C2", "L1"], "a pin that is filtered out is not shown"
    assert sorted(skus(get("de/search?q=couch"))) == ["C1", "C2"], "a rule of another view"
    assert skus(get("en/search?q=couch&sort=-price")) == ["L1", "C2", "C1", "S1"][1:3], "an order of the shopper's own"


def test_a_category_has_pins_in_its_manual_order_boosts_and_buries(engine: str) -> None:
    assert skus(get("en/categories/knives")) == ["S1", "C1", "C2", "T1", "L1"]
    define_merchandising(DefineMerchandising(code="pin", action="pin", category="knives", place=3, skus=("S1",)))
    assert skus(get("en/categories/knives")) == ["C1", "C2", "S1", "T1", "L1"]
    rule = DefineMerchandising(code="blue", action="boost", category="knives", attribute="color", value="blue")
    define_merchandising(rule)
    assert skus(get("en/categories/knives")) == ["C2", "L1", "S1", "C1", "T1"]
    define_merchandising(DefineMerchandising(code="bury", action="bury", category="knives", skus=("c1",)))
    assert skus(get("en/categories/knives?sort=position,-price")) == ["C2", "L1", "S1", "T1", "C1"]
    assert skus(get("en/categories/knives?sort=price")) == ["S1", "C1", "C2", "T1", "L1"]


def test_boosted_come_first_and_buried_last_of_what_a_query_finds(engine: str) -> None:
    shop.simple("S2", "Sofa sofa cover", color="blue")
    if engine != "postgres":
        shop.run_jobs()
    define_merchandising(DefineMerchandising(code="a", action="boost", query="sofa", skus=("S1",)))
    assert skus(get("en/search?q=sofa")) == ["S1", "S2"]
    define_merchandising(DefineMerchandising(code="a", action="bury", query="sofa", skus=("S1",)))
    assert skus(get("en/search?q=sofa")) == ["S2", "S1"]
    define_merchandising(DefineMerchandising(code="b", action="boost", query="sofa", skus=("S1", "S2")))
    assert skus(get("en/search?q=sofa")) == ["S2", "S1"]


def test_a_rule_holds_in_its_time(engine: str) -> None:
    begin = clock.now() + timedelta(hours=1)
    end = begin + timedelta(hours=1)
    define_merchandising(
        DefineMerchandising(
            code="p", action="pin", category="knives", place=1, skus=("L1",), starts_at=begin, ends_at=end
        )
    )
    firsts = []
    for moment in (begin - timedelta(seconds=1), begin, end):
        with clock.travel(moment):
            firsts.append(skus(get("en/categories/knives"))[0])
    assert firsts == ["S1", "L1", "S1"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"action": "hide"},
        {"query": ""},
        {"query": "x", "category": "knives"},
        {"place": None},
        {"place": 0},
        {"skus": ()},
        {"attribute": "color", "value": "red"},
        {"action": "boost", "attribute": "color"},
        {"starts_at": datetime(2030, 1, 2, tzinfo=UTC), "ends_at": datetime(2030, 1, 1, tzinfo=UTC)},
        {"starts_at": datetime(2030, 1, 1)},  # noqa: DTZ001
        {"query": "x" * 201},
        {"code": ""},
    ],
)
def test_a_rule_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    sound = {"code": "r", "action": "pin", "query": "sofa", "place": 1, "skus": ("S1",)}
    with pytest.raises(InvalidValue):
        define_merchandising(DefineMerchandising(**{**sound, **wrong}))
    assert not MerchandisingRule.objects.exists()


def test_what_a_rule_names_must_be_there() -> None:
    for wrong in ({"skus": ("NONE",)}, {"view": "xx"}, {"query": "", "category": "none"}):
        sound = {"code": "r", "action": "pin", "query": "a", "place": 1, "skus": ("S1",)}
        with pytest.raises(UnknownReference):
            define_merchandising(DefineMerchandising(**{**sound, **wrong}))


def test_a_cache_is_told_when_staff_change_a_search() -> None:
    define_merchandising(DefineMerchandising(code="p", action="pin", category="knives", place=1, skus=("L1",)))
    category = Category.objects.get(code="knives")
    told = decode_event(shop.events("catalog.pages_changed")[-1])
    assert set(told.keys) == {f"category-{category.id}", "search-en", "search-de"}  # type: ignore[attr-defined]


def test_staff_write_them_in_the_admin_by_the_same_commands(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    sign_in_as(monkeypatch, "catalog.*")
    facts = {"code": "sofa", "locale": "en", "words": "sofa, couch", "also": "", "active": "on"}
    client.post("/admin/catalog/synonym/add/", facts)
    assert found("settee") == [] and found("sofa") == ["C1", "C2", "S1"]
    row = Synonym.objects.get()
    client.post(f"/admin/catalog/synonym/{row.pk}/change/", {**facts, "words": "sofa, seat", "opened_version": "1"})
    assert Synonym.objects.get().words == ["sofa", "seat"] and History.objects.filter(action="change").exists()
    client.post("/admin/catalog/synonym/add/", {**facts, "code": "bad", "locale": "nonsense!"})
    client.post("/admin/catalog/searchredirect/add/", {"code": "r", "query": "Sale", "address": "//evil", "view": ""})
    client.post("/admin/catalog/searchredirect/add/", {"code": "s", "query": "Sale", "address": "/s", "view": "en"})
    assert (Synonym.objects.count(), SearchRedirect.objects.get().query) == (1, "sale")
    rule = {"code": "p", "query": "sofa", "view": "", "action": "pin", "place": "1", "skus": "L1", "active": "on"}
    client.post("/admin/catalog/merchandisingrule/add/", rule)
    assert MerchandisingRule.objects.get().skus == ["l1"]
    queries = queries_of_lists(client, "catalog", search="s")
    for number in range(4):
        define_merchandising(DefineMerchandising(code=f"r{number}", action="bury", category="knives", skus=("S1",)))
    assert queries_of_lists(client, "catalog", search="s") == queries


@given(st.data())
def test_pins_are_in_place_on_every_page_and_nothing_is_lost_or_twice(data: st.DataObject) -> None:
    natural = list(range(100, 100 + data.draw(st.integers(0, 12))))
    pins = data.draw(st.dictionaries(st.integers(1, 15), st.integers(0, 6), max_size=6))
    limit = data.draw(st.integers(1, 5))
    matched = data.draw(st.sets(st.sampled_from(sorted(set(pins.values()))))) if pins else set()
    total = len(natural) + len(matched)
    placed = places(pins, matched, total=total)  # type: ignore[arg-type]

    def fetch(offset: int, count: int) -> list[int]:
        assert offset >= 0
        return natural[offset : offset + count]

    pages = [page(placed, fetch, offset=start, limit=limit) for start in range(0, total + limit, limit)]  # type: ignore[arg-type, arg-type]
    listed = [product for one in pages for product in one]
    assert sorted(listed) == sorted([*natural, *matched])
    assert [product for product in listed if product >= 100] == natural
    first = {product: place for place, product in sorted(pins.items(), reverse=True)}
    if len(matched) == 1:
        (product,) = matched
        assert listed.index(product) == min(first[product], total) - 1
