"""Leases: a job is its runner's for a time, and for as long as its call is at work there.

A lease is short, so that the job of a killed process is soon another's. A call that takes longer keeps it by a
heartbeat, which ends with its process; and after the kind's `longest` too: a call that hangs must not keep its job for
ever.
"""

import json
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connections

from chassis import clock, domains
from chassis.jobs import JobKind, LeasedJob
from chassis.listening import direct_connection

log = logging.getLogger("sixfold.jobs")

BEAT_SECONDS = 1.0


@dataclass
class _AtWork:
    """A job whose call runs; moments are of the monotonic clock."""

    job: LeasedJob
    kind: JobKind
    renewed: float
    ends: float


class Leases:
    """Takes leases of one domain's jobs, and keeps those that are at work in this process."""

    def __init__(self, domain: domains.Domain) -> None:
        self.domain = domain
        self._table = domain.tables.job._meta.db_table
        self._at_work: dict[UUID, _AtWork] = {}

    def take(self, limit: int, *, by: datetime | None = None) -> list[LeasedJob]:
        """Take up to `limit` due jobs for the time of their kind's lease, in one statement.

        It commits without waiting for the disk: what a crash of the database forgets is leased again, as if the
        process had been killed.
        """
        kinds = self.domain.kinds
        now = clock.now()
        with connections[self.domain.alias].cursor() as cursor:
            cursor.execute(
                f"""UPDATE {self._table} j SET leased_until = %s + k.lease, attempts = attempts + 1
                    FROM unnest(%s::text[], %s::interval[]) AS k(kind, lease)
                    WHERE j.kind = k.kind AND id IN (
                        SELECT id FROM {self._table}
                        WHERE state = 'due' AND due_at <= %s AND kind = ANY(%s)
                          AND (leased_until IS NULL OR leased_until <= %s)
                        ORDER BY due_at LIMIT %s FOR UPDATE SKIP LOCKED)
                    RETURNING id, j.kind, key, payload::text, attempts, context::text,
                              set_config('synchronous_commit', 'off', true)""",
                [now, list(kinds), [kind.lease for kind in kinds.values()], by or now, list(kinds), now, limit],
            )
            rows = cursor.fetchall()
        return [
            LeasedJob(
                id=id_,
                domain=self.domain.label,
                kind=kind,
                key=key,
                payload=json.loads(payload),
                context=json.loads(context),
                attempts=attempts,
            )
            for id_, kind, key, payload, attempts, context, _ in rows
        ]

    @contextmanager
    def at_work(self, job: LeasedJob) -> Iterator[None]:
        """Mark a block as work on a job, whose lease `renew` keeps meanwhile."""
        kind, now = self.domain.kinds[job.kind], time.monotonic()
        self._at_work[job.id] = _AtWork(job, kind, renewed=now, ends=now + kind.longest.total_seconds())
        try:
            yield
        finally:
            del self._at_work[job.id]

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Renew the leases of what is at work from a thread of its own as long as the block runs."""
        end = threading.Event()
        heart = threading.Thread(target=self._beat, args=(end,), name=f"leases-{self.domain.label}", daemon=True)
        heart.start()
        try:
            yield
        finally:
            end.set()
            heart.join()

    def _beat(self, end: threading.Event) -> None:
        while not end.wait(BEAT_SECONDS):
            try:
                self._renew()
            except Exception:
                log.exception("leases of %s", self.domain.label)

    def _renew(self) -> None:
        """Renew the leases of which a third has passed."""
        now = time.monotonic()
        due = [
            one
            for one in list(self._at_work.values())
            if one.renewed + one.kind.lease.total_seconds() / 3 <= now < one.ends
        ]
        if not due:
            return
        # Not a connection of the pool, all of which slow calls may hold.
        with direct_connection(self.domain.alias) as connection:
            # Not a row that is locked (its answer is being recorded), nor one that was given back or lost meanwhile.
            connection.execute(
                f"""UPDATE {self._table} j SET leased_until = %s + k.lease
                    FROM unnest(%s::uuid[], %s::int[], %s::interval[]) AS k(id, attempts, lease)
                    WHERE j.id = k.id AND j.attempts = k.attempts AND j.id IN (
                        SELECT id FROM {self._table}
                        WHERE id = ANY(%s) AND state = 'due' AND leased_until IS NOT NULL FOR UPDATE SKIP LOCKED)""",
                [
                    clock.now(),
                    [one.job.id for one in due],
                    [one.job.attempts for one in due],
                    [one.kind.lease for one in due],
                    [one.job.id for one in due],
                ],
            )
        for one in due:
            one.renewed = now
