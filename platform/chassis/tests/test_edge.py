"""Correlation, limits, headers, health: what happens to every request."""

import json
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest
from django.test import Client, override_settings

from chassis.tests import edge
from chassis.web import health
from chassis.web.deadline import remaining, within
from chassis.web.requests import Application

pytestmark = pytest.mark.django_db(
    databases=["commerce", "catalog", "logistics", "postpurchase", "identity", "platform"]
)


@pytest.fixture
def client() -> Any:
    with override_settings(ROOT_URLCONF="chassis.tests.edge", MIDDLEWARE=edge.MIDDLEWARE):
        yield Client()


def test_a_callers_correlation_id_comes_back(client: Client) -> None:
    assert client.get("/api/me", headers={"X-Correlation-ID": "shop-1234"})["X-Correlation-ID"] == "shop-1234"


@pytest.mark.parametrize("sent", ["", "short", "x" * 65, "bad\ninjection1", "<script>alert</script>"])
def test_an_unfit_correlation_id_is_replaced(client: Client, sent: str) -> None:
    answered = client.get("/api/me", headers={"X-Correlation-ID": sent})["X-Correlation-ID"]
    assert answered != sent and len(answered) == 36


def test_a_body_over_the_limit_is_a_413_before_it_is_read(client: Client) -> None:
    response = client.post("/api/baskets", b"x" * 1_000_001, content_type="application/json")
    assert response.status_code == 413 and response.json()["maximum"] == 1_000_000


def test_a_long_or_broken_address_is_refused(client: Client) -> None:
    assert client.get("/api/me", {"q": "x" * 9000}).status_code == 414
    assert client.get("/api/failing/a%00b").status_code == 400
    assert client.get("/api/me?q=a%00b").status_code == 400


def test_answers_carry_the_security_headers(client: Client) -> None:
    response = client.get("/api/me")
    assert response["X-Content-Type-Options"] == "nosniff" and response["X-Frame-Options"] == "DENY"
    assert response["Cache-Control"] == "private, no-store", "what may be kept says so itself"
    assert "Cache-Control" not in client.get("/page/nothing")


def test_what_was_answered_to_a_person_is_not_cached(client: Client) -> None:
    response = client.get("/api/me", headers={"Authorization": "Basic x"})
    assert response.status_code == 401 and "no-store" in response["Cache-Control"]


def test_a_process_is_ready_when_its_databases_answer(client: Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    body = client.get("/readyz").json()
    assert body["status"] == "ok" and body["parts"]["database:commerce"] == "ok"


def test_a_required_part_that_fails_is_a_503_and_another_is_not(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise ConnectionError("password=hunter2")

    monkeypatch.setattr(health, "_checks", {})
    health.register("broker", broken, required=False)
    response = client.get("/readyz")
    assert response.status_code == 200 and response.json()["parts"]["broker"] == "degraded"
    health.register("storage", broken)
    response = client.get("/readyz")
    assert response.status_code == 503 and response.json()["parts"]["storage"] == "failed"
    assert b"hunter2" not in response.content and client.get("/healthz").status_code == 200


def test_a_deadline_only_ever_shortens_a_wait() -> None:
    assert remaining(at_most=5) == 5
    with within(1):
        assert 0.5 < remaining(at_most=5) <= 1
        with within(60):
            assert remaining(at_most=5) <= 1
        with within(0):
            assert remaining(at_most=5) == 0
    assert remaining(at_most=5) == 5


@pytest.mark.parametrize("charset", ["zlib", "undefined", "rot13", "unicode_escape", "utf-7", "latin-1"])
def test_a_charset_of_the_clients_choice_is_refused_and_not_tried(client: Client, charset: str) -> None:
    started: list[str] = []
    environ: dict[str, Any] = {"PATH_INFO": "/api/me", "QUERY_STRING": "q=%C3%A4"}
    environ["CONTENT_TYPE"] = f"x/y; charset={charset}"
    setup_testing_defaults(environ)
    body = b"".join(Application()(environ, lambda status, headers, *_: started.append(status)))
    assert started == ["415 Unsupported Media Type"] and json.loads(body)["code"] == "unsupported_media_type"
