"""The binlog of a source from a saved place to the first error, as pieces.

It is a replica as far as the server knows. It never goes on by itself after an error: the library would connect again
silently, in GTID mode at the place where it first began, so that a second connection raises here, and whoever reads
begins anew from what was saved.
"""

import logging
import time
from collections.abc import Generator, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pymysql
from pymysqlreplication import BinLogStreamReader
from pymysqlreplication.event import (
    ExecuteLoadQueryEvent,
    GtidEvent,
    HeartbeatLogEvent,
    MariadbGtidEvent,
    NotImplementedEvent,
    QueryEvent,
    RotateEvent,
    XAPrepareEvent,
    XidEvent,
)
from pymysqlreplication.row_event import (
    DeleteRowsEvent,
    PartialUpdateRowsEvent,
    RowsEvent,
    UpdateRowsEvent,
    WriteRowsEvent,
)

from chassis import clock
from strangler.address import SourceAddress
from strangler.capture.gtids import reached
from strangler.capture.pieces import Committed, Piece, Rows, Still
from strangler.capture.spelling import spelled
from strangler.capture.statements import tables_in_doubt
from strangler.shape import Shape
from strangler.source import Position, SourceError
from strangler.values import Row

log = logging.getLogger("sixfold.capture")

HEARTBEAT_SECONDS = 1
SILENCE_SECONDS = 30
"""A server that sends no heartbeat for so long is gone."""
STANDALONE = 1
EVENTS = [
    RotateEvent, MariadbGtidEvent, GtidEvent, QueryEvent, XidEvent, XAPrepareEvent, HeartbeatLogEvent,
    WriteRowsEvent, UpdateRowsEvent, DeleteRowsEvent, PartialUpdateRowsEvent, ExecuteLoadQueryEvent,
    NotImplementedEvent,
]  # fmt: skip
INCIDENT = 26
# Events that may hold rows and that the library cannot read: MariaDB's compressed ones, MySQL's packed transactions.
PACKED = frozenset({40, 165, 166, 167, 168, 169, 170, 171})


class ConnectionLost(SourceError):
    """The server went away; reading begins anew from what was saved."""


class Reader:
    """Reads on from behind `place`, which has a GTID, the tables `tables` (without prefix)."""

    def __init__(
        self, address: SourceAddress, *, place: Position, tables: frozenset[str], server_number: int, mariadb: bool
    ) -> None:
        self.address = address
        self.mariadb = mariadb
        self.place = place
        self.full_names = {address.prefix + table for table in tables}
        self.server_number = server_number
        self._connected = False
        self._end = 0
        self._wraps = 0
        self._waited = 0.0
        self._gtid = ""
        self._open = False
        self._touched: set[str] = set()
        self._doubts: set[str] = set()

    def pieces(self) -> Generator[Piece, None, None]:
        """All that comes. Raises SourceError or a driver's error, sooner or later."""
        stream = BinLogStreamReader(
            self._settings(), server_id=self.server_number, pymysql_wrapper=self._connect_once, blocking=True,
            is_mariadb=self.mariadb, auto_position=self.place.gtid, only_events=EVENTS,
            filter_non_implemented_events=False, only_schemas=[self.address.database],
            only_tables=self.full_names, slave_heartbeat=HEARTBEAT_SECONDS, enable_logging=False,
        )  # fmt: skip
        try:
            asked = time.monotonic()
            while (event := stream.fetchone()) is not None:
                self._waited = time.monotonic() - asked
                yield from self._read(event)
                asked = time.monotonic()
        finally:
            stream.close()
        raise ConnectionLost("The server has ended the stream.")

    def applied(self, entries: Mapping[str, str]) -> None:
        """The server keeps what was read for as long as it likes."""

    def tables_are(self, shape: Shape) -> None:
        """The binlog says itself how tables are."""

    def _settings(self) -> dict[str, Any]:
        address = self.address
        return {
            "host": address.host, "port": address.port, "user": address.user, "password": address.password,
            "charset": "utf8mb4", "connect_timeout": 10, "read_timeout": SILENCE_SECONDS,
            "ssl": {"ca": address.tls_ca} if address.tls_ca else None,
            # While tables are read again nobody takes what it sends.
            "init_command": "SET SESSION net_write_timeout = 600",
        }  # fmt: skip

    def _connect_once(self, **settings: Any) -> Any:
        if settings.get("db") != "information_schema":  # the library's other connection, for asking
            if self._connected:
                raise ConnectionLost("The connection to the source was lost.")
            self._connected = True
        return pymysql.connect(**settings)

    def _read(self, event: Any) -> Iterator[Piece]:
        if isinstance(event, RowsEvent):
            yield from self._rows(event)
        elif isinstance(event, MariadbGtidEvent):
            self._begin(event.gtid, is_open=not event.flags & STANDALONE)
        elif isinstance(event, GtidEvent):
            self._begin(event.gtid, is_open=False)
        elif isinstance(event, QueryEvent):
            yield from self._statement(event)
        elif isinstance(event, XidEvent):
            yield self._commit(event)
        elif isinstance(event, RotateEvent):
            self.place = replace(self.place, file=event.next_binlog, offset=event.position)
            self._end = self._wraps = 0
        elif isinstance(event, HeartbeatLogEvent):
            # One that lay in a buffer is old, and there may be more behind it; one that was waited for is not.
            yield Still(at=clock.now() if self._waited > HEARTBEAT_SECONDS / 2 else None)
        elif isinstance(event, XAPrepareEvent):
            raise SourceError(
                "The source prepares XA transactions, which are not followed: what becomes of them is told later."
            )
        elif isinstance(event, ExecuteLoadQueryEvent):  # its text names a table, but the library does not tell it
            self._doubts |= self.full_names
            if not self._open:
                yield self._commit(event)
        elif event.event_type == INCIDENT:
            raise SourceError("The source's binlog has a gap, as its server notes there: extract again.")
        elif event.event_type in PACKED:
            raise SourceError(
                "The source's binlog is compressed, which cannot be read: switch log_bin_compress and"
                " binlog_transaction_compression off and extract again."
            )

    def _begin(self, gtid: str, *, is_open: bool) -> None:
        self._gtid, self._open = gtid, is_open
        self._touched, self._doubts = set(), set()

    def _rows(self, event: Any) -> Iterator[Piece]:
        end = self._end_of(event)
        table = event.table[len(self.address.prefix) :]
        self._touched.add(event.table)
        try:
            if isinstance(event, PartialUpdateRowsEvent):
                raise ValueError("an update that does not hold the whole row")
            changes = [self._change(event, row) for row in event.rows]
        except Exception as failure:  # a date that does not exist, a type or letters that the library does not know
            log.warning("rows of %s are read again, for their event is not readable: %s", event.table, failure)
            self._doubts.add(event.table)
            return
        size = event.packet.event_size
        number = replace(self.place, offset=end - size).number
        yield Rows(table=table, changes=changes, first=number + 1, size=size)

    def _change(self, event: Any, row: dict[str, Any]) -> tuple[Row | None, Row | None]:
        columns = event.columns
        if isinstance(event, UpdateRowsEvent):
            return (
                spelled(row["before_values"], columns, row["before_none_sources"]),
                spelled(row["after_values"], columns, row["after_none_sources"]),
            )
        values = spelled(row["values"], columns, row["none_sources"])
        return (None, values) if isinstance(event, WriteRowsEvent) else (values, None)

    def _statement(self, event: Any) -> Iterator[Piece]:
        text = event.query.strip()
        upper = text.upper()
        if upper == "BEGIN":
            self._open = True
        elif upper == "COMMIT":
            yield self._commit(event)
        elif upper == "ROLLBACK" or upper.startswith("ROLLBACK TO"):
            # Rows that came before it and were undone: only where tables without transactions are among them.
            self._doubts |= self._touched
            if upper == "ROLLBACK":
                yield self._commit(event)
        else:
            # A SAVEPOINT comes here too, and says nothing.
            self._doubts |= tables_in_doubt(text, self.full_names, database=self.address.database)
            if not self._open:
                yield self._commit(event)

    def _commit(self, event: Any) -> Committed:
        gtid = reached(self.place.gtid, self._gtid) if self._gtid else self.place.gtid
        self.place = replace(self.place, offset=self._end_of(event), gtid=gtid)
        prefix = len(self.address.prefix)
        doubts = frozenset(name[prefix:] for name in self._doubts)
        self._begin("", is_open=False)
        return Committed(place=self.place, at=datetime.fromtimestamp(event.timestamp, UTC), doubts=doubts)

    def _end_of(self, event: Any) -> int:
        """Where the event ends in its file. The server says it in four bytes, and a transaction may be longer."""
        if not event.packet.log_pos:
            raise SourceError(
                "The source's binlog holds rows without their place: switch binlog_legacy_event_pos on and"
                " extract again."
            )
        end: int = event.packet.log_pos + self._wraps
        if end < self._end:
            self._wraps += 2**32
            end += 2**32
        self._end = end
        return end
