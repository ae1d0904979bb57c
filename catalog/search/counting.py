"""What is searched for, counted in each web process and told as an event now and then; reads never wait for it.

A count is lost with a process that is killed before it told: figures, not accounts. What may be about a person is not
counted at all: addresses, and what has so many digits that it may be a telephone, card or order number.
"""

import atexit
import logging
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db import connections

from catalog.catalog.queries import ViewFacts
from catalog.search.asking import Asked
from catalog.search.words import normalised
from chassis import clock
from chassis.messages import Lane
from chassis.unit_of_work import publish, unit_of_work
from contracts.catalog import SearchCount, SearchesMade

log = logging.getLogger("catalog.search")

LONGEST = 60
DIGITS = 6
"""So many digits and more are somebody's number."""
MOST = 5_000
"""Different queries kept between two flushes; what comes on top of these is not counted."""
PER_EVENT = 200


@dataclass
class _Count:
    searches: int = 0
    without_result: int = 0
    corrected: int = 0


Key = tuple[str, str, str]
_counts: dict[Key, _Count] = {}
_lock = threading.Lock()
_teller: threading.Thread | None = None


def note(view: ViewFacts, wanted: Asked, *, found: int, corrected: bool) -> None:
    """Count a search by its first page. One that filters have emptied is not without result."""
    query = normalised(wanted.text)
    if wanted.page != 1 or not query or not _may_be_kept(query):
        return
    prices = wanted.prices or not (wanted.price_from is None and wanted.price_to is None)
    narrowed = wanted.filters or wanted.in_stock or prices
    with _lock:
        if len(_counts) >= MOST and (view.channel, view.code, query) not in _counts:
            return
        count = _counts.setdefault((view.channel, view.code, query), _Count())
        count.searches += 1
        count.without_result += not found and not narrowed
        count.corrected += corrected
    _begin_to_tell()


def flush() -> int:
    """Tell what was counted since the last time, as events; how many different queries these were."""
    with _lock:
        taken = dict(_counts)
        _counts.clear()
    if taken:
        with unit_of_work("catalog"):
            for channel, event in _events(taken):
                publish(event, aggregate_id=event.view, channel=channel, lane=Lane.BULK)
    return len(taken)


def _events(taken: dict[Key, _Count]) -> Iterator[tuple[str, SearchesMade]]:
    by_view: dict[tuple[str, str], list[SearchCount]] = {}
    for (channel, view, query), count in sorted(taken.items()):
        counted = SearchCount(
            query=query, searches=count.searches, without_result=count.without_result, corrected=count.corrected
        )
        by_view.setdefault((channel, view), []).append(counted)
    for (channel, view), counts in by_view.items():
        for start in range(0, len(counts), PER_EVENT):
            some = tuple(counts[start : start + PER_EVENT])
            yield channel, SearchesMade(view=view, channel=channel, until=clock.now(), counts=some)


def _may_be_kept(query: str) -> bool:
    return len(query) <= LONGEST and "@" not in query and sum(char.isdigit() for char in query) < DIGITS


def _begin_to_tell() -> None:
    """A thread of its own, from the first search of a process on: after any fork, and not where nobody searches."""
    global _teller
    if _teller is None and settings.SEARCH_COUNT_SECONDS:
        with _lock:
            if _teller is None:
                _teller = threading.Thread(target=_tell, name="search-counts", daemon=True)
                _teller.start()
                atexit.register(_tell_once)


def _tell() -> None:
    while True:
        time.sleep(settings.SEARCH_COUNT_SECONDS)
        _tell_once()


def _tell_once() -> None:
    try:
        flush()
    except Exception as failure:  # figures of some seconds are lost; the next ones need not be
        log.warning("searches could not be told: %s", type(failure).__name__)
    finally:
        connections["catalog"].close()
