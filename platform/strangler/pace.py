"""How fast an extraction is and how long it still takes: by the rows that the engine estimates."""

import time
from collections.abc import Callable, Mapping

from strangler.extract import TableProgress


class Pace:
    """Lines of progress. `expected` are the estimated rows of each table, `batch` the most that one step reads."""

    def __init__(self, expected: Mapping[str, int], *, batch: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.left = dict(expected)
        self.batch = batch
        self.clock = clock
        self.begun = clock()
        self.read = 0
        self._rows: dict[str, int] = {}

    def line(self, step: TableProgress) -> str:
        """What a step has come to, with rate and remaining time."""
        # What was read before a kill is in the first step of its table, and not in this process's rate.
        self.read += min(self.batch, step.rows - self._rows.get(step.table, 0))
        self._rows[step.table] = step.rows
        self.left[step.table] = 0 if step.done else max(0, step.expected - step.rows)
        share = 100 if step.done or not step.expected else min(99, 100 * step.rows // step.expected)
        rate = self.read / max(self.clock() - self.begun, 0.001)
        said = f"{share:>3} % {step.table}: {step.rows:,} rows, {step.changed:,} sent; {rate:,.0f} rows/s"
        rows_left = sum(self.left.values())
        return f"{said}, about {_duration(rows_left / rate)} left" if rows_left and rate else said


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
