"""How long a request may still take: set once at the edge, asked by whatever waits.

A thread cannot be stopped from outside, so each wait (another domain, a saga's outcome, a lock) asks `remaining()`
for its own time-out. Outside a request there is no deadline.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_until: ContextVar[float | None] = ContextVar("sixfold_deadline", default=None)


def remaining(*, at_most: float) -> float:
    """Seconds that a wait may take: `at_most`, or less when the request's time is nearly over; never below 0."""
    until = _until.get()
    return at_most if until is None else max(0.0, min(at_most, until - time.monotonic()))


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Run a block under a deadline; an earlier one around it stays in force."""
    outer = _until.get()
    until = time.monotonic() + seconds
    token = _until.set(until if outer is None else min(outer, until))
    try:
        yield
    finally:
        _until.reset(token)
