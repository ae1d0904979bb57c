"""Comparing behind the request: the old shop has answered, we are asked too, and differences are noted.

A queue of bounded length and one thread per process: no request waits for it, and what does not fit is not compared.
What differs is asked again a little later before it is noted, since a change may be on its way to us. Of an answer
only places are noted, no values: a broken shop may answer anything.
"""

import json
import logging
import os
import queue
import threading
import time
import zlib
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connections

from chassis import clock
from strangler.changes import ALIAS
from strangler.routing import figures, ours
from strangler.routing.comparing import DIFFERS, Found, differences
from strangler.routing.models import Difference
from strangler.routing.standing import WATCH
from strangler.routing.surface import Asked

log = logging.getLogger("strangler.routing")
MOST_WAITING, MOST_PLACES = 200, 50
LARGEST = 4 * 1024 * 1024
LONGEST_PLACE = 300
PATIENCE = 2.0
"""Seconds after which what differs is asked again."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """An answer of the old shop to a read that we may answer too."""

    asked: Asked
    query: str
    trusted: bool
    status: int
    encoding: str
    body: bytes


class _Shadow:
    """What waits to be compared, and the thread that does."""

    def __init__(self) -> None:
        self.waiting: queue.Queue[Seen] = queue.Queue(MOST_WAITING)
        self.process = 0
        self.lock = threading.Lock()

    def put(self, seen: Seen) -> None:
        """Have an answer compared some time; never waits."""
        try:
            self.waiting.put_nowait(seen)
        except queue.Full:
            figures.COMPARED.labels(seen.asked.area.name, "dropped").inc()
            return
        if settings.LEGACY_LOOK_SECONDS and self.process != os.getpid():
            self._start()

    def _start(self) -> None:
        with self.lock:
            if self.process != os.getpid():
                self.process = os.getpid()
                threading.Thread(target=self._go_on, name="strangler-shadow", daemon=True).start()

    def _go_on(self) -> None:
        while True:
            seen = self.waiting.get()
            try:
                compare(seen)
            except Exception:
                log.exception("An answer could not be compared")
            finally:
                connections.close_all()

    def work_off(self) -> int:
        """Compare all that waits now, in this thread; how many. For tests."""
        count = 0
        while not self.waiting.empty():
            compare(self.waiting.get_nowait())
            count += 1
        return count


SHADOW = _Shadow()


def compare(seen: Seen) -> None:
    """Ask us, and note what differs twice."""
    outcome = "equal"
    if WATCH.standing().why_not(seen.asked.area):
        outcome = "not asked"
    elif (found := _differing(seen)) is None:
        outcome = "left to the shop"
    elif found:
        time.sleep(PATIENCE if settings.LEGACY_LOOK_SECONDS else 0)
        again = _differing(seen) or set()
        if places := sorted(found & again)[:MOST_PLACES]:
            outcome = "different"
            note(seen.asked, places)
    figures.COMPARED.labels(seen.asked.area.name, outcome).inc()


def _differing(seen: Seen) -> set[Found] | None:
    """Places that differ; None where we have no answer."""
    try:
        answer = ours.ask(seen.asked, seen.query, trusted=seen.trusted)
    except Exception:
        log.exception("No answer of ours to compare")
        return {("no answer here", DIFFERS)}
    if answer.status == 0:
        return None
    if answer.status != seen.status:
        return {(f"status {seen.status} there, {answer.status} here", DIFFERS)}
    theirs = _decoded(seen)
    if theirs is _NO_JSON:
        return {("no JSON there", DIFFERS)}
    return set(differences(theirs, json.loads(answer.body)))


_NO_JSON = object()


def _decoded(seen: Seen) -> Any:
    try:
        body = seen.body
        if seen.encoding == "gzip":
            body = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(body, LARGEST)
        elif seen.encoding not in ("", "identity"):
            return _NO_JSON
        return json.loads(body)
    except (ValueError, zlib.error, RecursionError):
        return _NO_JSON


def note(asked: Asked, places: list[Found]) -> None:
    """Keep these places, each once, with how often and where it was seen."""
    now = clock.now()
    rows = [(place[:LONGEST_PLACE], what) for place, what in places]
    example = f"{asked.store or '(default)'}: {'/'.join(asked.path)}"[:LONGEST_PLACE]
    try:
        with connections[ALIAS].cursor() as cursor:
            cursor.execute(
                f"""INSERT INTO {Difference._meta.db_table} AS old
                    (area, route, place, what, example, times, first_seen, last_seen)
                    SELECT %s, %s, place, what, %s, 1, %s, %s FROM unnest(%s::text[], %s::text[]) AS new(place, what)
                    ON CONFLICT (area, route, place, what) DO UPDATE
                    SET times = old.times + 1, example = excluded.example, last_seen = excluded.last_seen""",
                [asked.area.name, asked.route, example, now, now, [row[0] for row in rows], [row[1] for row in rows]],
            )
    except DatabaseError as error:
        log.warning("Differences could not be noted: %s", type(error).__name__)
