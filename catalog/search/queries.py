"""Asking a view's engine: the embedded index, or PostgreSQL while that is being built."""

import time

from catalog.search import embedded
from catalog.search.changes import REBUILD
from catalog.search.engine import Engine
from catalog.search.fallback import Fallback
from chassis import clock
from chassis.unit_of_work import enqueue, unit_of_work

ASK_AGAIN_SECONDS = 15.0
_asked: dict[str, float] = {}


def engine_of(view: str, *, locale: str) -> Engine:
    """The engine that can answer now. Asks for an index where there is none."""
    found = embedded.engine(view, locale=locale)
    if found is not None:
        return found
    _ask_for_index(view)
    return Fallback(view)


def _ask_for_index(view: str) -> None:
    """A job once in a while, not one per request."""
    now = time.monotonic()
    if now - _asked.get(view, -ASK_AGAIN_SECONDS) < ASK_AGAIN_SECONDS:
        return
    _asked[view] = now
    with unit_of_work("catalog"):
        enqueue(REBUILD, key=f"{view}:{clock.now():%Y-%m-%dT%H:%M:%S}", payload={"view": view})
