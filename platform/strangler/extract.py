"""The snapshot as row events: every carried table, in key order, resumable after a kill at any point.

A batch is one unit of work: the events, what was sent of each row, and the cursor commit together, so a
run that was killed goes on behind its last committed batch and repeats nothing. A row is sent only if it
differs from what was last sent; a row that is gone is sent as deleted. So a second run changes nothing, and what
change capture has sent meanwhile stays (`strangler.changes`).
What a row means is for each domain's `legacy/` to say.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import msgspec
from django.db import connections, transaction

from chassis import clock, failpoints
from chassis.context import bind
from chassis.messages import Lane
from chassis.unit_of_work import unit_of_work
from strangler.capture.applying import doubts_of_gone, note_doubts
from strangler.capture.history import last_run, placed, start_of
from strangler.changes import ALIAS, send
from strangler.runs import GONE, RowSent, Run, TableCursor
from strangler.shape import Shape, gone
from strangler.source import Position, Source, SourceError
from strangler.tables import carried_tables, parked_tables
from strangler.values import Row

LABEL = "strangler"
BATCH = 1_000

Progress = Callable[["TableProgress"], None]


class ConcurrentExtraction(Exception):
    """Another process moved this run's cursor; only one may extract a source at a time."""


@dataclass(frozen=True, kw_only=True)
class TableProgress:
    """How far a table is: rows read, how many differed from what was sent before, how many were gone."""

    table: str
    rows: int
    expected: int
    changed: int
    deleted: int
    done: bool


@dataclass(frozen=True, kw_only=True)
class Extraction:
    """What a whole run came to, the part before a kill included."""

    run: int
    resumed: bool
    start: Position
    tables: tuple[TableProgress, ...]

    @property
    def rows(self) -> int:
        """Rows read."""
        return sum(table.rows for table in self.tables)

    @property
    def sent(self) -> int:
        """Events published: changed and deleted rows."""
        return sum(table.changed + table.deleted for table in self.tables)


def extract(
    source: Source,
    *,
    name: str = "magento",
    tables: Sequence[str] = (),
    again: bool = False,
    batch: int = BATCH,
    progress: Progress = lambda step: None,
    purpose: str = Run.EXTRACTION,
) -> Extraction:
    """Publish what changed since the last run of the source called `name`, all of it the first time.

    An open run of the same purpose is gone on with. `tables` narrows it (all carried ones if empty); `again` sends
    unchanged rows too. ConcurrentExtraction when another process extracts the same source.
    """
    wanted = [t for t in carried_tables() if t in source.schema() and (not tables or t in tables)]
    with source.snapshot() as found, bind(origin=name):
        position = placed(found, name=name, source=source)
        _refuse_going_back(name, position)
        run, resumed = _open_run(name, position, again=again, purpose=purpose)
        position = replace(position, run=run.pk)
        shape = Shape(source)
        reached = []
        for table in wanted:
            expected = source.count(table)
            last = None
            for last in _extract_table(source, shape, run, table, position=position, batch=batch, expected=expected,
                                       partial=len(wanted) < len(shape.references.carried)):  # fmt: skip
                progress(last)
            if last:
                reached.append(last)
        # What a later release will carry is not forgotten: the report says how much of it there is.
        if purpose == Run.EXTRACTION:
            run.parked = {table: source.count(table) for table in parked_tables() if table in source.schema()}
        run.finished_at = clock.now()
        run.save(using=ALIAS, update_fields=["parked", "finished_at"])
    return Extraction(run=run.pk, resumed=resumed, start=start_of(run), tables=tuple(reached))


def _refuse_going_back(name: str, position: Position) -> None:
    """Positions order the changes of a row. From behind the last run's they would be taken for older ones."""
    last = last_run(name)
    if last is None:
        return
    before = start_of(last)
    if replace(position, run=last.pk + 1).number < before.number:
        raise SourceError(
            f"The source's binlog ({position.file or 'none'}:{position.offset}) stands behind the last extraction's"
            f" ({before.file}:{before.offset}): it was reset, or this is another server. Its changes cannot be told"
            " from older ones; read from the server of the last extraction."
        )


def _open_run(name: str, position: Position, *, again: bool, purpose: str) -> tuple[Run, bool]:
    with transaction.atomic(using=ALIAS):
        run, made = Run.objects.using(ALIAS).get_or_create(
            source=name, purpose=purpose, finished_at=None,
            defaults={"started_at": clock.now(), "binlog_file": position.file, "binlog_offset": position.offset,
                      "gtid": position.gtid, "base": position.base, "parents_kept": True, "again": again},
        )  # fmt: skip
        if not run.parents_kept:  # what the release before has read is read again, for its parents
            run.cursors.all().delete()
            run.parents_kept = True
            run.save(using=ALIAS, update_fields=["parents_kept"])
    return run, not made


def _extract_table(
    source: Source,
    shape: Shape,
    run: Run,
    table: str,
    *,
    position: Position,
    batch: int,
    expected: int,
    partial: bool,
) -> Iterator[TableProgress]:
    cursor, _ = TableCursor.objects.using(ALIAS).get_or_create(run=run, table=table)
    key = shape.schema[table].key
    if not cursor.done:
        for rows in source.stream(table, after=cursor.last_key, batch=batch):
            with unit_of_work(LABEL):
                changed = _send(run, table, shape, rows, position=position)
                _advance(cursor, last_key=[rows[-1][column] for column in key], rows=len(rows), changed=changed)
                failpoints.hit("strangler.extract.batch")
            failpoints.hit("strangler.extract.committed")
            yield _reached(cursor, expected)
        while deleted := send_missing(run, table, shape if partial else None, position=position, batch=batch):
            cursor.deleted += deleted
            cursor.save(using=ALIAS, update_fields=["deleted"])
            yield _reached(cursor, expected)
        cursor.done = True
        cursor.save(using=ALIAS, update_fields=["done"])
    yield _reached(cursor, expected)


def _send(run: Run, table: str, shape: Shape, rows: list[Row], *, position: Position) -> int:
    changes = [shape.changed(table, row, position=position.number) for row in rows]
    return send(changes, source=run.source, lane=Lane.BULK, run=run.pk, again=run.again)


def send_missing(run: Run, table: str, shape: Shape | None, *, position: Position, batch: int = BATCH) -> int:
    """Send as gone what was sent before and this run has not met, up to `batch` of it; the number.

    What change capture has sent since the run began is not missing from it. With a `shape` the run does not read all
    tables: what went with these rows in others is to be read again.
    """
    with unit_of_work(LABEL), connections[ALIAS].cursor() as sql:
        sql.execute(
            f"""SELECT key FROM {RowSent._meta.db_table}
                WHERE source = %s AND "table" = %s AND run <> %s AND position < %s AND digest <> %s
                ORDER BY key LIMIT %s""",
            [run.source, table, run.pk, start_of(run).number, GONE, batch],
        )
        keys = [tuple(msgspec.json.decode(row[0])) for row in sql.fetchall()]
        changes = [gone(table, key, position=position.number) for key in keys]
        send(changes, source=run.source, lane=Lane.BULK, run=run.pk)
        if shape is not None:
            doubts = {doubt for key in keys for doubt in doubts_of_gone(shape, table, key)}
            note_doubts(doubts, name=run.source, position=position.number)
    return len(keys)


def _advance(cursor: TableCursor, *, last_key: list[object], rows: int, changed: int) -> None:
    expected = cursor.last_key
    cursor.last_key, cursor.rows, cursor.changed = last_key, cursor.rows + rows, cursor.changed + changed
    mine = TableCursor.objects.using(ALIAS).select_for_update().get(pk=cursor.pk)
    if mine.last_key != expected or mine.done:
        raise ConcurrentExtraction(f"Another process is extracting {cursor.table}; this one stops.")
    cursor.save(using=ALIAS, update_fields=["last_key", "rows", "changed"])


def _reached(cursor: TableCursor, expected: int) -> TableProgress:
    return TableProgress(
        table=cursor.table, rows=cursor.rows, expected=expected, changed=cursor.changed,
        deleted=cursor.deleted, done=cursor.done,
    )  # fmt: skip
