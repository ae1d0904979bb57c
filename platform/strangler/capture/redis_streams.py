"""Debezium's records from Redis: a stream per table, as Debezium Server's sink writes them.

What was read of each stream is saved with the events that it became, so that nothing is lost or repeated; what is saved
is deleted in Redis, which would grow otherwise. One process reads, so that no consumer group is needed.
"""

from collections.abc import Generator, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit, urlunsplit

import msgspec
import redis

from strangler.capture.envelopes import Envelopes, columns_of, later
from strangler.capture.pieces import Committed, Piece, Rows, Still
from strangler.shape import Shape
from strangler.source import Position, SourceError

WAIT_MS = 1000
COUNT = 200
HEARTBEATS = "__debezium-heartbeat"
"""Debezium's default prefix of the stream that says, with `heartbeat.interval.ms`, that there is nothing else."""
NOTHING = b"default"
"""What the sink writes where a record has no key or no value."""


class RedisStreams:
    """Reads on behind `ids`, stream by stream. `url` is redis://host:6379/0?prefix=mage, Debezium's topic prefix."""

    def __init__(self, url: str, envelopes: Envelopes, *, ids: Mapping[str, str]) -> None:
        parts = urlsplit(url)
        prefix = parse_qs(parts.query)["prefix"][0]
        self.envelopes = envelopes
        self.client = redis.Redis.from_url(urlunsplit(parts._replace(query="")), socket_timeout=30)
        # The prefix by itself is the stream of schema changes.
        names = [prefix, *(f"{prefix}.{envelopes.database}.{name}" for name in sorted(envelopes.full_names))]
        self.heartbeats = f"{HEARTBEATS}.{prefix}"
        names.append(self.heartbeats)
        self.ids = {name: ids.get(name, "0-0") for name in names}
        self._reached = Position(base=envelopes.base)

    def pieces(self) -> Generator[Piece, None, None]:
        """All that comes. Raises SourceError, sooner or later."""
        try:
            while True:
                read = self.client.xread(self.ids, count=COUNT, block=WAIT_MS)  # type: ignore[arg-type]
                found = {name.decode(): entries for name, entries in read or ()}
                beats = found.pop(self.heartbeats, [])
                for name, entries in found.items():
                    for entry, fields in entries:
                        yield from self._read(name, entry.decode(), fields)
                more = any(len(entries) == COUNT for entries in found.values())
                if beats:
                    yield self._still(beats, more=more)
                elif not found:
                    yield Still()
        except redis.RedisError as error:
            raise SourceError(f"Redis: {error}") from error
        finally:
            self.client.close()

    def applied(self, entries: Mapping[str, str]) -> None:
        """These are saved, and everything before them in their streams."""
        try:
            for name, entry in entries.items():
                self.client.xtrim(name, minid=entry, approximate=False)
        except redis.RedisError as error:
            raise SourceError(f"Redis: {error}") from error

    def tables_are(self, shape: Shape) -> None:
        """Records are understood by the tables as they are now."""
        self.envelopes.columns = columns_of(shape)

    def _still(self, beats: list[tuple[bytes, dict[bytes, bytes]]], *, more: bool) -> Still:
        """Silence until the last heartbeat, unless records that came before it are still to be read."""
        entry, fields = beats[-1]
        self.ids[self.heartbeats] = entry.decode()
        self.client.xtrim(self.heartbeats, minid=entry, approximate=False)
        told = (value_of(fields) or {}).get("ts_ms")
        return Still(at=None if more or told is None else datetime.fromtimestamp(told / 1000, UTC))

    def _read(self, name: str, entry: str, fields: dict[bytes, bytes]) -> Iterator[Piece]:
        self.ids[name] = entry
        told = self.envelopes.read(value_of(fields))
        if told is None:
            return
        self._reached = later(told.place, self._reached)
        if told.rows is not None:
            yield told.rows
        if told.unclear is not None:
            table, row = told.unclear
            yield Rows(table=table, changes=[(None, row)], first=0, size=0, unclear=True)
        yield Committed(place=self._reached, at=told.at, doubts=told.doubts, entry=(name, entry))


def value_of(fields: dict[bytes, bytes]) -> dict[str, Any] | None:
    """The record's value: the sink's compact form is {key: value}, its extended one {"key": key, "value": value}."""
    text = fields.get(b"value") or next(iter(fields.values()), NOTHING)
    if text in (NOTHING, b"null"):
        return None
    found: dict[str, Any] = msgspec.json.decode(text)
    return found
