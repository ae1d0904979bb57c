"""Sends the queued webhooks, signed after Standard Webhooks, again and again until the receiver says 2xx.

Delivered at least once: what was sent but not yet noted when the process died is sent again, with the same
webhook-id. Each lane is a thread of its own, so that a payment whose webhooks fail delays few others; a
webhook that failed steps aside until its next try, so that it does not delay its own lane either.
"""

import base64
import binascii
import hashlib
import hmac
import http.client
import logging
import sqlite3
import threading
import time
from collections.abc import Iterable
from urllib.parse import urlsplit

from commerce.sandbox.books import Books, Entry
from commerce.sandbox.events import LANES
from commerce.sandbox.problems import Problem
from commerce.sandbox.settings import Settings

log = logging.getLogger("sandbox.webhooks")
BATCH = 16
ANSWER_SECONDS = 10.0
LONGEST_PAUSE_SECONDS = 300.0


def key_of(secret: str) -> bytes:
    """The signing key: ``whsec_<base64>`` as Standard Webhooks writes it, or the plain text itself."""
    if secret.startswith("whsec_"):
        try:
            return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        except binascii.Error:
            pass
    return secret.encode()


def sign(key: bytes, *, id: str, timestamp: int, body: bytes) -> str:
    """The webhook-signature: v1, HMAC-SHA256 over ``id.timestamp.body``; timestamp in whole seconds."""
    digest = hmac.new(key, f"{id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


class Webhooks:
    """The delivery threads of one process."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.key = key_of(settings.secret)
        self.target = urlsplit(settings.webhook_url)
        self.signals = [threading.Event() for _ in range(LANES)]

    def start(self, books: Books) -> None:
        """Begin delivering what waits in ``books``; does nothing when no address is set."""
        if self.settings.webhook_url:
            for lane in range(LANES):
                threading.Thread(target=self._work, args=(lane, books), name=f"webhooks-{lane}", daemon=True).start()

    def wake(self, lanes: Iterable[int]) -> None:
        """Say that these lanes have something new."""
        for lane in lanes:
            self.signals[lane].set()

    def await_first_try(self, books: Books, events: Iterable[str], *, patience: float = ANSWER_SECONDS) -> None:
        """Wait until each event was sent once, at most ``patience`` seconds: it may wait for us."""
        deadline = time.monotonic() + patience
        for event in events:
            query = "SELECT 1 FROM deliveries WHERE event_id = ? AND state = 'waiting' AND attempts = 0"
            while time.monotonic() < deadline and books.read().execute(query, (event,)).fetchone():
                time.sleep(0.005)

    def _work(self, lane: int, books: Books) -> None:
        signal, wire = self.signals[lane], Wire(self.settings)
        while True:
            signal.clear()
            now = time.time()
            due = books.read().execute(
                "SELECT d.seq, d.attempts, e.id, e.body FROM deliveries d JOIN events e ON e.id = d.event_id"
                " WHERE d.state = 'waiting' AND d.lane = ? AND d.due_at <= ?"
                " ORDER BY d.due_at, d.seq LIMIT ?",
                (lane, now, BATCH),
            )
            rows = due.fetchall()
            if not rows:
                signal.wait(self._pause(lane, books))
                continue
            outcomes = [(row, *self._send(wire, row)) for row in rows]
            try:
                books.write(lambda entry, outcomes=outcomes: self._note(entry, outcomes))  # type: ignore[misc]
            except (Problem, sqlite3.Error):
                log.exception("Deliveries could not be noted; they will be sent again")
                time.sleep(1)

    def _pause(self, lane: int, books: Books) -> float:
        query = "SELECT min(due_at) FROM deliveries WHERE state = 'waiting' AND lane = ?"
        (first,) = books.read().execute(query, (lane,)).fetchone()
        return 5.0 if first is None else min(5.0, max(0.0, first - time.time()))

    def _send(self, wire: "Wire", row: sqlite3.Row) -> tuple[bool, str]:
        body, timestamp = row["body"].encode(), int(time.time())
        headers = {
            "content-type": "application/json",
            "user-agent": "sandbox-provider/1",
            "webhook-id": row["id"],
            "webhook-timestamp": str(timestamp),
            "webhook-signature": sign(self.key, id=row["id"], timestamp=timestamp, body=body),
        }
        try:
            code = wire.post(body, headers)
        except (OSError, http.client.HTTPException) as error:
            return False, f"{type(error).__name__}: {error}"
        return 200 <= code < 300, f"HTTP {code}"

    def _note(self, entry: Entry, outcomes: list[tuple[sqlite3.Row, bool, str]]) -> None:
        for row, delivered, answer in outcomes:
            tries = row["attempts"] + 1
            if delivered:
                state, pause = "delivered", 0.0
            else:
                state = "abandoned" if tries >= self.settings.retry_limit else "waiting"
                pause = min(LONGEST_PAUSE_SECONDS, self.settings.retry_seconds * 2.0 ** min(row["attempts"], 20))
            entry.run(
                "UPDATE deliveries SET state = ?, attempts = ?, due_at = ?, answer = ? WHERE seq = ?",
                state,
                tries,
                entry.now + pause,
                answer[:200],
                row["seq"],
            )


class Wire:
    """One kept-alive connection to the receiver."""

    def __init__(self, settings: Settings) -> None:
        target = urlsplit(settings.webhook_url)
        kind = http.client.HTTPSConnection if target.scheme == "https" else http.client.HTTPConnection
        self.connection = kind(target.hostname or "", target.port, timeout=ANSWER_SECONDS)
        self.path = (target.path or "/") + (f"?{target.query}" if target.query else "")

    def post(self, body: bytes, headers: dict[str, str]) -> int:
        """Send once and return the status; OSError or HTTPException when there was no answer."""
        used = self.connection.sock is not None
        try:
            return self._exchange(body, headers)
        except (http.client.HTTPException, ConnectionError):
            self.connection.close()
            if not used:
                raise
            # A kept-alive connection that the receiver had closed says nothing about the receiver.
            return self._exchange(body, headers)
        except OSError:
            self.connection.close()
            raise

    def _exchange(self, body: bytes, headers: dict[str, str]) -> int:
        try:
            self.connection.request("POST", self.path, body, headers)
            answer = self.connection.getresponse()
            answer.read()
        except BaseException:
            self.connection.close()
            raise
        return answer.status
