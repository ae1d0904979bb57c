"""Delivery under faults: real relay, worker, broker and PostgreSQL, real kills, every event counted.

The two tiny domains of the chassis stand in for all: ping publishes, pong adds one per ball and event, so
that a lost event and a second effect both show in the sum.
"""

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from config.domains import ALIASES
from config.local import broker as local_broker
from config.local import postgres
from config.testing import STATE
from tests.processes import ROOT, Processes, eventually

pytestmark = [pytest.mark.processes, pytest.mark.timeout(240)]


class Tiny:
    """The tiny deployment as processes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cluster = postgres.ensure(STATE)
        self.broker = local_broker.ensure(folder / "broker")
        self.names = {"commerce": f"tiny_ping_{os.getpid()}", "logistics": f"tiny_pong_{os.getpid()}"}
        urls = {}
        for alias in ALIASES:
            name = self.names.get(alias)
            if name:
                self.cluster.drop_database(name)
                self.cluster.create_database(name, owner=alias)
                urls[f"DATABASE_URL_{alias.upper()}"] = self.cluster.url(alias, database=name)
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
            self.run("manage.py", "migrate", "--run-syncdb", "--database", alias, "-v", "0")

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

    def open_deliveries(self) -> int:
        with psycopg.connect(self.ping) as connection:
            row = connection.execute(
                """SELECT (SELECT count(*) FROM ping_delivery WHERE acked_at IS NULL)
                        + (SELECT count(*) FROM ping_outboxevent WHERE relayed_at IS NULL)"""
            ).fetchone()
        assert row is not None
        return row[0]

    def redis(self) -> "redis.Redis":
        return redis.Redis.from_url(self.broker.url)

    def stop(self) -> None:
        self.processes.stop()
        local_broker.remove(self.folder / "broker")
        for name in self.names.values():
            self.cluster.drop_database(name)


@pytest.fixture
def tiny(tmp_path: Path) -> Iterator[Tiny]:
    deployment = Tiny(tmp_path)
    yield deployment
    deployment.stop()


def test_every_event_arrives_once(tiny: Tiny) -> None:
    tiny.start()
    tiny.strike(0, 2000, "50")
    eventually(lambda: tiny.counted() == (2000, 1), "2,000 balls counted once each")
    eventually(lambda: tiny.open_deliveries() == 0, "every envelope acknowledged")


def test_a_wiped_broker_loses_nothing(tiny: Tiny) -> None:
    tiny.processes.start("relay", "python", "manage.py", "relay")
    tiny.strike(0, 1000, "20")
    eventually(lambda: tiny.redis().llen("pong.fast") >= 10, "envelopes waiting in the broker")
    tiny.redis().flushall()
    tiny.processes.start("pong", "python", "manage.py", "work", "logistics")
    eventually(lambda: tiny.counted()[0] > 0, "events under way again", within=30)
    eventually(lambda: tiny.counted() == (1000, 1), "all 1,000 balls counted once")


def test_a_sleeping_subscriber_is_not_flooded(tiny: Tiny) -> None:
    tiny.processes.start("relay", "python", "manage.py", "relay")
    tiny.strike(0, 5000, "500")
    eventually(lambda: tiny.redis().llen("pong.fast") > 0, "the first envelopes in the broker")
    time.sleep(12)  # longer than the time after which an unanswered envelope is sent again
    assert tiny.redis().llen("pong.fast") <= 16
    tiny.processes.start("pong", "python", "manage.py", "work", "logistics")
    eventually(lambda: tiny.counted() == (5000, 1), "all balls after the sleeper woke")


def test_poison_ends_in_the_dead_letters_and_blocks_nothing(tiny: Tiny) -> None:
    tiny.start()
    tiny.strike(0, 1, "1", "poison")
    tiny.strike(1, 300, "50")
    eventually(lambda: tiny.counted() == (299, 1), "all sound balls")
    eventually(lambda: tiny.open_deliveries() == 0, "the poisoned envelope acknowledged too")
    with psycopg.connect(tiny.pong, autocommit=True) as connection:
        letter = connection.execute("SELECT state, reason, traceback FROM pong_deadletter").fetchone()
        assert letter is not None
        assert letter[0] == "retrying" and "poisoned ball" in letter[1] and "Poisoned" in letter[2]
        connection.execute("INSERT INTO pong_permit DEFAULT VALUES")
    eventually(lambda: tiny.counted() == (300, 1), "the poisoned ball after its cause was mended", within=60)


@pytest.mark.parametrize("point", ["relay.packed", "relay.sent", "inbox.pong.before_apply", "inbox.pong.before_ack"])
def test_kill_at_a_named_point_loses_and_repeats_nothing(tiny: Tiny, point: str) -> None:
    tiny.failpoints.write_text(f"{point}=kill:1\n")
    tiny.start()
    tiny.strike(0, 400, "20")
    end = time.monotonic() + 60
    while tiny.counted() != (400, 1) and time.monotonic() < end:
        tiny.processes.restart_dead()
        time.sleep(0.1)
    assert tiny.counted() == (400, 1)
    assert list(tiny.folder.glob("failpoints.*")), f"{point} was never reached"


def test_random_kills_of_everything(tiny: Tiny) -> None:
    rounds = int(os.environ.get("ROUNDS", "6"))
    dice = random.Random(6)
    tiny.start()
    for number in range(rounds):
        tiny.strike(number * 200, (number + 1) * 200, "10", dice.choice(["fast", "bulk"]))
        victim = dice.choice(["relay", "pong", "wipe", "both"])
        for name in {"both": ["relay", "pong"], "wipe": []}.get(victim, [victim]):
            tiny.processes.kill(name)
            tiny.processes.start(name)
        if victim == "wipe":
            tiny.redis().flushall()
    eventually(lambda: tiny.counted() == (rounds * 200, 1), "every ball once after all kills", within=90)
    eventually(lambda: tiny.open_deliveries() == 0, "every envelope acknowledged", within=60)
