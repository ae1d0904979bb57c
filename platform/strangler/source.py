"""Reading a Magento database without disturbing it.

Owns: the connection (read-only, UTC), the schema as it really is, one consistent view of all tables at a
known binlog position, and rows in bounded memory. Never writes, never locks a table on MariaDB, and knows
no meaning: that is each domain's `legacy/`.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pymysql
from pymysql.converters import encoders
from pymysql.cursors import DictCursor

from strangler.address import SourceAddress, parse_address
from strangler.values import DECODERS, Row

BATCH = 2_000
LOCK_WAIT_SECONDS = 5
TABLE_REFUSED = 1142


class SourceError(Exception):
    """The source cannot be read as asked; the sentence says what to do about it."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column as the source declares it: data type without length, nullability, digits behind point or second."""

    name: str
    data_type: str
    nullable: bool
    scale: int = 0


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table as the source has it, its name without the shop's prefix. `rows` is the engine's estimate."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    rows: int
    is_view: bool = False

    @property
    def column_names(self) -> tuple[str, ...]:
        """The columns in their declared order."""
        return tuple(column.name for column in self.columns)


@dataclass(frozen=True, kw_only=True)
class Position:
    """A place in the source's binlog, without a file if it writes none; `run` is the extraction that met it there.

    `base` is what the server's places are counted from: each server that took over numbers its own files.
    """

    file: str = ""
    offset: int = 0
    gtid: str = ""
    run: int = 0
    base: int = 0

    @property
    def number(self) -> int:
        """Grows with the source's history: binlog file number and offset in one; without a binlog, the run's."""
        digits = re.search(r"(\d+)$", self.file)
        return self.base + ((int(digits[1]) << 40) + self.offset if digits else self.run)


class Source:
    """An open, read-only connection to a Magento database. Use as a context manager."""

    def __init__(self, address: SourceAddress | str, *, read_timeout: int | None = None) -> None:
        self.address = parse_address(address) if isinstance(address, str) else address
        self._connection = _connect(self.address, read_timeout=read_timeout)
        self._schema: dict[str, Table] | None = None
        try:
            self.server_version = str(self.value("SELECT VERSION()"))
            self._execute("SET SESSION time_zone = '+00:00', SESSION sql_mode = '', net_write_timeout = 600")
            self._execute("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            self._execute("SET SESSION TRANSACTION READ ONLY")
        except BaseException:
            self._connection.close()
            raise

    def __enter__(self) -> "Source":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """End the connection, and with it any snapshot."""
        self._connection.close()

    @property
    def is_mariadb(self) -> bool:
        """MariaDB and MySQL differ in how a snapshot learns its binlog position."""
        return "mariadb" in self.server_version.lower()

    def server(self) -> str:
        """Who answers, as the server tells of itself; another one has a binlog of its own."""
        return str(self.value("SELECT CONCAT_WS(' ', @@server_id, @@hostname, @@port)"))

    def schema(self) -> dict[str, Table]:
        """Every table and view under the shop's prefix, by its name without prefix; read once."""
        if self._schema is None:
            self._schema = self._read_schema()
        return self._schema

    def forget_schema(self) -> None:
        """Read it again when it is next asked for."""
        self._schema = None

    def foreign_tables(self) -> list[str]:
        """Tables of the database that do not carry the shop's prefix: somebody else's."""
        names = self.rows("SELECT table_name AS name FROM information_schema.tables"
                          " WHERE table_schema = DATABASE() ORDER BY table_name")  # fmt: skip
        return [str(r["name"]) for r in names if not str(r["name"]).startswith(self.address.prefix)]

    def quoted(self, table: str) -> str:
        """A table's full name for SQL, prefix and back-ticks included."""
        return f"`{(self.address.prefix + table).replace('`', '``')}`"

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """All rows of a query, for answers that are known to be small. `{table}` names get the prefix."""
        with self._connection.cursor(DictCursor) as cursor:
            cursor.execute(self._named(sql), parameters)
            return [_lower(row) for row in cursor.fetchall()]

    def value(self, sql: str, parameters: Sequence[Any] = ()) -> Any:
        """The first column of the first row; None when there is none."""
        with self._connection.cursor() as cursor:
            cursor.execute(self._named(sql), parameters)
            row = cursor.fetchone()
            return row[0] if row else None

    def count(self, table: str) -> int:
        """Rows of a table; 0 where the right to read it is missing, which the assessment lists."""
        try:
            return int(self.value(f"SELECT COUNT(*) FROM {self.quoted(table)}"))
        except pymysql.err.MySQLError as refused:
            if refused.args[0] == TABLE_REFUSED:
                return 0
            raise

    def look_anew(self) -> None:
        """End the running view: what is read next is as it is then."""
        self._connection.rollback()

    @contextmanager
    def snapshot(self) -> Iterator[Position]:
        """One consistent view of all tables for the block, and the binlog position that it stands at.

        On MariaDB the position comes out of the transaction itself, without a lock. Asking for the
        server's position afterwards would be wrong: what commits in between is in neither.
        """
        position = self._start_snapshot_mariadb() if self.is_mariadb else self._start_snapshot_mysql()
        try:
            yield position
        finally:
            if self._connection.open:
                self._connection.rollback()

    def stream(self, table: str, *, after: Sequence[Any] | None = None, batch: int = BATCH) -> Iterator[list[Row]]:
        """The table's rows in key order, `batch` at a time, from behind the key `after`.

        Each batch is its own range query on the primary key, so memory holds one batch and a run that
        was killed goes on from its last key. SourceError for a table without a usable key.
        """
        shape = self.schema().get(table)
        if shape is None:
            raise SourceError(f"The source has no table {self.address.prefix}{table}.")
        if not shape.key:
            raise SourceError(f"Table {table} has no primary or unique key, so it cannot be read in ranges.")
        order = ", ".join(f"`{column}`" for column in shape.key)
        while True:
            condition, parameters = _behind(shape.key, after)
            # Names come from the source's own schema and are quoted; values are parameters.
            sql = f"SELECT * FROM {self.quoted(table)} {condition} ORDER BY {order} LIMIT {int(batch)}"
            with self._connection.cursor(DictCursor) as cursor:
                cursor.execute(sql, parameters)
                rows: list[Row] = list(cursor.fetchall())
            if rows:
                yield rows
                after = [rows[-1][column] for column in shape.key]
            if len(rows) < batch:
                return

    def rows_at(self, table: str, keys: Sequence[Sequence[str]]) -> list[Row]:
        """The rows of these keys that are there."""
        columns = self.schema()[table].key
        one = "(" + " AND ".join(f"`{column}` = %s" for column in columns) + ")"
        sql = f"SELECT * FROM {self.quoted(table)} WHERE {' OR '.join([one] * len(keys))}"
        with self._connection.cursor(DictCursor) as cursor:
            cursor.execute(sql, [value for key in keys for value in key])
            return list(cursor.fetchall())

    def _named(self, sql: str) -> str:
        return re.sub(r"\{([a-z]\w*)\}", lambda match: self.quoted(match[1]), sql)

    def _execute(self, sql: str) -> None:
        with self._connection.cursor() as cursor:
            cursor.execute(sql)

    def _read_schema(self) -> dict[str, Table]:
        prefix = self.address.prefix
        columns: dict[str, list[Column]] = {}
        for row in self.rows(
            "SELECT table_name AS t, column_name AS c, data_type AS d, is_nullable AS n,"
            " COALESCE(numeric_scale, datetime_precision) AS s"
            " FROM information_schema.columns WHERE table_schema = DATABASE()"
            " ORDER BY table_name, ordinal_position"
        ):
            column = Column(
                name=str(row["c"]),
                data_type=str(row["d"]).lower(),
                nullable=row["n"] == "YES",
                scale=int(row["s"] or 0),
            )
            columns.setdefault(str(row["t"]), []).append(column)
        keys = self._read_keys()
        found: dict[str, Table] = {}
        for row in self.rows(
            "SELECT table_name AS t, table_type AS k, COALESCE(table_rows, 0) AS n"
            " FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY table_name"
        ):
            full = str(row["t"])
            if full.startswith(prefix):
                found[full[len(prefix) :]] = Table(
                    name=full[len(prefix) :], columns=tuple(columns.get(full, ())), key=keys.get(full, ()),
                    rows=int(row["n"] or 0), is_view=row["k"] != "BASE TABLE",
                )  # fmt: skip
        return found

    def _read_keys(self) -> dict[str, tuple[str, ...]]:
        """The primary key of each table, or else its first unique key over columns that are never NULL."""
        indexes: dict[str, dict[str, list[tuple[str, bool]]]] = {}
        for row in self.rows(
            "SELECT table_name AS t, index_name AS i, column_name AS c, nullable AS n"
            " FROM information_schema.statistics WHERE table_schema = DATABASE() AND non_unique = 0"
            " ORDER BY table_name, index_name, seq_in_index"
        ):
            table = indexes.setdefault(str(row["t"]), {})
            table.setdefault(str(row["i"]), []).append((str(row["c"]), row["n"] == "YES"))
        keys: dict[str, tuple[str, ...]] = {}
        for table_name, unique in indexes.items():
            usable = {n: cols for n, cols in unique.items() if not any(nullable for _, nullable in cols)}
            if usable:
                chosen = usable.get("PRIMARY") or usable[min(usable)]
                keys[table_name] = tuple(column for column, _ in chosen)
        return keys

    def _start_snapshot_mariadb(self) -> Position:
        self._execute("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
        status = {str(r["variable_name"]).lower(): str(r["value"])
                  for r in self.rows("SHOW STATUS LIKE 'binlog_snapshot_%%'")}  # fmt: skip
        file, offset = (
            status.get("binlog_snapshot_file", ""),
            int(status.get("binlog_snapshot_position") or 0),
        )
        if not file:
            return Position()
        gtid = self.value("SELECT BINLOG_GTID_POS(%s, %s)", (file, offset))
        return Position(file=file, offset=offset, gtid=str(gtid or ""))

    def _start_snapshot_mysql(self) -> Position:
        """MySQL cannot tell a snapshot's position, so writes stop for the moment between the two reads."""
        self._execute(f"SET SESSION lock_wait_timeout = {LOCK_WAIT_SECONDS}")
        try:
            self._execute("FLUSH TABLES WITH READ LOCK")
        except pymysql.err.MySQLError as refused:
            raise SourceError(
                "A snapshot of MySQL needs FLUSH TABLES WITH READ LOCK for some milliseconds, and it was"
                f" refused: {refused.args[-1]} (grant RELOAD, or end the long transaction that holds it up)."
            ) from refused
        try:
            self._execute("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
            statement = "SHOW BINARY LOG STATUS" if _version(self.server_version) >= (8, 4) else "SHOW MASTER STATUS"
            status = self.rows(statement)
        finally:
            self._execute("UNLOCK TABLES")
        if not status:
            return Position()
        row = status[0]
        return Position(
            file=str(row["file"]),
            offset=int(row["position"] or 0),
            gtid=str(row.get("executed_gtid_set") or ""),
        )


def _connect(address: SourceAddress, *, read_timeout: int | None) -> "pymysql.Connection[Any]":
    try:
        return pymysql.connect(
            host=address.host, port=address.port, user=address.user, password=address.password,
            database=address.database, charset="utf8mb4", conv={**encoders, **DECODERS}, connect_timeout=10,
            read_timeout=read_timeout,
            ssl={"ca": address.tls_ca} if address.tls_ca else None,
        )  # fmt: skip
    except pymysql.err.OperationalError as refused:
        raise SourceError(f"Cannot open {address.shown}: {refused.args[-1]}") from refused


def _behind(key: tuple[str, ...], after: Sequence[Any] | None) -> tuple[str, list[Any]]:
    """`WHERE` for rows behind a key. Spelled out, since MySQL does not use an index for (a, b) > (x, y)."""
    if after is None:
        return "", []
    alternatives, parameters = [], []
    for depth, column in enumerate(key):
        equal = [f"`{name}` = %s" for name in key[:depth]]
        alternatives.append("(" + " AND ".join([*equal, f"`{column}` > %s"]) + ")")
        parameters += list(after[: depth + 1])
    return "WHERE " + " OR ".join(alternatives), parameters


def _lower(row: dict[str, Any]) -> Row:
    return {name.lower(): value for name, value in row.items()}


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", text)[:2])
