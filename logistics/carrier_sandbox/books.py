"""The carrier's books: consignments, what happened to them, and webhooks still to be sent, in one SQLite file."""

import json
import secrets
import sqlite3
import threading
import time
from typing import Any

_SCHEMA = """
CREATE TABLE IF NOT EXISTS consignments (
    number TEXT PRIMARY KEY, reference TEXT UNIQUE NOT NULL, body TEXT NOT NULL, cancelled INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS events (id TEXT PRIMARY KEY, number TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS hooks (seq INTEGER PRIMARY KEY, id TEXT NOT NULL, body TEXT NOT NULL, due REAL NOT NULL);
"""


class Books:
    """One connection behind a lock: a carrier of a shop that tries things out has time."""

    def __init__(self, path: str) -> None:
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.executescript(_SCHEMA)

    def book(self, reference: str, body: dict[str, Any]) -> dict[str, Any]:
        """The consignment of a reference; of two with one reference the first counts."""
        number = f"SC{secrets.randbelow(10**10):010d}"
        with self._lock:
            self._db.execute(
                "INSERT INTO consignments (number, reference, body) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                (number, reference, json.dumps(body)),
            )
            row = self._db.execute("SELECT * FROM consignments WHERE reference = ?", (reference,)).fetchone()
        return _shown(row)

    def find(self, number: str) -> dict[str, Any] | None:
        """A consignment with its events, oldest first."""
        with self._lock:
            row = self._db.execute("SELECT * FROM consignments WHERE number = ?", (number,)).fetchone()
            events = self._db.execute("SELECT body FROM events WHERE number = ? ORDER BY rowid", (number,)).fetchall()
        return None if row is None else {**_shown(row), "events": [json.loads(event["body"]) for event in events]}

    def cancel(self, number: str) -> None:
        """Void it."""
        with self._lock:
            self._db.execute("UPDATE consignments SET cancelled = 1 WHERE number = ?", (number,))

    def happened(self, number: str, event: dict[str, Any], *, times: int) -> None:
        """Note an event and, so many times, its webhook."""
        body = json.dumps({"type": "tracking.updated", "data": {"number": number, **event}})
        with self._lock:
            self._db.execute("INSERT INTO events VALUES (?, ?, ?)", (event["id"], number, json.dumps(event)))
            for _ in range(times):
                self._db.execute("INSERT INTO hooks (id, body, due) VALUES (?, ?, ?)", (event["id"], body, time.time()))

    def due(self) -> list[sqlite3.Row]:
        """Webhooks to be sent now, the last noted first: nobody may count on their order."""
        with self._lock:
            query = "SELECT * FROM hooks WHERE due <= ? ORDER BY seq DESC LIMIT 20"
            return self._db.execute(query, (time.time(),)).fetchall()

    def sent(self, seq: int, *, delivered: bool) -> None:
        """Forget a webhook that was taken, try another again in a second."""
        with self._lock:
            if delivered:
                self._db.execute("DELETE FROM hooks WHERE seq = ?", (seq,))
            else:
                self._db.execute("UPDATE hooks SET due = ? WHERE seq = ?", (time.time() + 1, seq))


def _shown(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "number": row["number"],
        "reference": row["reference"],
        "cancelled": bool(row["cancelled"]),
        "request": json.loads(row["body"]),
    }
