"""Every refusal is a problem document, and no input is a 500."""

import json
from typing import Any

import pytest
from django.test import Client, override_settings

from chassis.tests import edge

pytestmark = pytest.mark.django_db(databases=["commerce"])
EDGE = override_settings(ROOT_URLCONF="chassis.tests.edge", MIDDLEWARE=edge.MIDDLEWARE)


@pytest.fixture
def client() -> Any:
    with EDGE:
        yield Client(raise_request_exception=False)


def read(response: Any, status: int) -> dict[str, Any]:
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = json.loads(response.content)
    assert body["status"] == status and body["code"] and body["title"]
    assert body["correlation_id"] == response["X-Correlation-ID"]
    return body


@pytest.mark.parametrize("door", ["failing", "plain"])
def test_a_domain_error_tells_code_field_and_detail(client: Client, door: str) -> None:
    body = read(client.get(f"/api/{door}/domain"), 409)
    assert (body["code"], body["detail"], body["available"]) == ("sold_out", "Two are left.", 2)
    expected = {"code": "sold_out", "detail": "Two are left.", "field": "/lines/0/quantity", "available": 2}
    assert body["errors"] == [expected]


@pytest.mark.parametrize("door", ["failing", "plain"])
def test_several_errors_come_in_one_answer(client: Client, door: str) -> None:
    body = read(client.get(f"/api/{door}/several"), 400)
    assert [(one["code"], one["field"]) for one in body["errors"]] == [
        ("sold_out", "/lines/0"),
        ("invalid", "/lines/1"),
    ]


@pytest.mark.parametrize("door", ["failing", "plain"])
@pytest.mark.parametrize(("what", "status"), [("missing", 404), ("denied", 403), ("number", 400), ("nul", 400)])
def test_what_django_and_the_database_refuse_is_a_problem(client: Client, door: str, what: str, status: int) -> None:
    read(client.get(f"/api/{door}/{what}"), status)


@pytest.mark.parametrize("door", ["failing", "plain"])
def test_a_defect_is_a_500_that_tells_nothing(client: Client, door: str) -> None:
    response = client.get(f"/api/{door}/defect")
    assert read(response, 500)["code"] == "internal"
    assert b"secret" not in response.content and b"Zero" not in response.content


def test_a_defect_still_reaches_the_test_client() -> None:
    with EDGE, pytest.raises(ZeroDivisionError):
        Client().get("/api/failing/defect")


def test_unknown_paths_and_methods_under_the_api_are_problems(client: Client) -> None:
    assert read(client.get("/api/nowhere"), 404)["code"] == "not_found"
    response = client.delete("/api/baskets")
    assert read(response, 405)["code"] == "method_not_allowed"
    assert "POST" in response["Allow"]


def test_pages_for_people_keep_djangos_own_answers(client: Client) -> None:
    assert "html" in client.get("/nowhere")["Content-Type"]
    assert "html" in client.get("/page/missing")["Content-Type"]


def test_every_wrong_field_is_named_by_its_pointer(client: Client) -> None:
    body = {"email": "no", "lines": [{"sku": "a", "quantity": "1"}, {"sku": "x" * 11, "quantity": "many"}]}
    answer = read(client.post("/api/baskets", body, content_type="application/json"), 400)
    assert {(one["field"], one["code"]) for one in answer["errors"]} == {
        ("/email", "invalid"),
        ("/lines/1/sku", "max_length"),
        ("/lines/1/quantity", "invalid"),
    }


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"email": NaN}',
        b'{"email": ' + b"9" * 5000 + b"}",
        b"[]",
        b'"text"',
        b"null",
        b'{"lines": {}}',
        b'{"email": "a@b.de", "lines": [[]]}',
    ],
)
def test_malformed_documents_are_a_400(client: Client, body: bytes) -> None:
    read(client.post("/api/baskets", body, content_type="application/json"), 400)


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ('"a\\u0000b"', "/lines/0/sku"),
        ('"\\ud800"', "/lines/0/sku"),
        ("99999999999999999999", "/lines/0/sku"),
        ("1e999", "/lines/0/sku"),
    ],
)
def test_values_that_cannot_be_stored_are_named(client: Client, value: str, field: str) -> None:
    body = '{"email": "a@b.de", "lines": [{"sku": VALUE}]}'.replace("VALUE", value)
    answer = read(client.post("/api/baskets", body, content_type="application/json"), 400)
    assert [(one["code"], one["field"]) for one in answer["errors"]] == [("unstorable_value", field)]


def test_a_correct_document_passes(client: Client) -> None:
    body = {"email": "a@b.de", "lines": [{"sku": "Ä€😀", "quantity": "1.5"}]}
    response = client.post("/api/baskets", body, content_type="application/json")
    assert response.status_code == 201 and response.json()["lines"][0]["sku"] == "Ä€😀"


def test_an_unread_content_type_is_a_415(client: Client) -> None:
    read(client.post("/api/baskets", b"a: 1", content_type="text/yaml"), 415)
