"""The tiny deployment on each broker that the platform can have."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.brokers import BROKERS
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
