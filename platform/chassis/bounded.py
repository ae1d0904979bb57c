"""Waiting for somebody no longer than a given time, whatever it is that is slow: a pool, a connection, a statement.

For what may go without an answer. The work runs on a thread of its own, which goes on working after its caller has
left; so only so many may be under way in a process, and above that the answer is missing at once. That also spares
whoever is down.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

from django.db import connections

MOST_UNDER_WAY = 8
T = TypeVar("T")
_under_way = threading.BoundedSemaphore(MOST_UNDER_WAY)
_threads = ThreadPoolExecutor(MOST_UNDER_WAY, thread_name_prefix="bounded")


def within(seconds: float, ask: Callable[[], T]) -> T:
    """What `ask` answers, under the caller's context. Raises TimeoutError after `seconds`, or if too many wait."""
    if not _under_way.acquire(blocking=False):
        raise TimeoutError

    def run() -> T:
        try:
            return ask()
        finally:
            try:
                connections.close_all()  # the thread's own, back to the pool
            finally:
                _under_way.release()

    future: Future[T] = _threads.submit(copy_context().run, run)
    return future.result(timeout=seconds)
