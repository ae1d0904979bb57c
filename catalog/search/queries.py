"""Asking a view's engine, and PostgreSQL while there is none that answers."""

import time
from collections.abc import Callable
from typing import TypeVar

from catalog.product.changes import REBUILD
from catalog.search.engine import Engine, EngineFailed
from catalog.search.fallback import Fallback
from catalog.search.stores import store
from chassis import clock
from chassis.unit_of_work import enqueue, unit_of_work

ASK_AGAIN_SECONDS = 15.0
_asked: dict[str, float] = {}
T = TypeVar("T")


def answer(view: str, ask: Callable[[Engine], T], *, locale: str) -> T:
    """What the engine says, else PostgreSQL, more slowly. Asks for an index where there is none."""
    try:
        engine = store().engine(view, locale=locale)
        if engine is not None:
            return ask(engine)
        _ask_for_index(view)
    except EngineFailed:
        pass  # damaged: the next request finds no index; out of reach: it may be back by then
    return ask(Fallback(view))


def _ask_for_index(view: str) -> None:
    """A job once in a while, not one per request."""
    now = time.monotonic()
    if now - _asked.get(view, -ASK_AGAIN_SECONDS) < ASK_AGAIN_SECONDS:
        return
    _asked[view] = now
    with unit_of_work("catalog"):
        enqueue(REBUILD, key=f"{view}:{clock.now():%Y-%m-%dT%H:%M:%S}", payload={"view": view})
