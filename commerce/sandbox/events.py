"""Events: what happened to a payment, written with the change itself and queued for delivery."""

import json
import uuid
import zlib
from datetime import UTC, datetime
from typing import Any

from commerce.sandbox.books import Entry
from commerce.sandbox.cards import Behaviour
from commerce.sandbox.settings import Settings

# Deliveries of one payment share a lane and so keep their order while the receiver answers.
LANES = 8
COPIES = 3


def moment(seconds: float) -> str:
    """ISO 8601 in UTC of seconds since 1970."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def record(entry: Entry, *, settings: Settings, type: str, payment: dict[str, Any], behaviour: str) -> None:
    """Write one event about ``payment`` (its JSON form) and queue its deliveries as the card wants them."""
    payment_id: str = payment["id"]
    count = entry.row("SELECT count(*) FROM events WHERE payment_id = ?", payment_id)
    sequence = (count[0] if count else 0) + 1
    event_id = f"evt_{uuid.uuid4().hex}"
    body = {
        "id": event_id,
        "type": type,
        "timestamp": moment(entry.now),
        "sequence": sequence,
        "data": {"payment": payment},
    }
    entry.run(
        "INSERT INTO events (id, payment_id, type, body, created_at) VALUES (?, ?, ?, ?, ?)",
        event_id,
        payment_id,
        type,
        json.dumps(body, separators=(",", ":")),
        entry.now,
    )
    entry.events.append(event_id)
    if not settings.webhook_url:
        return
    lane = zlib.crc32(payment_id.encode()) % LANES
    held_back = behaviour == Behaviour.DISORDER and sequence == 1
    due_at = entry.now + (settings.disorder_seconds if held_back else 0)
    for _ in range(COPIES if behaviour == Behaviour.DUPLICATES else 1):
        entry.run("INSERT INTO deliveries (event_id, lane, due_at) VALUES (?, ?, ?)", event_id, lane, due_at)
    entry.lanes.add(lane)
