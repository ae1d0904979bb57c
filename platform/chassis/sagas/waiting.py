"""Waiting for a saga's outcome inside a request, without holding a database connection.

One listening thread per process wakes the waiters. Only so many threads may wait at a time; above that
`wait` gives up at once, so that reads keep their threads while a participant is down.
"""

import functools
import operator
import threading
import weakref
from collections import defaultdict
from uuid import UUID

from django.db import connections

from chassis import domains
from chassis.listening import Listener, direct_connection

_listening: "weakref.WeakSet[Waiters]" = weakref.WeakSet()


def stop_listening() -> None:
    """End the listening threads of this process, for who takes their databases away; who waits again starts one."""
    for waiters in list(_listening):
        waiters.stop()


class Waiters:
    """The waiters of one domain's sagas in this process."""

    def __init__(self, label: str, *, most: int) -> None:
        self.label = label
        self.alias = domains.get(label).alias
        self.channel = f"sixfold_saga_{label}"
        self._slots = threading.BoundedSemaphore(most) if most else None
        self._events: dict[str, list[threading.Event]] = defaultdict(list)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        _listening.add(self)

    def expect(self, saga_id: UUID) -> "Expectation":
        """Register interest before looking at the state, so that no notification falls between."""
        self._ensure_listening()
        return Expectation(self, str(saga_id))

    def _ensure_listening(self) -> None:
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._stop = threading.Event()
                self._thread = threading.Thread(
                    target=self._listen, args=(self._stop,), name=f"saga-waiters-{self.label}", daemon=True
                )
                self._thread.start()

    def stop(self) -> None:
        """End the listening thread and its connection."""
        with self._lock:
            thread, self._thread = self._thread, None
            self._stop.set()
        if thread is None or not thread.is_alive():
            return
        with direct_connection(self.alias) as connection:
            connection.execute(f'NOTIFY "{self.channel}"')  # or it would hear nothing for seconds yet
        thread.join()

    def _listen(self, stop: threading.Event) -> None:
        listener = Listener(self.alias, [self.channel])
        while not stop.is_set():
            payload = listener.next(5)
            with self._lock:
                if payload is None:
                    continue
                events = (
                    list(self._events.get(payload, ()))
                    if payload
                    else functools.reduce(operator.iadd, self._events.values(), [])
                )
            for event in events:
                event.set()
        listener.close()


class Expectation:
    """One request's interest in one saga; a context manager."""

    def __init__(self, waiters: Waiters, key: str) -> None:
        self._waiters = waiters
        self._key = key
        self._event = threading.Event()

    def __enter__(self) -> "Expectation":
        with self._waiters._lock:
            self._waiters._events[self._key].append(self._event)
        return self

    def __exit__(self, *_: object) -> None:
        with self._waiters._lock:
            events = self._waiters._events[self._key]
            events.remove(self._event)
            if not events:
                del self._waiters._events[self._key]

    def wait(self, seconds: float) -> bool:
        """Wait for news, without a database connection; False when none came or too many wait already."""
        slots = self._waiters._slots
        if slots is None or not slots.acquire(blocking=False):
            return False
        try:
            connections[self._waiters.alias].close()
            heard = self._event.wait(seconds)
            self._event.clear()
            return heard
        finally:
            slots.release()
