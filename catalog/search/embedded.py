"""The embedded engine: a view's tantivy index, opened once per process and reloaded when it was committed."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import tantivy
from tantivy import Occur, Order, Query

from catalog.search import folders, schema
from catalog.search.engine import FACET_SIZE, Answer, Question, Suggestions
from catalog.search.indexing import opened

MAX_WORDS = 12
_SORTS = {
    "name": ("sort", Order.Asc),
    "-name": ("sort", Order.Desc),
    "price": ("", Order.Asc),  # the field of the reader's group
    "-price": ("", Order.Desc),
    "newest": ("created", Order.Desc),
}


@dataclass
class _Open:
    path: Path
    index: tantivy.Index
    groups: list[str]
    committed: int


_opened: dict[str, _Open] = {}
_lock = threading.Lock()


def engine(view: str, *, locale: str) -> "Embedded | None":
    """The view's engine as last committed, None when its index is not there."""
    path = folders.current(view, locale=locale)
    if path is None:
        return None
    try:
        committed = (path / "meta.json").stat().st_mtime_ns
        with _lock:
            known = _opened.get(view)
            if known is None or known.path != path:
                known = _opened[view] = _Open(path, opened(path, locale=locale), folders.groups_of(path), committed)
            elif known.committed != committed:
                known.index.reload()
                known.committed = committed
            return Embedded(known.index, locale=locale, groups=known.groups)
    except (OSError, ValueError):
        # Removed or damaged between the look and the opening: as good as not there.
        return None


class Embedded:
    """Answers from one opened index."""

    def __init__(self, index: tantivy.Index, *, locale: str, groups: Sequence[str]) -> None:
        self.groups = groups
        self.schema = index.schema
        self.searcher = index.searcher()
        self.language = schema.language(locale)
        self.folded = schema.folded()

    def search(self, question: Question) -> Answer:
        """Exact words first; similar ones only when no product has those."""
        answer = self._answer(question, fuzzy=False)
        if answer.total == 0 and question.text and self._count(self._text(question.text, fuzzy=False)) == 0:
            similar = self._answer(question, fuzzy=True)
            if similar.total:
                return similar
        return answer

    def suggest(self, text: str, *, limit: int) -> Suggestions:
        """Words that go on from the last one typed, and products that have them all."""
        words = self.folded.analyze(text)[:MAX_WORDS]
        if not words:
            return Suggestions(terms=[], ids=[])
        *before, last = words
        terms = [term for term, _ in self.searcher.terms_with_prefix("plain", last, None, limit)]
        query = self._typed(before, last, distance=0)
        ids = self._ids(query, limit)
        if not ids and len(last) > 3:
            ids = self._ids(self._typed(before, last, distance=1), limit)
        return Suggestions(terms=[" ".join([*before, term]) for term in terms], ids=ids)

    def _typed(self, before: Sequence[str], last: str, *, distance: int) -> Query:
        parts = [self._term("plain", word) for word in before]
        parts.append(Query.fuzzy_term_query(self.schema, "plain", last, distance=distance, prefix=True))
        return _all(parts)

    def _ids(self, query: Query, limit: int) -> list[UUID]:
        hits = self.searcher.search(query, limit=limit, count=False).hits
        return [UUID(self.searcher.doc(address)["id"][0]) for _, address in hits]

    def _answer(self, question: Question, *, fuzzy: bool) -> Answer:
        base = self._base(question, fuzzy=fuzzy)
        filters = {code: self._any(code, values) for code, values in question.filters.items()}
        price = self._price(question)
        query = _all([*base, *filters.values(), *price])
        sort = _SORTS.get(question.sort)
        priced = schema.price_field(self.groups, question.group)
        ordering: Mapping[str, Any] = {"order_by_field": sort[0] or priced, "order": sort[1]} if sort else {}
        found = self.searcher.search(query, limit=question.limit, offset=question.offset, **ordering)
        ids = [UUID(self.searcher.doc(address)["id"][0]) for _, address in found.hits]
        facets, least, most = self._facets(question, base, filters, price)
        return Answer(ids=ids, total=found.count, facets=facets, price_min=least, price_max=most, corrected=fuzzy)

    def _facets(
        self, question: Question, base: list[Query], filters: Mapping[str, Query], price: list[Query]
    ) -> tuple[dict[str, list[tuple[str, int]]], Decimal | None, Decimal | None]:
        """One pass for all that is not filtered by, one more for each that is: without its own filter."""
        counted: dict[str, list[tuple[str, int]]] = {}
        free = [code for code in question.facets if code not in filters]
        if free:
            asked = {code: _terms(code) for code in free}
            counted.update(_counts(self.searcher.aggregate(_all([*base, *filters.values(), *price]), asked)))
        for code in filters:
            if code in question.facets:
                others = [query for other, query in filters.items() if other != code]
                query = _all([*base, *others, *price])
                counted.update(_counts(self.searcher.aggregate(query, {code: _terms(code)})))
        if not question.facets:
            return {}, None, None
        priced = schema.price_field(self.groups, question.group)
        # The price range is what may be chosen from, so the chosen range does not narrow it.
        bounds = {name: {name: {"field": priced}} for name in ("min", "max")}
        result = self.searcher.aggregate(_all([*base, *filters.values()]), bounds)
        least, most = (_amount(result[name]["value"]) for name in ("min", "max"))
        return {code: counted.get(code, []) for code in question.facets}, least, most

    def _base(self, question: Question, *, fuzzy: bool) -> list[Query]:
        parts = [self._text(question.text, fuzzy=fuzzy)] if question.text else []
        if question.category is not None:
            parts.append(self._term("category", str(question.category)))
        if question.in_stock:
            parts.append(Query.term_query(self.schema, "in_stock", True))
        return parts

    def _text(self, text: str, *, fuzzy: bool) -> Query:
        """Every word must be there, in the name, the body or as a SKU; the name counts most."""
        words = self.folded.analyze(text)[:MAX_WORDS]
        sku = Query.boost_query(self._term("sku", text.strip().casefold()), 20.0)
        if not words:
            return sku
        each = []
        for word, stems in ((word, self.language.analyze(word)) for word in _raw_words(text, words)):
            stem = stems[0] if stems else word
            plain = self.folded.analyze(word)
            ways = [
                Query.boost_query(self._term("name", stem), 4.0),
                self._term("body", stem),
                self._term("sku", word.casefold()),
                *(self._term("plain", one) for one in plain[:1]),
            ]
            if fuzzy and plain and len(plain[0]) > 3:
                distance = 1 if len(plain[0]) < 8 else 2
                ways.append(Query.fuzzy_term_query(self.schema, "plain", plain[0], distance=distance))
            each.append(_one_of(ways))
        return _one_of([_all(each), sku])

    def _price(self, question: Question) -> list[Query]:
        if question.price_from is None and question.price_to is None:
            return []
        lower = schema.millionths(question.price_from) if question.price_from is not None else None
        upper = schema.millionths(question.price_to) if question.price_to is not None else None
        priced = schema.price_field(self.groups, question.group)
        return [Query.range_query(self.schema, priced, tantivy.FieldType.Integer, lower, upper)]

    def _any(self, code: str, values: Sequence[str]) -> Query:
        return _one_of([self._term(f"attrs.{code}", value) for value in values])

    def _term(self, name: str, value: str) -> Query:
        return Query.term_query(self.schema, name, value)

    def _count(self, query: Query) -> int:
        return int(self.searcher.search(query, limit=1).count)


def _raw_words(text: str, folded_words: Sequence[str]) -> list[str]:
    """The words as typed, accents and all: the stemmer of a language needs them."""
    analyzer = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple()).build()
    return analyzer.analyze(text)[: len(folded_words)]


def _terms(code: str) -> dict[str, Any]:
    return {"terms": {"field": f"attrs.{code}", "size": FACET_SIZE}}


def _counts(result: Mapping[str, Any]) -> dict[str, list[tuple[str, int]]]:
    return {
        code: [(str(bucket["key"]), int(bucket["doc_count"])) for bucket in body["buckets"]]
        for code, body in result.items()
    }


def _amount(value: float | None) -> Decimal | None:
    # The engine reports doubles; whole millionths below 2^53 pass them unharmed.
    return None if value is None else Decimal(int(value)) / schema.MILLION


def _all(parts: Sequence[Query]) -> Query:
    if not parts:
        return Query.all_query()
    return parts[0] if len(parts) == 1 else Query.boolean_query([(Occur.Must, part) for part in parts])


def _one_of(parts: Sequence[Query]) -> Query:
    return parts[0] if len(parts) == 1 else Query.boolean_query([(Occur.Should, part) for part in parts])
