"""Webhooks are signed after Standard Webhooks, tried again until they are taken, and told in the books."""

import time

from commerce.sandbox.tests.harness import Receiver, order, until
from commerce.sandbox.webhooks import key_of, sign


def test_signatures_agree_with_the_published_example():
    """The test vector of the Standard Webhooks reference libraries."""
    signature = sign(
        key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
        id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp=1614265330,
        body=b'{"test": 2432232314}',
    )
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_webhook_is_signed_and_carries_the_payment(api, receiver: Receiver):
    payment = api.post("/v1/payments", json=order()).json()
    (hook,) = receiver.wait_for(payment, "payment.authorised")
    assert hook.genuine
    assert abs(int(hook.timestamp) - time.time()) < 30
    assert hook.event["id"] == hook.id
    assert hook.event["data"]["payment"] == payment


def test_a_refused_webhook_is_sent_again_under_its_id(make_provider):
    receiver = Receiver()
    receiver.refuse = 2
    provider = make_provider(SANDBOX_WEBHOOK_URL=f"http://127.0.0.1:{receiver.port}/").start()
    with provider.client() as client:
        payment = client.post("/v1/payments", json=order()).json()
        (hook,) = receiver.wait_for(payment, "payment.authorised")
        tries = [*receiver.refused, hook]
        assert len({one.id for one in tries}) == 1 and len(tries) == 3
        assert tries[1].at - tries[0].at > 0.15 and tries[2].at - tries[1].at > 0.35, "the pause doubles"
        delivery = until(
            lambda: [
                one
                for event in client.get("/v1/books").json()["events"]
                for one in event["deliveries"]
                if one["state"] == "delivered"
            ],
            sentence="the books do not tell of the delivery",
        )
    assert delivery == [{"state": "delivered", "attempts": 3, "answer": "HTTP 200"}]
    receiver.stop()


def test_a_webhook_nobody_takes_is_given_up(make_provider):
    provider = make_provider(SANDBOX_WEBHOOK_URL="http://127.0.0.1:9/", SANDBOX_RETRY_LIMIT="2").start()
    with provider.client() as client:
        assert client.post("/v1/payments", json=order("4000000000000093")).status_code == 201
        found = until(
            lambda: [
                one
                for event in client.get("/v1/books").json()["events"]
                for one in event["deliveries"]
                if one["state"] == "abandoned"
            ],
            sentence="it was never given up",
        )
    assert found[0]["attempts"] == 2 and "ConnectionRefused" in found[0]["answer"]
