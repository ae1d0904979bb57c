"""One shop for all races: a race takes SKUs of its own, and the books are held against each other as a whole."""

from collections.abc import Iterator

import pytest

from tests.conftest import running
from tests.stack import CHECKOUT, Stack


@pytest.fixture(scope="package")
def shop(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None) -> Iterator[Stack]:
    """Two of each: web processes, and workers of the domains that a checkout needs. One alone would do it in turn."""
    yield from running(Stack(tmp_path_factory.mktemp("races"), workers=(*CHECKOUT, "catalog") * 2))
