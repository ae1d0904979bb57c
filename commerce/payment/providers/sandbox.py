"""The sandbox provider's adapter: the only code that knows its HTTP. Never imports the provider's own package."""

import base64
import hashlib
import hmac
import json
import os
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import httpx

from chassis import clock
from chassis.errors import Invalid
from chassis.outside import calling_out
from commerce.payment.errors import BadSignature
from commerce.payment.providers.interface import (
    Booked,
    Notice,
    OurPayment,
    ProviderPayment,
    ProviderRefused,
    ProviderUnanswered,
)

TOLERANCE_SECONDS = 300
REFUSALS = (400, 402, 409, 422)
"""Statuses that say no for good; every other failure leaves open what was booked."""


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


class Sandbox:
    """Payments by the sandbox provider (`commerce/sandbox/`), over HTTP."""

    public_key = ""

    @property
    def ready(self) -> bool:
        return bool(os.environ.get("SANDBOX_SECRET"))

    def find(self, ours: OurPayment) -> ProviderPayment | None:
        found = _send("GET", "/v1/payments", params={"reference": ours.reference})["payments"]
        return _picture(found[0]) if found else None

    def authorise(self, ours: OurPayment, *, key: str) -> ProviderPayment:
        body = {
            "reference": ours.reference,
            "amount": str(ours.amount),
            "currency": ours.currency,
            "card": ours.source,
            "capture": False,
        }
        return _picture(_send("POST", "/v1/payments", json=body, key=key))

    def capture(self, ours: OurPayment, *, amount: Decimal, key: str) -> ProviderPayment:
        body = {"amount": str(amount)}
        return _picture(_send("POST", f"/v1/payments/{ours.provider_id}/capture", json=body, key=key))

    def void(self, ours: OurPayment, *, key: str) -> ProviderPayment:
        return _picture(_send("POST", f"/v1/payments/{ours.provider_id}/void", json={}, key=key))

    def refund(self, ours: OurPayment, *, amount: Decimal, reference: str, key: str) -> str:
        body = {"amount": str(amount), "reference": reference}
        return str(_send("POST", f"/v1/payments/{ours.provider_id}/refunds", json=body, key=key)["id"])

    def statement(self, since: datetime) -> Iterable[Booked]:
        booked = _send("GET", "/v1/books")["payments"]
        return [entry(one) for one in booked if datetime.fromisoformat(one["created_at"]) >= since]

    def read_webhook(self, headers: Mapping[str, str], body: bytes) -> Notice:
        """Standard Webhooks, v1 HMAC-SHA256; the event's id is the receipt's."""
        identifier = verified(headers, body)
        try:
            return Notice(id=identifier, payment=_picture(json.loads(body)["data"]["payment"]))
        except (ValueError, KeyError, TypeError, ArithmeticError) as error:
            raise Invalid("the webhook's body is not understood") from error


def _picture(body: Mapping[str, Any]) -> ProviderPayment:
    """A payment from the provider's JSON."""
    return ProviderPayment(
        id=body["id"],
        reference=body["reference"],
        status=body["status"],
        currency=body["currency"],
        amount=Decimal(body["amount"]),
        captured=Decimal(body["amount_captured"]),
        decline_code=body.get("decline_code") or "",
        pending=Decimal(body.get("amount_capture_pending", "0")),
        action_url=(body.get("next_action") or {}).get("url", ""),
    )


def entry(body: Mapping[str, Any]) -> Booked:
    """A payment on the statement, from the provider's JSON."""
    return Booked(**vars(_picture(body)), refunded=Decimal(body["amount_refunded"]))


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


def verified(headers: Mapping[str, str], body: bytes) -> str:
    """The id of a correctly signed webhook; BadSignature otherwise."""
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
