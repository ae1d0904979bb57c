"""What waits in the domains' databases: outbox, deliveries, letters, jobs. Read when asked, by metrics and people."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connections

from chassis import clock, domains
from chassis.observe import metrics


@dataclass(frozen=True, kw_only=True)
class Backlog:
    """How many wait, and for how long the oldest does, in seconds (0.0 when none waits)."""

    count: int
    oldest: float


def outbox(label: str) -> dict[str, Backlog]:
    """Events not yet packed for sending, by lane."""
    return _by_key(label, "outbox", "lane", "occurred_at", "relayed_at IS NULL")


def unacknowledged(label: str) -> dict[str, Backlog]:
    """Envelopes that this producer has not heard to be applied, by subscriber."""
    return _by_key(label, "delivery", "subscriber", "created_at", "acked_at IS NULL")


def letters(label: str) -> dict[str, Backlog]:
    """Events that a handler here could not apply, by state: retrying or dead."""
    return _by_key(label, "letter", "state", "first_failed_at", "state IN ('retrying', 'dead')")


def jobs(label: str) -> dict[str, Backlog]:
    """Jobs whose time has come ("due") and jobs that were given up ("failed")."""
    due = _by_key(label, "job", "state", "due_at", "state = 'due' AND due_at <= %s", clock.now())
    return due | _by_key(label, "job", "state", "due_at", "state = 'failed'")


KINDS = {
    "sixfold_outbox": ("Events in the outbox that no envelope holds yet", "lane", outbox),
    "sixfold_unacknowledged": ("Envelopes sent or to be sent, not acknowledged", "subscriber", unacknowledged),
    "sixfold_letters": ("Events that a handler could not apply", "state", letters),
    "sixfold_jobs": ("Jobs that are due or were given up", "state", jobs),
}


def register() -> None:
    """Register a count and an oldest age for each kind of backlog, for every installed domain."""
    for name, (meaning, key, _) in KINDS.items():
        labels = ("domain", key)
        metrics.reading(name, f"{meaning}.", _reading(name, "count"), labels=labels)
        metrics.reading(
            f"{name}_oldest_seconds", f"{meaning}: age of the oldest.", _reading(name, "oldest"), labels=labels
        )


def _reading(name: str, figure: str) -> metrics.Reading:
    _, key, read = KINDS[name]

    def take() -> Iterator[tuple[dict[str, str], float]]:
        for domain in domains.installed():
            for value, backlog in read(domain.label).items():
                yield {"domain": domain.label, key: value}, float(getattr(backlog, figure))

    return take


def _by_key(label: str, table: str, key: str, since: str, condition: str, *parameters: Any) -> dict[str, Backlog]:
    domain = domains.get(label)
    name = getattr(domain.tables, table)._meta.db_table
    with connections[domain.alias].cursor() as cursor:
        cursor.execute(
            f"SELECT {key}, count(*), min({since}) FROM {name} WHERE {condition} GROUP BY {key} ORDER BY {key}",
            list(parameters),
        )
        rows: list[tuple[str, int, datetime]] = cursor.fetchall()
    now = clock.now()
    return {
        value: Backlog(count=count, oldest=max(0.0, (now - oldest).total_seconds())) for value, count, oldest in rows
    }
