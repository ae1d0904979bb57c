"""What may happen to a payment, once per key and once per reference, also in a crowd."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from commerce.sandbox.tests.harness import Provider, order, reference


def paid(api: httpx.Client, **changes: object) -> dict:
    answer = api.post("/v1/payments", json=order(**changes))
    assert answer.status_code == 201
    return dict(answer.json())


def test_captures_and_voids_never_pass_the_authorisation(api):
    url = f"/v1/payments/{paid(api)['id']}"
    assert api.post(f"{url}/capture", json={"amount": "5.00"}).json()["status"] == "partially_captured"
    over = api.post(f"{url}/capture", json={"amount": "7.51"})
    assert (over.status_code, over.json()["code"], over.json()["field"]) == (
        409,
        "capture_exceeds_authorised",
        "amount",
    )
    assert over.headers["content-type"] == "application/problem+json"
    assert api.post(f"{url}/void", json={"amount": "2.50"}).json()["amount_capturable"] == "5.00"
    assert api.post(f"{url}/void", json={"amount": "5.01"}).json()["code"] == "void_exceeds_authorised"
    rest = api.post(f"{url}/capture").json()
    assert (rest["status"], rest["amount_captured"], rest["amount_voided"]) == ("captured", "10.00", "2.50")
    assert api.post(f"{url}/capture").status_code == 409


def test_refunds_never_pass_what_was_captured(api, receiver):
    payment = paid(api)
    url = f"/v1/payments/{payment['id']}"
    early = api.post(f"{url}/refunds", json={"amount": "1.00", "reference": "early"})
    assert (early.status_code, early.json()["code"]) == (409, "refund_exceeds_captured")
    api.post(f"{url}/capture", json={"amount": "10.00"})
    first = api.post(f"{url}/refunds", json={"amount": "4.00", "reference": "a"})
    again = api.post(f"{url}/refunds", json={"amount": "4.00", "reference": "a"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"] and first.json()["status"] == "succeeded"
    assert api.post(f"{url}/refunds", json={"amount": "6.01", "reference": "b"}).status_code == 409
    assert api.post(f"{url}/refunds", json={"amount": "6.00", "reference": "c"}).status_code == 201
    shown = api.get(url).json()
    assert (shown["amount_refunded"], shown["amount_refundable"]) == ("10.00", "0.00")
    receiver.wait_for(payment, "payment.authorised", "payment.captured", "refund.succeeded", "refund.succeeded")


def test_a_void_releases_everything(api, receiver):
    payment = paid(api)
    assert api.post(f"/v1/payments/{payment['id']}/void").json()["status"] == "voided"
    receiver.wait_for(payment, "payment.authorised", "payment.voided")


def test_a_void_cancels_a_payment_whose_challenge_is_open(api, receiver):
    payment = paid(api, card="4000000000003220")
    url = f"/v1/payments/{payment['id']}"
    cancelled = api.post(f"{url}/void")
    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "voided")
    assert api.post(f"{url}/challenge", json={"outcome": "pass"}).status_code == 409
    assert api.get(url).json()["amount_authorised"] == "0.00"
    receiver.wait_for(payment, "payment.requires_action", "payment.voided")


@pytest.mark.parametrize(("currency", "amount", "shown"), [("VND", "250000", "250000"), ("KWD", "1.234", "1.234")])
def test_amounts_have_the_decimals_of_their_currency(api, currency, amount, shown):
    assert paid(api, currency=currency, amount=amount)["amount_authorised"] == shown


def test_a_key_gives_its_first_answer_again(api):
    body, key = order(), {"idempotency-key": reference()}
    first = api.post("/v1/payments", json=body, headers=key)
    url = f"/v1/payments/{first.json()['id']}"
    api.post(f"{url}/capture")
    again = api.post("/v1/payments", json=body, headers=key)
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["idempotent-replayed"] == "true"
    for other in (
        lambda: api.post("/v1/payments", json=body | {"amount": "1"}, headers=key),
        lambda: api.post(f"{url}/void", headers=key),
    ):
        refused = other()
        assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_reused")


def test_a_key_makes_a_partial_capture_happen_once(api):
    url, key = f"/v1/payments/{paid(api)['id']}", {"idempotency-key": reference()}
    answers = [api.post(f"{url}/capture", json={"amount": "3.00"}, headers=key) for _ in range(4)]
    assert {answer.content for answer in answers} == {answers[0].content}
    assert api.get(url).json()["amount_captured"] == "3.00"


def test_a_refusal_is_kept_for_its_key(api):
    payment, key = paid(api), {"idempotency-key": reference()}
    url, body = f"/v1/payments/{payment['id']}/refunds", {"amount": "1.00", "reference": "x"}
    assert api.post(url, json=body, headers=key).status_code == 409
    api.post(f"/v1/payments/{payment['id']}/capture")
    assert api.post(url, json=body, headers=key).status_code == 409
    assert api.post(url, json=body).status_code == 201


def test_a_reference_has_one_payment_for_ever(api):
    first = paid(api, reference=(name := reference()))
    second = api.post("/v1/payments", json=order("4000000000000002", reference=name, amount="99.00"))
    assert (second.status_code, second.json()) == (200, first)


@pytest.mark.parametrize("keyed", [True, False])
def test_twenty_equal_payments_at_once_are_one(provider: Provider, api, keyed):
    body = order(capture=True)
    headers = {"idempotency-key": reference()} if keyed else {}

    def pay(_: int) -> tuple[int, str]:
        with provider.client() as client:
            answer = client.post("/v1/payments", json=body, headers=headers)
            return answer.status_code, answer.json()["id"]

    with ThreadPoolExecutor(20) as crowd:
        answers = list(crowd.map(pay, range(20)))
    assert len({id for _, id in answers}) == 1
    codes = sorted(code for code, _ in answers)
    assert codes == ([201] * 20 if keyed else [200] * 19 + [201])
    (payment,) = [one for one in api.get("/v1/books").json()["payments"] if one["reference"] == body["reference"]]
    assert [one["kind"] for one in payment["transactions"]] == ["authorise", "capture"]


def test_a_crowd_of_captures_and_refunds_stops_at_the_limit(provider: Provider, api):
    url = f"/v1/payments/{paid(api, amount='10.00')['id']}"

    def act(what: str, body: dict) -> int:
        with provider.client() as client:
            return client.post(f"{url}/{what}", json=body).status_code

    with ThreadPoolExecutor(20) as crowd:
        taken = list(crowd.map(lambda n: act("capture", {"amount": "1.00"}), range(20)))
        given = list(crowd.map(lambda n: act("refunds", {"amount": "1.00", "reference": f"r{n}"}), range(20)))
    assert (sorted(taken), sorted(given)) == ([200] * 10 + [409] * 10, [201] * 10 + [409] * 10)
    assert api.get(url).json()["amount_refunded"] == "10.00"


def test_the_books_list_every_payment_with_its_transactions(api):
    payment = paid(api, capture=True)
    books = api.get("/v1/books").json()
    assert payment in books["payments"]
    types = [event["type"] for event in books["events"] if event["payment"] == payment["id"]]
    assert types == ["payment.authorised", "payment.captured"]
