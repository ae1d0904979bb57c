"""Fixtures of the tests that need more than one domain."""

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.effort import RECORDING, Tally
from tests.stack import Stack


@pytest.fixture
def stack(tmp_path: Path, django_db_setup: None) -> Iterator[Stack]:
    """A running shop without products; everything of it is stopped and dropped afterwards."""
    yield from running(Stack(tmp_path))


def running(stack: Stack) -> Iterator[Stack]:
    """Start a stack, lend it, and remove it whatever happened."""
    try:
        stack.start()
        yield stack
    finally:
        stack.stop()


@pytest.fixture
def tally(request: pytest.FixtureRequest) -> Iterator[Tally]:
    """Counts this test's outcomes and, when that is asked for, leaves them in `results/` beside it."""
    counted = Tally(request.node.name, request.path.parent / "results")
    yield counted
    if RECORDING:
        counted.write(passed=getattr(request.node, "passed", False))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: "pytest.CallInfo[None]") -> Generator[None, Any, None]:
    """Tell the test's fixtures whether it passed."""
    outcome = yield
    if call.when == "call":
        item.passed = outcome.get_result().passed  # type: ignore[attr-defined]
