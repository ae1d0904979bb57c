"""Follows a running Magento: what it commits becomes events, in order, each once, whatever dies in between.

One process follows a source (an advisory lock; others stand by). After any error everything is made anew from the
saved place: the connection, the reader, the tables as they are now.
"""

import logging
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pymysql
from django.conf import settings
from django.db import DatabaseError, InterfaceError, close_old_connections
from django.db.models import F, Max

from chassis import clock
from chassis.listening import direct_connection
from strangler.address import SourceAddress
from strangler.capture.applying import Group, apply, still
from strangler.capture.doubts import settle
from strangler.capture.envelopes import Envelopes, columns_of
from strangler.capture.feed import Feed
from strangler.capture.history import base_of, start_of
from strangler.capture.models import Stream
from strangler.capture.pieces import Still
from strangler.capture.reader import Reader
from strangler.capture.redis_streams import RedisStreams
from strangler.changes import ALIAS
from strangler.readiness import why_not_followed
from strangler.runs import Run, TableCursor
from strangler.shape import Shape
from strangler.source import Position, Source, SourceError

log = logging.getLogger("sixfold.capture")

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
SILENCE_SECONDS = 600
"""A server that answers no query for so long is gone; counting a large table takes a while."""
PASSING = (SourceError, pymysql.err.MySQLError, psycopg.Error, DatabaseError, InterfaceError, OSError, EOFError)
"""What belongs to a life among servers; of anything else the log holds the whole trace."""


class Follower:
    """Follows the source at `address`, called `name`, until `stop` is set: by its binlog, or by what Debezium writes to
    the Redis streams at `envelopes`."""

    def __init__(self, address: SourceAddress, *, name: str, stop: threading.Event, envelopes: str = "") -> None:
        self.address = address
        self.envelopes = envelopes
        self.name = name
        self.stop = stop
        self._pause = FIRST_PAUSE

    def run(self) -> None:
        """Follow; errors are noted and waited out."""
        while not self.stop.is_set():
            try:
                with _alone(self.name) as alone:
                    if alone:
                        self._follow()
                    else:
                        self.stop.wait(1)
            except Exception as error:  # a follower that ended would be silent: each is noted, and tried again
                self._note(error)
                self.stop.wait(self._pause)
                self._pause = min(2 * self._pause, LONGEST_PAUSE)

    def _follow(self) -> None:
        with self._source() as source:
            reader, shape = self._of_redis(source) if self.envelopes else self._of_binlog(source)
        feed = Feed(reader.pieces())
        try:
            self._pump(feed, reader, shape)
        finally:
            feed.close()

    def _source(self) -> Source:
        # Opened whenever it is needed: the server ends a connection that is silent for hours.
        return Source(self.address, read_timeout=SILENCE_SECONDS)

    def _of_binlog(self, source: Source) -> tuple[Reader, Shape]:
        if wrong := why_not_followed(source):
            raise SourceError(f"The source cannot be followed: {wrong}.")
        place = begin(source, name=self.name)
        shape = settle(source, name=self.name)
        log.info("following %s at %s from GTID %s", self.name, self.address.shown, place.gtid)
        number = _replica_number(self.name)
        tables, mariadb = shape.followed, source.is_mariadb
        return Reader(self.address, place=place, tables=tables, server_number=number, mariadb=mariadb), shape

    def _of_redis(self, source: Source) -> tuple[RedisStreams, Shape]:
        base = base_of(name=self.name, source=source)
        _latest_runs(source, name=self.name)
        Stream.objects.using(ALIAS).filter(source=self.name, begun_at=None).update(begun_at=clock.now())
        stream = Stream.objects.using(ALIAS).get(source=self.name)
        shape = settle(source, name=self.name)
        envelopes = Envelopes(columns_of(shape), database=self.address.database, prefix=self.address.prefix, base=base)
        return RedisStreams(self.envelopes, envelopes, ids=stream.redis_ids), shape

    def _pump(self, feed: Feed, reader: Reader | RedisStreams, shape: Shape) -> None:
        group = Group(shape)
        while not self.stop.is_set():
            piece = feed.take(1.0)
            silent = piece is None or isinstance(piece, Still)
            if piece is not None and not isinstance(piece, Still):
                group.add(piece)
            if group.full or (group.whole and (silent or feed.empty or group.old or group.doubtful)):
                apply(group, name=self.name)
                reader.applied(group.entries)
                self._pause = FIRST_PAUSE
                # Not within a transaction: what it goes on with is not older than what would be read.
                if group.doubtful and group.whole:
                    with self._source() as source:
                        group.shape = settle(source, name=self.name)
                    reader.tables_are(group.shape)
                group = group.next
            if isinstance(piece, Still):
                self._pause = FIRST_PAUSE
                if group.blank and not group.rest:
                    still(name=self.name, until=piece.at)

    def _note(self, error: BaseException) -> None:
        trace = None if isinstance(error, PASSING) else error
        log.warning("following %s: %s: %s", self.name, type(error).__name__, error, exc_info=trace)
        try:
            close_old_connections()
            Stream.objects.using(ALIAS).get_or_create(source=self.name)
            Stream.objects.using(ALIAS).filter(source=self.name).update(
                errors=F("errors") + 1, last_error=f"{type(error).__name__}: {error}"[:2000], failing=True,
                last_error_at=clock.now(),
            )  # fmt: skip
        except (DatabaseError, InterfaceError, psycopg.Error):
            log.warning("nor can that be noted")


def begin(source: Source, *, name: str) -> Position:
    """Where to go on: where following stood, or where the extraction began whose rows it goes on from.

    SourceError if nothing was extracted, or this server cannot be gone on with.
    """
    base = base_of(name=name, source=source)
    run = _extracted(source, name=name)
    stream = Stream.objects.using(ALIAS).get(source=name)
    if start_of(run).number > stream.position or stream.begun_at is None:
        if not run.binlog_file:
            raise SourceError("The source was extracted while it wrote no binlog: switch that on and extract again.")
        stream.position, stream.gtid = start_of(run).number, run.gtid
        stream.begun_at, stream.current_until = clock.now(), run.started_at
        stream.save(using=ALIAS, update_fields=["position", "gtid", "begun_at", "current_until"])
    if not stream.gtid and not source.is_mariadb:
        raise SourceError("The source was extracted while it wrote no GTIDs: switch gtid_mode on and extract again.")
    return Position(gtid=stream.gtid, base=base)


def _extracted(source: Source, *, name: str) -> Run:
    """Of the runs that read each table last, the first: behind its start no table misses a change."""
    runs = _latest_runs(source, name=name)
    if not runs:
        raise SourceError(f"Nothing was extracted of {name}: run `strangle extract` first.")
    return min(runs, key=lambda run: start_of(run).number)


def _latest_runs(source: Source, *, name: str) -> list[Run]:
    """The runs that read each table last. SourceError if a release before did, or does now: it kept no parents."""
    cursors = TableCursor.objects.using(ALIAS).filter(
        run__source=name, run__finished_at__isnull=False, done=True, table__in=list(source.schema())
    )
    latest = cursors.values("table").annotate(latest=Max("run_id")).values_list("latest", flat=True)
    runs = list(Run.objects.using(ALIAS).filter(pk__in=list(latest)))
    running = Run.objects.using(ALIAS).filter(source=name, finished_at=None, parents_kept=None)
    if running.exists() or not all(run.parents_kept for run in runs):
        raise SourceError("The release before extracted this source, which cannot be gone on from: extract again.")
    return runs


@contextmanager
def _alone(name: str) -> Iterator[bool]:
    """Whether this process is the one that follows."""
    with direct_connection(ALIAS) as connection:
        row = connection.execute(
            "SELECT pg_try_advisory_lock(hashtext('sixfold.follow'), hashtext(%s))", [name]
        ).fetchone()
        yield bool(row and row[0])


def _replica_number(name: str) -> int:
    """The number under which we are a replica: the same for a source, so that a dead connection of ours is ended,
    and others than the shop's own replicas and other installations have."""
    return zlib.crc32(f"{settings.SECRET_KEY} {name}".encode()) | 1 << 31
