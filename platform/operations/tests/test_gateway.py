"""The door: limits by caller and route, cross-origin rules, and open when the broker is not."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client, RequestFactory
from django.urls import ResolverMatch

from chassis.access import authentication, revocation
from chassis.access.authentication import bind_keys
from chassis.access.principal import Kind, Principal
from chassis.access.tokens import Signer, generate_key, verify
from operations.gateway import cors, rates

pytestmark = pytest.mark.urls("operations.tests.urls")
DOOR = "operations.gateway.middleware.GatewayMiddleware"
THINGS = "/api/v1/de/things"
Open = Callable[..., Client]


@pytest.fixture
def open_gateway(settings: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """A client behind a gateway with these rates, origins and broker; counters begin at zero."""

    def opened(*, limits: str = "", origins: str = "", broker: str = "") -> Client:
        monkeypatch.setenv("RATE_LIMITS", limits)
        monkeypatch.setenv("CORS_ORIGINS", origins)
        settings.BROKER_URL = broker  # type: ignore[attr-defined]
        if DOOR not in settings.MIDDLEWARE:  # type: ignore[attr-defined]
            settings.MIDDLEWARE = [*settings.MIDDLEWARE[:4], DOOR, *settings.MIDDLEWARE[4:]]  # type: ignore[attr-defined]
        rates.meter.cache_clear()
        # Half way through a window that nothing precedes, and the time stands still.
        monkeypatch.setattr(rates.meter(), "_wall", lambda: 1_000_000_020.0)
        return Client()

    yield opened
    rates.meter.cache_clear()


def test_one_request_too_many_is_a_429_that_says_when_to_come_back(open_gateway: Open) -> None:
    client = open_gateway(limits="read=3/m")
    for left in ("2", "1", "0"):
        answer = client.get(THINGS)
        assert (answer.status_code, answer["X-RateLimit-Limit"], answer["X-RateLimit-Remaining"]) == (200, "3", left)
    answer = client.get(THINGS)
    assert answer.status_code == 429
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "rate_limited"
    assert 1 <= int(answer["Retry-After"]) <= 60
    assert answer["X-RateLimit-Remaining"] == "0"
    assert answer["X-RateLimit-Reset"] == answer["Retry-After"]
    assert answer["X-Correlation-ID"], "it has passed the chassis' middleware too"


def test_callers_and_routes_are_counted_apart_and_parameters_together(open_gateway: Open) -> None:
    client = open_gateway(limits="read=1/m")
    assert client.get(f"{THINGS}/1").status_code == 200
    assert client.get(f"{THINGS}/2").status_code == 429
    assert client.get(THINGS).status_code == 200
    assert client.get(f"{THINGS}/2", REMOTE_ADDR="10.0.0.9").status_code == 200
    assert client.post(f"{THINGS}/2").status_code == 200


def test_a_route_can_have_a_rate_of_its_own(open_gateway: Open) -> None:
    client = open_gateway(limits="POST api/v1/*/things=1/m, GET api/v1/*/things/*=")
    assert [client.post(THINGS).status_code for _ in range(2)] == [200, 429]
    assert "X-RateLimit-Limit" not in client.get(f"{THINGS}/1")
    assert client.get(THINGS)["X-RateLimit-Limit"] == "6000"


def test_a_forged_token_or_forwarded_address_does_not_open_a_new_counter(open_gateway: Open) -> None:
    client = open_gateway(limits="read=1/m")
    assert client.get(THINGS, HTTP_AUTHORIZATION="Bearer a").status_code == 200
    assert client.get(THINGS, HTTP_AUTHORIZATION="Bearer b", HTTP_X_FORWARDED_FOR="1.2.3.4").status_code == 429


def test_the_gateway_stays_open_and_counts_by_itself_without_the_broker(open_gateway: Open) -> None:
    client = open_gateway(limits="read=2/m", broker="redis://127.0.0.1:1/0")
    assert [client.get(THINGS).status_code for _ in range(3)] == [200, 200, 429]


def test_limits_can_be_switched_off_and_never_apply_outside_the_api(open_gateway: Open) -> None:
    assert "X-RateLimit-Limit" not in open_gateway(limits="off").get(THINGS)
    client = open_gateway(limits="read=1/m")
    assert {client.get("/healthz").status_code for _ in range(3)} == {200}
    assert client.get("/api/v1/de/nothing").status_code == 404


def test_a_route_that_is_a_regular_expression_makes_a_name_that_the_limiter_can_take_apart() -> None:
    request = RequestFactory().get("/")
    request.resolver_match = ResolverMatch(print, (), {}, route="^(?:a|b):c$")
    name, _ = rates.rate_for(request, {})
    assert ":" not in name, "the limiter's keys are parted by colons"


@pytest.mark.parametrize("text", ["read", "read=many", "=5/m", "read=0/m", "read=5/w"])
def test_a_wrong_rate_is_one_clear_sentence(text: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="RATE_LIMITS is wrong at"):
        rates.parse(text)


def test_a_known_origin_may_ask_and_read(open_gateway: Open) -> None:
    client = open_gateway(origins="https://shop.example", limits="read=1/m")
    asked = {"HTTP_ORIGIN": "https://shop.example", "HTTP_ACCESS_CONTROL_REQUEST_METHOD": "POST"}
    for _ in range(2):
        answer = client.options(THINGS, **asked)
        assert answer.status_code == 204, "a preflight is not counted"
        assert answer["Access-Control-Allow-Origin"] == "https://shop.example"
        assert "Idempotency-Key" in answer["Access-Control-Allow-Headers"]
    for status in (200, 429):
        answer = client.get(THINGS, HTTP_ORIGIN="https://shop.example")
        assert (answer.status_code, answer["Access-Control-Allow-Origin"]) == (status, "https://shop.example")
        assert "Access-Control-Allow-Credentials" not in answer
        assert "Origin" in answer["Vary"]


@pytest.mark.parametrize("origin", ["https://evil.example", "https://shop.example.evil", "null"])
def test_another_origin_is_not_let_in(open_gateway: Open, origin: str) -> None:
    client = open_gateway(origins="https://shop.example")
    answer = client.options(THINGS, HTTP_ORIGIN=origin, HTTP_ACCESS_CONTROL_REQUEST_METHOD="GET")
    assert "Access-Control-Allow-Origin" not in answer
    assert "Origin" in client.get(THINGS)["Vary"]
    assert "Access-Control-Allow-Origin" not in client.get(THINGS, HTTP_ORIGIN=origin)


def test_without_origins_nothing_is_said_about_them(open_gateway: Open) -> None:
    answer = open_gateway().get(THINGS, HTTP_ORIGIN="https://shop.example")
    assert "Access-Control-Allow-Origin" not in answer
    assert "Vary" not in answer


@pytest.mark.parametrize("origins", ["shop.example", "https://shop.example/path", "https://"])
def test_what_is_no_origin_is_one_clear_sentence(monkeypatch: pytest.MonkeyPatch, origins: str) -> None:
    monkeypatch.setenv("CORS_ORIGINS", origins)
    with pytest.raises(ImproperlyConfigured, match="CORS_ORIGINS is wrong at"):
        cors.configured()


def test_a_token_that_is_not_valid_is_refused_at_the_door_also_by_reads_that_need_none(open_gateway: Open) -> None:
    bind_keys(Signer([generate_key("k1")], issuer="sixfold").published)
    client = open_gateway(limits="off")
    for path in ("/api/v1/de/guarded", "/api/v1/de/read"):
        refused = client.get(path, headers={"Authorization": "Bearer forged"})
        assert (refused.status_code, refused.json()["code"]) == (401, "bad_token")
        assert refused["WWW-Authenticate"].startswith("Bearer") and refused["X-Correlation-ID"]
        assert client.get(path).status_code == 200
    # Who signs in or refreshes may still send the token that has run out.
    assert client.get("/api/v1/de/open", headers={"Authorization": "Bearer forged"}).status_code == 200


def test_a_token_is_verified_once_behind_the_gateway(open_gateway: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    signer = Signer([generate_key("k1")], issuer="sixfold")
    bind_keys(signer.published)
    checked: list[str] = []

    def count(token: str, **options: Any) -> Principal:
        checked.append(token)
        return verify(token, **options)

    monkeypatch.setattr(authentication, "verify", count)
    monkeypatch.setattr(revocation, "_revoked", {})
    token = signer.sign(Principal(kind=Kind.CUSTOMER, id="ann", session="s"))
    answer = open_gateway(limits="off").get("/api/v1/de/guarded", headers={"Authorization": f"Bearer {token}"})
    assert answer.json() == {"who": "customer:ann"} and checked == [token]
