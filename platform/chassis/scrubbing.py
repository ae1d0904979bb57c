"""Emptying personal fields where their work is done: in outbox, letters, jobs and sagas. An inbox row holds none.

What is not acknowledged, retrying, waiting, due or running is never touched: somebody still needs it.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connections
from django.db.models import QuerySet

from chassis import clock, domains
from chassis.messages import Message, blank, decode_message, encode, known_types, personal_fields, scrubbed
from chassis.sagas import Saga
from chassis.unit_of_work import unit_of_work

BATCH = 1000
_DONE = '"scrubbed":true'


@dataclass(frozen=True, kw_only=True)
class Erased:
    """What `erase` did: messages emptied, and messages left because somebody has yet to apply them."""

    scrubbed: int
    waiting: int


def erase(label: str, *, aggregate_type: str, aggregate_id: UUID | str) -> Erased:
    """Empty the personal fields of all messages of one aggregate that a domain holds, in its outbox and its letters.

    The owner calls it for its outbox, each consumer for its letters. It reads the whole outbox: call it from a job, and
    again later while `waiting` is not zero.
    """
    domain = domains.get(label)
    needle = f'"aggregate_id":{json.dumps(str(aggregate_id))}'

    def meant(message: Message) -> bool:
        return (message.aggregate_type, message.aggregate_id) == (aggregate_type, str(aggregate_id))

    done = waiting = 0
    for first, last, _ in windows(domain):
        with unit_of_work(label):
            rows = _rows(domain, "outbox").filter(seq__range=(first, last), message__contains=needle)
            free = finished(domain, first, last, before=clock.now())
            done += scrub_messages(rows.filter(seq__in=free), meant)
            waiting += sum(meant(decode_message(row.message)) for row in _personal(rows.exclude(seq__in=free)))
    with unit_of_work(label):
        letters = _rows(domain, "letter").filter(message__contains=needle)
        done += scrub_letters(letters.exclude(state__in=letters.model.TRIED), meant)
        tried = _personal(letters.filter(state__in=letters.model.TRIED))
        waiting += sum(meant(decode_message(one.message)) for one in tried)
    return Erased(scrubbed=done, waiting=waiting)


def windows(domain: domains.Domain) -> Iterator[tuple[int, int, datetime]]:
    """The outbox from the oldest row on, in pieces: first and last `seq`, and when the first one happened."""
    after = 0
    while True:
        rows = list(
            _rows(domain, "outbox").filter(seq__gt=after).order_by("seq").values_list("seq", "occurred_at")[:BATCH]
        )
        if not rows:
            return
        yield rows[0][0], rows[-1][0], rows[0][1]
        after = rows[-1][0]


def finished(domain: domains.Domain, first: int, last: int, *, before: datetime) -> list[int]:
    """Outbox rows (by `seq`) that were relayed before a moment and whose every delivery was acknowledged before it."""
    outbox, deliveries = (getattr(domain.tables, name)._meta.db_table for name in ("outbox", "delivery"))
    # The relay stamps an outbox row and its envelopes with the same moment: by it the few in question are found.
    with connections[domain.alias].cursor() as cursor:
        cursor.execute(
            f"""WITH relayed AS MATERIALIZED (
                    SELECT seq, relayed_at FROM {outbox} WHERE seq BETWEEN %s AND %s AND relayed_at < %s)
                SELECT seq FROM relayed WHERE seq NOT IN (
                    SELECT jsonb_array_elements(d.seqs)::bigint FROM {deliveries} d
                    WHERE d.created_at IN (SELECT relayed_at FROM relayed)
                      AND (d.acked_at IS NULL OR d.acked_at >= %s))""",
            [first, last, before, before],
        )
        return [seq for (seq,) in cursor.fetchall()]


def scrub_messages(rows: "QuerySet[Any]", meant: Callable[[Message], bool] = lambda _: True) -> int:
    """Empty the personal fields of these outbox rows; how many were emptied now."""
    changed = []
    for row in _personal(rows):
        message = decode_message(row.message)
        if meant(message):
            row.message = encode(scrubbed(message)).decode()
            changed.append(row)
    rows.model._default_manager.using(rows.db).bulk_update(changed, ["message"], batch_size=100)
    return len(changed)


def scrub_letters(rows: "QuerySet[Any]", meant: Callable[[Message], bool] = lambda _: True) -> int:
    """Empty these letters: message, and reason and traceback but for the error's name, since errors quote values."""
    changed = []
    for letter in _personal(rows):
        message = decode_message(letter.message)
        if meant(message):
            letter.message = encode(scrubbed(message)).decode()
            letter.reason, letter.traceback = letter.reason.partition(":")[0], ""
            changed.append(letter)
    rows.model._default_manager.using(rows.db).bulk_update(changed, ["message", "reason", "traceback"])
    return len(changed)


def scrub_jobs(domain: domains.Domain, *, before: datetime) -> int:
    """Empty what a job kind declares as personal in its payload, in jobs that ended before a moment."""
    ended = _rows(domain, "job").filter(state__in=("done", "failed"), finished_at__lt=before)
    changed = []
    for kind in domain.kinds.values():
        for job in ended.filter(kind=kind.name).iterator(BATCH) if kind.personal else ():
            if blank(job.payload, kind.personal):
                job.last_error = job.last_error.partition(":")[0]
                changed.append(job)
    ended.model._default_manager.using(domain.alias).bulk_update(changed, ["payload", "last_error"], batch_size=100)
    return len(changed)


def scrub_sagas(domain: domains.Domain, *, before: datetime) -> int:
    """Empty what a saga declares as personal in its data, in sagas that ended before a moment."""
    ended = _rows(domain, "saga").filter(state__in=("completed", "compensated"), changed_at__lt=before)
    changed = []
    for saga in Saga.known.values():
        for row in ended.filter(name=saga.name).iterator(BATCH) if saga.personal else ():
            if saga.domain == domain.label and blank(row.data, saga.personal):
                changed.append(row)
    ended.model._default_manager.using(domain.alias).bulk_update(changed, ["data"], batch_size=100)
    return len(changed)


def _personal(rows: "QuerySet[Any]") -> "QuerySet[Any]":
    """Those that are not emptied yet and of a type with personal fields, or of a type that this code does not know."""
    harmless = [kind.name for kind in known_types() if not personal_fields(kind.cls)]
    return rows.exclude(type__in=harmless).exclude(message__contains=_DONE)


def _rows(domain: domains.Domain, table: str) -> Any:
    return getattr(domain.tables, table)._default_manager.using(domain.alias)
