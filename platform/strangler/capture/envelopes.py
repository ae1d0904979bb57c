"""Debezium's records as the same pieces that the binlog is read into (the MariaDB and MySQL connectors, JSON without
schemas, `decimal.handling.mode=string`, default time precision).

A record names the place of its event in the binlog, so that it has the position that the built-in reader would give
it. What the record does not tell without doubt is read again from the source.
"""

import re
from base64 import b64decode
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from strangler.capture.pieces import Rows
from strangler.capture.statements import tables_in_doubt
from strangler.shape import Shape
from strangler.source import Column, Position
from strangler.values import ONLY_THE_SERVER_KNOWS, Row, Value

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  what a column holds has no zone
_NUMBER = re.compile(r"-?\d+(\.\d+)?(E[+-]?\d+)?$")


class Unclear(Exception):
    """The record does not say what the column holds."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a record comes to: rows, rows to be read again (table and key), tables to be read again."""

    place: Position
    at: datetime
    rows: Rows | None = None
    unclear: tuple[str, Row] | None = None
    doubts: frozenset[str] = frozenset()


class Envelopes:
    """Understands the records of one source. `columns` are those of its tables, without prefix."""

    def __init__(self, columns: dict[str, tuple[Column, ...]], *, database: str, prefix: str, base: int) -> None:
        self.columns = columns
        self.full_names = {prefix + table for table in columns}
        self.database = database
        self.prefix = prefix
        self.base = base

    def read(self, value: dict[str, Any] | None) -> Told | None:
        """What a record's value says; None for tombstones, heartbeats, notifications, and other people's tables.

        Its server_id is where a change was made first, which behind a replica is another server: it says nothing.
        """
        source = (value or {}).get("source")
        if value is None or not source or source.get("db") != self.database:
            return None
        place = Position(file=source["file"], offset=int(source["pos"]), base=self.base)
        at = datetime.fromtimestamp(source["ts_ms"] / 1000, UTC)
        if "ddl" in value:
            return self._statement(value["ddl"], source, place=place, at=at)
        table = str(source["table"])[len(self.prefix) :]
        if table not in self.columns or value.get("op") not in {"c", "u", "d", "r", "t"}:
            return None
        if value["op"] == "t":
            return Told(place=place, at=at, doubts=frozenset({table}))
        return self._change(table, value, place=place, at=at)

    def _statement(self, ddl: str, source: dict[str, Any], *, place: Position, at: datetime) -> Told | None:
        if source.get("snapshot") in {"true", "first", "last"}:  # how the tables are, and no change of them
            return None
        found = tables_in_doubt(ddl, self.full_names, database=self.database)
        return Told(place=place, at=at, doubts=frozenset(name[len(self.prefix) :] for name in found))

    def _change(self, table: str, value: dict[str, Any], *, place: Position, at: datetime) -> Told:
        # A row that was only read is as old as the snapshot; a change is newer than what stood before its event.
        first = place.number if value["op"] == "r" else place.number + 1 + int(value["source"].get("row") or 0)
        given = value["after"] or value["before"]
        try:
            before, after = self._row(table, value["before"]), self._row(table, value["after"])
        except Unclear:
            return Told(place=place, at=at, unclear=(table, given))
        size = 50 * len(given)
        return Told(place=place, at=at, rows=Rows(table=table, changes=[(before, after)], first=first, size=size))

    def _row(self, table: str, given: dict[str, Any] | None) -> Row | None:
        if given is None:
            return None
        columns = {column.name: column for column in self.columns[table]}
        if given.keys() != columns.keys():  # the table has changed since, or before
            raise Unclear(table)
        return {name: spelled(value, columns[name]) for name, value in given.items()}


def spelled(value: Any, column: Column) -> Value:
    """A column's value as a snapshot spells it. Raises Unclear."""
    if value is None:
        return None
    if column.data_type in ONLY_THE_SERVER_KNOWS:
        raise Unclear(column.name)
    return _SPELLERS.get(column.data_type, _text)(value, column)


def _text(value: Any, column: Column) -> Value:
    if not isinstance(value, str):
        raise Unclear(column.name)
    return value


def _integer(value: Any, column: Column) -> Value:
    # A large number without sign comes as a negative one.
    if not isinstance(value, int) or (value < 0 and column.data_type == "bigint"):
        raise Unclear(column.name)
    return int(value)


def _bit(value: Any, column: Column) -> Value:
    if not isinstance(value, bool):
        raise Unclear(column.name)
    return int(value)


def _decimal(value: Any, column: Column) -> Value:
    if not isinstance(value, str):
        raise Unclear(column.name)
    if _NUMBER.match(value) and ("." in value or "E" in value or not column.scale):
        return f"{Decimal(value):.{column.scale}f}"
    unscaled = int.from_bytes(b64decode(value), "big", signed=True)  # decimal.handling.mode=precise
    return f"{Decimal((unscaled < 0, tuple(map(int, str(abs(unscaled)))), -column.scale)):f}"


def _float(value: Any, column: Column) -> Value:
    return float(f"{float(value):.6g}") if column.data_type == "float" else float(value)


def _date(value: Any, column: Column) -> Value:
    if isinstance(value, str):
        return date.fromisoformat(value.removesuffix("Z")).isoformat()
    return (_EPOCH.date() + timedelta(days=_not_zero(value, column))).isoformat()


def _datetime(value: Any, column: Column) -> Value:
    if isinstance(value, str):
        return datetime.fromisoformat(value.removesuffix("Z")).isoformat()
    unit = timedelta(microseconds=1) if column.scale > 3 else timedelta(milliseconds=1)
    return (_EPOCH + unit * _not_zero(value, column)).isoformat()


def _timestamp(value: Any, column: Column) -> Value:
    naive = datetime.fromisoformat(str(value)).astimezone(UTC).replace(tzinfo=None)
    return None if naive == _EPOCH else f"{naive.isoformat()}Z"


def _not_zero(value: Any, column: Column) -> int:
    """Where NULL is not allowed a zero date comes as the beginning of 1970."""
    if not isinstance(value, int) or (value == 0 and not column.nullable):
        raise Unclear(column.name)
    return value


def _never(value: Any, column: Column) -> Value:
    raise Unclear(column.name)


def _each(speller: Callable[[Any, Column], Value], types: str) -> Iterable[tuple[str, Callable[[Any, Column], Value]]]:
    return ((name, speller) for name in types.split())


_SPELLERS: dict[str, Callable[[Any, Column], Value]] = {
    **dict(_each(_integer, "tinyint smallint mediumint int bigint year")),
    **dict(_each(_float, "float double")),
    **dict(_each(_never, "binary")),
    "bit": _bit, "decimal": _decimal, "date": _date, "datetime": _datetime, "timestamp": _timestamp,
}  # fmt: skip


def columns_of(shape: Shape) -> dict[str, tuple[Column, ...]]:
    """The columns of the tables that are listened to."""
    return {name: shape.schema[name].columns for name in shape.followed if name in shape.schema}


def later(one: Position, other: Position) -> Position:
    """The one that is further in the source's history."""
    return one if one.number >= other.number else other
