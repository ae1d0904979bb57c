"""What processes of ours need running and need to know: the servers together, and the environment.

Every variable already set in the environment wins, so each part can be somebody else's: with all six
``DATABASE_URL_<ALIAS>`` given no PostgreSQL is started, with ``BROKER_URL`` and ``CACHE_URL`` no broker.
"""

import fcntl
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from config.domains import ALIASES, audit_variable, database_variable
from config.local import broker as brokers
from config.local import postgres, secrets
from config.local.state import (
    LOOPBACK,
    LocalError,
    exclusive,
    free_port,
    hold_port,
    port_is_free,
    prepare,
    read_record,
    write_record,
)

# Read by people and written into their browser's address bar, so a well-known number if it is free.
WANTED_PORTS = {"WEB_PORT": 8000, "SANDBOX_PORT": 8090, "CARRIER_PORT": 8091}
_PORTS = "ports.json"


@dataclass(frozen=True, kw_only=True)
class Infrastructure:
    """The running servers (``None`` where the environment names another's) and the environment."""

    state: Path
    cluster: postgres.Cluster | None
    broker: brokers.Broker | None
    environment: Mapping[str, str]

    def alive(self) -> bool:
        """Whether the processes of our own servers are there."""
        return all(server is None or server.alive() for server in (self.cluster, self.broker))

    def stop(self) -> None:
        """Stop our own servers, the broker first: nobody is left who could send."""
        for server in (self.broker, self.cluster):
            if server is not None:
                server.stop()


def start(state: Path) -> Infrastructure:
    """Start or attach to what the environment does not name. Raises ``LocalError``."""
    state = prepare(state)
    cluster, broker = None, None
    if not all(os.environ.get(database_variable(alias)) for alias in ALIASES):
        cluster = postgres.ensure(state)
    if not (os.environ.get("BROKER_URL") and os.environ.get("CACHE_URL")):
        broker = brokers.ensure(state)
    environment = environment_of(state, cluster=cluster, broker=broker)
    return Infrastructure(state=state, cluster=cluster, broker=broker, environment=environment)


def stop(state: Path) -> bool:
    """Stop the servers of this state folder; false if none ran."""
    servers = [server for server in (brokers.attach(state), postgres.attach(state)) if server is not None]
    for server in servers:
        server.stop()
    return bool(servers)


def environment_of(state: Path, *, cluster: postgres.Cluster | None, broker: brokers.Broker | None) -> dict[str, str]:
    """The whole environment for a process of ours: this process's own, and beneath it what we know."""
    ports = _ports(state)
    values = {
        "SIXFOLD_STATE": str(state),
        "DJANGO_SETTINGS_MODULE": "config.settings.monolith",
        "MEDIA_ROOT": str(state / "media"),
        "SANDBOX_BOOKS": str(state / "sandbox.sqlite3"),
        "SANDBOX_PUBLIC_URL": f"http://{LOOPBACK}:{ports['SANDBOX_PORT']}",
        "SANDBOX_WEBHOOK_URL": f"http://{LOOPBACK}:{ports['WEB_PORT']}/api/webhooks/sandbox",
        "CARRIER_BOOKS": str(state / "carrier.sqlite3"),
        "CARRIER_URL": f"http://{LOOPBACK}:{ports['CARRIER_PORT']}",
        "CARRIER_WEBHOOK_URL": f"http://{LOOPBACK}:{ports['WEB_PORT']}/api/webhooks/carriers/parcel-service",
        **{name: str(port) for name, port in ports.items()},
        **secrets.ensure(state),
    }
    if cluster is not None:
        for alias in ALIASES:
            values[database_variable(alias)] = cluster.url(alias)
            values[audit_variable(alias)] = cluster.audit_url(alias)
    if broker is not None:
        values |= {"BROKER_URL": broker.url, "CACHE_URL": broker.cache_url}
    set_already = {name: value for name, value in os.environ.items() if value or name not in values}
    # Commands of a Procfile say `python` and mean the one that runs us.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    return values | set_already | {"PATH": path, "PYTHONUNBUFFERED": "1"}


def known(environment: Mapping[str, str]) -> dict[str, str]:
    """The part of an environment that is about this project, for showing it."""
    names = ("DATABASE_URL_", "SANDBOX_", "CARRIER_", "SIXFOLD_")
    more = {"BROKER_URL", "CACHE_URL", "SECRET_KEY", "DJANGO_SETTINGS_MODULE", "MEDIA_ROOT", "WEB_PORT"}
    return {name: environment[name] for name in sorted(environment) if name.startswith(names) or name in more}


@contextmanager
def borrowed(state: Path) -> Iterator[Infrastructure]:
    """The infrastructure for the length of a command: as it was found, so it is left.

    Several may borrow at a time; the last one out stops what the first one started. A borrower that is
    killed gives its lock back to the kernel, and the next one tidies up.
    """
    state = prepare(state)
    mark = state / "borrowed"
    with (state / "users.lock").open("a") as users:
        with exclusive(state / "borrow.lock"):
            if postgres.attach(state) is None and brokers.attach(state) is None:
                mark.touch()
            fcntl.flock(users, fcntl.LOCK_SH)
            infrastructure = start(state)
        try:
            yield infrastructure
        finally:
            with exclusive(state / "borrow.lock"):
                fcntl.flock(users, fcntl.LOCK_UN)
                if mark.exists() and _lock_is_free(users.fileno()):
                    mark.unlink()
                    stop(state)


def keep(state: Path) -> Infrastructure:
    """Start the servers to stay, whoever borrows them meanwhile."""
    state = prepare(state)
    with exclusive(state / "borrow.lock"):
        (state / "borrowed").unlink(missing_ok=True)
        return start(state)


@contextmanager
def holding_ports(state: Path) -> Iterator[None]:
    """Hold the ports that people use, choosing again where a stranger has one; entered while nothing of ours runs.

    Raises ``LocalError`` when the environment chose a port that is taken.
    """
    state, holders = prepare(state), []
    try:
        for name in WANTED_PORTS:
            port = _ports(state)[name]
            holder = hold_port(port)
            if holder is None and os.environ.get(name):
                raise LocalError(f"{name} is {port}, and something else listens there.")
            if holder is None:
                record = {other: kept for other, kept in read_record(state / _PORTS).items() if other != name}
                write_record(state / _PORTS, record)
                holder = hold_port(_ports(state)[name])
            if holder is None:
                raise LocalError(f"No port for {name} could be had; try again.")
            holders.append(holder)
        yield
    finally:
        for holder in holders:
            holder.close()


def source_of(infrastructure: Infrastructure, name: str) -> str:
    """Where a part comes from, in words for the progress that is printed."""
    server = infrastructure.cluster if name == "PostgreSQL" else infrastructure.broker
    return "as the environment says" if server is None else f"{LOOPBACK}:{server.port}"


def _lock_is_free(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _ports(state: Path) -> dict[str, int]:
    """The ports people use, chosen once; an own choice by environment wins and is not remembered."""
    with exclusive(state / "ports.lock"):
        record = read_record(state / _PORTS)
        for name, wanted in WANTED_PORTS.items():
            if name not in record:
                record[name] = wanted if port_is_free(wanted) else free_port()
        write_record(state / _PORTS, record)
    return {name: int(os.environ.get(name) or record[name]) for name in WANTED_PORTS}
