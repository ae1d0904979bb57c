"""What is searched for is told as an event, and nothing that may be about a person."""

from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.search import counting
from catalog.tests import shop
from catalog.tests.test_search import get
from chassis.messages import decode_event

pytestmark = pytest.mark.django_db(databases=["catalog"])


@pytest.fixture(autouse=True)
def _shop(db: Any) -> None:
    shop.structure()
    shop.simple("B1", "Walnut board", color="red")
    shop.run_jobs()


def told() -> dict[tuple[str, str], tuple[int, int, int]]:
    counting.flush()
    return {
        (event.view, count.query): (count.searches, count.without_result, count.corrected)
        for event in map(decode_event, shop.events("catalog.searches_made"))
        for count in event.counts  # type: ignore[attr-defined]
    }


def test_searches_are_told_by_view_and_query_with_those_in_vain() -> None:
    for query in ("walnut", " WALNUT ", "Wälnut", "walnutt", "teapot", "teapot"):
        get(f"en/search?q={query}")
    get("de/search?q=teapot")
    assert told() == {
        ("en", "walnut"): (3, 0, 0),
        ("en", "walnutt"): (1, 0, 1),
        ("en", "teapot"): (2, 2, 0),
        ("de", "teapot"): (1, 1, 0),
    }
    (first, *_) = shop.events("catalog.searches_made")
    assert first.channel == "eu"
    assert counting.flush() == 0, "told once"


def test_further_pages_are_no_searches_and_what_filters_emptied_is_not_in_vain() -> None:
    get("en/search?q=walnut&page=2")
    get("en/search?q=board&filter.color=blue")
    get("en/search?q=board&price_to=0")
    assert told() == {("en", "board"): (2, 0, 0)}


@pytest.mark.parametrize(
    "query", ["ann@example.org", "+49 171 2345678", "4111 1111 1111 1111", "a" * 61, "order 100234"]
)
def test_what_may_be_about_a_person_is_not_kept(query: str) -> None:
    assert Client().get("/api/v1/en/search", {"q": query}).status_code == 200
    assert told() == {}


def test_a_search_writes_nothing_and_asks_no_more_for_being_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    get("en/search?q=walnut")
    counts = []
    for count in (True, False):
        if not count:
            monkeypatch.setattr(counting, "note", lambda *_, **__: None)
        with CaptureQueriesContext(connections["catalog"]) as captured:
            get("en/search?q=walnut")
        counts.append([query["sql"].split()[0] for query in captured.captured_queries])
    assert counts[0] == counts[1] and set(counts[0]) == {"SELECT"}


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "MOST", 2)
    for query in ("one", "two", "three", "one"):
        get(f"en/search?q={query}")
    assert told() == {("en", "one"): (2, 2, 0), ("en", "two"): (1, 1, 0)}
