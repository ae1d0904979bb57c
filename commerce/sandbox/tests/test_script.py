"""Scripted moves change what the next calls meet, once each."""

import httpx
import pytest

from commerce.sandbox.tests.harness import order, until


def script(api: httpx.Client, *moves: dict) -> None:
    answer = api.post("/v1/script", json={"next": list(moves)})
    assert answer.status_code == 200 and len(answer.json()["next"]) == len(moves)


def known(api: httpx.Client, body: dict) -> list[dict]:
    return list(api.get("/v1/payments", params={"reference": body["reference"]}).json()["payments"])


def test_a_scripted_decline_hits_one_payment(api):
    script(api, {"op": "authorise", "behaviour": "decline"})
    states = [api.post("/v1/payments", json=order()).json()["status"] for _ in range(2)]
    assert states == ["declined", "authorised"]


def test_a_move_for_a_reference_leaves_the_others_alone(api):
    body = order()
    script(api, {"op": "authorise", "behaviour": "challenge", "reference": body["reference"]})
    assert api.post("/v1/payments", json=order()).json()["status"] == "authorised"
    assert api.post("/v1/payments", json=body).json()["status"] == "requires_action"


def test_timeout_books_lost_does_not_and_delay_books_after_the_caller_left(api):
    bodies = {behaviour: order() for behaviour in ("timeout", "lost", "delay")}
    for behaviour, body in bodies.items():
        script(api, {"op": "authorise", "behaviour": behaviour, "seconds": 1.2})
        with pytest.raises(httpx.ReadTimeout):
            api.post("/v1/payments", json=body, timeout=0.25)
    assert len(known(api, bodies["timeout"])) == 1
    assert known(api, bodies["delay"]) == [], "a delayed call is not booked yet"
    until(lambda: known(api, bodies["delay"]), sentence="the delayed payment was never booked")
    assert known(api, bodies["lost"]) == []


def test_captures_refunds_and_voids_can_fail_too(api):
    url = f"/v1/payments/{api.post('/v1/payments', json=order()).json()['id']}"
    script(api, {"op": "capture", "behaviour": "decline"}, {"op": "capture", "behaviour": "error"})
    assert api.post(f"{url}/capture").json()["code"] == "refused_by_issuer"
    assert api.post(f"{url}/capture").json()["code"] == "provider_failed"
    assert api.get(url).json()["amount_captured"] == "0.00"
    assert api.post(f"{url}/capture").json()["status"] == "captured"


@pytest.mark.parametrize(
    ("move", "field"),
    [
        ({"op": "authorise"}, "next[0].behaviour"),
        ({"op": "pay", "behaviour": "decline"}, "next[0].op"),
        ({"op": "refund", "behaviour": "challenge"}, "next[0].behaviour"),
        ({"op": "refund", "behaviour": "delay", "seconds": -1}, "next[0].seconds"),
        ({"op": "refund", "behaviour": "delay", "seconds": True}, "next[0].seconds"),
        ("decline", "next[0]"),
    ],
)
def test_a_wrong_move_is_refused_with_its_place(api, move, field):
    answer = api.post("/v1/script", json={"next": [move]})
    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert api.get("/v1/script").json() == {"next": []}
