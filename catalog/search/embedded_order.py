"""Several sort keys in an index that sorts by one: whoever is equal in the first is sorted by the next."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import tantivy
from tantivy import Order, Query

from catalog.search import embedded_queries as q
from catalog.search.embedded_queries import Asking
from catalog.search.engine import RELEVANCE, attribute_of

PRICE = "price"
_FIELDS = {
    "name": ("sort", Order.Asc),
    "-name": ("sort", Order.Desc),
    "price": (PRICE, Order.Asc),
    "-price": (PRICE, Order.Desc),
    "newest": ("created", Order.Desc),
    "in_stock": ("in_stock", Order.Desc),
}


def ordered(
    searcher: tantivy.Searcher, asking: Asking, query: Query, *, offset: int, limit: int
) -> list[tantivy.DocAddress]:
    """A page of what a query finds, by the question's keys: boosted first, buried last."""
    return _Page(searcher, asking).across(_tiers(asking, query), asking.question.keys, offset, limit)


def _tiers(asking: Asking, query: Query) -> list[Query]:
    boosted, buried = (asking.goods(g) if g else None for g in (asking.question.boosted, asking.question.buried))
    rest = query
    for goods in (boosted, buried):
        rest = rest if goods is None else q.without(rest, goods)
    # What is boosted and buried is neither.
    both = [q.every([query, boosted, buried])] if boosted is not None and buried is not None else []
    middle = q.any_of([rest, *both])
    first = [] if boosted is None else [q.every([query, boosted])]
    last = [] if buried is None else [q.every([query, buried])]
    if both:
        first, last = [q.without(first[0], buried)], [q.without(last[0], boosted)]
    return [*first, middle, *last]


class _Page:
    def __init__(self, searcher: tantivy.Searcher, asking: Asking) -> None:
        self.searcher, self.asking = searcher, asking

    def across(self, queries: Sequence[Query], keys: Sequence[str], offset: int, limit: int) -> list[Any]:
        """A page of several lists, one behind the other."""
        found: list[Any] = []
        for number, query in enumerate(queries):
            found += self.of(query, keys, offset, limit - len(found))
            if len(found) == limit or number == len(queries) - 1:
                break
            offset = max(0, offset - int(self.searcher.search(query, limit=1).count))
        return found

    def of(self, query: Query, keys: Sequence[str], offset: int, limit: int) -> list[Any]:
        """A page of one list. Only groups of equals that reach into the page are sorted by the keys that follow."""
        if limit <= 0:
            return []
        if keys[0] == RELEVANCE:
            hits = self.searcher.search(query, limit=limit, offset=offset, count=False).hits
            return [address for _, address in hits]
        name, order = self._field(keys[0])
        if len(keys) == 1:
            hits = self.searcher.search(
                query, limit=limit, offset=offset, count=False, order_by_field=name, order=order
            ).hits
            return [address for _, address in hits]
        hits = self.searcher.search(query, limit=offset + limit, count=False, order_by_field=name, order=order).hits
        return self._groups(query, keys, hits, offset, limit)

    def _groups(self, query: Query, keys: Sequence[str], hits: Sequence[Any], offset: int, limit: int) -> list[Any]:
        found: list[Any] = []
        start = 0
        for value, group in groupby(hits, key=lambda hit: hit[0]):
            members = [address for _, address in group]
            end = start + len(members)
            if end > offset:
                # The last group goes on behind what was read.
                alone = len(members) == 1 and end < len(hits)
                equals = q.every([query, self._is(keys[0], value)])
                skipped = max(0, offset - start)
                found += members if alone else self.of(equals, keys[1:], skipped, limit - len(found))
            start = end
        return found

    def _is(self, key: str, value: Any) -> Query:
        name, _ = self._field(key)
        if value is None:
            return q.without(Query.all_query(), Query.exists_query(name))
        return self.asking.term(name, value)

    def _field(self, key: str) -> tuple[str, Order]:
        if code := attribute_of(key):
            return self.asking.shape.sort_fields[code], Order.Desc if key.startswith("-") else Order.Asc
        name, order = _FIELDS[key]
        return (self.asking.priced if name is PRICE else name), order
