"""PostgreSQL killed under a running relay, worker and job runner, and started again: nothing lost, nothing twice."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.local import postgres
from tests.brokers import Valkey
from tests.processes import eventually
from tests.tiny import Tiny

pytestmark = [pytest.mark.processes, pytest.mark.timeout(900)]


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Tiny]:
    """The tiny deployment on a database server of its own, with everything that makes it durable switched on."""
    broker = Valkey(tmp_path / "broker")
    cluster = postgres.ensure(tmp_path / "cluster")
    try:
        deployment = Tiny(tmp_path, broker, cluster=cluster)
        yield deployment
        deployment.processes.stop()
    finally:
        postgres.remove(tmp_path / "cluster")
        broker.remove()


def kill(cluster: postgres.Cluster) -> None:
    """kill -9 of the server; its backends end when they notice."""
    os.kill(int((cluster.home / "data" / "postmaster.pid").read_text().split("\n", 1)[0]), signal.SIGKILL)


def test_a_database_killed_and_started_again_loses_and_repeats_nothing(own: Tiny) -> None:
    own.start()
    own.strike(0, 200, "10", "echo")
    own.strike(200, 3000, "30")
    eventually(lambda: own.echoed()[0] > 0, "events and jobs under way")
    kill(own.cluster)
    assert postgres.ensure(own.folder / "cluster").port == own.cluster.port
    own.strike(3000, 3100, "10", "echo")
    eventually(lambda: own.counted() == (3100, 1), "all 3,100 balls counted once", within=60)
    eventually(lambda: own.open_deliveries() == 0, "every envelope acknowledged", within=60)
    eventually(lambda: own.echoed() == (300, 1), "every job recorded once", within=90)
    assert own.processes.restart_dead() == [], "relay and worker live through it"
