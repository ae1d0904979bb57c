"""Whatever is sent, the answer is a problem with a code, never a 500."""

import json
import subprocess
import sys

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from commerce.sandbox.tests.harness import ROOT, order

BAD = [
    ({"amount": 12.5}, "amount", "amount_not_text"),
    ({"amount": "12,50"}, "amount", "amount_malformed"),
    ({"amount": "1e3"}, "amount", "amount_malformed"),
    ({"amount": "-1"}, "amount", "amount_malformed"),
    ({"amount": "NaN"}, "amount", "amount_malformed"),
    ({"amount": "１２"}, "amount", "amount_malformed"),
    ({"amount": "9" * 13}, "amount", "amount_malformed"),
    ({"amount": "0.00"}, "amount", "amount_not_positive"),
    ({"amount": "1.234"}, "amount", "amount_precision"),
    ({"amount": "1.5", "currency": "JPY"}, "amount", "amount_precision"),
    ({"currency": "eur"}, "currency", "currency_unknown"),
    ({"currency": "DEM"}, "currency", "currency_unknown"),
    ({"currency": ["EUR"]}, "currency", "currency_unknown"),
    ({"card": "1234567890123456"}, "card", "card_unknown"),
    ({"card": 4242424242424242}, "card", "card_unknown"),
    ({"reference": ""}, "reference", "reference_malformed"),
    ({"reference": "a b"}, "reference", "reference_malformed"),
    ({"reference": "\ud800"}, "reference", "reference_malformed"),
    ({"reference": "x" * 129}, "reference", "reference_malformed"),
    ({"capture": "yes"}, "capture", "not_boolean"),
    ({"return_url": "javascript:alert(1)"}, "return_url", "address_malformed"),
    ({"return_url": "https://[::1"}, "return_url", "address_malformed"),
    ({"return_url": "https://a\r\nset-cookie: b"}, "return_url", "address_malformed"),
    ({"colour": "red"}, "colour", "field_unknown"),
]


@pytest.mark.parametrize(("change", "field", "code"), BAD, ids=[f"{change}" for change, _, _ in BAD])
def test_a_bad_field_is_named(api, change, field, code):
    answer = api.post(
        "/v1/payments",
        content=json.dumps(order(**change)),
        headers={"content-type": "application/json"},
    )
    assert (answer.status_code, answer.json()["field"], answer.json()["code"]) == (422, field, code)


def test_all_faults_come_in_one_answer(api):
    errors = api.post("/v1/payments", json={"amount": "x"}).json()["errors"]
    assert {error["field"] for error in errors} == {"reference", "currency", "card", "amount"}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "json_malformed"),
        (b"\xff\xfe", 400, "json_malformed"),
        (b"[" * 60000, 400, "json_malformed"),
        (b"[]", 400, "json_not_object"),
        (b"1" * 5000, 400, "json_malformed"),
        (b" " * 70000, 413, "body_too_large"),
    ],
    ids=["cut off", "no text", "deep", "list", "long number", "too large"],
)
def test_a_bad_body_is_refused(api, body, status, code):
    answer = api.post("/v1/payments", content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_paths_methods_types_and_queries_are_checked(api):
    assert api.get("/v1/nothing").status_code == 404
    assert api.get("/v1/payments/pay_0").json()["code"] == "payment_unknown"
    assert api.get("/v1/payments/%00%ff").status_code == 404
    wrong = api.put("/v1/payments")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "GET, POST")
    assert api.post("/v1/payments", content=b"a=1", headers={"content-type": "text/plain"}).status_code == 415
    assert api.get("/v1/payments").json()["field"] == "reference"
    assert api.get("/v1/payments?reference=a&reference=b").status_code == 422
    assert api.get("/v1/payments?" + "a=1&" * 30).status_code == 400
    key = {"idempotency-key": "x" * 256}
    assert api.post("/v1/payments", json=order(), headers=key).json()["field"] == "Idempotency-Key"


@pytest.mark.parametrize("header", [{}, {"authorization": "Bearer wrong"}, {"authorization": "Basic x"}])
def test_without_the_key_nothing_is_told(provider, header):
    for path in ("/v1/books", "/v1/payments/pay_0", "/v1/script"):
        answer = httpx.get(provider.url + path, headers=header)
        assert (answer.status_code, answer.json()["code"]) == (401, "api_key_wrong")


JSON = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(), inner, max_size=3),
    max_leaves=6,
)
NAMES = ["reference", "amount", "currency", "card", "capture", "return_url", "outcome", "next"]
GOOD = some.sampled_from(["EUR", "1.00", "4242424242424242", "pass", "a", True])
PATHS = ["", "/pay_0/capture", "/pay_0/void", "/pay_0/refunds", "/pay_0/challenge"]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=some.sampled_from(PATHS), body=some.dictionaries(some.sampled_from(NAMES), JSON | GOOD))
def test_no_body_makes_a_500(api, path, body):
    answer = api.post(f"/v1/payments{path}", content=json.dumps(body), headers={"content-type": "application/json"})
    assert answer.status_code < 500, answer.text
    assert answer.status_code < 400 or answer.json()["code"]


def test_wrong_settings_are_all_told_at_once(tmp_path):
    wrong = {"SANDBOX_PORT": "no", "SANDBOX_WEBHOOK_URL": "ftp://x", "SANDBOX_RETRY_SECONDS": "nan"}
    ended = subprocess.run(
        [sys.executable, "-m", "commerce.sandbox", "--books", str(tmp_path / "b")],
        cwd=ROOT,
        env=wrong,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert ended.returncode == 2
    assert [name for name in [*wrong, "SANDBOX_SECRET"] if name not in ended.stderr] == []
