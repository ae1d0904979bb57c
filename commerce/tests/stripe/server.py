"""Stripe's HTTP over an account's books, on loopback: routes, keys, idempotency, lists, search, and its failures."""

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from commerce.tests.stripe import forms
from commerce.tests.stripe.account import Account, StripeProblem

KEY = "sk_test_double_0123456789abcdef"


class Double:
    """A Stripe of one account. `fail` names what goes wrong at the next call: "lose" the answer, or a status."""

    def __init__(self) -> None:
        self.account = Account()
        self.fail: list[str | int] = []
        self.asked: list[tuple[str, str]] = []
        self.searchable = True
        self._answers: dict[str, tuple[str, int, dict[str, Any]]] = {}
        self._lock = threading.Lock()
        handler = type("Handler", (_Handler,), {"double": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, method: str, path: str, form: dict[str, Any], key: str, body: str) -> tuple[int, dict[str, Any]]:
        """The answer to a call; one that was given under this idempotency key is given again."""
        with self._lock:
            if key in self._answers:
                before, *answer = self._answers[key]
                same = before == f"{path} {body}"
                return (answer[0], answer[1]) if same else (400, {"error": {"type": "idempotency_error"}})
            try:
                given = 200, self._routed(method, path, form)
            except StripeProblem as problem:
                given = problem.status, problem.body
            plain = json.loads(json.dumps(given[1]))
            if key:
                self._answers[key] = (f"{path} {body}", given[0], plain)
            return given[0], plain

    def _routed(self, method: str, path: str, form: dict[str, Any]) -> dict[str, Any]:
        account = self.account
        match [method, *path.removeprefix("/v1/").split("/")]:
            case ["POST", "payment_intents"]:
                return account.create(form)
            case ["GET", "payment_intents", "search"]:
                return self._search(form)
            case ["GET", "payment_intents"]:
                since = int(form["created"]["gte"])
                shown = account.with_charge if "expand" in form else dict
                return _page([shown(one) for one in account.intents.values() if one["created"] >= since], path, form)
            case ["GET", "payment_intents", intent]:
                return self._intent(intent)
            case ["POST", "payment_intents", intent, "capture"]:
                return account.capture(self._intent(intent), form)
            case ["POST", "payment_intents", intent, "cancel"]:
                return account.cancel(self._intent(intent))
            case ["GET", "refunds"]:
                mine = [one for one in account.refunds.values() if one["payment_intent"] == form["payment_intent"]]
                return _page(mine, path, form)
            case ["GET", "disputes"]:
                since = int(form["created"]["gte"])
                return _page([one for one in account.disputes.values() if one["created"] >= since], path, form)
            case ["POST", "refunds"]:
                return account.refund(form)
        raise StripeProblem(404, "invalid_request_error", "url_invalid")

    def _intent(self, intent: str) -> dict[str, Any]:
        if intent not in self.account.intents:
            raise StripeProblem(404, "invalid_request_error", "resource_missing", param="intent")
        return self.account.intents[intent]

    def _search(self, form: dict[str, Any]) -> dict[str, Any]:
        name, value = re.fullmatch(r"metadata\['(\w+)'\]:'([\w-]+)'", form["query"]).groups()  # type: ignore[union-attr]
        found = [one for one in self.account.intents.values() if one["metadata"].get(name) == value]
        return {"object": "search_result", "data": found if self.searchable else [], "has_more": False}


def _page(rows: list[dict[str, Any]], path: str, form: dict[str, Any]) -> dict[str, Any]:
    """Newest first, two at a time, whatever was asked for: so that pages are turned."""
    rows = rows[::-1]
    after = form.get("starting_after")
    start = next((place + 1 for place, row in enumerate(rows) if row["id"] == after), 0)
    return {"object": "list", "url": path, "data": rows[start : start + 2], "has_more": len(rows) > start + 2}


class _Handler(BaseHTTPRequestHandler):
    double: Double

    def do_GET(self) -> None:
        self._serve(urlsplit(self.path).query)

    def do_POST(self) -> None:
        self._serve(self.rfile.read(int(self.headers.get("content-length", "0"))).decode())

    def _serve(self, body: str) -> None:
        path = urlsplit(self.path).path
        self.double.asked.append((self.command, path))
        if self.headers.get("authorization") != f"Bearer {KEY}":
            return self._send(401, {"error": {"type": "invalid_request_error", "message": "Invalid API Key"}})
        fail = self.double.fail.pop(0) if self.double.fail else None
        if isinstance(fail, int):
            return self._send(fail, {"error": {"type": "api_error", "message": "pm_secret"}})
        key = self.headers.get("idempotency-key", "") if self.command == "POST" else ""
        status, answer = self.double.answer(self.command, path, forms.read(body), key, body)
        if fail == "lose":
            self.close_connection = True
            return self.connection.close()
        return self._send(status, answer)

    def _send(self, status: int, answer: dict[str, Any]) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.send_header("request-id", "req_1")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Tests are quiet."""
