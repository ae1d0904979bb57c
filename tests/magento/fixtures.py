"""The Magento fixtures: a shared one to read from, a fresh one for a test that changes the shop.

Without MariaDB or the dump a test that asks for them is skipped with the reason; under `CI=true` it
fails instead, so that a build can never pass by not looking.
"""

import os
from collections.abc import Iterator

import pytest

from tests.magento.server import MagentoServer, MissingMagento, magento_server, require_magento


def require_or_skip() -> None:
    """Skip a test that needs the shop where there is none, and fail it where that may not be."""
    try:
        require_magento()
    except MissingMagento as missing:
        if os.environ.get("CI", "").lower() in {"1", "true"}:
            pytest.fail(f"CI requires the Magento database: {missing}", pytrace=False)
        pytest.skip(f"Needs the Magento database: {missing}")


@pytest.fixture(scope="package")
def magento() -> Iterator[MagentoServer]:
    """The shop of the dump, shared by all tests here: read it, never change it."""
    require_or_skip()
    with magento_server() as server:
        yield server


@pytest.fixture
def own_magento() -> Iterator[MagentoServer]:
    """A copy of the shop for one test, which may change it as it likes (2 s to start)."""
    require_or_skip()
    with magento_server() as server:
        yield server
