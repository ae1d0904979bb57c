"""A row reads the same from the binlog and from a snapshot: else it would be sent for nothing, or wrong."""

from collections.abc import Iterator

import pytest

from strangler.address import parse_address
from strangler.capture.pieces import Committed, Rows
from strangler.capture.reader import Reader
from strangler.source import Position, Source
from strangler.tables import carried_tables
from strangler.values import ONLY_THE_SERVER_KNOWS, Row
from tests.magento.following import value
from tests.magento.server import MagentoServer

pytestmark = pytest.mark.magento
PROBE = """
CREATE TABLE types_probe (
    id INT UNSIGNED PRIMARY KEY, d DECIMAL(12,4), d2 DECIMAL(30,30), d3 DECIMAL(20,0), f FLOAT, db DOUBLE,
    dt DATETIME, dt6 DATETIME(6), da DATE, ti TIME, ti3 TIME(3), ts TIMESTAMP NULL, ts6 TIMESTAMP(6) NULL, y YEAR,
    tx TEXT, bl BLOB, vb VARBINARY(20), bn BINARY(6), b1 BIT(1), b10 BIT(10), b16 BIT(16), ub BIGINT UNSIGNED,
    sb BIGINT, ui INT UNSIGNED, ti1 TINYINT, ut TINYINT UNSIGNED, um MEDIUMINT UNSIGNED, en ENUM('', 'ü', 'x'),
    se SET('z', 'x', 'y'), vc VARCHAR(300), vcl VARCHAR(20) CHARACTER SET latin1, c10 CHAR(10)) CHARACTER SET utf8mb4
"""
ROWS = (
    "(1, 123456.7891, 0.000000000000000000000000000001, 12345678901234567890, 1.1, 2.718281828459045,"
    " '2026-11-22 10:11:12', '2026-11-22 10:11:12.123456', '2026-02-28', '-12:34:56', '100:00:00.25',"
    " '2026-11-22 10:11:12', '2026-11-22 10:11:12.654321', 2026, 'text é 😀 ', x'00ff10', x'dead00', x'ab0000000000',"
    " 1, b'0100000010', b'1000000000000001', 18446744073709551615, -9223372036854775808, 4294967295, -1, 255, 16777215,"
    " 'ü', 'y,z', 'emoji 😀  ', 'latin é', 'pad  ')",
    "(2, -0.5, -0.5, -1, 0.1, -0.1, '0000-00-00 00:00:00', '0000-00-00 00:00:00', '0000-00-00', '00:00:00',"
    " '-00:00:00.5', '0000-00-00 00:00:00', '0000-00-00 00:00:00', 0, '', '', '', '', 0, 0, 0, 0, 0, 0, 0, 0, 0, '',"
    " '', '', '', '')",
    "(3" + ", NULL" * 31 + ")",
    "(4, 0, 0, 0, 123456789, 1e300, '2026-00-10 00:00:00', '2026-02-00 00:00:00', '2026-00-00', '838:59:59', '0:0:1',"
    " '1970-01-01 00:00:01', '2038-01-19 03:14:07', 1901, 'x', 'x', 'x', 'x', 1, 1023, 65535, 1, 1, 1, 1, 1, 1, 'x',"
    " 'x', 'x', 'x', 'x')",
)


def written(server: MagentoServer, *tables: str, until: str) -> Iterator[tuple[str, Row]]:
    """The rows that the server has written to these tables, from the beginning of its binlog."""
    reader = Reader(
        parse_address(server.url), place=Position(), tables=frozenset(tables), server_number=4711, mariadb=True
    )
    for piece in reader.pieces():
        if isinstance(piece, Rows):
            yield from ((piece.table, after) for _, after in piece.changes if after is not None)
        if isinstance(piece, Committed) and piece.place.gtid == until:
            return


def test_every_type_is_spelled_as_a_snapshot_spells_it(own_magento: MagentoServer) -> None:
    own_magento.execute("SET time_zone = '+00:00', sql_mode = ''", PROBE,
                        *(f"INSERT INTO types_probe VALUES {row}" for row in ROWS))  # fmt: skip
    until = value(own_magento, "SELECT @@gtid_binlog_pos")
    with Source(own_magento.url) as source:
        expected = [row for batch in source.stream("types_probe") for row in batch]
        known = [c.name for c in source.schema()["types_probe"].columns if c.data_type not in ONLY_THE_SERVER_KNOWS]
    found = [row for _, row in written(own_magento, "types_probe", until=until)]
    assert len(known) == 30
    assert [{n: row[n] for n in known} for row in found] == [{n: row[n] for n in known} for row in expected]
    assert found[1]["dt"] is found[1]["ts"] is found[1]["da"] is None
    assert (found[0]["ts"], found[0]["dt"]) == ("2026-11-22T10:11:12Z", "2026-11-22T10:11:12")


def test_every_carried_table_of_the_shop_is_spelled_as_a_snapshot_spells_it(own_magento: MagentoServer) -> None:
    own_magento.execute(
        "SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO', foreign_key_checks = 0",
        *(f"CREATE TABLE copied_{table} LIKE {table}" for table in carried_tables()),
        *(f"INSERT INTO copied_{table} SELECT * FROM {table} ORDER BY 1 LIMIT 600" for table in carried_tables()),
    )
    until = value(own_magento, "SELECT @@gtid_binlog_pos")
    copies = [f"copied_{table}" for table in carried_tables()]
    with Source(own_magento.url) as source:
        assert not [c for t in carried_tables() for c in source.schema()[t].columns
                    if c.data_type in ONLY_THE_SERVER_KNOWS]  # fmt: skip
        expected = {name: [row for batch in source.stream(name) for row in batch] for name in copies}
        keys = {name: source.schema()[name].key for name in copies}
    found: dict[str, list[Row]] = {name: [] for name in copies}
    for table, row in written(own_magento, *copies, until=until):
        found[table].append(row)
    for name in copies:

        def place(row: Row, name: str = name) -> list[str]:
            return [str(row[column]) for column in keys[name]]

        assert sorted(found[name], key=place) == sorted(expected[name], key=place), name
    assert sum(map(len, found.values())) > 10_000
