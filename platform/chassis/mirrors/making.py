"""Making things anew from all of their rows, many at once, and what was found about them."""

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from django.db import OperationalError

from chassis import clock
from chassis.ids import new_id
from chassis.jobs import JobKind, LeasedJob
from chassis.mirrors.shapes import Found, Maker
from chassis.mirrors.tables import Tables
from chassis.unit_of_work import enqueue, unit_of_work

log = logging.getLogger("sixfold.mirrors")

PATIENCE = timedelta(minutes=10)
BUSY_AGAIN = timedelta(seconds=1)
LIMIT = 200


class Busy(Exception):
    """Another process is making this domain's things."""


class Making(Tables):
    """Makes what is due."""

    def make_due(self, makers: Mapping[str, Maker], *, limit: int = LIMIT) -> int:
        """Make everything that is due anew, source after source, `limit` things at a time by kind; the number made.

        A maker gets a source and ids of things of its kind, in a unit of work. When it fails, its things are made one
        by one, and what fails alone waits with its reason until a row of it changes. Called with no transaction open,
        as a job's call. Another process that is at it already is left to it: Busy, and the job is tried again.
        """
        return sum(self._make_due(source, makers, limit=limit) for source in self._due_sources())

    def _make_due(self, source: str, makers: Mapping[str, Maker], *, limit: int) -> int:
        """A source by itself: a maker locks what it writes in an order of its own, once per unit of work."""
        made = 0
        while True:
            try:
                with unit_of_work(self.label):
                    taken = self._take(source, limit=limit)
                    for kind, owners in taken:
                        makers[kind](source, owners)
            except (Busy, OperationalError):
                raise
            except Exception as failure:
                log.warning("mirror of %s fell back to one by one: %s", self.label, type(failure).__name__)
                taken = self._make_singly(source, makers, limit=limit)
            count = sum(len(owners) for _, owners in taken)
            made += count
            if count < limit:
                return made

    def job_kind(self, makers: Mapping[str, Maker]) -> JobKind:
        """The domain's job `job`. Being Busy is no failure, however often it happens: a job comes back for it."""

        def make(_: LeasedJob) -> int | None:
            try:
                return self.make_due(makers)
            except Busy:
                return None

        def again(_: LeasedJob, made: int | None) -> None:
            if made is None:
                enqueue(self.job, key=str(new_id()), due_at=clock.now() + BUSY_AGAIN)

        return JobKind(name=self.job, call=make, record=again)

    def _make_singly(self, source: str, makers: Mapping[str, Maker], *, limit: int) -> list[tuple[str, list[str]]]:
        made = []
        for _ in range(limit):
            taken: list[tuple[str, list[str]]] = []
            begun = clock.now()
            try:
                with unit_of_work(self.label):
                    taken = self._take(source, limit=1)
                    for kind, owners in taken:
                        makers[kind](source, owners)
            except (Busy, OperationalError):
                raise
            except Exception as failure:
                if not taken:
                    raise
                with unit_of_work(self.label):
                    for kind, owners in taken:
                        self._failed(source, kind, owners[0], self._reason(failure), begun=begun)
            if not taken:
                break
            made += taken
        return made

    def _due_sources(self) -> list[str]:
        with self.cursor() as cursor:
            cursor.execute(
                f"SELECT DISTINCT source FROM {self.touched._meta.db_table} WHERE {self._is_due} ORDER BY source",
                self._moments,
            )
            return [source for (source,) in cursor.fetchall()]

    @property
    def _is_due(self) -> str:
        return f"""error = '' AND (since <= %(long_ago)s OR (due_at <= %(now)s AND (hurry OR source NOT IN (
                       SELECT source FROM {self.touched._meta.db_table} WHERE error = '' AND due_at > %(now)s))))"""

    @property
    def _moments(self) -> dict[str, datetime]:
        now = clock.now()
        return {"now": now, "long_ago": now - PATIENCE}

    def _take(self, source: str, *, limit: int) -> list[tuple[str, list[str]]]:
        """Remove up to `limit` due things of a source in the caller's unit of work: (kind, ids), kinds in order."""
        table = self.touched._meta.db_table
        with self.cursor() as cursor:
            # One at a time: what is made first is what others refer to.
            cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('sixfold.mirror'), hashtext(%s))", [self.label])
            if not cursor.fetchone()[0]:
                raise Busy(f"another process is making the things of {self.label}")
            cursor.execute(
                f"""WITH due AS (
                        SELECT source, kind, owner FROM {table} WHERE source = %(source)s AND {self._is_due}
                        ORDER BY array_position(%(kinds)s::text[], kind), owner
                        LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
                    DELETE FROM {table} t USING due
                    WHERE (t.source, t.kind, t.owner) = (due.source, due.kind, due.owner)
                    RETURNING t.kind, t.owner""",
                {**self._moments, "source": source, "kinds": list(self.kinds), "limit": limit},
            )
            taken: dict[str, list[str]] = defaultdict(list)
            for kind, owner in cursor.fetchall():
                taken[kind].append(owner)
        for kind, owners in taken.items():
            self.replace_findings(source, kind, owners, ())
        return [(kind, sorted(taken[kind])) for kind in self.kinds if kind in taken]

    def replace_findings(self, source: str, kind: str, owners: Collection[str], found: Iterable[Found]) -> None:
        """These are the findings about these things now; inside a maker. What is being made has none to begin with."""
        owners = list(owners)
        with self.cursor() as cursor:
            table = self.findings._meta.db_table
            cursor.execute(
                f"DELETE FROM {table} WHERE source = %s AND kind = %s AND owner = ANY(%s)", [source, kind, owners]
            )
            new = list(dict.fromkeys(found))
            if new:
                cursor.execute(
                    f"""INSERT INTO {table} (source, kind, owner, code, detail, whole)
                        SELECT %s, %s, * FROM unnest(%s::text[], %s::text[], %s::text[], %s::bool[])""",
                    [source, kind, [f.owner for f in new], [f.code for f in new],
                     [f.detail[:2000] for f in new], [f.whole for f in new]],
                )  # fmt: skip

    def _failed(self, source: str, kind: str, owner: str, reason: str, *, begun: datetime) -> None:
        """Leave the reason with a thing, unless a change touched it since `begun`: then it is to be made again."""
        with self.cursor() as cursor:
            cursor.execute(
                f"""INSERT INTO {self.touched._meta.db_table} AS old (source, kind, owner, since, due_at, hurry, error)
                    VALUES (%s, %s, %s, %s, %s, false, %s)
                    ON CONFLICT (source, kind, owner) DO UPDATE SET error = excluded.error
                    WHERE old.due_at <= %s""",
                [source, kind, owner, begun, begun, reason, begun],
            )

    def _reason(self, failure: Exception) -> str:
        name = type(failure).__name__
        return name if self.personal else f"{name}: {failure}".partition("\nDETAIL:")[0][:2000]
