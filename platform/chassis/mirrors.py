"""Rows of another system, kept as they are there, and the things of ours that must be looked at again because of them.

A domain that takes over from an older system keeps copies of the rows it needs: one table of rows and one of touched
things, both subclasses of the abstract models here. `keep` applies row changes: a change that is older than what is
kept is left out, so that they may come late, twice and in any order. Each row belongs to one thing (a product, a
customer) and may touch others; touched things wait for a job of the domain (`make_due`), which takes many at once and
makes them anew from all of their rows (`rows_of`). So a thing with forty rows is made once, not forty times.

What a row means is not known here.
"""

import json
import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from django.db import OperationalError, connections, models

from chassis import clock, domains
from chassis.ids import new_id
from chassis.messages import Lane
from chassis.subscriptions import Received
from chassis.unit_of_work import enqueue, unit_of_work

log = logging.getLogger("sixfold.mirrors")

Row = dict[str, str | None]
Thing = tuple[str, str]
"""(kind, id in the other system)."""

Maker = Callable[[str, list[str]], None]
"""Makes the things with these ids of a source, inside a unit of work."""

SETTLE = timedelta(seconds=2)
LIMIT = 200


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

    `touches` names further kinds and columns: a link between two products is kept with one and changes both.
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
    after = models.TextField(null=True)
    position = models.BigIntegerField()

    class Meta:
        abstract = True
        indexes = [models.Index(fields=["source", "kind", "owner"], name="%(app_label)s_mirror_owner")]


class TouchedThing(models.Model):
    """A thing whose rows have changed since it was last made; `error` tells why making it failed."""

    pk = models.CompositePrimaryKey("source", "kind", "owner")
    source = models.TextField()
    kind = models.TextField()
    owner = models.TextField()
    due_at = models.DateTimeField()
    error = models.TextField(default="")

    class Meta:
        abstract = True
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(error=""), name="%(app_label)s_touched_due"),
        ]


@dataclass(frozen=True, kw_only=True)
class Mirror:
    """A domain's mirror: its two tables, which source tables it keeps, and the job that makes things anew.

    `job` is the name of a JobKind of the domain. Its call is `make_due`.
    """

    rows: type[MirroredRow]
    touched: type[TouchedThing]
    tables: Mapping[str, Mirrored]
    job: str

    def keep(self, batch: Sequence[Received[Any]]) -> None:
        """Apply row changes, the newer of two of one row; what they touch is due, bulk changes after a while."""
        newest: dict[tuple[str, str, str], tuple[RowChange, Lane]] = {}
        for received in batch:
            change: RowChange = received.event
            if change.table not in self.tables:
                continue
            row = (change.source, change.table, _key(change))
            if row not in newest or newest[row][0].position <= change.position:
                newest[row] = (change, received.message.lane)
        if newest:
            self._touch(self._write([change for change, _ in newest.values()]), {lane for _, lane in newest.values()})

    def make_due(self, makers: Mapping[str, Maker], *, limit: int = LIMIT) -> int:
        """Make everything that is due anew, `limit` things at a time, kind after kind; the number made.

        A maker gets a source and ids of things of its kind, in a unit of work. When it fails, its things are made one
        by one, and what fails alone waits with its reason until a row of it changes. Called with no transaction open,
        as a job's call. Another process that is at it already is left to it: Busy, and the job is tried again.
        """
        made = 0
        while True:
            try:
                with unit_of_work(self._label):
                    taken = self._take(limit=limit)
                    for source, kind, owners in taken:
                        makers[kind](source, owners)
            except (Busy, OperationalError):
                raise
            except Exception as failure:
                log.warning("mirror of %s fell back to one by one: %r", self._label, failure)
                taken = self._make_singly(makers, limit=limit)
            count = sum(len(owners) for _, _, owners in taken)
            made += count
            if count < limit:
                return made

    def _make_singly(self, makers: Mapping[str, Maker], *, limit: int) -> list[tuple[str, str, list[str]]]:
        made = []
        for _ in range(limit):
            taken: list[tuple[str, str, list[str]]] = []
            try:
                with unit_of_work(self._label):
                    taken = self._take(limit=1)
                    for source, kind, owners in taken:
                        makers[kind](source, owners)
            except (Busy, OperationalError):
                raise
            except Exception as failure:
                with unit_of_work(self._label):
                    for source, kind, owners in taken:
                        self._failed(source, kind, owners[0], f"{type(failure).__name__}: {failure}")
            if not taken:
                break
            made += taken
        return made

    def _take(self, *, limit: int) -> list[tuple[str, str, list[str]]]:
        """Remove up to `limit` due things in the caller's unit of work: (source, kind, ids), in the order of kinds."""
        with self._cursor() as cursor:
            # One at a time: what is made first is what others refer to.
            cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('sixfold.mirror'), hashtext(%s))", [self._label])
            if not cursor.fetchone()[0]:
                raise Busy(f"another process is making the things of {self._label}")
            cursor.execute(
                f"""WITH due AS (
                        SELECT source, kind, owner FROM {self.touched._meta.db_table}
                        WHERE error = '' AND due_at <= %s
                        ORDER BY array_position(%s::text[], kind), source, owner
                        LIMIT %s FOR UPDATE SKIP LOCKED)
                    DELETE FROM {self.touched._meta.db_table} t USING due
                    WHERE (t.source, t.kind, t.owner) = (due.source, due.kind, due.owner)
                    RETURNING t.source, t.kind, t.owner""",
                [clock.now(), list(self.kinds), limit],
            )
            taken: dict[tuple[str, str], list[str]] = defaultdict(list)
            for source, kind, owner in cursor.fetchall():
                taken[source, kind].append(owner)
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

    def _failed(self, source: str, kind: str, owner: str, reason: str) -> None:
        with self._cursor() as cursor:
            cursor.execute(
                f"""INSERT INTO {self.touched._meta.db_table} (source, kind, owner, due_at, error)
                    VALUES (%s, %s, %s, %s, %s)
                    ON CONFLICT (source, kind, owner) DO UPDATE SET error = excluded.error""",
                [source, kind, owner, clock.now(), reason[:2000]],
            )

    def rows_of(self, source: str, kind: str, owners: Collection[str] | None = None) -> "dict[str, Rows]":
        """All kept rows of these things by their id (of every thing of the kind for None), in one statement.

        Deleted rows are left out; a thing without rows is in the answer with none.
        """
        found = self.rows._default_manager.using(self._alias).filter(source=source, kind=kind, after__isnull=False)
        if owners is not None:
            found = found.filter(owner__in=list(owners))
        rows: dict[str, Rows] = {owner: Rows() for owner in owners or ()}
        for owner, table, after in found.order_by("owner", "table", "key").values_list("owner", "table", "after"):
            rows.setdefault(owner, Rows()).add(table, json.loads(after))
        return rows

    def _write(self, changes: list[RowChange]) -> set[tuple[str, str, str]]:
        """Upsert what is newer; the things touched by what was written, those of the former rows included."""
        changes = sorted(changes, key=lambda c: (c.source, c.table, _key(c)))
        before = self._before(changes)
        written = self._upsert(changes, before)
        touched: set[tuple[str, str, str]] = set()
        for change in changes:
            row = (change.source, change.table, _key(change))
            if row in written:
                for values in (before.get(row), change.after):
                    touched |= {(change.source, *thing) for thing in self._things(change.table, values)}
        return touched

    def _before(self, changes: list[RowChange]) -> dict[tuple[str, str, str], Row]:
        """The rows as they are kept, locked in key order, so that what they touched is touched once more."""
        kept = (
            self.rows._default_manager.using(self._alias)
            .select_for_update()
            .filter(
                source__in={c.source for c in changes},
                table__in={c.table for c in changes},
                key__in=[_key(c) for c in changes],
                after__isnull=False,
            )
        )
        return {
            (source, table, key): json.loads(after)
            for source, table, key, after in kept.order_by("source", "table", "key").values_list(
                "source", "table", "key", "after"
            )
        }

    def _upsert(
        self, changes: list[RowChange], before: Mapping[tuple[str, str, str], Row]
    ) -> set[tuple[str, str, str]]:
        columns: list[list[Any]] = [[], [], [], [], [], [], []]
        for change in changes:
            row = change.after or before.get((change.source, change.table, _key(change))) or {}
            kind, column = self.tables[change.table].owner
            after = None if change.after is None else json.dumps(change.after, ensure_ascii=False)
            values = (change.source, change.table, _key(change), kind, row.get(column) or "",
                      self._stored(after), change.position)  # fmt: skip
            for place, value in zip(columns, values, strict=True):
                place.append(value)
        with self._cursor() as cursor:
            cursor.execute(
                f"""INSERT INTO {self.rows._meta.db_table} AS old
                        (source, "table", key, kind, owner, after, position)
                    SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
                                         %s::bigint[])
                    ON CONFLICT (source, "table", key) DO UPDATE
                    SET kind = excluded.kind, owner = excluded.owner, after = excluded.after,
                        position = excluded.position
                    WHERE old.position <= excluded.position
                    RETURNING source, "table", key""",
                columns,
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
        now = clock.now()
        due = now if lanes == {Lane.FAST} else now + settle
        ordered = sorted(things)
        with self._cursor() as cursor:
            cursor.execute(
                f"""INSERT INTO {self.touched._meta.db_table} (source, kind, owner, due_at, error)
                    SELECT source, kind, owner, %s, '' FROM unnest(%s::text[], %s::text[], %s::text[])
                        AS new(source, kind, owner)
                    ON CONFLICT (source, kind, owner) DO UPDATE SET due_at = excluded.due_at, error = ''""",
                [due, [t[0] for t in ordered], [t[1] for t in ordered], [t[2] for t in ordered]],
            )
        # A key of its own: a job that is running may have looked before this was there.
        enqueue(self.job, key=str(new_id()), due_at=due)

    @property
    def _label(self) -> str:
        return self.rows._meta.app_label

    @property
    def _alias(self) -> str:
        return domains.get(self._label).alias

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


def _key(change: RowChange) -> str:
    return json.dumps(list(change.key), ensure_ascii=False)
