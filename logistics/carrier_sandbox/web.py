"""The WSGI application of the carrier: a table of routes, a check of the key, one place that renders refusals."""

import hmac
import http
import json
import re
import secrets
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from logistics.carrier_sandbox.books import Books
from logistics.carrier_sandbox.label import label
from logistics.carrier_sandbox.script import Script

MOST_BYTES, MOST_KG = 100_000, 31.5
STATUSES = ("accepted", "in_transit", "out_for_delivery", "delivered", "failed", "returned")
Answer = tuple[int, str, bytes]


class Refusal(Exception):
    """An answer that says no."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail = status, code, detail


class Carrier:
    """WSGI callable over open books."""

    def __init__(self, *, books: Books, api_key: str) -> None:
        self.books, self.key, self.script = books, api_key, Script()
        number = r"/v1/consignments/(SC[0-9]{10})"
        self.routes: list[tuple[str, str, Callable[..., Answer]]] = [
            ("GET", "/healthz", lambda _: _json(200, {"status": "ok"})),
            ("POST", "/v1/rates", self.rates),
            ("POST", "/v1/consignments", self.book),
            ("GET", number, self.track),
            ("GET", f"{number}/label", self.label),
            ("POST", f"{number}/cancel", self.cancel),
            ("POST", f"{number}/events", self.event),
            ("POST", "/v1/script", self.write_script),
        ]

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        try:
            status, kind, body = self._answer(environ)
        except Refusal as no:
            status, kind, body = _json(no.status, {"code": no.code, "detail": no.detail})
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            status, kind, body = _json(400, {"code": "malformed", "detail": str(error)[:200]})
        headers = [("content-type", kind), ("content-length", str(len(body)))]
        start_response(f"{status} {http.HTTPStatus(status).phrase}", headers)
        return [body]

    def _answer(self, environ: dict[str, Any]) -> Answer:
        path, method = environ.get("PATH_INFO", ""), environ["REQUEST_METHOD"]
        for verb, pattern, endpoint in self.routes:
            match = re.fullmatch(pattern, path)
            if match and verb == method:
                if path != "/healthz":
                    self._authenticate(environ)
                length = min(int(environ.get("CONTENT_LENGTH") or 0), MOST_BYTES)
                raw = environ["wsgi.input"].read(length) if method == "POST" else b""
                return endpoint(json.loads(raw or b"{}"), *match.groups())
        raise Refusal(404, "not_found", "There is nothing here.")

    def _authenticate(self, environ: dict[str, Any]) -> None:
        given = environ.get("HTTP_AUTHORIZATION", "").removeprefix("Bearer ").encode("utf-8", "replace")
        if self.key and not hmac.compare_digest(given, self.key.encode()):
            raise Refusal(401, "api_key_wrong", "Send the API key as Authorization: Bearer.")

    def rates(self, body: dict[str, Any]) -> Answer:
        """Two offers, by weight."""
        _misbehave(self.script.take("rates"))
        kilograms = _accepted(body)
        offers = [
            {"service": name, "amount": f"{base + each * kilograms:.2f}", "currency": "EUR"}
            for name, base, each in (("standard", 3.9, 0.4), ("express", 9.5, 0.9))
        ]
        return _json(200, {"offers": offers})

    def book(self, body: dict[str, Any]) -> Answer:
        """A number and its label; booked once per reference, whatever is answered."""
        behaviour = self.script.take("label")
        if behaviour != "lost":
            _misbehave(behaviour)
        _accepted(body)
        found = self.books.book(str(body["reference"])[:100], body)
        _misbehave(behaviour)
        return _json(201, {"number": found["number"], "tracking_url": f"https://track.example/{found['number']}"})

    def track(self, _: dict[str, Any], number: str) -> Answer:
        """Everything that happened."""
        _misbehave(self.script.take("track"))
        return _json(200, self._found(number))

    def label(self, _: dict[str, Any], number: str) -> Answer:
        """The label's PDF."""
        asked = self._found(number)["request"]
        to = asked.get("to", {})
        place = f"{to.get('postcode', '')} {to.get('city', '')}"
        lines = [
            "SANDBOX CARRIER",
            number,
            "",
            *(str(to.get(name, "")) for name in ("name", "street")),
            place,
            str(to.get("country", "")),
        ]
        return 200, "application/pdf", label([*lines, "", f"{asked.get('weight', '?')} kg"])

    def cancel(self, _: dict[str, Any], number: str) -> Answer:
        """Void it, again and again if asked to, until it was collected."""
        _misbehave(self.script.take("cancel"))
        if self._found(number)["events"]:
            raise Refusal(409, "collected", "What was collected cannot be cancelled.")
        self.books.cancel(number)
        return _json(200, {"number": number, "cancelled": True})

    def event(self, body: dict[str, Any], number: str) -> Answer:
        """Something happens to the parcel."""
        self._found(number)
        if body["status"] not in STATUSES:
            raise Refusal(422, "unknown_status", f"A status is one of {', '.join(STATUSES)}.")
        moment = body.get("at") or datetime.fromtimestamp(time.time(), tz=UTC).isoformat()
        event = {
            "id": f"evt_{secrets.token_hex(8)}",
            "status": body["status"],
            "at": moment,
            "place": body.get("place", ""),
        }
        self.books.happened(number, event, times=0 if body.get("silent") else int(body.get("times", 1)))
        return _json(201, event)

    def write_script(self, body: dict[str, Any]) -> Answer:
        """What the next calls meet."""
        self.script.add(body["next"])
        return _json(200, {})

    def _found(self, number: str) -> dict[str, Any]:
        found = self.books.find(number)
        if found is None:
            raise Refusal(404, "unknown_number", "There is no such consignment.")
        return found


def _misbehave(behaviour: str) -> None:
    if behaviour == "error":
        raise Refusal(500, "failed", "The carrier failed.")
    if behaviour == "lost":
        raise Refusal(504, "no_answer", "No answer in time.")
    if behaviour == "refuse":
        raise Refusal(422, "refused", "The carrier does not take this parcel.")


def _accepted(body: dict[str, Any]) -> float:
    """The weight of a parcel that is taken."""
    kilograms = float(body.get("weight", 0))
    if body["to"].get("country") == "XX":
        raise Refusal(422, "not_served", "The carrier does not go there.")
    if not 0 <= kilograms <= MOST_KG:
        raise Refusal(422, "too_heavy", f"A parcel weighs at most {MOST_KG} kg.")
    return kilograms


def _json(status: int, data: Any) -> Answer:
    return status, "application/json", json.dumps(data).encode()
