"""The shop under measurement: servers, databases and the Procfile's processes in a state folder of their own.

The same launcher, Procfile and server settings as `make up`: PostgreSQL syncs every commit to disk. Rate limits
count as always and are set too high to refuse.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from itertools import takewhile
from pathlib import Path

import psycopg

from config.domains import ALIASES, database_variable
from config.local import infrastructure, migrations, process, up
from config.local.infrastructure import Infrastructure
from config.local.state import LOOPBACK, REPOSITORY, free_port
from config.local.supervisor import Supervisor

Say = Callable[[str], None]
# What an environment may name of somebody else's: a benchmark must never write there.
_OTHERS = (
    "DATABASE_URL_",
    "BROKER_URL",
    "CACHE_URL",
    "SANDBOX_",
    "CARRIER_",
    "SIXFOLD_",
    "WEB_PORT",
    "MEDIA_ROOT",
    "RATE_LIMITS",
)
QUIET_SECONDS = 300.0


class Stack:
    """Everything that `make up` would start, for one size of catalogue."""

    def __init__(self, state: Path, *, say: Say) -> None:
        self.state = state
        self.say = say
        self.web_port = 0
        self.servers: Infrastructure
        self._team: Supervisor | None = None

    def open(self) -> None:
        """Fresh servers and migrated databases; this process' environment is the shop's from now on."""
        self._remove()
        self.web_port = free_port()
        ports = {name: str(free_port()) for name in infrastructure.WANTED_PORTS} | {"WEB_PORT": str(self.web_port)}
        self._keep(ports)
        migrations.migrate(self.servers, say=self.say)

    def _keep(self, ports: dict[str, str]) -> None:
        """Start the servers; what the environment names already would not be started."""
        for name in [name for name in os.environ if name.startswith(_OTHERS)]:
            del os.environ[name]
        os.environ |= ports | {
            "DJANGO_SETTINGS_MODULE": "bench.settings",
            "PYTHONPATH": f"{REPOSITORY}{os.pathsep}{REPOSITORY / 'platform'}",
            "RATE_LIMITS": "read=1000000000/m,write=1000000000/m",
        }
        self.servers = infrastructure.keep(self.state)
        os.environ |= dict(self.servers.environment)

    def start(self, *names: str) -> None:
        """Start the Procfile's processes, or some of them by name, and wait until they answer."""
        self.stop()
        lines = REPOSITORY / "Procfile"
        if names:
            chosen = [line for line in lines.read_text().splitlines() if line.partition(":")[0] in names]
            lines = self.state / "Procfile"
            lines.write_text("\n".join(chosen))
        self._team = Supervisor(self.servers, lines=lines, say=_silent)
        self._team.start()
        self._team.wait_ready()

    def stop(self) -> None:
        """Stop the processes; the servers stay."""
        if self._team is not None:
            self._team.stop()
            self._team = None

    @contextmanager
    def without(self, *names: str) -> Iterator[None]:
        """Some processes are stopped inside the block, and start again when it ends."""
        assert self._team is not None
        stopped = [child for child in self._team.children if child.line.name in names]
        for child in stopped:
            child.ask_to_end()
        while any(child.running() for child in stopped):
            time.sleep(0.02)
        yield
        while not all(child.running() for child in stopped):
            self._team.watch()
            time.sleep(0.02)

    @contextmanager
    def made_up(self) -> Iterator[tuple[float, list[int]]]:
        """Everything stopped, and started by `make up` as a person starts it: seconds until it serves, and the ids of
        the processes from which all others descend, the supervisor's included."""
        self.stop()
        self.servers.stop()
        environment = {name: value for name, value in os.environ.items() if not name.startswith(_OTHERS)}
        ports = {name: os.environ[name] for name in infrastructure.WANTED_PORTS}
        environment |= ports | {"RATE_LIMITS": os.environ["RATE_LIMITS"]}
        environment |= {"SIXFOLD_STATE": str(self.state), "SIXFOLD_DEMO": "0"}
        begun = time.monotonic()
        command = [sys.executable, "-m", "config.local", "up"]
        shop = subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdout=subprocess.PIPE, text=True)
        assert shop.stdout is not None and self.servers.cluster is not None and self.servers.broker is not None
        try:
            said = list(takewhile(lambda line: not line.startswith("ready after"), shop.stdout))
            if shop.poll() is not None:
                raise RuntimeError(f"make up did not serve: {''.join(said)}")
            yield time.monotonic() - begun, [shop.pid, self.servers.cluster.pid, self.servers.broker.pid]
        finally:
            shop.send_signal(signal.SIGINT)
            shop.communicate()
        self._keep(ports)
        self.start()

    def close(self) -> None:
        """Stop and remove all of it."""
        self.stop()
        self._remove()

    def _remove(self) -> None:
        with redirect_stdout(None):
            up.reset(self.state)

    def pids(self, *names: str) -> list[int]:
        """Ids of some processes by the names that they bear: `relay`, or a domain's for its worker."""
        return [found.pid for found in process.family(self.roots()) if found.name() in names]

    def roots(self) -> list[int]:
        """Ids of the processes from which all others of the shop descend."""
        assert self._team is not None and self.servers.cluster is not None and self.servers.broker is not None
        servers = [self.servers.cluster.pid, self.servers.broker.pid]
        return [*(child.pid for child in self._team.children), *servers]

    def urls(self) -> dict[str, str]:
        """The domains' databases by alias."""
        return {alias: self.servers.environment[database_variable(alias)] for alias in ALIASES}

    def connect(self, alias: str) -> psycopg.Connection[tuple[object, ...]]:
        """An own connection to a domain's database."""
        return psycopg.connect(self.urls()[alias], autocommit=True)

    def wait_quiet(self, *, within: float = QUIET_SECONDS) -> float:
        """Wait until every event has arrived and no job is due; returns the seconds. TimeoutError."""
        begun = time.monotonic()
        connections = [self.connect(alias) for alias in ALIASES]
        try:
            calm = 0
            while calm < 2:
                waiting = sum(_waiting(c, alias) for c, alias in zip(connections, ALIASES, strict=True))
                calm = calm + 1 if waiting == 0 else 0
                if time.monotonic() - begun > within:
                    raise TimeoutError(f"{waiting} events and jobs still wait after {within:.0f} s")
                time.sleep(0.1)
        finally:
            for connection in connections:
                connection.close()
        return time.monotonic() - begun


def _waiting(connection: psycopg.Connection[tuple[object, ...]], alias: str) -> int:
    """Events not yet acknowledged by their subscribers, and jobs that are due, of one database's domains."""
    labels = {"platform": ("platform", "strangler")}.get(alias, (alias,))
    total = 0
    for label in labels:
        row = connection.execute(
            f"""SELECT (SELECT count(*) FROM {label}_outboxevent WHERE relayed_at IS NULL)
                     + (SELECT count(*) FROM {label}_delivery WHERE acked_at IS NULL)
                     + (SELECT count(*) FROM {label}_job WHERE state = 'due' AND due_at <= now())"""
        ).fetchone()
        assert row is not None
        total += int(str(row[0]))
    return total


def _silent(_: str) -> None:
    """The supervisor's lines are for people who watch a shop."""


def address(port: int) -> str:
    """Where the shop answers."""
    return f"http://{LOOPBACK}:{port}"
