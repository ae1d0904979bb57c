"""Real races for tests: threads with connections of their own against PostgreSQL, all after the same thing."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from django.db import connections

THREADS = 20


def race(alias: str, work: Sequence[Callable[[], None]], *, threads: int = THREADS) -> None:
    """Run all, as many at once as there are threads, each on its own connection; the first failure is raised."""
    start = threading.Barrier(min(threads, len(work)))

    def run(index: int) -> None:
        try:
            if index < start.parties:
                start.wait(timeout=30)
            work[index]()
        finally:
            connections[alias].close()

    with ThreadPoolExecutor(threads) as pool:
        for future in [pool.submit(run, index) for index in range(len(work))]:
            future.result()


@contextmanager
def no_deadlocks(alias: str, *, threads: int = THREADS) -> Iterator[None]:
    """A pool as wide as the race, so that it is no queue; at the end the server has seen no deadlock.

    The inbox would try a deadlocked envelope again, so that counting outcomes alone would hide one.
    """
    connection = connections[alias]
    options = connection.settings_dict["OPTIONS"]
    before = options.get("pool")
    counted = _deadlocks(alias)
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]
    options["pool"] = {"min_size": 0, "max_size": threads + 4, "timeout": 30}
    yield
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]  # a session reports its statistics when it ends
    options["pool"] = before
    time.sleep(0.1)  # and the report takes its moment
    assert _deadlocks(alias) == counted, "two units of work waited for each other"


def _deadlocks(alias: str) -> int:
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])
