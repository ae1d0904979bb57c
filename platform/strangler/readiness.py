"""Whether the source's account and settings allow reading and following it, and what to change if not."""

import re
from dataclasses import dataclass

import pymysql

from strangler.source import Source


@dataclass(frozen=True, kw_only=True)
class Setting:
    """A server setting as it is and as change capture wants it; `change` is empty when it is right."""

    name: str
    value: str
    wanted: str
    change: str = ""


@dataclass(frozen=True, kw_only=True)
class MissingRight:
    """A right that the account lacks, what it is needed for, and the statement that grants it."""

    right: str
    needed_for: str
    statement: str


WANTED = (
    ("log_bin", "ON", "add log_bin to the server's configuration and restart it"),
    ("binlog_format", "ROW", "SET GLOBAL binlog_format = 'ROW' and in the configuration"),
    ("binlog_row_image", "FULL", "SET GLOBAL binlog_row_image = 'FULL' and in the configuration"),
    ("binlog_row_metadata", "FULL", "SET GLOBAL binlog_row_metadata = 'FULL' and in the configuration"),
)
# Not every server knows them. What they pack cannot be read; and without MariaDB 11.4's old positions its rows have
# no place.
UNPACKED = (
    ("log_bin_compress", "OFF", "SET GLOBAL log_bin_compress = OFF and in the configuration"),
    ("binlog_transaction_compression", "OFF", "SET GLOBAL binlog_transaction_compression = OFF, there and in its file"),
    ("binlog_legacy_event_pos", "ON", "SET GLOBAL binlog_legacy_event_pos = ON and in the configuration"),
    ("binlog_row_value_options", "", "SET GLOBAL binlog_row_value_options = '' and in the configuration"),
)
EXPIRY = "binlog_expire_logs_seconds"
KEPT_SECONDS = 3 * 24 * 3600  # a long weekend in which nobody may notice that capture stands still


def read_settings(source: Source) -> tuple[Setting, ...]:
    """The settings that matter to change capture, each with what to change."""
    names = [name for name, _, _ in (*WANTED, *UNPACKED)] + ["server_id", EXPIRY, "gtid_mode"]
    marks = ", ".join(["%s"] * len(names))
    rows = source.rows(f"SHOW GLOBAL VARIABLES WHERE variable_name IN ({marks})", names)
    have = {str(r["variable_name"]).lower(): str(r["value"]) for r in rows}
    found = []
    for name, wanted, change in WANTED:
        if name not in have:
            found.append(Setting(name=name, value="unknown to this server", wanted=wanted,
                                 change="needs MariaDB 10.5 or MySQL 8.0 or later"))  # fmt: skip
            continue
        right = have[name].upper() == wanted
        found.append(Setting(name=name, value=have[name], wanted=wanted, change="" if right else change))
    found += [Setting(name=name, value=have[name], wanted=wanted, change=change)
              for name, wanted, change in UNPACKED if have.get(name, wanted).upper() != wanted]  # fmt: skip
    server_id = have.get("server_id", "0")
    found.append(Setting(name="server_id", value=server_id, wanted="above 0",
                         change="" if server_id != "0" else "give the server an id and restart it"))  # fmt: skip
    if "gtid_mode" in have:  # MySQL's; MariaDB always has global transaction ids
        right = have["gtid_mode"].upper() == "ON"
        found.append(Setting(name="gtid_mode", value=have["gtid_mode"], wanted="ON",
                             change="" if right else "switch gtid_mode on as MySQL's manual says"))  # fmt: skip
    if EXPIRY in have:
        kept = int(float(have[EXPIRY]))
        enough = kept == 0 or kept >= KEPT_SECONDS
        found.append(Setting(
            name=EXPIRY, value=str(kept), wanted=f"0 or at least {KEPT_SECONDS}",
            change="" if enough else f"SET GLOBAL binlog_expire_logs_seconds = {KEPT_SECONDS}"))  # fmt: skip
    return tuple(found)


def why_not_followed(source: Source) -> str:
    """What has to be changed at the server before its binlog can be followed; empty if nothing."""
    wrong = [setting for setting in read_settings(source) if setting.change and setting.name != EXPIRY]
    return "; ".join(f"{one.name} is {one.value or 'empty'}: {one.change}" for one in wrong)


def read_missing_rights(source: Source, tables: tuple[str, ...]) -> tuple[MissingRight, ...]:
    """What the account may not do: read each of `tables`, see the binlog's position, follow the binlog."""
    account = _account(source)
    missing = []
    for table in tables:
        if table in source.schema() and not _may_read(source, table):
            missing.append(MissingRight(
                right=f"SELECT on {table}", needed_for="the snapshot",
                statement=f"GRANT SELECT ON {source.quoted(table)} TO {account}"))  # fmt: skip
    granted = _global_rights(source)
    follow, position = "REPLICATION SLAVE", "BINLOG MONITOR" if source.is_mariadb else "REPLICATION CLIENT"
    wanted = [(follow, {follow, "REPLICATION REPLICA"}, "following changes"),
              (position, {position, "REPLICATION CLIENT"}, "knowing the snapshot's place in the binlog")]  # fmt: skip
    if not source.is_mariadb:
        wanted.append(("RELOAD", {"RELOAD", "FLUSH_TABLES"}, "the short lock of a consistent snapshot"))
    for right, accepted, purpose in wanted:
        if "ALL PRIVILEGES" not in granted and not granted & accepted:
            missing.append(MissingRight(right=right, needed_for=purpose,
                                        statement=f"GRANT {right} ON *.* TO {account}"))  # fmt: skip
    return tuple(missing)


def _may_read(source: Source, table: str) -> bool:
    try:
        source.value(f"SELECT 1 FROM {source.quoted(table)} LIMIT 1")
    except pymysql.err.MySQLError as refused:
        if refused.args[0] in {1142, 1143, 1044}:
            return False
        raise
    return True


def _account(source: Source) -> str:
    user, _, host = str(source.value("SELECT CURRENT_USER()")).rpartition("@")
    return f"'{user}'@'{host}'"


def _global_rights(source: Source) -> set[str]:
    """Rights held on *.*, as SHOW GRANTS prints them."""
    held: set[str] = set()
    for row in source.rows("SHOW GRANTS FOR CURRENT_USER()"):
        if match := re.match(r"GRANT (.+?) ON \*\.\* TO", str(next(iter(row.values())))):
            held |= {right.strip().upper() for right in match[1].split(",")}
    return held
