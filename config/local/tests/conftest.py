"""A cluster and a broker of these tests' own, beside those that the whole suite runs on."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.domains import ALIASES
from config.local import broker, postgres
from config.local.up import reset


def bare_environment() -> dict[str, str]:
    """This process's environment without what names servers: the suite's own must not leak in."""
    servers = ("DATABASE_URL_", "BROKER_URL", "CACHE_URL", "SANDBOX_", "CARRIER_")
    ours = (*servers, "SIXFOLD_", "SECRET_KEY", "DJANGO_", "PYTEST_")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in set(os.environ) - set(bare_environment()):
        monkeypatch.delenv(name)


@pytest.fixture(scope="module")
def state() -> Iterator[Path]:
    # Not pytest's own folder: that one is closed to the system user, which has a test to itself.
    folder = Path(tempfile.mkdtemp(prefix="sixfold-"))
    folder.chmod(0o755)
    yield folder / "state"
    reset(folder / "state")
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def cluster(state: Path) -> postgres.Cluster:
    return postgres.ensure(state)


@pytest.fixture(scope="module")
def server(state: Path) -> broker.Broker:
    return broker.ensure(state)


PAIRS = [(one, another) for one in ALIASES for another in ALIASES if one != another]
