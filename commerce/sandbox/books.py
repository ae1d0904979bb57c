"""The books: one SQLite file, one writer, group commit. Knows nothing of payments.

Every change is a function handed to the single writer thread. It applies whatever is waiting in one SQLite
transaction and commits once for all of them, and only then does each caller get its answer. That is why
``synchronous=FULL`` is affordable: an answer given survives a power cut, not merely ``kill -9``, and one
fsync is shared by all payments in flight. (The other way, a connection per thread with
``synchronous=NORMAL``, is about as fast but may lose the last answered payments with the power, and its
writers queue for SQLite's lock by polling.)

One writer also makes every check-then-write exact: two equal requests cannot pass the same check.
"""

import fcntl
import logging
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from commerce.sandbox.problems import Problem, problem
from commerce.sandbox.schema import SCHEMA

T = TypeVar("T")
_Waiting = tuple[Callable[["Entry"], Any], Future[Any]]
_Outcome = tuple[Any, Exception | None]

log = logging.getLogger("sandbox.books")
MOST_PER_COMMIT = 256
LOCK_PATIENCE_SECONDS = 5.0


@dataclass(kw_only=True)
class Entry:
    """One change under way: the connection, the time it happens at, the webhook lanes it gives work to."""

    connection: sqlite3.Connection
    now: float
    lanes: set[int] = field(default_factory=set)
    events: list[str] = field(default_factory=list)

    def run(self, sql: str, *values: Any) -> sqlite3.Cursor:
        """Execute one statement."""
        return self.connection.execute(sql, values)

    def row(self, sql: str, *values: Any) -> sqlite3.Row | None:
        """The first row of a query, or None."""
        found: sqlite3.Row | None = self.connection.execute(sql, values).fetchone()
        return found


class BooksInUse(Exception):
    """Another process keeps these books."""


def _connect(path: Path, *, same_thread: bool = True) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, timeout=30, check_same_thread=same_thread)
    connection.row_factory = sqlite3.Row
    return connection


class Books:
    """The open books of one process. ``write`` changes them, ``read`` looks at what is committed."""

    def __init__(self, path: Path, *, wake: Callable[[Iterable[int]], None] = lambda lanes: None) -> None:
        """Open or create the file; raises BooksInUse while another process has it open."""
        self.path = path
        self.wake = wake
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = open(path.with_name(path.name + ".lock"), "w")  # noqa: SIM115 - held for life
        self._take_lock()
        self._connection = _connect(path, same_thread=False)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=FULL")
        self._connection.execute("PRAGMA foreign_keys=ON")
        self._connection.executescript(SCHEMA)
        self._queue: queue.SimpleQueue[_Waiting] = queue.SimpleQueue()
        self._local = threading.local()
        threading.Thread(target=self._keep, name="books", daemon=True).start()

    def write(self, change: Callable[[Entry], T]) -> T:
        """Apply ``change`` and return its result once it is safely on disk; what it raises is raised here.

        A change that raises leaves nothing behind. Raises a 503 Problem when the disk refuses.
        """
        done: Future[T] = Future()
        self._queue.put((change, done))
        return done.result()

    def read(self) -> sqlite3.Connection:
        """This thread's connection for reading; it sees everything that was ever answered."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self.reader()
        return connection

    def reader(self) -> sqlite3.Connection:
        """A new connection that only reads and may change threads; the caller closes it."""
        connection = _connect(self.path, same_thread=False)
        connection.execute("PRAGMA query_only=ON")
        return connection

    def _take_lock(self) -> None:
        # After kill -9 of the parent the old worker needs a moment to notice; its books are free again then.
        patience = time.monotonic() + LOCK_PATIENCE_SECONDS
        while True:
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                if time.monotonic() > patience:
                    raise BooksInUse(f"Another process keeps the books in {self.path}.") from None
                time.sleep(0.05)

    def _keep(self) -> None:
        while True:
            batch = [self._queue.get()]
            while len(batch) < MOST_PER_COMMIT and not self._queue.empty():
                batch.append(self._queue.get())
            try:
                lanes, outcomes = self._commit(batch)
            except sqlite3.Error:
                log.exception("The books cannot be written")
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                lanes, outcomes = set(), [(None, _unwritable()) for _ in batch]
            for (_, done), (result, error) in zip(batch, outcomes, strict=True):
                if error is None:
                    done.set_result(result)
                else:
                    done.set_exception(error)
            if lanes:
                self.wake(lanes)

    def _commit(self, batch: list[_Waiting]) -> tuple[set[int], list[_Outcome]]:
        run = self._connection.execute
        lanes: set[int] = set()
        outcomes: list[_Outcome] = []
        run("BEGIN IMMEDIATE")
        for change, _ in batch:
            entry = Entry(connection=self._connection, now=time.time())
            run("SAVEPOINT change")
            try:
                outcomes.append((change(entry), None))
                lanes |= entry.lanes
            except sqlite3.DatabaseError as error:
                # A broken rule of the schema is a fault of this one change; a broken disk is everybody's.
                if not isinstance(error, sqlite3.IntegrityError):
                    raise
                run("ROLLBACK TO change")
                outcomes.append((None, error))
            except Exception as error:
                run("ROLLBACK TO change")
                outcomes.append((None, error))
            run("RELEASE change")
        run("COMMIT")
        return lanes, outcomes


def _unwritable() -> Problem:
    return problem(503, code="books_unavailable", detail="The provider cannot write its books now; try again.")
