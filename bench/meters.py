"""What the shop's processes used: CPU and commits. Read from outside, so that nothing measured is changed."""

import contextlib
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psutil
import psycopg

from bench.stack import Stack
from config.domains import ALIASES
from config.local import process


@dataclass
class Use:
    """Of a stretch of time: seconds, CPU seconds of all processes, commits in all databases."""

    seconds: float = 0.0
    cpu: float = 0.0
    commits: float = 0.0


def cpu_seconds(roots: Iterable[int]) -> float:
    """CPU time of the processes, with that of their children which have ended."""
    total = 0.0
    for found in process.family(roots):
        with contextlib.suppress(psutil.NoSuchProcess):
            total += sum(found.cpu_times()[:4])
    return total


@contextmanager
def used(stack: Stack) -> Iterator[Use]:
    """Fills a Use with what was used inside the block."""
    use, began = Use(), time.monotonic()
    cpu, commits = cpu_seconds(stack.roots()), _commits(stack)
    yield use
    use.seconds = time.monotonic() - began
    use.cpu = cpu_seconds(stack.roots()) - cpu
    time.sleep(1.5)  # a backend reports its commits at most once a second
    use.commits = _commits(stack) - commits


def _commits(stack: Stack) -> int:
    assert stack.servers.cluster is not None
    with psycopg.connect(stack.servers.cluster.admin_url) as connection:
        row = connection.execute(
            "SELECT sum(xact_commit) FROM pg_stat_database WHERE datname = ANY(%s)",
            [[f"sixfold_{alias}" for alias in ALIASES]],
        ).fetchone()
    return int(row[0]) if row else 0
