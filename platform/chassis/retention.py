"""What messaging leaves behind, and when it goes: an hourly job of every domain, by ages from the settings.

- RETAIN_OUTBOX_DAYS after the last acknowledgement outbox rows and deliveries go.
- RETAIN_PERSONAL_DAYS after it personal fields are emptied wherever something still holds them (`scrubbing.py`).
- RETAIN_INBOX_DAYS later inbox rows, settled letters and finished jobs go. They tell a repetition from news, so that
  this must be later than any replay; a reaction to an older event is not run unasked (see `inbox.py`).

Unacknowledged rows, dead letters and failed jobs stay until somebody has dealt with them. The work is done from the
oldest rows on in short transactions, and stops after some seconds to go on in a next job.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connections

from chassis import clock, domains, scrubbing
from chassis.jobs import JobKind, LeasedJob
from chassis.unit_of_work import enqueue, unit_of_work

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


def sweep(label: str, *, seconds: float = RUN_SECONDS) -> bool:
    """Do what is due in a domain's database; True when the time ran out before the end."""
    end = time.monotonic() + seconds
    return any(time.monotonic() > end for _ in _steps(domains.get(label), clock.now(), ages()))


def _steps(domain: domains.Domain, now: datetime, age: Ages) -> Iterator[None]:
    """All there is to do; yields after each transaction."""
    yield from _outbox(domain, gone=now - age.outbox, personal=now - age.personal)
    yield from _delete(domain, "delivery", "envelope", "acked_at < %s", now - age.outbox)
    with unit_of_work(domain.label):
        letters = domain.tables.letter._default_manager.using(domain.alias)
        scrubbing.scrub_letters(letters.filter(last_failed_at__lt=now - age.personal).exclude(state="retrying"))
        scrubbing.scrub_jobs(domain, before=now - age.personal)
        scrubbing.scrub_sagas(domain, before=now - age.personal)
    yield
    yield from _delete(domain, "inbox", "ctid", "received_at < %s", now - age.inbox)
    settled = "state IN ('replayed', 'discarded') AND last_failed_at < %s"
    yield from _delete(domain, "letter", "id", settled, now - age.inbox)
    yield from _delete(domain, "job", "id", "state = 'done' AND finished_at < %s", now - age.inbox)


def _outbox(domain: domains.Domain, *, gone: datetime, personal: datetime) -> Iterator[None]:
    outbox = domain.tables.outbox._default_manager.using(domain.alias)
    for first, last, happened in scrubbing.windows(domain):
        if happened >= max(gone, personal):
            return  # from here on everything is younger
        with unit_of_work(domain.label):
            scrubbing.scrub_messages(outbox.filter(seq__in=scrubbing.finished(domain, first, last, before=personal)))
            outbox.filter(seq__in=scrubbing.finished(domain, first, last, before=gone)).delete()
        yield


def _delete(domain: domains.Domain, table: str, key: str, condition: str, before: datetime) -> Iterator[None]:
    name = getattr(domain.tables, table)._meta.db_table
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


def _sweep(job: LeasedJob) -> bool:
    return sweep(job.domain)


def _go_on(job: LeasedJob, unfinished: bool) -> None:
    if unfinished:
        enqueue(RETAIN.name, key=f"{job.key}+")


RETAIN = JobKind(name="chassis.retain", call=_sweep, record=_go_on, every=timedelta(hours=1))
