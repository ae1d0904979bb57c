"""Each test card does what the table says."""

import time

import httpx
import pytest

from commerce.sandbox.cards import TABLE
from commerce.sandbox.tests.harness import CARD, Receiver, order, until


def kinds(payment: dict) -> list[str]:
    return [one["kind"] for one in payment["transactions"]]


def by_reference(api: httpx.Client, reference: str) -> list[dict]:
    answer = api.get("/v1/payments", params={"reference": reference})
    assert answer.status_code == 200
    return list(answer.json()["payments"])


def test_the_table_of_cards_is_public(provider):
    rows = httpx.get(f"{provider.url}/v1/cards").json()["cards"]
    assert [row["last4"] for row in rows] == [card.last4 for card in TABLE]
    assert len(rows) == 11


def test_success_authorises_and_captures_when_asked(api, receiver: Receiver):
    only = api.post("/v1/payments", json=order())
    assert (only.status_code, only.json()["status"]) == (201, "authorised")
    both = api.post("/v1/payments", json=order(capture=True)).json()
    assert (both["status"], both["amount_captured"], kinds(both)) == ("captured", "12.50", ["authorise", "capture"])
    receiver.wait_for(only.json(), "payment.authorised")
    hooks = receiver.wait_for(both, "payment.authorised", "payment.captured")
    assert [hook.event["sequence"] for hook in hooks] == [1, 2]


@pytest.mark.parametrize(("last4", "code"), [("0002", "card_declined"), ("9995", "insufficient_funds")])
def test_declines_are_payments_that_hold_no_money(api, receiver, last4, code):
    answer = api.post("/v1/payments", json=order(CARD + last4, capture=True))
    payment = answer.json()
    assert (answer.status_code, payment["status"], payment["decline_code"]) == (201, "declined", code)
    assert payment["amount_authorised"] == "0.00"
    assert api.post(f"/v1/payments/{payment['id']}/capture").json()["code"] == "payment_not_authorised"
    receiver.wait_for(payment, "payment.declined")


@pytest.mark.parametrize(
    ("outcome", "status", "told"),
    [("pass", "captured", ["payment.authorised", "payment.captured"]), ("fail", "declined", ["payment.declined"])],
)
def test_challenge_waits_for_its_outcome(api, receiver, outcome, status, told):
    payment = api.post("/v1/payments", json=order(CARD + "3220", capture=True)).json()
    assert (payment["status"], payment["amount_authorised"]) == ("requires_action", "0.00")
    settled = api.post(f"/v1/payments/{payment['id']}/challenge", json={"outcome": outcome})
    assert settled.json()["status"] == status
    again = api.post(f"/v1/payments/{payment['id']}/challenge", json={"outcome": "pass"})
    assert (again.status_code, again.json()["code"]) == (409, "challenge_settled")
    receiver.wait_for(payment, "payment.requires_action", *told)


def test_a_shopper_passes_the_challenge_by_clicking(api, provider):
    back = "https://shop.example/checkout?cart=1"
    payment = api.post("/v1/payments", json=order(CARD + "3220", return_url=back)).json()
    page = payment["next_action"]["url"]
    assert page == f"{provider.url}/v1/challenge/{payment['id']}"
    shown = httpx.get(page)
    assert shown.headers["content-type"].startswith("text/html")
    assert "12.50 EUR" in shown.text and 'value="pass"' in shown.text
    for _ in range(2):  # an impatient shopper clicks twice
        clicked = httpx.post(page, data={"outcome": "pass"})
        assert (clicked.status_code, clicked.headers["location"]) == (303, back)
    assert kinds(api.get(f"/v1/payments/{payment['id']}").json()) == ["challenge", "authorise"]
    assert "settled" in httpx.get(page).text
    assert httpx.post(page, data={"outcome": "maybe"}).status_code == 422


def test_lost_answer_books_and_stays_silent(api, receiver):
    body = order(CARD + "0119")
    with pytest.raises(httpx.ReadTimeout):
        api.post("/v1/payments", json=body, timeout=0.4)
    (payment,) = until(lambda: by_reference(api, body["reference"]), sentence="nothing was booked")
    assert payment["status"] == "authorised"
    receiver.wait_for(payment, "payment.authorised")
    again = api.post("/v1/payments", json=body)  # a silent answer would be a 504
    assert (again.status_code, again.json()["id"]) == (200, payment["id"])


def test_lost_answer_becomes_504_for_the_patient(api):
    body = order(CARD + "0119")
    answer = api.post("/v1/payments", json=body)
    assert (answer.status_code, answer.json()["code"]) == (504, "no_answer")
    assert len(by_reference(api, body["reference"])) == 1


def test_lost_request_books_nothing(api):
    body = order(CARD + "0126")
    with pytest.raises(httpx.ReadTimeout):
        api.post("/v1/payments", json=body, timeout=0.4)
    time.sleep(1)
    assert by_reference(api, body["reference"]) == []


def test_late_capture_is_accepted_first_and_booked_later(api, receiver):
    payment = api.post("/v1/payments", json=order(CARD + "0341")).json()
    taken = api.post(f"/v1/payments/{payment['id']}/capture", json={"amount": "10.00"})
    assert (taken.status_code, taken.json()["status"]) == (202, "authorised")
    assert taken.json()["amount_capture_pending"] == "10.00"
    over = api.post(f"/v1/payments/{payment['id']}/void", json={"amount": "3.00"})
    assert over.status_code == 409, "what waits to be captured cannot be voided"
    booked = until(
        lambda: (now := api.get(f"/v1/payments/{payment['id']}").json())["amount_captured"] == "10.00" and now,
        sentence="the late capture was never booked",
    )
    assert (booked["status"], booked["amount_capture_pending"]) == ("partially_captured", "0.00")
    receiver.wait_for(payment, "payment.authorised", "payment.captured")


def test_duplicates_come_three_times_under_one_id(api, receiver):
    payment = api.post("/v1/payments", json=order(CARD + "0077")).json()
    hooks = receiver.wait_for(payment, *["payment.authorised"] * 3)
    assert len({hook.id for hook in hooks}) == 1
    time.sleep(0.3)
    assert len(receiver.of(payment)) == 3


def test_disorder_brings_the_first_event_last(api, receiver):
    payment = api.post("/v1/payments", json=order(CARD + "0085", capture=True)).json()
    hooks = receiver.wait_for(payment, "payment.authorised", "payment.captured")
    assert [hook.type for hook in hooks] == ["payment.captured", "payment.authorised"]
    assert [hook.event["sequence"] for hook in hooks] == [2, 1]


def test_early_webhook_arrives_before_the_answer(api, receiver):
    for _ in range(5):
        payment = api.post("/v1/payments", json=order(CARD + "0093", capture=True)).json()
        answered = time.monotonic()
        hooks = receiver.of(payment)
        assert [hook.type for hook in hooks] == ["payment.authorised", "payment.captured"]
        assert all(hook.at < answered for hook in hooks)
    refunded = api.post(f"/v1/payments/{payment['id']}/refunds", json={"amount": "1", "reference": "r"})
    assert refunded.status_code == 201 and receiver.of(payment)[-1].type == "refund.succeeded"


def test_stumble_answers_500_once_and_books_nothing_then(api):
    body, key = order(CARD + "0500"), {"idempotency-key": order()["reference"]}
    first = api.post("/v1/payments", json=body, headers=key)
    assert (first.status_code, first.json()["code"]) == (500, "provider_failed")
    assert by_reference(api, body["reference"]) == []
    second = api.post("/v1/payments", json=body, headers=key)
    assert (second.status_code, second.json()["status"]) == (201, "authorised")
