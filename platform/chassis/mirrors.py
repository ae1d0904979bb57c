"""Rows of another system, kept as they are there, and the things of ours that must be looked at again because of them.

A domain that takes over from an older system keeps copies of the rows it needs: one table of rows and one of touched
things, both subclasses of the abstract models here. `keep` applies row changes: a change that is older than what is
kept is left out, so that they may come late, twice and in any order. Each row belongs to one thing (a product, a
customer) and may touch others; touched things wait for a job of the domain (`make_due`), which takes many at once and
makes them anew from all of their rows (`rows_of`). So a thing with forty rows is made once, not forty times.

What could not be carried is a finding, written by whoever makes the thing and replaced whenever that is made anew:
nothing is left out in silence. What a row means is not known here.
"""

import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import msgspec
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import OperationalError, connections, models

from chassis import clock, domains
from chassis.ids import new_id
from chassis.jobs import JobKind, LeasedJob
from chassis.messages import Lane
from chassis.subscriptions import Received
from chassis.unit_of_work import enqueue, unit_of_work

log = logging.getLogger("sixfold.mirrors")

Row = dict[str, str | None]
Thing = tuple[str, str]
"""(kind, id in the other system)."""

Kept = tuple[str, str, str]
"""(source, table, key as JSON)."""

Maker = Callable[[str, list[str]], None]
"""Makes the things with these ids of a source, inside a unit of work."""

SETTLE = timedelta(seconds=2)
PATIENCE = timedelta(minutes=10)
BUSY_AGAIN = timedelta(seconds=1)
LIMIT = 200
EXAMPLES = 5


class Busy(Exception):
    """Another process is making this domain's things."""


class RowChange(Protocol):
    """What `keep` needs of an event."""

    @property
    def source(self) -> str: ...
    @property
    def table(self) -> str: ...
    @property
    def key(self) -> tuple[str, ...]: ...
    @property
    def after(self) -> Row | None: ...
    @property
    def position(self) -> int: ...


@dataclass(frozen=True, kw_only=True)
class Mirrored:
    """A table that is kept. `owner` is the kind of thing that a row is part of and the column with its id.

    `touches` names further kinds and columns: a link between two products is kept with one and changes both. Who
    touches a thing is found by `touching`.
    """

    owner: tuple[str, str]
    touches: tuple[tuple[str, str], ...] = ()


class MirroredRow(models.Model):
    """A row of the other system's table; `after` is its JSON, NULL once it was deleted there."""

    pk = models.CompositePrimaryKey("source", "table", "key")
    source = models.TextField()
    table = models.TextField()
    key = models.TextField(help_text="the key's values as a JSON list of texts")
    kind = models.TextField()
    owner = models.TextField(help_text="id, in the other system, of what the row is part of")
    touches = ArrayField(models.TextField(), default=list, help_text="further things, as <kind>:<id>")
    after = models.TextField(null=True)
    position = models.BigIntegerField()

    class Meta:
        abstract = True
        indexes = [
            models.Index(fields=["source", "kind", "owner"], name="%(app_label)s_mirror_owner"),
            GinIndex(fields=["touches"], condition=~models.Q(touches=[]), name="%(app_label)s_mirror_touches"),
        ]


class TouchedThing(models.Model):
    """A thing whose rows have changed since it was last made; `error` tells why making it failed.

    One that is in no hurry (its changes came on the bulk lane) waits until no more of them come from its source, or
    until it has waited for PATIENCE: bulk changes come table by table, and it shall be made once, not once per table.
    """

    pk = models.CompositePrimaryKey("source", "kind", "owner")
    source = models.TextField()
    kind = models.TextField()
    owner = models.TextField()
    since = models.DateTimeField()
    due_at = models.DateTimeField()
    hurry = models.BooleanField(default=False)
    error = models.TextField(default="")

    class Meta:
        abstract = True
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(error=""), name="%(app_label)s_touched_due"),
        ]


class MirrorFinding(models.Model):
    """Something of a thing that was not carried as it is there; `whole` if the thing itself was not."""

    id = models.BigAutoField(primary_key=True)
    source = models.TextField()
    kind = models.TextField()
    owner = models.TextField()
    code = models.TextField()
    detail = models.TextField(default="")
    whole = models.BooleanField(default=False)

    class Meta:
        abstract = True
        indexes = [
            models.Index(fields=["source", "kind", "owner"], name="%(app_label)s_finding_owner"),
            models.Index(fields=["source", "kind", "code"], name="%(app_label)s_finding_code"),
        ]


@dataclass(frozen=True, kw_only=True)
class Found:
    """A finding as a maker states it: `code` for counting, `detail` for people (no personal data)."""

    owner: str
    code: str
    detail: str = ""
    whole: bool = False


@dataclass(frozen=True, kw_only=True)
class KindSummary:
    """What became of the things of a kind. `things` have rows; those neither left out, waiting nor failed are carried.

    `failed` are (id, reason); `findings` the number of findings by code, `examples` a few of each as (id, detail).
    """

    kind: str
    things: int
    carried: int
    left_out: int
    waiting: int
    failed: tuple[tuple[str, str], ...]
    findings: Mapping[str, int]
    examples: Mapping[str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True, kw_only=True)
class Summary:
    """What a domain made of a source: rows kept by table, and its things by kind."""

    domain: str
    rows: Mapping[str, int]
    kinds: tuple[KindSummary, ...]

    @property
    def waiting(self) -> int:
        """Things that will be made anew by a job."""
        return sum(kind.waiting for kind in self.kinds)


@dataclass(frozen=True, kw_only=True)
class Mirror:
    """A domain's mirror: its three tables, which source tables it keeps, and the job that makes things anew.

    `job` is the name of the domain's job, see `job_kind`. Of `personal` rows no failure repeats a value. A kind is made
    after those that `tables` mentions first.
    """

    rows: type[MirroredRow]
    touched: type[TouchedThing]
    findings: type[MirrorFinding]
    tables: Mapping[str, Mirrored]
    job: str
    personal: bool = False

    def keep(self, batch: Sequence[Received[Any]]) -> None:
        """Apply row changes, the newer of two of one row; what they touch is due, bulk changes after a while."""
        newest: dict[Kept, tuple[RowChange, Lane]] = {}
        for received in batch:
            change: RowChange = received.event
            if change.table not in self.tables:
                continue
            row = (change.source, change.table, _key(change))
            if row not in newest or newest[row][0].position <= change.position:
                newest[row] = (change, received.message.lane)
        if newest:
            written = self._write({row: change for row, (change, _) in newest.items()})
            self._touch(written, {lane for _, lane in newest.values()})

    def make_due(self, makers: Mapping[str, Maker], *, limit: int = LIMIT) -> int:
        """Make everything that is due anew, `limit` things at a time, kind after kind; the number made.

        A maker gets a source and ids of things of its kind, in a unit of work. When it fails, its things are made one
        by one, and what fails alone waits with its reason until a row of it changes. Called with no transaction open,
        as a job's call. Another process that is at it already is left to it: Busy, and the job is tried again.
        """
        made = 0
        while True:
            try:
                with unit_of_work(self.label):
                    taken = self._take(limit=limit)
                    for source, kind, owners in taken:
                        makers[kind](source, owners)
            except (Busy, OperationalError):
                raise
            except Exception as failure:
                log.warning("mirror of %s fell back to one by one: %s", self.label, type(failure).__name__)
                taken = self._make_singly(makers, limit=limit)
            count = sum(len(owners) for _, _, owners in taken)
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

    def _make_singly(self, makers: Mapping[str, Maker], *, limit: int) -> list[tuple[str, str, list[str]]]:
        made = []
        for _ in range(limit):
            taken: list[tuple[str, str, list[str]]] = []
            begun = clock.now()
            try:
                with unit_of_work(self.label):
                    taken = self._take(limit=1)
                    for source, kind, owners in taken:
                        makers[kind](source, owners)
            except (Busy, OperationalError):
                raise
            except Exception as failure:
                if not taken:
                    raise
                with unit_of_work(self.label):
                    for source, kind, owners in taken:
                        self._failed(source, kind, owners[0], self._reason(failure), begun=begun)
            if not taken:
                break
            made += taken
        return made

    def _take(self, *, limit: int) -> list[tuple[str, str, list[str]]]:
        """Remove up to `limit` due things in the caller's unit of work: (source, kind, ids), in the order of kinds."""
        table, now = self.touched._meta.db_table, clock.now()
        with self._cursor() as cursor:
            # One at a time: what is made first is what others refer to.
            cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('sixfold.mirror'), hashtext(%s))", [self.label])
            if not cursor.fetchone()[0]:
                raise Busy(f"another process is making the things of {self.label}")
            cursor.execute(
                f"""WITH flowing AS (
                        SELECT DISTINCT source FROM {table} WHERE error = '' AND due_at > %(now)s
                    ), due AS (
                        SELECT source, kind, owner FROM {table}
                        WHERE error = '' AND (since <= %(long_ago)s OR (
                            due_at <= %(now)s AND (hurry OR source NOT IN (SELECT source FROM flowing))))
                        ORDER BY array_position(%(kinds)s::text[], kind), source, owner
                        LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
                    DELETE FROM {table} t USING due
                    WHERE (t.source, t.kind, t.owner) = (due.source, due.kind, due.owner)
                    RETURNING t.source, t.kind, t.owner""",
                {"now": now, "long_ago": now - PATIENCE, "kinds": list(self.kinds), "limit": limit},
            )
            taken: dict[tuple[str, str], list[str]] = defaultdict(list)
            for source, kind, owner in cursor.fetchall():
                taken[source, kind].append(owner)
        for (source, kind), owners in taken.items():
            self.replace_findings(source, kind, owners, ())
        order = {kind: place for place, kind in enumerate(self.kinds)}
        return [
            (source, kind, sorted(owners))
            for (source, kind), owners in sorted(taken.items(), key=lambda item: (order[item[0][1]], item[0]))
        ]

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of things in the order in which they are made: that of their first mention in `tables`."""
        named = (kind for table in self.tables.values() for kind, _ in (table.owner, *table.touches))
        return tuple(dict.fromkeys(named))

    def touch(self, source: str, kind: str, owners: Collection[str], *, settle: timedelta = timedelta()) -> None:
        """Make things due again, for instance because something that they refer to has arrived."""
        self._touch({(source, kind, owner) for owner in owners}, {Lane.BULK}, settle=settle)

    def replace_findings(self, source: str, kind: str, owners: Collection[str], found: Iterable[Found]) -> None:
        """These are the findings about these things now; inside a maker. What is being made has none to begin with."""
        owners = list(owners)
        with self._cursor() as cursor:
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
        with self._cursor() as cursor:
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

    def touch_all(self, source: str, kind: str) -> None:
        """Make every thing of a kind due again, because what all of them depend on has changed."""
        known = self.rows._default_manager.using(self._alias).filter(source=source, kind=kind, after__isnull=False)
        self.touch(source, kind, set(known.values_list("owner", flat=True).distinct()))

    def touch_found(self, source: str, kind: str, codes: Collection[str]) -> None:
        """Make the things due again that such a finding is about, because what they lacked may have arrived."""
        found = self.findings._default_manager.using(self._alias).filter(source=source, kind=kind, code__in=codes)
        self.touch(source, kind, set(found.values_list("owner", flat=True).distinct()))

    def rows_of(
        self, source: str, kind: str, owners: Collection[str] | None = None, *, tables: Collection[str] = ()
    ) -> "dict[str, Rows]":
        """All kept rows of these things by their id (of every thing of the kind for None), in one statement.

        Deleted rows are left out; a thing without rows is in the answer with none. `tables` narrows it.
        """
        found = self.rows._default_manager.using(self._alias).filter(source=source, kind=kind, after__isnull=False)
        if owners is not None:
            found = found.filter(owner__in=list(owners))
        if tables:
            found = found.filter(table__in=list(tables))
        rows: dict[str, Rows] = {owner: Rows() for owner in owners or ()}
        for owner, table, after in found.order_by("owner", "table", "key").values_list("owner", "table", "after"):
            rows.setdefault(owner, Rows()).add(table, _decoded(after))
        return rows

    def touching(self, source: str, kind: str, owners: Collection[str]) -> dict[str, list[tuple[str, Row]]]:
        """The kept rows of other things that touch these, by the touched thing's id, as (table, row)."""
        names = [f"{kind}:{owner}" for owner in owners]
        found: dict[str, list[tuple[str, Row]]] = {owner: [] for owner in owners}
        rows = (
            self.rows._default_manager.using(self._alias)
            .exclude(touches=[])
            .filter(source=source, touches__overlap=names, after__isnull=False)
        )
        for table, touches, after in rows.order_by("table", "key").values_list("table", "touches", "after"):
            row = _decoded(after)
            for name in touches:
                other, _, owner = name.partition(":")
                if other == kind and owner in found:
                    found[owner].append((table, row))
        return found

    def waiting(self) -> int:
        """Things of all sources that wait to be made anew; one that failed waits for nothing but a change."""
        return self.touched._default_manager.using(self._alias).filter(error="").count()

    def summary(self, source: str) -> Summary:
        """What became of everything that this source has sent to this domain."""
        rows = self.rows._default_manager.using(self._alias).filter(source=source, after__isnull=False)
        things = dict(rows.values("kind").annotate(n=models.Count("owner", distinct=True)).values_list("kind", "n"))
        tables = rows.values("table").annotate(n=models.Count("key")).values_list("table", "n")
        return Summary(
            domain=self.label,
            rows=dict(sorted(tables)),
            kinds=tuple(self._summary_of(source, kind, things.get(kind, 0)) for kind in self.kinds),
        )

    def _summary_of(self, source: str, kind: str, things: int) -> KindSummary:
        touched = self.touched._default_manager.using(self._alias).filter(source=source, kind=kind)
        findings = self.findings._default_manager.using(self._alias).filter(source=source, kind=kind)
        open_ = set(touched.values_list("owner", flat=True))
        left_out = set(findings.filter(whole=True).values_list("owner", flat=True)) - open_
        # A thing that waits may have no rows any more: then it is about to go.
        known = self.rows._default_manager.using(self._alias).filter(source=source, kind=kind, after__isnull=False)
        open_ = set(known.filter(owner__in=open_).values_list("owner", flat=True).distinct())
        counts: Counter[str] = Counter()
        examples: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for owner, code, detail in findings.order_by("code", "owner", "id").values_list("owner", "code", "detail"):
            counts[code] += 1
            if len(examples[code]) < EXAMPLES:
                examples[code].append((owner, detail))
        return KindSummary(
            kind=kind, things=things, carried=things - len(left_out) - len(open_), left_out=len(left_out),
            waiting=touched.filter(error="").count(),
            failed=tuple(touched.exclude(error="").order_by("owner").values_list("owner", "error")),
            findings=dict(counts), examples={code: tuple(several) for code, several in examples.items()},
        )  # fmt: skip

    def _write(self, changes: Mapping[Kept, RowChange]) -> set[tuple[str, str, str]]:
        """Upsert what is newer; the things touched by what was written, those of the former rows included."""
        changes = dict(sorted(changes.items()))
        before = self._before(changes)
        touched: set[tuple[str, str, str]] = set()
        for row in self._upsert(changes, before):
            source, table, _ = row
            for values in (before.get(row), changes[row].after):
                touched |= {(source, *thing) for thing in self._things(table, values)}
        return touched

    def _before(self, changes: Collection[Kept]) -> dict[Kept, Row]:
        """The rows as they are kept, locked in key order, so that what they touched is touched once more."""
        kept = (
            self.rows._default_manager.using(self._alias)
            .select_for_update()
            .filter(
                source__in={source for source, _, _ in changes},
                table__in={table for _, table, _ in changes},
                key__in=[key for _, _, key in changes],
                after__isnull=False,
            )
        )
        return {
            (source, table, key): _decoded(after)
            for source, table, key, after in kept.order_by("source", "table", "key").values_list(
                "source", "table", "key", "after"
            )
        }

    def _upsert(self, changes: Mapping[Kept, RowChange], before: Mapping[Kept, Row]) -> set[Kept]:
        rows = []
        for (source, table, key), change in changes.items():
            row = change.after or before.get((source, table, key)) or {}
            shape = self.tables[table]
            after = None if change.after is None else _encoded(change.after)
            rows.append({
                "source": source, "table": table, "key": key, "position": change.position,
                "kind": shape.owner[0], "owner": row.get(shape.owner[1]) or "", "after": self._stored(after),
                "touches": [f"{kind}:{row[column]}" for kind, column in shape.touches if row.get(column)],
            })  # fmt: skip
        with self._cursor() as cursor:
            # One JSON text: an array of texts with quotes in them costs the driver several times as much.
            cursor.execute(
                f"""INSERT INTO {self.rows._meta.db_table} AS old
                        (source, "table", key, kind, owner, touches, after, position)
                    SELECT source, "table", key, kind, owner, touches, after, position
                    FROM json_to_recordset(%s::json) AS new(source text, "table" text, key text, kind text, owner text,
                                                            touches text[], after text, position bigint)
                    ON CONFLICT (source, "table", key) DO UPDATE
                    SET kind = excluded.kind, owner = excluded.owner, touches = excluded.touches,
                        after = excluded.after, position = excluded.position
                    WHERE old.position <= excluded.position
                    RETURNING source, "table", key""",
                [_encoded(rows)],
            )
            return set(cursor.fetchall())

    def _stored(self, after: str | None) -> Any:
        """The column's own way to store it: a subclass may encrypt."""
        return self.rows._meta.get_field("after").get_db_prep_save(after, connections[self._alias])

    def _things(self, table: str, row: Row | None) -> Iterable[Thing]:
        shape = self.tables[table]
        for kind, column in (shape.owner, *shape.touches):
            if row and row.get(column):
                yield kind, str(row[column])

    def _touch(self, things: Collection[tuple[str, str, str]], lanes: set[Lane], *, settle: timedelta = SETTLE) -> None:
        """Bulk changes come table by table, so a thing is not due before its other rows are likely here."""
        if not things:
            return
        now, hurry = clock.now(), lanes == {Lane.FAST}
        due = now if hurry else now + settle
        ordered = sorted(things)
        with self._cursor() as cursor:
            cursor.execute(
                f"""INSERT INTO {self.touched._meta.db_table} AS old (source, kind, owner, since, due_at, hurry, error)
                    SELECT source, kind, owner, %s, %s, %s, '' FROM unnest(%s::text[], %s::text[], %s::text[])
                        AS new(source, kind, owner)
                    ON CONFLICT (source, kind, owner) DO UPDATE
                    SET due_at = excluded.due_at, hurry = old.hurry OR excluded.hurry, error = ''""",
                [now, due, hurry, [t[0] for t in ordered], [t[1] for t in ordered], [t[2] for t in ordered]],
            )
        # A key of its own: a job that is running may have looked before this was there.
        enqueue(self.job, key=str(new_id()), due_at=due)

    @property
    def label(self) -> str:
        """The domain's label."""
        return self.rows._meta.app_label

    @property
    def _alias(self) -> str:
        return domains.get(self.label).alias

    def _cursor(self) -> Any:
        return connections[self._alias].cursor()


class Rows:
    """The kept rows of one thing, by table."""

    def __init__(self) -> None:
        self.tables: dict[str, list[Row]] = defaultdict(list)

    def add(self, table: str, row: Row) -> None:
        """Put in one more row."""
        self.tables[table].append(row)

    def all(self, table: str) -> list[Row]:
        """Every row of a table, in the order of its key."""
        return self.tables.get(table, [])

    def one(self, table: str) -> Row | None:
        """The row of a table of which there is at most one."""
        return next(iter(self.all(table)), None)

    def __bool__(self) -> bool:
        return bool(self.tables)


def _decoded(after: str | None) -> Row:
    """A row as it is kept; callers leave deleted ones out."""
    return {} if after is None else msgspec.json.decode(after, type=dict[str, str | None])


def _encoded(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _key(change: RowChange) -> str:
    return _encoded(change.key)
