"""The snapshot as row events: every carried table, in key order, resumable after a kill at any point.

A batch is one unit of work: the events, what was sent of each row, and the cursor commit together, so a
run that was killed goes on behind its last committed batch and repeats nothing. A row is sent only if it
differs from what was last sent; a row that is gone is sent as deleted. So a second run changes nothing.
What a row means is for each domain's `legacy/` to say.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b

import msgspec
from django.db import connections, transaction

from chassis import clock, failpoints
from chassis.context import bind
from chassis.messages import Lane
from chassis.unit_of_work import publish, unit_of_work
from strangler.runs import RowSent, Run, TableCursor
from strangler.source import Position, Source, SourceError
from strangler.tables import WITHHELD, carried_tables, event_of, parked_tables
from strangler.values import Row, as_text

LABEL, ALIAS = "strangler", "platform"
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
) -> Extraction:
    """Publish what changed since the last run of the source called `name`, all of it the first time.

    An open run is gone on with. `tables` narrows it (all carried ones if empty); `again` sends
    unchanged rows too. ConcurrentExtraction when another process extracts the same source.
    """
    wanted = [t for t in carried_tables() if t in source.schema() and (not tables or t in tables)]
    with source.snapshot() as position, bind(origin=name):
        _refuse_going_back(name, position)
        run, resumed = _open_run(name, position, again=again)
        position = replace(position, run=run.pk)
        reached = []
        for table in wanted:
            expected = source.count(table)
            last = None
            for last in _extract_table(source, run, table, position=position, batch=batch, expected=expected):
                progress(last)
            if last:
                reached.append(last)
        # What a later release will carry is not forgotten: the report says how much of it there is.
        run.parked = {table: source.count(table) for table in parked_tables() if table in source.schema()}
        run.finished_at = clock.now()
        run.save(using=ALIAS, update_fields=["parked", "finished_at"])
    start = Position(file=run.binlog_file, offset=run.binlog_offset, gtid=run.gtid)
    return Extraction(run=run.pk, resumed=resumed, start=start, tables=tuple(reached))


def _refuse_going_back(name: str, position: Position) -> None:
    """Positions order the changes of a row. From behind the last run's they would be taken for older ones."""
    last = Run.objects.using(ALIAS).filter(source=name).order_by("pk").last()
    if last is None:
        return
    before = Position(file=last.binlog_file, offset=last.binlog_offset, run=last.pk)
    if replace(position, run=last.pk + 1).number < before.number:
        raise SourceError(
            f"The source's binlog ({position.file or 'none'}:{position.offset}) stands behind the last extraction's"
            f" ({before.file}:{before.offset}): it was reset, or this is another server. Its changes cannot be told"
            " from older ones; read from the server of the last extraction."
        )


def _open_run(name: str, position: Position, *, again: bool) -> tuple[Run, bool]:
    with transaction.atomic(using=ALIAS):
        run, made = Run.objects.using(ALIAS).get_or_create(
            source=name, finished_at=None,
            defaults={"started_at": clock.now(), "binlog_file": position.file, "binlog_offset": position.offset,
                      "gtid": position.gtid, "again": again},
        )  # fmt: skip
    return run, not made


def _extract_table(
    source: Source, run: Run, table: str, *, position: Position, batch: int, expected: int
) -> Iterator[TableProgress]:
    cursor, _ = TableCursor.objects.using(ALIAS).get_or_create(run=run, table=table)
    key = source.schema()[table].key
    if not cursor.done:
        for rows in source.stream(table, after=cursor.last_key, batch=batch):
            with unit_of_work(LABEL):
                changed = _send(run, table, key, rows, position=position)
                _advance(cursor, last_key=[rows[-1][column] for column in key], rows=len(rows), changed=changed)
                failpoints.hit("strangler.extract.batch")
            failpoints.hit("strangler.extract.committed")
            yield _reached(cursor, expected)
        while gone := _send_deleted(run, cursor, position=position, batch=batch):
            yield _reached(cursor, expected)
            if gone < batch:
                break
        cursor.done = True
        cursor.save(using=ALIAS, update_fields=["done"])
    yield _reached(cursor, expected)


def _send(run: Run, table: str, key: tuple[str, ...], rows: list[Row], *, position: Position) -> int:
    withheld = WITHHELD.get(table, frozenset())
    texts = {
        _key_json(row, key): as_text({name: value for name, value in row.items() if name not in withheld})
        for row in rows
    }
    digests = {k: blake2b(msgspec.json.encode(sorted(after.items())), digest_size=16).digest()
               for k, after in texts.items()}  # fmt: skip
    changed = _note_sent(run, table, digests)
    for key_json in texts if run.again else changed:
        _publish(run, table, key_json, texts[key_json], position=position)
    return len(texts) if run.again else len(changed)


def _note_sent(run: Run, table: str, digests: dict[str, bytes]) -> list[str]:
    """Remember what is sent now; the keys whose rows differ from what was sent before, in key order."""
    with connections[ALIAS].cursor() as sql:
        sql.execute(
            f"""WITH now AS (SELECT * FROM unnest(%s::text[], %s::bytea[]) WITH ORDINALITY AS n(key, digest, place)),
                     before AS (SELECT key, digest FROM {RowSent._meta.db_table}
                                WHERE source = %s AND "table" = %s AND key = ANY(%s::text[])),
                     noted AS (INSERT INTO {RowSent._meta.db_table} (source, "table", key, digest, run)
                               SELECT %s, %s, key, digest, %s FROM now
                               ON CONFLICT (source, "table", key)
                               DO UPDATE SET digest = excluded.digest, run = excluded.run)
                SELECT now.key FROM now LEFT JOIN before USING (key)
                WHERE before.digest IS DISTINCT FROM now.digest ORDER BY now.place""",
            [list(digests), list(digests.values()), run.source, table, list(digests),
             run.source, table, run.pk],
        )  # fmt: skip
        return [row[0] for row in sql.fetchall()]


def _send_deleted(run: Run, cursor: TableCursor, *, position: Position, batch: int) -> int:
    """Rows that an earlier run sent and this one did not meet: gone from the source."""
    with unit_of_work(LABEL), connections[ALIAS].cursor() as sql:
        sql.execute(
            f"""DELETE FROM {RowSent._meta.db_table} WHERE (source, "table", key) IN (
                    SELECT source, "table", key FROM {RowSent._meta.db_table}
                    WHERE source = %s AND "table" = %s AND run <> %s ORDER BY key LIMIT %s) RETURNING key""",
            [run.source, cursor.table, run.pk, batch],
        )
        gone = sorted(row[0] for row in sql.fetchall())
        for key_json in gone:
            _publish(run, cursor.table, key_json, None, position=position)
        if gone:
            cursor.deleted += len(gone)
            cursor.save(using=ALIAS, update_fields=["deleted"])
    return len(gone)


def _publish(run: Run, table: str, key_json: str, after: dict[str, str | None] | None, *, position: Position) -> None:
    key = tuple(msgspec.json.decode(key_json))
    publish(
        event_of(table)(source=run.source, table=table, key=key, after=after, position=position.number),
        aggregate_id=f"{table}:{':'.join(key)}", aggregate_version=position.number, lane=Lane.BULK,
    )  # fmt: skip


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


def _key_json(row: Row, key: tuple[str, ...]) -> str:
    return msgspec.json.encode([str(row[column]) for column in key]).decode()
