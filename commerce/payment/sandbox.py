"""The sandbox provider's adapter: the only code that knows its HTTP. Never imports the provider's own package."""

import base64
import hashlib
import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import httpx

from chassis import clock
from chassis.outside import calling_out
from commerce.payment.errors import BadSignature

TOLERANCE_SECONDS = 300
REFUSALS = (400, 402, 409, 422)
"""Statuses that say no for good; every other failure leaves open what was booked."""


class ProviderUnanswered(Exception):
    """No answer, or one that says nothing about what was booked: the outcome is in doubt."""


class ProviderRefused(Exception):
    """The provider says no: nothing was booked by this call. `code` is its own word for why."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code


@dataclass(frozen=True, kw_only=True)
class ProviderPayment:
    """A payment as the provider's books have it. Amounts are in the payment's currency."""

    id: str
    reference: str
    status: str
    currency: str
    amount: Decimal
    captured: Decimal
    refunded: Decimal
    decline_code: str
    action_url: str
    pending: Decimal = Decimal(0)
    """Accepted for capture and not taken yet."""

    @property
    def holding(self) -> bool:
        """Whether it may still take money, or holds some that is not taken."""
        return self.status in ("requires_action", "authorised", "partially_captured")

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> "ProviderPayment":
        """From the provider's JSON."""
        return cls(
            id=body["id"],
            reference=body["reference"],
            status=body["status"],
            currency=body["currency"],
            amount=Decimal(body["amount"]),
            captured=Decimal(body["amount_captured"]),
            refunded=Decimal(body["amount_refunded"]),
            decline_code=body.get("decline_code") or "",
            pending=Decimal(body.get("amount_capture_pending", "0")),
            action_url=(body.get("next_action") or {}).get("url", ""),
        )


_http: httpx.Client | None = None


def _client() -> httpx.Client:
    """One pooled client per process, made after the fork."""
    global _http
    if _http is None:
        key = os.environ.get("SANDBOX_API_KEY", "")
        _http = httpx.Client(
            base_url=os.environ.get("SANDBOX_PUBLIC_URL", "http://127.0.0.1:8090"),
            timeout=httpx.Timeout(float(os.environ.get("SANDBOX_CLIENT_TIMEOUT", "8")), connect=2),
            headers={"Authorization": f"Bearer {key}"} if key else {},
            limits=httpx.Limits(max_connections=16, max_keepalive_connections=16),
        )
    return _http


def authorise(*, reference: str, amount: Decimal, currency: str, source: str, key: str) -> ProviderPayment:
    """Ask for an authorisation; a repeated `reference` answers with the first payment.

    ProviderUnanswered in doubt, ProviderRefused when nothing was booked.
    """
    body = {"reference": reference, "amount": str(amount), "currency": currency, "card": source, "capture": False}
    return ProviderPayment.read(_send("POST", "/v1/payments", json=body, key=key))


def find(*, reference: str) -> ProviderPayment | None:
    """What the provider booked under a reference, or None when it booked nothing."""
    found = _send("GET", "/v1/payments", params={"reference": reference})["payments"]
    return ProviderPayment.read(found[0]) if found else None


def capture(*, provider_id: str, amount: Decimal, key: str) -> ProviderPayment:
    """Take authorised money. The answer may say that less is captured yet: then a webhook follows."""
    return ProviderPayment.read(
        _send("POST", f"/v1/payments/{provider_id}/capture", json={"amount": str(amount)}, key=key)
    )


def void(*, provider_id: str, key: str) -> ProviderPayment:
    """Give an authorisation back."""
    return ProviderPayment.read(_send("POST", f"/v1/payments/{provider_id}/void", json={}, key=key))


def refund(*, provider_id: str, amount: Decimal, reference: str, key: str) -> str:
    """Give captured money back; returns the provider's id of the refund."""
    body = {"amount": str(amount), "reference": reference}
    return str(_send("POST", f"/v1/payments/{provider_id}/refunds", json=body, key=key)["id"])


def _send(method: str, path: str, *, key: str = "", **options: Any) -> Any:
    calling_out("the payment provider")
    headers = {"Idempotency-Key": key} if key else {}
    try:
        response = _client().request(method, path, headers=headers, **options)
    except httpx.HTTPError as error:
        raise ProviderUnanswered(f"{method} {path}: {type(error).__name__}") from error
    if response.status_code in REFUSALS:
        raise _refusal(response)
    if response.status_code >= 400:
        raise ProviderUnanswered(f"{method} {path}: {response.status_code} {response.text[:300]}")
    return response.json()


def _refusal(response: httpx.Response) -> ProviderRefused:
    try:
        problem = response.json()
        return ProviderRefused(str(problem["code"])[:100], str(problem.get("detail", ""))[:300])
    except (ValueError, KeyError, TypeError):
        return ProviderRefused(f"refused_{response.status_code}", response.text[:300])


def verify_webhook(headers: Mapping[str, str], body: bytes) -> str:
    """The id of a correctly signed webhook (Standard Webhooks, v1 HMAC-SHA256); BadSignature otherwise."""
    identifier, moment = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not identifier or not moment.isascii() or not moment.isdigit() or len(moment) > 12:
        raise BadSignature()
    if abs(clock.now().timestamp() - int(moment)) > TOLERANCE_SECONDS:
        raise BadSignature("the timestamp is too old")
    expected = _signature(identifier, moment, body)
    given = [part.removeprefix("v1,") for part in headers.get("webhook-signature", "").split(" ")]
    if not any(hmac.compare_digest(expected.encode(), candidate.encode("utf-8", "replace")) for candidate in given):
        raise BadSignature()
    return identifier


def _signature(identifier: str, moment: str, body: bytes) -> str:
    secret = os.environ.get("SANDBOX_SECRET", "")
    if not secret.removeprefix("whsec_"):
        raise BadSignature("no secret is set, so that no webhook can be trusted")
    key = base64.b64decode(secret.removeprefix("whsec_")) if secret.startswith("whsec_") else secret.encode()
    return base64.b64encode(hmac.new(key, f"{identifier}.{moment}.".encode() + body, hashlib.sha256).digest()).decode()
