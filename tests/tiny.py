"""The two tiny domains of the chassis as a deployment: real relay, worker, broker and PostgreSQL, every event counted.

Ping publishes, pong adds one per ball and event, so that a lost event and a second effect both show in the sum.
"""

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import psycopg

from chassis import clock
from chassis.ids import new_id
from chassis.messages import Message, encode
from config.local import postgres
from config.testing import STATE
from tests.brokers import Broker
from tests.processes import ROOT, Processes

_made: set[tuple[str, str]] = set()


class Tiny:
    """The tiny deployment as processes."""

    def __init__(self, folder: Path, broker: Broker, *, cluster: "postgres.Cluster | None" = None) -> None:
        self.folder = folder
        self.cluster = cluster or postgres.ensure(STATE)
        self.broker = broker
        # Named like the clones of tests, so that a later run drops what one that was killed has left.
        self.names = {alias: f"test_{alias}_{os.getpid()}_tiny" for alias in ("commerce", "logistics")}
        urls = {
            f"DATABASE_URL_{alias.upper()}": self.cluster.url(alias, database=name)
            for alias, name in self.names.items()
        }
        self.failpoints = folder / "failpoints"
        environment = {
            **os.environ,
            **urls,
            "DJANGO_SETTINGS_MODULE": "chassis.tests.tiny.settings",
            "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'platform'}",
            "BROKER_URL": self.broker.url,
            "SIXFOLD_FAILPOINTS": str(self.failpoints),
            "DATABASE_POOL": "4",
        }
        self.processes = Processes(folder, environment)
        self.pong = urls["DATABASE_URL_LOGISTICS"]
        self.ping = urls["DATABASE_URL_COMMERCE"]
        for alias in self.names:
            self._make(alias)

    def _make(self, alias: str) -> None:
        """An empty database with tables: migrated once in each server by this process, and copied from then on."""
        name = self.names[alias]
        made = f"test_{alias}_{os.getpid()}_made"
        self.cluster.drop_database(name)
        if (self.cluster.identity, made) in _made:
            self.cluster.create_database(name, owner=alias, template=made)
            return
        self.cluster.drop_database(made)
        self.cluster.create_database(name, owner=alias)
        self.run("manage.py", "migrate", "--run-syncdb", "--database", alias, "-v", "0")
        self.cluster.create_database(made, owner=alias, template=name)
        _made.add((self.cluster.identity, made))

    def run(self, *arguments: str) -> None:
        subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=self.processes.environment, check=True, capture_output=True
        )

    def start(self) -> None:
        self.processes.start("relay", "python", "manage.py", "relay")
        self.processes.start("pong", "python", "manage.py", "work", "logistics")

    def strike(self, first: int, last: int, *options: str) -> None:
        self.run("-m", "chassis.tests.tiny.strike", str(first), str(last), *options)

    def counted(self) -> tuple[int, int]:
        """(balls seen, highest count of any ball)."""
        with psycopg.connect(self.pong) as connection:
            row = connection.execute("SELECT count(*), coalesce(max(times), 0) FROM pong_ball").fetchone()
        assert row is not None
        return row[0], row[1]

    def echoed(self) -> tuple[int, int]:
        """(balls echoed by a job, highest count of any ball)."""
        with psycopg.connect(self.pong) as connection:
            row = connection.execute("SELECT count(*), coalesce(max(times), 0) FROM pong_echo").fetchone()
        assert row is not None
        return row[0], row[1]

    def publish(self, ball: int) -> None:
        """Publish one ball on the fast lane from this process, without the start of another."""
        now, event = clock.now(), new_id()
        message = Message(
            id=event, type="ping.struck", version=1, occurred_at=now, aggregate_type="ball", aggregate_id=str(ball),
            body=msgspec.Raw(encode({"ball": ball})),
        )  # fmt: skip
        with psycopg.connect(self.ping) as connection:
            connection.execute(
                "INSERT INTO ping_outboxevent (id, type, lane, message, occurred_at) VALUES (%s, %s, 'fast', %s, %s)",
                [event, message.type, encode(message).decode(), now],
            )
            connection.execute("SELECT pg_notify('sixfold_outbox_ping', '')")

    def has(self, ball: int) -> bool:
        """Whether pong has counted this ball."""
        with psycopg.connect(self.pong) as connection:
            return connection.execute("SELECT 1 FROM pong_ball WHERE number = %s", [ball]).fetchone() is not None

    def open_deliveries(self) -> int:
        with psycopg.connect(self.ping) as connection:
            row = connection.execute(
                """SELECT (SELECT count(*) FROM ping_delivery WHERE acked_at IS NULL)
                        + (SELECT count(*) FROM ping_outboxevent WHERE relayed_at IS NULL)"""
            ).fetchone()
        assert row is not None
        return row[0]

    def stop(self) -> None:
        self.processes.stop()
        for name in self.names.values():
            self.cluster.drop_database(name)
