"""Counts beside a page: values and ranges of attributes, and of the price."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import tantivy
from tantivy import Query

from catalog.search import schema
from catalog.search.embedded_queries import Asking
from catalog.search.engine import FACET_SIZE
from catalog.search.ranges import Range, between, limits_for


class Counting:
    """One pass for all that is not filtered by, one more for each that is: without its own filter."""

    def __init__(self, searcher: tantivy.Searcher, asking: Asking) -> None:
        self.searcher, self.asking, self.question = searcher, asking, asking.question

    def facets(self) -> dict[str, list[tuple[str, int]]]:
        """Values with their counts."""
        counted: dict[str, list[tuple[str, int]]] = {}
        for query, codes in self._passes(self.question.facets):
            counted |= _counts(self.searcher.aggregate(query, {code: _terms(code) for code in codes}))
        return {code: counted.get(code, []) for code in self.question.facets}

    def ranges(self) -> dict[str, list[tuple[Range, int]]]:
        """Ranges of numbers with their counts; where nobody said which, drawn by what there is."""
        counted: dict[str, list[tuple[Range, int]]] = {}
        for query, codes in self._passes(list(self.question.numbers)):
            limits = {code: self.question.numbers[code] for code in codes}
            open_ = {code: {"stats": {"field": f"numbers.{code}"}} for code, known in limits.items() if not known}
            found = self.searcher.aggregate(query, open_) if open_ else {}
            limits |= {code: limits_for(_decimal(s["min"]), _decimal(s["max"])) for code, s in found.items()}
            drawn = {code: between(known) for code, known in limits.items() if known}
            if drawn:
                asked = {code: _ranges(f"numbers.{code}", ranges, unit=1) for code, ranges in drawn.items()}
                result = self.searcher.aggregate(query, asked)
                counted |= {code: _in_order(ranges, result[code]) for code, ranges in drawn.items()}
        return counted

    def prices(self) -> tuple[Decimal | None, Decimal | None, list[tuple[Range, int]]]:
        """What may be chosen from: the chosen range does not narrow it."""
        if not self.question.facets and not self.question.numbers:
            return None, None, []
        query, field = self.asking.at_any_price(), self.asking.priced
        result = self.searcher.aggregate(query, {name: {name: {"field": field}} for name in ("min", "max")})
        least, most = (_amount(result[name]["value"]) for name in ("min", "max"))
        ranges = between(limits_for(least, most))
        if not ranges:
            return least, most, []
        counted = self.searcher.aggregate(query, {"price": _ranges(field, ranges, unit=int(schema.MILLION))})
        return least, most, _in_order(ranges, counted["price"])

    def _passes(self, codes: Sequence[str]) -> list[tuple[Query, list[str]]]:
        free = [code for code in codes if code not in self.asking.filters]
        own = [(self.asking.but(code), [code]) for code in codes if code in self.asking.filters]
        return [*([(self.asking.all(), free)] if free else []), *own]


def _terms(code: str) -> dict[str, Any]:
    return {"terms": {"field": f"attrs.{code}", "size": FACET_SIZE}}


def _ranges(field: str, ranges: Sequence[Range], *, unit: int) -> dict[str, Any]:
    ends = [{"from": range_.least, "to": range_.below} for range_ in ranges]
    said = [{name: float(end * unit) for name, end in both.items() if end is not None} for both in ends]
    return {"range": {"field": field, "ranges": said}}


def _in_order(ranges: Sequence[Range], result: Mapping[str, Any]) -> list[tuple[Range, int]]:
    """Counts of the ranges that hold something. The engine answers them by their lower limits."""
    counts = sorted(result["buckets"], key=lambda bucket: bucket.get("from", float("-inf")))
    return [(r, int(b["doc_count"])) for r, b in zip(ranges, counts, strict=True) if b["doc_count"]]


def _counts(result: Mapping[str, Any]) -> dict[str, list[tuple[str, int]]]:
    return {
        code: [(str(bucket["key"]), int(bucket["doc_count"])) for bucket in body["buckets"]]
        for code, body in result.items()
    }


def _decimal(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _amount(value: float | None) -> Decimal | None:
    # The engine reports doubles; whole millionths below 2^53 pass them unharmed.
    return None if value is None else Decimal(int(value)) / schema.MILLION
