"""Leases due jobs of one domain and runs them on a few threads; wakes by LISTEN/NOTIFY."""

import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from django.db import connections

from chassis import clock, domains
from chassis.context import bind
from chassis.failpoints import hit
from chassis.jobs import LeasedJob
from chassis.jobs.leases import Leases
from chassis.listening import Listener
from chassis.observe.tracing import span
from chassis.unit_of_work import enqueue, unit_of_work

log = logging.getLogger("sixfold.jobs")

IDLE_SECONDS = 1.0
PLAN_SECONDS = 60.0


class Abandoned(Exception):
    """A job was leased as often as it may be, and nobody was left to say what became of it."""


class JobRunner:
    """Runs one domain's jobs until stopped. Many runners may share a domain: leases keep them apart."""

    def __init__(self, label: str, *, threads: int = 4) -> None:
        self.domain = domains.get(label)
        self.threads = threads
        self.leases = Leases(self.domain)
        self._free = threading.Semaphore(threads)
        self._wake = threading.Event()

    def run(self, stop: threading.Event) -> None:
        """Lease and run until `stop` is set, then end what runs."""
        with self.leases.kept():
            self._run(stop)

    def _run(self, stop: threading.Event) -> None:
        listener = Listener(self.domain.alias, [f"sixfold_jobs_{self.domain.label}"])
        planned = 0.0
        with ThreadPoolExecutor(self.threads, thread_name_prefix=f"jobs-{self.domain.label}") as pool:
            while not stop.is_set():
                free = self._reserve()
                if not free:
                    continue
                try:
                    if time.monotonic() > planned:
                        planned = time.monotonic() + PLAN_SECONDS
                        self.plan()
                    jobs = self._lease_or_release(free)
                    for job in jobs:
                        pool.submit(self._run_and_release, job)
                    if not jobs:
                        listener.wait(IDLE_SECONDS)
                except Exception:
                    log.exception("job runner of %s", self.domain.label)
                    connections[self.domain.alias].close()
                    stop.wait(1)
        listener.close()

    def _lease_or_release(self, free: int) -> list[LeasedJob]:
        """Lease for the reserved threads and give back those that stay idle, all of them if leasing fails."""
        jobs: list[LeasedJob] = []
        try:
            jobs = self.lease(free)
        finally:
            for _ in range(free - len(jobs)):
                self._free.release()
        return jobs

    def run_due(self, *, until: datetime | None = None) -> int:
        """Run everything due now (or by `until`) in this thread; for tests and the demo loader."""
        count = 0
        while jobs := self.lease(20, by=until):
            for job in jobs:
                self.run_one(job)
                count += 1
        return count

    def plan(self) -> None:
        """Write the jobs of the kinds that run by themselves, each once per span of time, whoever plans it first."""
        now = clock.now()
        with unit_of_work(self.domain.label):
            for kind in self.domain.kinds.values():
                if kind.every:
                    enqueue(kind.name, key=f"{now.timestamp() // kind.every.total_seconds():.0f}")

    def lease(self, limit: int, *, by: datetime | None = None) -> list[LeasedJob]:
        """Take up to `limit` jobs that are due now (or by a moment)."""
        return self.leases.take(limit, by=by)

    def run_one(self, job: LeasedJob) -> bool:
        """Call out, then record; True when the job is done."""
        kind = self.domain.kinds[job.kind]
        with bind(**job.context), span(f"job {job.kind}", kind="consumer", job__attempt=job.attempts):
            try:
                if job.attempts > kind.max_attempts:
                    raise Abandoned(f"its process ended {kind.max_attempts} times before it did")
                hit(f"job.{job.kind}.before_call")
                answer = kind.call(job) if kind.call else None
                hit(f"job.{job.kind}.after_call")
                with unit_of_work(self.domain.label):
                    if not self._holds(job):
                        log.warning("job %s %s: the lease ended before its answer came", job.kind, job.key)
                        return False
                    kind.record(job, answer)
                    self._finish(job, "done", "")
                log.info("job %s %s done", job.kind, job.key)
                hit(f"job.{job.kind}.after_record")
                return True
            except Exception as failure:
                log.warning("job %s %s attempt %s: %s", job.kind, job.key, job.attempts, type(failure).__name__)
                self._fail(job, failure)
                return False

    def _fail(self, job: LeasedJob, failure: Exception) -> None:
        kind = self.domain.kinds[job.kind]
        error = f"{type(failure).__name__}: {failure}"[:2000]
        with unit_of_work(self.domain.label):
            if not self._holds(job):
                return
            if job.attempts >= kind.max_attempts:
                if kind.give_up:
                    kind.give_up(job, failure)
                self._finish(job, "failed", error)
            else:
                self._rows.filter(id=job.id).update(
                    leased_until=None, due_at=clock.now() + kind.delay(job.attempts), last_error=error
                )

    def _holds(self, job: LeasedJob) -> bool:
        """Lock the job's row; whether it is still this lease's. Another may have taken over and even ended it."""
        rows = self._rows.select_for_update().filter(id=job.id, state="due", attempts=job.attempts)
        return rows.values_list("id").first() is not None

    def _finish(self, job: LeasedJob, state: str, error: str) -> None:
        self._rows.filter(id=job.id).update(state=state, last_error=error, leased_until=None, finished_at=clock.now())

    @property
    def _rows(self) -> Any:
        return self.domain.tables.job._default_manager.using(self.domain.alias)

    def _run_and_release(self, job: LeasedJob) -> None:
        try:
            with self.leases.at_work(job):
                self.run_one(job)
        except Exception:
            log.exception("job %s could not be recorded; its lease will end", job.id)
        finally:
            connections[self.domain.alias].close()
            self._free.release()

    def _reserve(self) -> int:
        """Wait a second for a free thread, then take all that are free; 0 when none came free."""
        if not self._free.acquire(timeout=IDLE_SECONDS):
            return 0
        count = 1
        while self._free.acquire(blocking=False):
            count += 1
        return count
