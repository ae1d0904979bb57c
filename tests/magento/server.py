"""A private MariaDB holding a real Magento 2 database, for tests.

Owns: finding the dump, loading it once into a cached data folder, starting throw-away copies of that
folder on free loopback ports, stopping them by their own process handle. Never touches a MariaDB that
somebody else runs, and never writes into the cache after it was made.
"""

import fcntl
import gzip
import hashlib
import os
import random
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pymysql

REPOSITORY = Path(__file__).resolve().parents[2]
HIGHEST_PORT = 32_767  # above it the kernel hands ports out to anybody's outgoing connections
START_SECONDS = 60
DATABASE = "magento"
READER, READER_PASSWORD = "sixfold_reader", "reader"
WRITER, WRITER_PASSWORD = "shop", "shop"

# What change capture asks of a source; the same options as a shop that is ready to be followed.
BINLOG_OPTIONS = (
    "--log-bin=binlog",
    "--binlog-format=ROW",
    "--binlog-row-image=FULL",
    "--binlog-row-metadata=FULL",
    "--server-id=1",
    "--gtid-strict-mode=1",
)
# Durability of a throw-away copy is worth nothing, its start-up time is.
CHEAP_OPTIONS = (
    "--character-set-server=utf8mb4",
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-log-file-size=32M",
    "--innodb-buffer-pool-size=128M",
    "--skip-name-resolve",
    "--bind-address=127.0.0.1",
)
# Rights a shop's owner is asked for: reading, and following the binlog.
GRANTS = f"""
CREATE USER '{READER}'@'%' IDENTIFIED BY '{READER_PASSWORD}';
GRANT REPLICATION SLAVE, BINLOG MONITOR ON *.* TO '{READER}'@'%';
GRANT SELECT, SHOW VIEW, TRIGGER ON {DATABASE}.* TO '{READER}'@'%';
CREATE USER '{WRITER}'@'%' IDENTIFIED BY '{WRITER_PASSWORD}';
GRANT ALL PRIVILEGES ON *.* TO '{WRITER}'@'%' WITH GRANT OPTION;
FLUSH PRIVILEGES;
"""


class MissingMagento(Exception):
    """MariaDB's server or the dump is not on this machine; the sentence says which and what to do."""


@dataclass(frozen=True, kw_only=True)
class MagentoServer:
    """A running copy: the address to read from, and the one that plays the shop's own writes."""

    port: int
    folder: Path

    @property
    def url(self) -> str:
        """What `manage.py strangle … --source` takes: an account that can read and follow, not write."""
        return f"mysql://{READER}:{READER_PASSWORD}@127.0.0.1:{self.port}/{DATABASE}"

    @property
    def owner_url(self) -> str:
        """The shop's own account: may change rows, schema and server settings."""
        return f"mysql://{WRITER}:{WRITER_PASSWORD}@127.0.0.1:{self.port}/{DATABASE}"

    def execute(self, *statements: str) -> None:
        """Play the shop: run statements as its owner, each committed by itself."""
        connection = pymysql.connect(
            host="127.0.0.1", port=self.port, user=WRITER, password=WRITER_PASSWORD,
            database=DATABASE, charset="utf8mb4", autocommit=True,
        )  # fmt: skip
        with connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)


def dumps_folder() -> Path:
    """Where the dumps lie: `SIXFOLD_MAGENTO_DUMPS`, or ../shared/magento beside the repository."""
    return Path(os.environ.get("SIXFOLD_MAGENTO_DUMPS") or REPOSITORY.parent / "shared" / "magento")


def state_folder() -> Path:
    """The git-ignored folder of local state: `SIXFOLD_STATE`, or .state in the repository."""
    return Path(os.environ.get("SIXFOLD_STATE") or REPOSITORY / ".state")


def require_magento(dump: str = "luma.sql.gz") -> Path:
    """The dump's path, or MissingMagento when this machine cannot serve it."""
    for binary in ("mariadbd", "mariadb-install-db", "mariadb"):
        if _binary(binary) is None:
            raise MissingMagento(f"{binary} is not installed (Debian package mariadb-server).")
    path = dumps_folder() / dump
    if not path.is_file():
        raise MissingMagento(f"No Magento dump at {path} (set SIXFOLD_MAGENTO_DUMPS).")
    return path


@contextmanager
def magento_server(dump: str = "luma.sql.gz", *, options: tuple[str, ...] = BINLOG_OPTIONS) -> Iterator[MagentoServer]:
    """A fresh copy of the shop for as long as the block lasts. The first ever call loads the dump (5 s)."""
    cached = _loaded_data(require_magento(dump))
    folder = Path(tempfile.mkdtemp(prefix="sixfold-magento-"))
    try:
        shutil.copytree(cached, folder / "data")
        port = free_port()
        process = _start(folder, "--port", str(port), *options)
        try:
            _wait_until_up(process, folder)
            yield MagentoServer(port=port, folder=folder)
        finally:
            _stop(process)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    """A loopback port that nobody listens on, below the range of outgoing connections."""
    for _ in range(200):
        port = random.randint(20_000, HIGHEST_PORT)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("No free loopback port between 20000 and 32767.")


def _loaded_data(dump: Path) -> Path:
    """The data folder of a cleanly stopped server that holds the dump; made once per dump and settings."""
    made_of = dump.read_bytes() + GRANTS.encode() + repr(CHEAP_OPTIONS).encode()
    recipe = hashlib.sha256(made_of).hexdigest()[:16]
    root = state_folder() / "magento"
    root.mkdir(parents=True, exist_ok=True)
    ready = root / recipe
    with (root / f"{recipe}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # parallel test workers: one loads, the others wait for it
        if not ready.is_dir():
            _load(dump, into=ready)
    return ready


def _load(dump: Path, *, into: Path) -> None:
    folder = Path(tempfile.mkdtemp(prefix="sixfold-magento-load-"))
    try:
        subprocess.run(
            [str(_binary("mariadb-install-db")), "--no-defaults", f"--datadir={folder / 'data'}",
             "--auth-root-authentication-method=normal", "--skip-test-db", *_as_root()],
            check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        process = _start(folder, "--skip-networking", "--skip-log-bin")
        try:
            _wait_until_up(process, folder)
            _client(folder, f"CREATE DATABASE {DATABASE} CHARACTER SET utf8mb4;".encode(), database="")
            with gzip.open(dump) as stream:
                _client(folder, stream.read())
            _client(folder, GRANTS.encode())
        finally:
            _stop(process)
        partial = into.with_suffix(".partial")
        shutil.rmtree(partial, ignore_errors=True)
        shutil.copytree(folder / "data", partial)
        partial.rename(into)  # a half-made copy never carries the final name
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _client(folder: Path, script: bytes, *, database: str = DATABASE) -> None:
    command = [str(_binary("mariadb")), "--no-defaults", "-uroot", f"--socket={folder / 'socket'}"]
    subprocess.run([*command, *([database] if database else [])], input=script, check=True)


def _start(folder: Path, *options: str) -> subprocess.Popen[bytes]:
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(
            [str(_binary("mariadbd")), "--no-defaults", f"--datadir={folder / 'data'}",
             f"--socket={folder / 'socket'}", f"--pid-file={folder / 'pid'}",
             f"--tmpdir={folder}",  # a server that starts deletes the temporary tables of others from a shared one
             *CHEAP_OPTIONS, *options, *_as_root()],
            stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip


def _wait_until_up(process: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        with suppress(pymysql.err.OperationalError):
            pymysql.connect(unix_socket=str(folder / "socket"), user="root").close()
            return
        time.sleep(0.05)
    log = (folder / "log").read_text(errors="replace")[-2000:]
    raise RuntimeError(f"The private MariaDB did not start within {START_SECONDS} s. Its log ends:\n{log}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _binary(name: str) -> str | None:
    return shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")


def _as_root() -> tuple[str, ...]:
    """MariaDB refuses to run as root unless told so; containers usually are root."""
    return ("--user=root",) if os.geteuid() == 0 else ()
