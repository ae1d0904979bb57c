"""A group of the source's transactions as one commit of ours: changes, doubts and the place behind them."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import DateTimeField, Value
from django.db.models.functions import Greatest

from chassis import clock, failpoints
from chassis.context import bind
from chassis.messages import Lane
from chassis.unit_of_work import unit_of_work
from strangler.capture.models import Doubt, Stream
from strangler.capture.pieces import Committed, Rows
from strangler.changes import ALIAS, Change, key_json, send
from strangler.shape import Shape, gone
from strangler.source import Position, SourceError
from strangler.tables import carried_tables
from strangler.values import Row

LABEL = "strangler"
ROWS, BYTES = 1_000, 2_000_000
"""A commit holds no more, except for what one event of the binlog brings. A larger transaction is several commits."""
MOST_SECONDS = 0.1
Uncertain = tuple[str, str, bool]
"""Table, key or empty, whether it is about the rows that refer to that one."""


class Overtaken(SourceError):
    """Another process has moved this source's place; only one may follow it."""


@dataclass
class Group:
    """What is to be committed next."""

    shape: Shape
    rest: bool = False  # it begins within a transaction
    unsettled: bool = False  # of the transaction that it goes on with, doubts are noted already
    changes: list[Change] = field(default_factory=list)
    doubts: set[Uncertain] = field(default_factory=set)
    end: Committed | None = None
    position: int = 0
    transactions: int = 0
    bytes: int = 0
    entries: dict[str, str] = field(default_factory=dict)
    begun: float = field(default_factory=time.monotonic)

    @property
    def blank(self) -> bool:
        """Whether nothing is in it."""
        return self.end is None and not self.changes and not self.doubts

    @property
    def doubtful(self) -> bool:
        """Whether something has to be read again when it is committed."""
        return self.unsettled or bool(self.doubts)

    @property
    def next(self) -> "Group":
        """The group behind it."""
        return Group(self.shape, rest=not self.whole, unsettled=not self.whole and self.doubtful)

    @property
    def full(self) -> bool:
        """Whether it is time to commit, the source's transaction ended or not."""
        return len(self.changes) >= ROWS or len(self.doubts) >= ROWS or self.bytes >= BYTES

    @property
    def whole(self) -> bool:
        """Whether nothing of a transaction is in it that goes on."""
        return self.end is not None and self.position <= self.end.place.number

    @property
    def old(self) -> bool:
        """Whether something in it has waited long enough for more."""
        return time.monotonic() - self.begun > MOST_SECONDS

    def add(self, piece: Rows | Committed) -> None:
        """Take what comes next."""
        if self.end is None and not self.changes:
            self.begun = time.monotonic()
        self.bytes += piece.size
        if isinstance(piece, Committed):
            self.end = piece
            self.position = piece.place.number
            self.transactions += 1
            self.doubts |= {(table, "", False) for table in piece.doubts}
            if piece.entry:
                self.entries[piece.entry[0]] = piece.entry[1]
            return
        for number, (before, after) in enumerate(piece.changes, start=piece.first):
            self._add(piece.table, before, after, number, unclear=piece.unclear)
            self.position = number

    def _add(self, table: str, before: Row | None, after: Row | None, number: int, *, unclear: bool) -> None:
        try:
            old = None if before is None else self.shape.key_of(table, before)
            new = None if after is None else self.shape.key_of(table, after)
        except KeyError:  # the table is not any more what this row is of; what made it so comes later, or was read
            self.doubts.add((table, "", False))
            return
        if old is not None and old != new:
            self._gone(table, old, number)
        if new is None or table not in carried_tables():
            return
        if unclear or table in self.shape.opaque:
            self.doubts.add((table, key_json(new), False))
        else:
            assert after is not None
            self.changes.append(self.shape.changed(table, after, position=number))

    def _gone(self, table: str, key: tuple[str, ...], number: int) -> None:
        if table in carried_tables():
            self.changes.append(gone(table, key, position=number))
        self.doubts |= doubts_of_gone(self.shape, table, key)


def doubts_of_gone(shape: Shape, table: str, key: tuple[str, ...]) -> set[Uncertain]:
    """What a row's deletion may have done to others without a word in the binlog."""
    found: set[Uncertain] = {(child, "", False) for child in shape.references.blind_children(table)}
    if shape.references.has_known_children(table):
        found.add((table, key_json(key), True))
    return found


def apply(group: Group, *, name: str) -> int:
    """Commit a group; the number of events.

    Overtaken if somebody else has moved the place meanwhile.
    """
    # What comes in floods, or is the rest of one, must not keep others' events waiting.
    lane = Lane.BULK if group.full or group.rest or not group.whole else Lane.FAST
    with bind(origin=name), unit_of_work(LABEL):
        sent = send(group.changes, source=name, lane=lane)
        note_doubts(group.doubts, name=name, position=group.position)
        _advance(group, name=name, sent=sent)
        failpoints.hit("strangler.follow.group")
    failpoints.hit("strangler.follow.committed")
    return sent


def note_doubts(doubts: Iterable[Uncertain], *, name: str, position: int) -> None:
    """Remember what is to be read again at a place that is not before `position`."""
    rows = [
        Doubt(source=name, table=table, key=key, children=children, position=position)
        for table, key, children in sorted(doubts)
    ]
    Doubt.objects.using(ALIAS).bulk_create(
        rows, update_conflicts=True, unique_fields=["source", "table", "key", "children"], update_fields=["position"]
    )


def still(*, name: str, until: datetime | None) -> None:
    """There is nothing that was not sent, and until then the source had committed nothing more, if it has said so."""
    stream = Stream.objects.using(ALIAS).filter(source=name)
    stream.update(failing=False, current_until=Greatest("current_until", Value(until, DateTimeField())))


def _advance(group: Group, *, name: str, sent: int) -> None:
    stream = Stream.objects.using(ALIAS).select_for_update().get(source=name)
    stream.changes, stream.transactions = stream.changes + sent, stream.transactions + group.transactions
    stream.failing = False
    if group.end is not None:
        # In whole seconds, and by the source's clock: what silence has said before may be later, now is the latest.
        stream.current_until = min(max(group.end.at, stream.current_until or group.end.at), clock.now())
        if group.entries:
            stream.redis_ids |= group.entries
        else:
            _go_on(stream, group.end.place)
    stream.save(using=ALIAS)


def _go_on(stream: Stream, place: Position) -> None:
    if place.number < stream.position or place.base != stream.base:
        raise Overtaken("Another process follows this source and is further.")
    stream.position, stream.gtid = place.number, place.gtid
    stream.binlog_file, stream.binlog_offset = place.file, place.offset
