"""The adapter of a carrier over HTTP: the only code that knows its wire. Never imports the carrier's own package."""

import base64
import hashlib
import hmac
import json
import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import httpx

from chassis import clock
from chassis.outside import calling_out
from logistics.carriers.errors import BadSignature
from logistics.carriers.interface import STATUSES, Consignment, Label, Offer, Refused, Tracked, Unanswered

TOLERANCE_SECONDS = 300
REFUSALS = (400, 404, 409, 422)
"""Statuses that say no for good; every other failure leaves open what was booked."""

_http: httpx.Client | None = None


def _client() -> httpx.Client:
    """One pooled client per process, made after the fork."""
    global _http
    if _http is None:
        key = os.environ.get("CARRIER_API_KEY", "")
        _http = httpx.Client(
            base_url=os.environ.get("CARRIER_URL", "http://127.0.0.1:8091"),
            timeout=httpx.Timeout(float(os.environ.get("CARRIER_CLIENT_TIMEOUT", "8")), connect=2),
            headers={"Authorization": f"Bearer {key}"} if key else {},
        )
    return _http


class OverHttp:
    """The parcel service at CARRIER_URL."""

    title = "Parcel service"
    labels = tracks = True

    def rates(self, consignment: Consignment) -> Sequence[Offer]:
        """Its offers for a parcel. Raises Refused, Unanswered."""
        found = _send("POST", "/v1/rates", json=_body(consignment)).json()["offers"]
        return [Offer(service=one["service"], amount=Decimal(one["amount"]), currency=one["currency"]) for one in found]

    def label(self, consignment: Consignment, *, key: str) -> Label:
        """Book it and fetch its label; the same reference is booked once. Raises Refused, Unanswered."""
        booked = _send("POST", "/v1/consignments", json=_body(consignment), headers={"Idempotency-Key": key}).json()
        pdf = _send("GET", f"/v1/consignments/{booked['number']}/label").content
        return Label(number=booked["number"], tracking_url=booked["tracking_url"], pdf=pdf)

    def cancel(self, number: str, *, key: str) -> None:
        """Void a booking. Raises Refused, Unanswered."""
        _send("POST", f"/v1/consignments/{number}/cancel", json={}, headers={"Idempotency-Key": key})

    def track(self, number: str) -> Sequence[Tracked]:
        """All that is known of a parcel. Raises Refused, Unanswered."""
        return [_tracked(event) for event in _send("GET", f"/v1/consignments/{number}").json()["events"]]

    def verify(self, headers: Mapping[str, str], body: bytes) -> tuple[str, Tracked]:
        """Number and event of a genuine webhook (Standard Webhooks, v1 HMAC-SHA256); BadSignature otherwise."""
        identifier, moment = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
        fresh = moment.isascii() and moment.isdigit() and len(moment) <= 12
        if not identifier or not fresh or abs(clock.now().timestamp() - int(moment)) > TOLERANCE_SECONDS:
            raise BadSignature()
        expected = _signature(identifier, moment, body)
        given = [part.removeprefix("v1,") for part in headers.get("webhook-signature", "").split(" ")]
        if not any(hmac.compare_digest(expected.encode(), one.encode("utf-8", "replace")) for one in given):
            raise BadSignature()
        try:
            data = json.loads(body)["data"]
            return str(data["number"])[:100], _tracked(data)
        except (ValueError, KeyError, TypeError) as error:
            raise BadSignature("the body is not understood") from error

    def address(self, number: str) -> str:
        """The page where shoppers follow it."""
        return f"https://track.example/{number}" if number else ""


def _body(consignment: Consignment) -> dict[str, Any]:
    return {
        "reference": consignment.reference,
        "from": dict(consignment.sender),
        "to": dict(consignment.to),
        "weight": str(consignment.weight),
    }


def _tracked(event: Mapping[str, Any]) -> Tracked:
    """ValueError for a status or a moment that there is not."""
    status, at = event["status"], datetime.fromisoformat(event["at"])
    if status not in STATUSES or at.tzinfo is None:
        raise ValueError(f"{status} at {at}")
    return Tracked(id=str(event["id"])[:100], status=status, at=at, place=str(event.get("place", ""))[:200])


def _send(method: str, path: str, **options: Any) -> httpx.Response:
    calling_out("the carrier")
    try:
        response = _client().request(method, path, **options)
    except httpx.HTTPError as error:
        raise Unanswered(f"{method} {path}: {type(error).__name__}") from error
    if response.status_code in REFUSALS:
        raise Refused(_sentence(response))
    if response.status_code >= 400:
        raise Unanswered(f"{method} {path}: {response.status_code}")
    return response


def _sentence(response: httpx.Response) -> str:
    try:
        return str(response.json()["detail"])[:300]
    except (ValueError, KeyError, TypeError):
        return f"The carrier answered {response.status_code}."


def _signature(identifier: str, moment: str, body: bytes) -> str:
    secret = os.environ.get("CARRIER_SECRET", "")
    if not secret:
        raise BadSignature("no secret is set, so that no webhook can be trusted")
    digest = hmac.new(secret.encode(), f"{identifier}.{moment}.".encode() + body, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()
