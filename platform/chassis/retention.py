"""What messaging leaves behind, and when it goes: an hourly job of every domain, by ages from the settings.

- RETAIN_OUTBOX_DAYS after the last acknowledgement outbox rows and deliveries go.
- RETAIN_PERSONAL_DAYS after it personal fields are emptied wherever something still holds them (`scrubbing.py`).
- Idempotency keys go when they have expired.
- RETAIN_INBOX_DAYS later inbox rows, settled letters, finished jobs and ended sagas go. They tell a repetition from
  news, so that this must be later than any replay; a reaction to an older event is not run unasked (see `inbox.py`).

What a domain keeps for a time of its own goes by a job of its own, made by `forgetting`.

Unacknowledged rows, dead letters and failed jobs stay until somebody has dealt with them. The work is done from the
oldest rows on in short transactions, and stops after some seconds to go on in a next job where it was.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connections, models

from chassis import clock, domains, scrubbing
from chassis.ids import new_id
from chassis.jobs import JobKind, LeasedJob
from chassis.unit_of_work import enqueue, unit_of_work
from chassis.web import idempotency_keys

BATCH = 1000
RUN_SECONDS = 20.0


@dataclass(frozen=True, kw_only=True)
class Ages:
    """How long what is done with stays."""

    outbox: timedelta
    personal: timedelta
    inbox: timedelta


def ages() -> Ages:
    """The ages as they are set."""
    return Ages(**settings.RETENTION)  # type: ignore[misc]


def sweep(label: str, *, seconds: float = RUN_SECONDS, step: int = 0) -> int | None:
    """Do what is due in a domain's database from a step on; the step at which the time ran out, None at the end."""
    end = time.monotonic() + seconds
    steps = _steps(domains.get(label), clock.now(), ages())
    for number in range(step, len(steps)):
        if any(time.monotonic() > end for _ in steps[number]):
            return number
    return None


def _steps(domain: domains.Domain, now: datetime, age: Ages) -> list[Iterator[None]]:
    """All there is to do; each yields after each of its transactions."""
    old = now - age.inbox
    settled = "state IN ('replayed', 'discarded') AND last_failed_at < %s"
    ended = "state IN ('completed', 'compensated') AND changed_at < %s"
    return [
        _outbox(domain, gone=now - age.outbox, personal=now - age.personal),
        _delete(domain, domain.tables.delivery, "envelope", "acked_at < %s", now - age.outbox),
        _scrub(domain, before=now - age.personal),
        _delete(domain, domain.tables.inbox, "ctid", "received_at < %s", old),
        _delete(domain, domain.tables.letter, "id", settled, old),
        _delete(domain, domain.tables.job, "id", "state = 'done' AND finished_at < %s", old),
        _delete(domain, domain.tables.saga, "id", ended, old),
        _expired_keys(domain, now),
    ]


def _scrub(domain: domains.Domain, *, before: datetime) -> Iterator[None]:
    with unit_of_work(domain.label):
        letters = domain.tables.letter._default_manager.using(domain.alias)
        scrubbing.scrub_letters(letters.filter(last_failed_at__lt=before).exclude(state__in=letters.model.TRIED))
    yield
    with unit_of_work(domain.label):
        scrubbing.scrub_jobs(domain, before=before)
    yield
    with unit_of_work(domain.label):
        scrubbing.scrub_sagas(domain, before=before)
    yield


def _expired_keys(domain: domains.Domain, now: datetime) -> Iterator[None]:
    """Of the domains that have mutating calls."""
    try:
        table = idempotency_keys.table_of(domain.label)
    except LookupError:
        return
    yield from _delete(domain, table, "digest", "expires_at < %s", now)


def _outbox(domain: domains.Domain, *, gone: datetime, personal: datetime) -> Iterator[None]:
    outbox = domain.tables.outbox._default_manager.using(domain.alias)
    for first, last, happened in scrubbing.windows(domain):
        if happened >= max(gone, personal):
            return  # from here on everything is younger
        with unit_of_work(domain.label):
            scrubbing.scrub_messages(outbox.filter(seq__in=scrubbing.finished(domain, first, last, before=personal)))
            outbox.filter(seq__in=scrubbing.finished(domain, first, last, before=gone)).delete()
        yield


def _delete(
    domain: domains.Domain, table: type[models.Model], key: str, condition: str, before: datetime
) -> Iterator[None]:
    name = table._meta.db_table
    while True:
        with unit_of_work(domain.label), connections[domain.alias].cursor() as cursor:
            cursor.execute(
                f"DELETE FROM {name} WHERE {key} IN (SELECT {key} FROM {name} WHERE {condition} LIMIT {BATCH})",
                [before],
            )
            deleted = cursor.rowcount
        yield
        if deleted < BATCH:
            return


def _sweep(job: LeasedJob) -> int | None:
    return sweep(job.domain, step=job.payload.get("step", 0))


def _go_on(job: LeasedJob, step: int | None) -> None:
    if step is not None:
        enqueue(RETAIN.name, key=str(new_id()), payload={"step": step})


def forgetting(
    name: str,
    table: type[models.Model],
    *,
    by: str,
    after: Callable[[], timedelta],
    every: timedelta = timedelta(days=1),
) -> JobKind:
    """The kind of job that deletes a domain's own rows whose column `by` is older than `after`, some at a time."""

    def call(job: LeasedJob) -> None:
        for _ in _delete(domains.get(job.domain), table, "ctid", f"{by} < %s", clock.now() - after()):
            pass

    return JobKind(name=name, call=call, record=nothing_to_record, every=every)


def nothing_to_record(job: LeasedJob, answer: object) -> None:
    """For a job whose call has done its work batch by batch."""


RETAIN = JobKind(name="chassis.retain", call=_sweep, record=_go_on, every=timedelta(hours=1))
