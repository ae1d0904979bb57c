"""The provider's adapter and its webhook door: what is believed, and what a refusal is."""

import base64
import hashlib
import hmac
import json
from decimal import Decimal
from typing import Any

import httpx
import pytest
from django.test import RequestFactory

from chassis import clock
from chassis.ids import new_id
from commerce.models import Payment, WebhookReceipt
from commerce.payment import api, outcomes
from commerce.payment.errors import BadSignature
from commerce.payment.providers import sandbox
from commerce.payment.providers.interface import ProviderRefused, ProviderUnanswered
from commerce.reversal.notices import take
from commerce.tests.books import ours

PICTURE = {
    "id": "pay_1",
    "reference": "ref",
    "status": "authorised",
    "amount": "10.00",
    "currency": "EUR",
    "amount_captured": "0.00",
    "amount_refunded": "0.00",
}


def signed(body: bytes, *, secret: bytes) -> dict[str, str]:
    moment = str(int(clock.now().timestamp()))
    mark = base64.b64encode(hmac.new(secret, f"msg_1.{moment}.".encode() + body, hashlib.sha256).digest()).decode()
    return {"webhook-id": "msg_1", "webhook-timestamp": moment, "webhook-signature": f"v1,{mark}"}


@pytest.mark.parametrize("secret", ["", "whsec_"])
def test_without_a_secret_no_webhook_is_believed(monkeypatch: pytest.MonkeyPatch, secret: str) -> None:
    monkeypatch.setenv("SANDBOX_SECRET", secret)
    with pytest.raises(BadSignature):
        sandbox.verified(signed(b"{}", secret=b""), b"{}")


def test_a_correct_signature_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANDBOX_SECRET", "whsec_" + base64.b64encode(b"key").decode())
    assert sandbox.verified(signed(b"{}", secret=b"key"), b"{}") == "msg_1"


@pytest.mark.parametrize(
    ("status", "raised"),
    [
        (400, ProviderRefused),
        (402, ProviderRefused),
        (409, ProviderRefused),
        (422, ProviderRefused),
        (401, ProviderUnanswered),
        (500, ProviderUnanswered),
        (504, ProviderUnanswered),
    ],
)
def test_only_a_definite_no_is_a_refusal(monkeypatch: pytest.MonkeyPatch, status: int, raised: type[Exception]) -> None:
    answer = httpx.Response(status, json={"code": "why"})
    client = httpx.Client(base_url="http://provider", transport=httpx.MockTransport(lambda _: answer))
    monkeypatch.setattr(sandbox, "_http", client)
    with pytest.raises(raised, match=r"why"):
        sandbox.Sandbox().find(ours("x", Decimal(1)))


@pytest.mark.django_db(databases=["commerce"])
def test_the_same_webhook_twice_is_applied_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANDBOX_SECRET", "key")
    Payment.objects.create(saga=new_id(), provider="sandbox", reference="ref", currency="EUR", amount=10)
    applied: list[Any] = []
    monkeypatch.setattr(outcomes, "apply", lambda payment, theirs, **_: applied.append(theirs.status))
    body = json.dumps({"data": {"payment": PICTURE}}).encode()
    for _ in range(2):
        request = RequestFactory().post("/", body, content_type="application/json", headers=signed(body, secret=b"key"))
        assert api.Webhook.as_view(provider="sandbox", take=take)(request).status_code == 204
    assert applied == ["authorised"] and WebhookReceipt.objects.count() == 1
