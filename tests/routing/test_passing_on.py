"""What is passed on to the old shop goes there as it came, comes back as it came, and goes nowhere else."""

import json
import time
from typing import Any

import pytest
from django.test import Client

from strangler.routing.surface import asked, onward
from tests.routing.conftest import Domains, body, get
from tests.routing.old_shop import OldShop

pytestmark = pytest.mark.django_db(databases=["platform", "catalog"])


def test_a_request_with_a_body_and_any_method_goes_on_unchanged(shop: OldShop) -> None:
    sent = b'{"product": {"sku": "\xc3\x9c"}}\x00\xff'
    for method in ("POST", "PUT", "DELETE", "PATCH", "PURGE"):
        answer = Client().generic(
            method, "/rest/de/V1/products?x=%5B1%5D&x=2", sent, content_type="application/json",
            headers={"Authorization": "Bearer of-a-customer", "X-Own": "yes",
                     "Cookie": "PHPSESSID=abc; sixfold_staff=secret; other=1"},
        )  # fmt: skip
        assert answer.status_code == 200
        came = shop.received[-1]
        assert (came.method, came.body) == (method, sent)
        assert came.path == "/rest/de/V1/products?x=%5B1%5D&x=2"
        assert came.header("Authorization") == "Bearer of-a-customer"
        assert came.header("Cookie") == "PHPSESSID=abc; other=1"
        assert (came.header("X-Own"), came.header("Content-Length")) == ("yes", str(len(sent)))
        assert came.header("Host") in shop.url


def test_headers_of_one_connection_end_here(shop: OldShop) -> None:
    shop.headers = [
        ("Connection", "X-Hop"),
        ("X-Hop", "1"),
        ("Set-Cookie", "a=1; Path=/"),
        ("Set-Cookie", "b=2"),
        ("Set-Cookie", "sixfold_staff=theirs"),
    ]
    answer = get("/rest/V1/modules", Connection="close, X-Secret", TE="trailers", **{"X-Secret": "1"})
    came = shop.received[-1]
    assert not came.header("X-Secret") and not came.header("TE")
    names = [name for name, _ in answer.items()]
    assert "X-Hop" not in names and "Connection" not in names
    assert [value for name, value in answer.items() if name == "Set-Cookie"] == ["a=1; Path=/", "b=2"]


def test_what_a_caller_says_of_himself_is_said_anew(shop: OldShop) -> None:
    get("/rest/V1/modules", **{"X-Forwarded-For": "10.0.0.9", "X-Forwarded-Host": "evil.example"})
    came = shop.received[-1]
    assert came.header("X-Forwarded-For") == "127.0.0.1"
    assert came.header("X-Forwarded-Host") == "testserver"


def test_no_redirect_is_followed_and_one_within_the_shop_stays_at_our_address(shop: OldShop) -> None:
    shop.status, shop.headers = 302, [("Location", f"{shop.url}/rest/V1/elsewhere")]
    answer = get("/rest/V1/modules")
    assert (answer.status_code, answer["Location"]) == (302, "/rest/V1/elsewhere")
    assert shop.paths == ["/rest/V1/modules"]
    shop.headers = [("Location", "http://192.0.2.1/")]
    assert get("/rest/V1/modules")["Location"] == "http://192.0.2.1/"
    assert len(shop.received) == 2


@pytest.mark.parametrize(
    "path",
    [
        "/rest/../admin",
        "/rest/V1/%2e%2e/%2e%2e/admin",
        "/rest/V1/..%2f..%2fadmin",
        "/rest/V1/%252e%252e/admin",
        "/rest/V1/.",
        "/rest/V1/a%5c..%5cb",
        "/rest/V1/a%0d%0aHost:%20evil",
    ],
)
def test_nothing_leads_out_of_its_place(shop: OldShop, path: str) -> None:
    answer = get(path)
    assert answer.status_code in (400, 404)
    assert shop.received == []


def test_an_address_of_somebody_else_is_a_path_below_the_prefix_and_no_host(shop: OldShop) -> None:
    for path in ("/rest/http://192.0.2.1/x", "/rest//192.0.2.1/x", "/rest/@192.0.2.1/x", "/rest/V1:80@evil/x"):
        get(path)
    assert all(path.startswith("/rest/") for path in shop.paths) and len(shop.paths) == 4


def test_a_sku_with_a_slash_is_passed_on_as_magento_wants_it() -> None:
    path = '/rest/default/V1/products/ÜBER/SKU "1"'
    question = asked("GET", path)
    assert question is not None and question.path == ("products", 'ÜBER/SKU "1"')
    assert onward(path, "", question) == "/rest/default/V1/products/%C3%9CBER%2FSKU%20%221%22"
    part = "/rest/default/V1/products/24-MB01/media"
    assert asked("GET", part) is None and onward(part, "", None) == part
    raw = "/rest/V1/products/a%2Fmedia"
    assert onward("/rest/V1/products/a/media", raw, None) == raw


def test_a_slow_shop_is_not_waited_for_without_end(shop: OldShop, settings: Any) -> None:
    shop.slow, settings.LEGACY_TIMEOUT = 5, 1
    begun = time.monotonic()
    answer = get("/rest/V1/modules")
    assert answer.status_code == 504 and time.monotonic() - begun < 3
    assert json.loads(body(answer)) == {"message": "The shop did not answer in time."}


def test_a_shop_that_is_away_is_said_in_its_own_shape(shop: OldShop, settings: Any) -> None:
    settings.LEGACY_URL = "http://127.0.0.1:1"
    answer = get("/rest/V1/modules")
    assert answer.status_code == 502 and "message" in json.loads(body(answer))


def test_what_the_shop_fails_with_is_passed_on(shop: OldShop, domains: Domains) -> None:
    shop.status, shop.raw, shop.headers = 503, b"<h1>maintenance</h1>", [("Content-Type", "text/html")]
    answer = get("/rest/V1/products/x")
    assert (answer.status_code, answer["Content-Type"], body(answer)) == (503, "text/html", b"<h1>maintenance</h1>")


def test_an_answer_comes_in_pieces_and_ends_within_bounds(shop: OldShop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.raw = b"x" * 1_000_000
    assert body(get("/rest/V1/modules")) == shop.raw
    monkeypatch.setattr("strangler.routing.legacy.LARGEST_ANSWER", 100_000)
    with pytest.raises(Exception, match="no end"):
        body(get("/rest/V1/modules"))


def test_without_an_old_shop_there_is_nothing_under_its_prefix(settings: Any) -> None:
    settings.LEGACY_URL = ""
    for method in ("GET", "POST", "PURGE"):
        assert Client().generic(method, "/rest/V1/products/x").status_code == 404


def test_compressed_answers_stay_compressed(shop: OldShop) -> None:
    import gzip

    shop.raw, shop.headers = gzip.compress(b'{"a": 1}'), [("Content-Encoding", "gzip")]
    answer = get("/rest/V1/modules", **{"Accept-Encoding": "gzip"})
    assert answer["Content-Encoding"] == "gzip" and gzip.decompress(body(answer)) == b'{"a": 1}'
    assert shop.received[-1].header("Accept-Encoding") == "gzip"
    get("/rest/V1/modules")
    assert shop.received[-1].header("Accept-Encoding") == ""
