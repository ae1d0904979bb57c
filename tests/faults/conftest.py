"""One shop for all faults, with a PostgreSQL of its own that may be killed, and every domain's worker."""

from collections.abc import Iterator

import pytest

from tests.conftest import running
from tests.stack import EVERY_DOMAIN, Stack


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The whole shop; whoever kills a part of it starts that part again."""
    folder = tmp_path_factory.mktemp("faults")
    yield from running(Stack(folder, workers=EVERY_DOMAIN, own_cluster=True))
