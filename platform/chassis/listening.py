"""A connection of its own that hears NOTIFY. It must not pass a transaction-mode pooler."""

import logging
import time
from collections import deque
from typing import Any

import psycopg
from django.db import connections

log = logging.getLogger("sixfold.listening")


def direct_connection(alias: str) -> "psycopg.Connection[tuple[Any, ...]]":
    """An autocommit connection outside Django and outside its pool, to the same database and role."""
    wrapper = connections[alias]
    params = wrapper.get_connection_params()
    for key in (
        "pool",
        "prepare_threshold",
        "cursor_factory",
        "context",
        "server_side_binding",
        "isolation_level",
    ):
        params.pop(key, None)
    params.pop("assume_role", None)
    params.setdefault("connect_timeout", 3)
    # A peer that vanished without a word is noticed within seconds: whoever waits here holds a lock or a window.
    for name, value in (("keepalives_idle", 5), ("keepalives_interval", 5), ("keepalives_count", 2)):
        params.setdefault(name, value)
    params.setdefault("tcp_user_timeout", 15000)
    return psycopg.connect(**params, autocommit=True)


class Listener:
    """Waits for notifications on some channels; connects again by itself.

    After a lost connection `wait` returns at once, as if notified: what was missed is found by looking.
    """

    def __init__(self, alias: str, channels: list[str]) -> None:
        self.alias = alias
        self.channels = channels
        self._connection: psycopg.Connection[tuple[object, ...]] | None = None
        self._backlog: deque[str] = deque()

    def wait(self, seconds: float) -> bool:
        """True when something was (or may have been) notified within `seconds`; one look answers all of it."""
        heard = self.next(seconds) is not None
        self._backlog.clear()
        return heard

    def next(self, seconds: float) -> str | None:
        """The next notification's payload; "" after a (re)connection, when anything may have been missed."""
        try:
            if self._connection is None:
                self._connection = direct_connection(self.alias)
                for channel in self.channels:
                    self._connection.execute(f'LISTEN "{channel}"')
                return ""
            if not self._backlog:
                # One packet may carry several; each of them is somebody's news.
                self._backlog.extend(n.payload for n in self._connection.notifies(timeout=seconds, stop_after=1))
            if self._backlog:
                return self._backlog.popleft()
        except psycopg.OperationalError as error:
            log.warning("listening on %s: %s", self.alias, error)
            self.close()
            time.sleep(min(seconds, 0.5))
            return ""
        return None

    def close(self) -> None:
        """Drop the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
