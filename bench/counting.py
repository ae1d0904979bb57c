"""Calling a function many times in this process: how many statements it takes, and how long."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connections
from django.test.utils import CaptureQueriesContext


@dataclass(frozen=True, kw_only=True)
class Cost:
    """Statements of one call; milliseconds of all, ascending."""

    statements: int
    times: list[float]

    def milliseconds(self, percent: float) -> float:
        """A percentile, nearest rank."""
        return self.times[min(len(self.times) - 1, int(len(self.times) * percent / 100))]


def cost(call: Callable[[], object], *, seconds: float, alias: str = "catalog") -> Cost:
    """Call for so many seconds; its statements in a database are counted once."""
    call()
    with CaptureQueriesContext(connections[alias]) as captured:
        call()
    times: list[float] = []
    end = time.perf_counter() + seconds
    while len(times) < 5 or time.perf_counter() < end:
        begun = time.perf_counter()
        call()
        times.append((time.perf_counter() - begun) * 1000)
    return Cost(statements=len(captured), times=sorted(times))
