"""What goes in and out of a mirror: rows, changes of rows, which tables are kept, findings."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

Row = dict[str, str | None]
Thing = tuple[str, str, str]
"""(source, kind, id in the other system)."""

Kept = tuple[str, str, str]
"""(source, table, key as JSON)."""

Maker = Callable[[str, list[str]], None]
"""Makes the things with these ids of a source, inside a unit of work."""


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


@dataclass(frozen=True, kw_only=True)
class Found:
    """A finding as a maker states it: `code` for counting, `detail` for people (no personal data)."""

    owner: str
    code: str
    detail: str = ""
    whole: bool = False


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


def decoded(after: str | None) -> Row:
    """A row as it is kept; callers leave deleted ones out."""
    return {} if after is None else msgspec.json.decode(after, type=dict[str, str | None])


def encoded(value: Any) -> str:
    """A value as JSON text."""
    return msgspec.json.encode(value).decode()
