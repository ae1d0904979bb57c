"""In the shadow the old shop answers, we are asked behind it, and what differs is listed once and without values."""

import json
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from chassis.admin.testing import sign_in_as
from chassis.observe.metrics import exposition
from strangler.routing import shadow
from strangler.routing.comparing import differences
from strangler.routing.flags import SHADOW
from strangler.routing.models import Difference
from strangler.routing.surface import asked
from tests.routing.conftest import Domains, body, get, turn
from tests.routing.old_shop import OldShop

pytestmark = pytest.mark.django_db(databases=["platform", "catalog"])
PATH = "/rest/default/V1/products/24-MB01"


def product(**changes: Any) -> dict[str, Any]:
    return {
        "sku": "24-MB01", "price": 34, "extension_attributes": {"stock_item": {"qty": 5}},
        "custom_attributes": [{"attribute_code": "color", "value": "49"}, {"attribute_code": "size", "value": "1"}],
        **changes,
    }  # fmt: skip


@pytest.fixture(autouse=True)
def ready(shop: OldShop, domains: Domains, followed: Callable[[float], None]) -> None:
    turn("reads.product", SHADOW)
    followed(0)
    domains.stock["stockItems/24-MB01"] = {"qty": 5}
    domains.products["products/24-MB01"] = product(extension_attributes={})
    shop.answers[PATH] = product()


def seen() -> list[tuple[str, str, int]]:
    shadow.SHADOW.work_off()
    return list(Difference.objects.order_by("place").values_list("place", "what", "times"))


def test_equal_answers_leave_nothing_and_the_old_shops_goes_out(shop: OldShop, domains: Domains) -> None:
    shop.answers[PATH]["custom_attributes"].reverse()
    shop.raw = json.dumps(shop.answers[PATH]).replace("34", "34.0").encode()
    answer = get(PATH)
    assert answer["X-Answered-By"] == "legacy" and body(answer) == shop.raw
    assert domains.asked == [], "not in the request's own way"
    assert seen() == [] and domains.asked != []


def test_each_place_is_listed_once_with_how_often_it_was_seen(shop: OldShop) -> None:
    shop.answers[PATH] = product(price=35, old="x", custom_attributes=[{"attribute_code": "color", "value": "50"}])
    for _ in range(3):
        body(get(PATH))
    assert seen() == [
        (".custom_attributes[color].value", "differs", 3),
        (".custom_attributes[size]", "only here", 3),
        (".old", "missing here", 3),
        (".price", "differs", 3),
    ]


def test_no_value_and_no_query_is_kept(shop: OldShop) -> None:
    shop.answers[PATH] = product(name="Jane Doe jane@example.com", price="jane@example.com")
    body(get(f"{PATH}"))
    shadow.SHADOW.work_off()
    row = Difference.objects.values().filter(place=".price").get()
    assert "jane" not in str(list(Difference.objects.values())).lower()
    assert row["example"] == "default: products/24-MB01" and row["route"] == "products/*"


def test_a_wrong_status_or_no_json_is_a_difference(shop: OldShop) -> None:
    shop.status = 500
    body(get(PATH))
    shop.status, shop.raw = 200, b"<html>"
    body(get(PATH))
    assert [place for place, _, _ in seen()] == ["no JSON there", "status 500 there, 200 here"]


def test_what_has_caught_up_by_the_second_look_is_none(
    shop: OldShop, domains: Domains, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.answers[PATH] = product(price=35)
    monkeypatch.setattr(
        "strangler.routing.shadow.time.sleep",
        lambda _: domains.products.update({"products/24-MB01": product(price=35, extension_attributes={})}),
    )
    body(get(PATH))
    assert seen() == []


def test_while_we_are_behind_nothing_is_compared(shop: OldShop, followed: Callable[[float], None]) -> None:
    followed(3600)
    shop.answers[PATH] = product(price=35)
    body(get(PATH))
    assert seen() == []


def test_only_the_share_of_shoppers_is_compared(domains: Domains, settings: Any) -> None:
    settings.LEGACY_ANONYMOUS = True
    turn("reads.product", SHADOW, 20)
    for number in range(100):
        body(get(PATH, token=None, **{"User-Agent": f"browser {number}"}))
    assert 5 <= shadow.SHADOW.waiting.qsize() <= 40


def test_a_request_never_waits_for_the_comparison(
    shop: OldShop, domains: Domains, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    """A comparer that hangs holds up no request, and what does not fit behind it is dropped and counted."""
    monkeypatch.setattr(shadow.SHADOW, "waiting", __import__("queue").Queue(3))
    held = threading.Event()
    monkeypatch.setattr(shadow, "compare", lambda one: held.wait(10))
    begun = time.monotonic()
    for _ in range(8):
        body(get(PATH))
    assert time.monotonic() - begun < 5
    assert shadow.SHADOW.waiting.qsize() == 3
    assert b'sixfold_legacy_compared_total{area="reads.product",outcome="dropped"}' in exposition()
    held.set()


def test_the_thread_compares_by_itself(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    done = threading.Event()
    monkeypatch.setattr(shadow, "compare", lambda one: done.set())
    own = shadow._Shadow()
    settings.LEGACY_LOOK_SECONDS = 1.0
    question = asked("GET", PATH)
    assert question is not None
    own.put(shadow.Seen(asked=question, query="", trusted=True, status=200, encoding="", body=b"{}"))
    assert done.wait(5)


def test_a_large_answer_goes_out_and_is_not_compared(shop: OldShop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("strangler.routing.view.LARGEST", 100)
    shop.answers[PATH] = product(price=35, long="x" * 1000)
    assert len(body(get(PATH))) > 1000
    assert seen() == []


def test_compressed_answers_are_compared_too(shop: OldShop) -> None:
    import gzip

    shop.raw = gzip.compress(json.dumps(product(price=35)).encode())
    shop.headers = [("Content-Encoding", "gzip")]
    body(get(PATH))
    assert [place for place, _, _ in seen()] == [".price"]


def test_staff_see_where_answers_differ(shop: OldShop, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.answers[PATH] = product(price=35)
    body(get(PATH))
    seen()
    sign_in_as(monkeypatch, "strangler.*.view")
    page = client.get("/admin/strangler/difference/").content.decode()
    assert ".price" in page and "products/*" in page
    one = Difference.objects.get()
    assert "default: products/24-MB01" in client.get(f"/admin/strangler/difference/{one.pk}/change/").content.decode()


def test_a_planted_difference_of_every_kind_is_found() -> None:
    theirs = {"a": 1, "b": [1, 2], "c": {"d": "x"}, "e": True, "children": "4,43,5"}
    assert list(differences(theirs, {**theirs, "a": 1.0, "children": "4,5,43"})) == []
    planted: dict[str, Any] = {
        ".a": {"a": 2}, ".b[]": {"b": [2, 1]}, ".c.d": {"c": {"d": "y"}}, ".e": {"e": 1},
        ".children": {"children": "4"},
    }  # fmt: skip
    for place, changed in planted.items():
        found = [where for where, _ in differences(theirs, {**theirs, **changed})]
        assert found and set(found) == {place}, place
    assert list(differences({"a": None}, {"a": 0})) and list(differences({"a": "1"}, {"a": 1}))
