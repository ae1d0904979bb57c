"""What waits in the domains' databases: outbox, deliveries, letters, jobs. Read when asked, by metrics and people."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connections

from chassis import clock, domains
from chassis.observe import metrics
from chassis.sagas.runner import STUCK_AFTER


@dataclass(frozen=True, kw_only=True)
class Backlog:
    """How many wait, and for how long the oldest does, in seconds (0.0 when none waits)."""

    count: int
    oldest: float


Read = dict[tuple[str, ...], Backlog]
"""Backlogs by the values of their kind's labels."""


def outbox(label: str) -> Read:
    """Events not yet packed for sending, by lane."""
    return _by_key(label, "outbox", ("lane",), "occurred_at", "relayed_at IS NULL")


def unacknowledged(label: str) -> Read:
    """Envelopes that this producer has not heard to be applied, by subscriber and lane."""
    return _by_key(label, "delivery", ("subscriber", "lane"), "created_at", "acked_at IS NULL")


def letters(label: str) -> Read:
    """Events that a handler here could not apply, by state: retrying, waiting for another event, or dead."""
    return _by_key(label, "letter", ("state",), "first_failed_at", "state IN ('retrying', 'waiting', 'dead')")


def jobs(label: str) -> Read:
    """Jobs whose time has come ("due") and jobs that were given up ("failed")."""
    due = _by_key(label, "job", ("state",), "due_at", "state = 'due' AND due_at <= %s", clock.now())
    return due | _by_key(label, "job", ("state",), "due_at", "state = 'failed'")


def sagas(label: str) -> Read:
    """Open sagas that have not moved for a while, by name: somebody should look at them in the admin."""
    stuck = "state IN ('running', 'compensating') AND changed_at < %s"
    return _by_key(label, "saga", ("name",), "changed_at", stuck, clock.now() - STUCK_AFTER)


KINDS = {
    "sixfold_outbox": ("Events in the outbox that no envelope holds yet", ("lane",), outbox),
    "sixfold_unacknowledged": (
        "Envelopes sent or to be sent, not acknowledged",
        ("subscriber", "lane"),
        unacknowledged,
    ),
    "sixfold_letters": ("Events that a handler could not apply", ("state",), letters),
    "sixfold_jobs": ("Jobs that are due or were given up", ("state",), jobs),
    "sixfold_stuck_sagas": ("Sagas that wait for longer than they should", ("name",), sagas),
}


def register() -> None:
    """Register a count and an oldest age for each kind of backlog, for every installed domain."""
    for name, (meaning, keys, _) in KINDS.items():
        labels = ("domain", *keys)
        metrics.reading(name, f"{meaning}.", _reading(name, "count"), labels=labels)
        metrics.reading(
            f"{name}_oldest_seconds", f"{meaning}: age of the oldest.", _reading(name, "oldest"), labels=labels
        )


def _reading(name: str, figure: str) -> metrics.Reading:
    _, keys, read = KINDS[name]

    def take() -> Iterator[tuple[dict[str, str], float]]:
        for domain in domains.installed():
            for values, backlog in read(domain.label).items():
                labels = {"domain": domain.label, **dict(zip(keys, values, strict=True))}
                yield labels, float(getattr(backlog, figure))

    return take


def _by_key(label: str, table: str, keys: tuple[str, ...], since: str, condition: str, *parameters: Any) -> Read:
    domain = domains.get(label)
    name, columns = getattr(domain.tables, table)._meta.db_table, ", ".join(keys)
    with connections[domain.alias].cursor() as cursor:
        cursor.execute(
            f"""SELECT {columns}, count(*), min({since}) FROM {name} WHERE {condition}
                GROUP BY {columns} ORDER BY {columns}""",
            list(parameters),
        )
        rows = cursor.fetchall()
    now = clock.now()
    return {
        tuple(values): Backlog(count=count, oldest=max(0.0, (now - oldest).total_seconds()))
        for *values, count, oldest in rows
    }
