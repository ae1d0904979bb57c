"""What the binlog does not tell is read again from the source: rows, the children of rows, whole tables.

Nothing else is applied meanwhile, so that each of them is settled before what comes after it. A snapshot settles a
doubt if it is not older: the server shows a transaction to replicas a moment before it shows it to readers.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import msgspec
from django.db import connections

from chassis.context import bind
from chassis.messages import Lane
from chassis.unit_of_work import unit_of_work
from strangler.capture.applying import LABEL, doubts_of_gone, note_doubts
from strangler.capture.history import placed
from strangler.capture.models import Doubt
from strangler.changes import ALIAS, Change, row_name, send
from strangler.extract import extract
from strangler.runs import GONE, RowSent, Run
from strangler.shape import Shape, gone
from strangler.source import Source, SourceError
from strangler.tables import carried_tables

BATCH = 500
PATIENCE_SECONDS = 30.0
Key = tuple[str, ...]


def settle(source: Source, *, name: str) -> Shape:
    """Read again what is in doubt, and what turns out to be meanwhile; the tables as they are then."""
    shape = Shape(source)
    while doubts := list(Doubt.objects.using(ALIAS).filter(source=name).order_by("pk")[:BATCH]):
        tables = {doubt.table for doubt in doubts if not doubt.key}
        reached = max(doubt.position for doubt in doubts)
        with _snapshot(source, name=name, reached=reached) as number:
            if tables:
                source.forget_schema()
                shape = Shape(source)
            _settle_rows(source, shape, [doubt for doubt in doubts if doubt.key], name=name, number=number)
        if tables:
            number = min(number, _read_tables(source, tables, shape, name=name, number=number))
        Doubt.objects.using(ALIAS).filter(pk__in=[doubt.pk for doubt in doubts], position__lte=number).delete()
    return shape


@contextmanager
def _snapshot(source: Source, *, name: str, reached: int) -> Iterator[int]:
    """A snapshot that is not older than `reached`, and its position."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        with source.snapshot() as found:
            number = placed(found, name=name, source=source).number
            if number >= reached:
                yield number
                return
        time.sleep(0.02)
    raise SourceError("The source does not show what its binlog has told.")


def _settle_rows(source: Source, shape: Shape, doubts: Sequence[Doubt], *, name: str, number: int) -> None:
    named: dict[str, list[Key]] = {}
    for doubt in doubts:
        if not doubt.children:
            named.setdefault(doubt.table, []).append(tuple(msgspec.json.decode(doubt.key)))
    _read_again(source, shape, named, name=name, number=number)
    parents = [row_name(doubt.table, msgspec.json.decode(doubt.key)) for doubt in doubts if doubt.children]
    while children := _children(parents, name=name, before=number):
        _read_again(source, shape, children, name=name, number=number)


def _children(parents: list[str], *, name: str, before: int) -> dict[str, list[Key]]:
    """Rows that refer to one of these and were last sent as they were before: keys by table."""
    with connections[ALIAS].cursor() as sql:
        sql.execute(
            f"""SELECT "table", key FROM {RowSent._meta.db_table}
                WHERE source = %s AND parents && %s::text[] AND NOT parents = '{{}}' AND position < %s AND digest <> %s
                ORDER BY "table", key LIMIT {BATCH}""",
            [name, parents, before, GONE],
        )
        found: dict[str, list[Key]] = {}
        for table, key in sql.fetchall():
            found.setdefault(table, []).append(tuple(msgspec.json.decode(key)))
        return found


def _read_again(source: Source, shape: Shape, keys: dict[str, list[Key]], *, name: str, number: int) -> None:
    changes: list[Change] = []
    doubts = set()
    for table, wanted in keys.items():
        rows = source.rows_at(table, wanted) if table in shape.schema else []
        there = [shape.changed(table, row, position=number) for row in rows]
        missing = set(wanted) - {change.key for change in there}
        changes += there + [gone(table, key, position=number) for key in sorted(missing)]
        for key in missing:
            doubts |= doubts_of_gone(shape, table, key)
    with bind(origin=name), unit_of_work(LABEL):
        send(changes, source=name, lane=Lane.BULK if len(changes) >= BATCH else Lane.FAST)
        note_doubts(doubts, name=name, position=number)


def _read_tables(source: Source, tables: set[str], shape: Shape, *, name: str, number: int) -> int:
    """Read whole tables again; up to which place that settles doubts.

    Of a table that is not carried nobody knows what has gone: those that it reaches are read. A run that was killed
    is gone on with, and settles only what is older than its beginning.
    """
    for table in tables - carried_tables().keys():
        tables = tables | shape.references.carried_below(table)
    there = sorted(tables & source.schema().keys() & carried_tables().keys())
    if there:
        start = extract(source, name=name, tables=there, purpose=Run.AGAIN_READ).start
        number = min(number, start.number)
    for table in sorted(tables - source.schema().keys()):
        while keys := _sent_of(table, name=name, until=number):
            with bind(origin=name), unit_of_work(LABEL):
                send([gone(table, key, position=number) for key in keys], source=name, lane=Lane.BULK)
    return number


def _sent_of(table: str, *, name: str, until: int) -> list[Key]:
    sent = RowSent.objects.using(ALIAS).filter(source=name, table=table, position__lte=until).exclude(digest=GONE)
    return [tuple(msgspec.json.decode(key)) for key in sent.values_list("key", flat=True)[:BATCH]]
