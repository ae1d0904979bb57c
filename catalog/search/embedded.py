"""The embedded engine: a view's tantivy index, opened once per process and reloaded when it was committed."""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import tantivy
from tantivy import Query

from catalog.search import embedded_queries as q
from catalog.search import folders, placing, words
from catalog.search.embedded_facets import Counted
from catalog.search.embedded_index import intact, opened
from catalog.search.embedded_order import ordered
from catalog.search.embedded_queries import Asking
from catalog.search.engine import MAX_WORDS, Answer, EngineFailed, Question, Suggestions
from catalog.search.shape import Shape

log = logging.getLogger("catalog.search")


@dataclass
class _Open:
    path: Path
    index: tantivy.Index
    shape: Shape
    committed: int
    counted: Counted = field(default_factory=Counted)


_opened: dict[str, _Open] = {}
_lock = threading.Lock()


def engine(view: str, *, locale: str) -> "Embedded | None":
    """The view's engine as last committed, None when its index is not there or cannot be opened."""
    path = folders.current(view, locale=locale)
    if path is None:
        return None
    try:
        with damage_told(view, path):
            committed = (path / "meta.json").stat().st_mtime_ns
            with _lock:
                known = _opened.get(view)
                if known is None or known.path != path:
                    known = _opened[view] = _Open(path, opened(path, locale=locale), folders.shape_of(path), committed)
                elif known.committed != committed:
                    known.index.reload()
                    known.committed, known.counted = committed, Counted()
                return Embedded(known, view=view, locale=locale)
    except EngineFailed:
        return None


@contextmanager
def damage_told(view: str, path: Path) -> Iterator[None]:
    """What cannot be read of a damaged index is EngineFailed, and nobody opens that index again: it is made anew.

    Of a sound one it is a question that is wrong, and raised as it is.
    """
    try:
        yield
    except BaseException as failure:
        # What the engine's own code trips over in a damaged file is no Exception, and has no name to catch it by.
        suspicious = isinstance(failure, OSError | ValueError) or type(failure).__name__ == "PanicException"
        if not suspicious or intact(path):
            raise
        log.error("the search index of %s is damaged and will be made anew: %s", view, type(failure).__name__)
        folders.abandon(view, path)
        _opened.pop(view, None)
        raise EngineFailed(f"the index of {view}") from failure


class Embedded:
    """Answers from one opened index."""

    def __init__(self, opened: _Open, *, view: str, locale: str) -> None:
        self.index, self.path, self.shape, self.counted = opened.index, opened.path, opened.shape, opened.counted
        self.view, self.locale = view, locale
        self.searcher = opened.index.searcher()

    def search(self, question: Question) -> Answer:
        """Exact words first; similar ones only when no product has those."""
        if not self.shape.knows(question.attributes):
            raise EngineFailed(f"the index of {self.view} is older than what it shall sort by")
        with damage_told(self.view, self.path):
            asking = Asking(self.index, question, locale=self.locale, shape=self.shape)
            answer = self._answer(asking)
            if answer.total == 0 and question.text and self._count(asking.text()) == 0:
                similar = self._answer(asking.forgiving())
                if similar.total:
                    return similar
            return answer

    def suggest(self, text: str, *, limit: int) -> Suggestions:
        """Words that go on from the last one typed, and products that have them all."""
        typed = words.folded().analyze(text)[:MAX_WORDS]
        if not typed:
            return Suggestions(terms=[], ids=[])
        *before, last = typed
        with damage_told(self.view, self.path):
            terms = [term for term, _ in self.searcher.terms_with_prefix("plain", last, None, limit)]
            ids = self._ids(self._typed(before, last, distance=0), limit)
            if not ids and len(last) > 3:
                ids = self._ids(self._typed(before, last, distance=1), limit)
        return Suggestions(terms=[" ".join([*before, term]) for term in terms], ids=ids)

    def _typed(self, before: Sequence[str], last: str, *, distance: int) -> Query:
        schema = self.index.schema
        parts = [Query.term_query(schema, "plain", word) for word in before]
        return q.every([*parts, Query.fuzzy_term_query(schema, "plain", last, distance=distance, prefix=True)])

    def _answer(self, asking: Asking) -> Answer:
        question, counts = asking.question, self.counted.of(self.searcher, asking)
        return Answer(
            ids=self._page(asking, asking.all(), counts.total) if question.limit else [],
            total=counts.total,
            facets=counts.facets,
            ranges=counts.ranges,
            price_min=counts.price_min,
            price_max=counts.price_max,
            price_ranges=counts.price_ranges,
            corrected=asking.fuzzy,
        )

    def _page(self, asking: Asking, query: Query, total: int) -> list[UUID]:
        question = asking.question
        if not question.pins:
            return self._ordered(asking, query)(question.offset, question.limit)
        pinned = asking.products(list(question.pins.values()))
        matched = self._ids(q.every([query, pinned]), len(question.pins))
        placed = placing.places(question.pins, matched, total=total)
        others = self._ordered(asking, q.without(query, asking.products(matched)) if matched else query)
        return placing.page(placed, others, offset=question.offset, limit=question.limit)

    def _ordered(self, asking: Asking, query: Query) -> Callable[[int, int], list[UUID]]:
        def fetch(offset: int, limit: int) -> list[UUID]:
            found = ordered(self.searcher, asking, query, offset=offset, limit=limit)
            return [UUID(self.searcher.doc(address)["id"][0]) for address in found]

        return fetch

    def _ids(self, query: Query, limit: int) -> list[UUID]:
        hits = self.searcher.search(query, limit=limit, count=False).hits
        return [UUID(self.searcher.doc(address)["id"][0]) for _, address in hits]

    def _count(self, query: Query) -> int:
        return int(self.searcher.search(query, limit=1).count)
