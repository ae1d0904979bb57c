"""Answers from a view's index in the cluster."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from catalog.search import placing, words
from catalog.search.engine import MAX_WORDS, Answer, EngineFailed, Question, Suggestions
from catalog.search.opensearch.bodies import Body, amount
from catalog.search.opensearch.client import Cluster
from catalog.search.ranges import Range
from catalog.search.shape import Shape


class OpenSearchEngine:
    """One view's index, by its alias; `shape` is what it knows."""

    def __init__(self, cluster: Cluster, alias: str, *, shape: Shape) -> None:
        self.cluster, self.alias, self.shape = cluster, alias, shape

    def search(self, question: Question) -> Answer:
        """Exact words first; similar ones only when no product has those."""
        if not self.shape.knows(question.attributes):
            raise EngineFailed(f"{self.alias} is older than what it shall sort by")
        answer = self._answer(Body(question, shape=self.shape))
        if answer.total == 0 and question.text and not self._known(question):
            similar = self._answer(Body(question, shape=self.shape, fuzzy=True))
            if similar.total:
                return similar
        return answer

    def suggest(self, text: str, *, limit: int) -> Suggestions:
        """Words that go on from the last one typed, and products that have them all."""
        typed = words.folded().analyze(text)[:MAX_WORDS]
        if not typed:
            return Suggestions(terms=[], ids=[])
        *before, last = typed
        begun = {"terms": {"field": "terms", "size": limit, "include": f"{last}.*"}}
        found = self._ask({"size": 0, "aggs": {"terms": begun}})
        terms = [str(bucket["key"]) for bucket in found["aggregations"]["terms"]["buckets"]]
        ids = self._typed(before, {"prefix": {"plain": {"value": last}}}, limit)
        if not ids and len(last) > 3:
            ids = self._typed(before, {"fuzzy": {"plain": {"value": last, "fuzziness": 1}}}, limit)
        return Suggestions(terms=[" ".join([*before, term]) for term in terms], ids=ids)

    def _typed(self, before: Sequence[str], last: dict[str, Any], limit: int) -> list[UUID]:
        parts = [*({"term": {"plain": word}} for word in before), last]
        return _ids(self._ask({"query": {"bool": {"must": parts}}, "size": limit, "_source": False}))

    def _answer(self, body: Body) -> Answer:
        question = body.question
        # With pins the page begins elsewhere, and where is known once it is known which of them are found.
        first = body.page(offset=question.offset, limit=0 if question.pins else question.limit)
        found = self._ask({**first, "aggs": body.counts()})
        counted = found.get("aggregations", {})
        total = int(found["hits"]["total"]["value"])
        numbers, prices = body.drawn(counted)
        asked = body.ranges(numbers, prices)
        ranged = self._ask(asked)["aggregations"] if asked else {}
        price = counted["price"]["of"] if "price" in counted else {"min": None, "max": None}
        return Answer(
            ids=self._pinned(body, counted, total) if question.pins and question.limit else _ids(found),
            total=total,
            facets={code: _values(counted[f"v.{code}"]) for code in question.facets},
            ranges={code: _in_order(ranges, ranged[f"r.{code}"]) for code, ranges in numbers.items() if ranges},
            price_min=amount(price["min"]),
            price_max=amount(price["max"]),
            price_ranges=_in_order(prices, ranged["price"]) if prices else [],
            corrected=body.fuzzy,
        )

    def _pinned(self, body: Body, counted: dict[str, Any], total: int) -> list[UUID]:
        matched = [UUID(bucket["key"]) for bucket in counted["pins"]["of"]["buckets"]]

        def others(offset: int, limit: int) -> list[UUID]:
            return _ids(self._ask(body.page(offset=offset, limit=limit, but=matched)))

        question = body.question
        placed = placing.places(question.pins, matched, total=total)
        return placing.page(placed, others, offset=question.offset, limit=question.limit)

    def _known(self, question: Question) -> bool:
        """Whether any product has the words, whatever else was asked for."""
        text = Body(question, shape=self.shape).text()
        return bool(self._ask({"query": text, "size": 0, "terminate_after": 1})["hits"]["total"]["value"])

    def _ask(self, body: dict[str, Any]) -> dict[str, Any]:
        with self.cluster.asked() as client:
            # Half an answer is none: another node or PostgreSQL has the whole.
            found: dict[str, Any] = client.search(index=self.alias, body=body, allow_partial_search_results=False)
        return found


def _ids(found: dict[str, Any]) -> list[UUID]:
    return [UUID(hit["_id"]) for hit in found["hits"]["hits"]]


def _values(counted: dict[str, Any]) -> list[tuple[str, int]]:
    return [(str(bucket["key"]), int(bucket["doc_count"])) for bucket in counted["of"]["buckets"]]


def _in_order(ranges: Sequence[Range], counted: dict[str, Any]) -> list[tuple[Range, int]]:
    """Counts of the ranges that hold something. The cluster answers them by their lower limits."""
    counts = sorted(counted["of"]["buckets"], key=lambda bucket: bucket.get("from", float("-inf")))
    return [(r, int(b["doc_count"])) for r, b in zip(ranges, counts, strict=True) if b["doc_count"]]
