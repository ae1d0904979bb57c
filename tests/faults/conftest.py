"""What is broken here: the tiny deployment on each broker that the platform can have, and the whole shop."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.brokers import BROKERS
from tests.conftest import running
from tests.stack import EVERY_DOMAIN, Stack
from tests.tiny import Tiny


@pytest.fixture(params=list(BROKERS))
def tiny(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Tiny]:
    """Ping and pong, not started; once with every broker."""
    broker = BROKERS[request.param](tmp_path / "broker")
    try:
        deployment = Tiny(tmp_path, broker)
        try:
            yield deployment
        finally:
            deployment.stop()
    finally:
        broker.remove()


@pytest.fixture(scope="package")
def shop(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None) -> Iterator[Stack]:
    """The whole shop, with a PostgreSQL of its own; whoever kills a part of it starts that part again."""
    folder = tmp_path_factory.mktemp("faults")
    yield from running(Stack(folder, workers=EVERY_DOMAIN, own_cluster=True))
