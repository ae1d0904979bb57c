"""Fixtures of the tests that need more than one domain."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stack import Stack


@pytest.fixture
def stack(tmp_path: Path, django_db_setup: None) -> Iterator[Stack]:
    """A running shop without products; everything of it is stopped and dropped afterwards."""
    stack = Stack(tmp_path)
    try:
        stack.start()
        yield stack
    finally:
        stack.stop()
