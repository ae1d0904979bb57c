"""The OpenAPI document: valid, complete, and true of the URLs that are there."""

import copy
import json
from typing import Any

import pytest
import schemathesis
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import get_resolver, path
from drf_spectacular.generators import SchemaGenerator
from rest_framework.response import Response
from rest_framework.views import APIView

from operations.gateway import cors
from tests.openapi.rules import operations, unbounded, unclaimed, undescribed, unguarded, unrepeatable

CART, LINES = "/api/v1/{view}/carts/{cart}", "/api/v1/{view}/carts/{cart}/lines"


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    made: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return json.loads(json.dumps(made))  # type: ignore[no-any-return]


@pytest.fixture
def damaged(document: dict[str, Any]) -> dict[str, Any]:
    return copy.deepcopy(document)


def test_the_document_is_valid_openapi_3_1(document: dict[str, Any], damaged: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    assert schemathesis.openapi.from_dict(document).validate() is None
    damaged["paths"][LINES]["post"]["responses"] = []
    with pytest.raises(Exception, match="is not of type"):
        schemathesis.openapi.from_dict(damaged).validate()


def test_every_operation_is_described_with_its_refusals(document: dict[str, Any], damaged: dict[str, Any]) -> None:
    assert undescribed(document) == []
    del damaged["paths"][LINES]["post"]["summary"]
    del damaged["paths"][CART]["get"]["responses"]["404"]["content"]
    damaged["paths"][CART]["get"]["tags"] = []
    assert undescribed(damaged) == [
        f"GET {CART} has no tag",
        f"GET {CART} does not say that 404 is a problem document",
        f"POST {LINES} has no summary of up to 70 characters",
    ]


def test_every_mutating_operation_documents_the_idempotency_key(
    document: dict[str, Any], damaged: dict[str, Any]
) -> None:
    assert unrepeatable(document) == []
    damaged["paths"][LINES]["post"]["parameters"] = []
    assert unrepeatable(damaged) == [f"POST {LINES} does not take Idempotency-Key"]


def test_a_browser_may_send_every_header_that_is_documented(document: dict[str, Any]) -> None:
    calls = [one for _, operation in operations(document) for one in operation.get("parameters", ())]
    taken = {one["name"] for one in calls if one["in"] == "header"}
    assert "X-Payment-Key" in taken and taken <= set(cors.ACCEPTED.split(", "))


def test_every_edit_documents_if_match(document: dict[str, Any], damaged: dict[str, Any]) -> None:
    assert unguarded(document) == []
    damaged["paths"][f"{CART}/delivery"]["put"]["parameters"] = []
    assert unguarded(damaged) == [f"PUT {CART}/delivery does not take If-Match"]


def test_every_list_that_grows_comes_in_pages_with_a_documented_maximum(
    document: dict[str, Any], damaged: dict[str, Any]
) -> None:
    assert unbounded(document) == []
    orders = damaged["paths"]["/api/v1/{view}/orders"]["get"]
    orders["parameters"] = [p for p in orders["parameters"] if p["name"] != "cursor"]
    limit = next(p for p in orders["parameters"] if p["name"] == "limit")
    del limit["schema"]["maximum"]
    assert unbounded(damaged) == [
        "GET /api/v1/{view}/orders documents no page size of at most 100",
        "GET /api/v1/{view}/orders answers a list without cursor",
    ]


class Unguarded(APIView):
    """What the walk over the URLs must find, although the document does not show it."""

    schema = None

    def get(self, request: Any) -> Response:
        return Response()

    def delete(self, request: Any) -> Response:
        return Response()


def plain(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def test_every_mutating_view_takes_an_idempotency_key_documented_or_not() -> None:
    assert unclaimed(get_resolver().url_patterns) == []
    planted = [path("api/v1/thing", Unguarded.as_view()), path("api/v1/plain", plain), path("admin/x", plain)]
    found = unclaimed([*get_resolver().url_patterns, *planted])
    assert found[0] == "DELETE api/v1/thing does not take Idempotency-Key"
    assert len(found) == 5 and all("api/v1/plain" in sentence for sentence in found[1:])


def test_the_main_calls_come_with_an_example(document: dict[str, Any]) -> None:
    wanted = {"register_customer", "sign_in", "add_line", "set_delivery", "place_order", "returns_create"}
    shown = {
        operation["operationId"]
        for _, operation in operations(document)
        if operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("examples")
    }
    assert wanted <= shown


def test_a_lines_change_is_documented_with_the_quantity_that_it_cannot_do_without(document: dict[str, Any]) -> None:
    body = document["paths"][f"{LINES}/{{line}}"]["patch"]["requestBody"]
    name = body["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    assert body["required"] and document["components"]["schemas"][name]["required"] == ["quantity"]


def test_the_reference_needs_no_other_host_and_allows_no_inline_script(document: dict[str, Any]) -> None:
    page = Client().get("/api/docs/")
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "script-src 'self';" in policy
    text = page.content.decode()
    assert "http://" not in text and "https://" not in text
    assert "<script>" not in text
    assert Client().get("/api/docs/?script=").headers["Content-Type"].startswith("application/javascript")
    assert json.loads(Client().get("/api/schema/", headers={"Accept": "application/json"}).content) == document
