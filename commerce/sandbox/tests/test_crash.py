"""The books survive kill -9: what was answered is there, what was promised is done."""

import threading
import time

import httpx

from commerce.sandbox.tests.harness import CARD, Receiver, order, until


def test_every_answered_payment_survives_kill_9_under_load(make_provider):
    provider = make_provider().start()
    answered: dict[str, dict] = {}
    asked: set[str] = set()

    def pay() -> None:
        with provider.client() as client:
            while True:
                body = order(capture=True)
                asked.add(body["reference"])
                try:
                    answered[body["reference"]] = client.post("/v1/payments", json=body).json()
                except httpx.HTTPError:
                    return

    for _ in range(3):
        before = len(answered)
        crowd = [threading.Thread(target=pay) for _ in range(8)]
        for one in crowd:
            one.start()
        until(lambda: len(answered) > before + 50, sentence="no payments were made")  # noqa: B023
        provider.kill()
        for one in crowd:
            one.join()
        provider.start()
        with provider.client() as client:
            payments = client.get("/v1/books").json()["payments"]
        kept = {payment["reference"]: payment for payment in payments}
        assert {name: kept.get(name) for name in answered} == answered
        assert kept.keys() <= asked and len(kept) == len(payments)
        assert all(len(payment["transactions"]) == 2 for payment in payments), "a payment was half booked"


def test_keys_late_captures_and_unsent_webhooks_survive_kill_9(make_provider):
    receiver = Receiver()
    receiver.refuse = 10_000
    provider = make_provider(
        SANDBOX_WEBHOOK_URL=f"http://127.0.0.1:{receiver.port}/", SANDBOX_LATE_SECONDS="1.5"
    ).start()
    body, key = order(CARD + "0341"), {"idempotency-key": "k1"}
    with provider.client() as client:
        first = client.post("/v1/payments", json=body, headers=key)
        payment = first.json()
        assert client.post(f"/v1/payments/{payment['id']}/capture").status_code == 202
    until(lambda: receiver.refused, sentence="the webhook was not tried")
    provider.kill()
    assert receiver.of(payment) == []
    receiver.refuse = 0
    provider.start()
    with provider.client() as client:
        assert client.post("/v1/payments", json=body, headers=key).content == first.content
        hooks = receiver.wait_for(payment, "payment.authorised", "payment.captured")
        assert client.get(f"/v1/payments/{payment['id']}").json()["status"] == "captured"
    assert all(hook.genuine for hook in hooks)
    receiver.stop()


def test_the_worker_ends_with_its_killed_parent(make_provider):
    provider = make_provider().start()
    assert provider.process is not None
    provider.process.kill()
    provider.process.wait()

    def silent() -> bool:
        try:
            httpx.get(f"{provider.url}/healthz", timeout=1)
        except httpx.HTTPError:
            return True
        return False

    until(silent, sentence="an orphan kept the port", seconds=5)
    provider.start()


def test_books_have_one_keeper(make_provider):
    first = make_provider().start()
    second = make_provider()
    second.books = first.books
    began = time.monotonic()
    try:
        second.start()
    except AssertionError:
        pass
    else:
        raise AssertionError("two processes kept the same books")
    assert time.monotonic() - began < 29
    assert first.answers()
