"""What a source's history consists of, whoever reads it: rows, ends of transactions, silence."""

from dataclasses import dataclass
from datetime import datetime

from strangler.source import Position
from strangler.values import Row


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Consecutive changes of rows of one table: (before, after), None where there is no row.

    Each has a position of its own, counted up from `first`. `size` is about what they take in memory. What is `unclear`
    tells no more than which rows have changed.
    """

    table: str
    changes: list[tuple[Row | None, Row | None]]
    first: int
    size: int
    unclear: bool = False


@dataclass(frozen=True, kw_only=True)
class Committed:
    """The end of a transaction, or a statement by itself: everything before it is one commit of the source.

    `doubts` are tables, without prefix, of which it changed what no row says. `entry` is where it came from if that
    is no binlog: a stream's name and the entry's id.
    """

    place: Position
    at: datetime
    doubts: frozenset[str] = frozenset()
    entry: tuple[str, str] | None = None
    size: int = 100


@dataclass(frozen=True, kw_only=True)
class Still:
    """The source has nothing more at the moment, and had committed nothing else until `at`, if it has said so."""

    at: datetime | None = None
    size: int = 100


Piece = Rows | Committed | Still
