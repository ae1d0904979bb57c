"""Counts beside a page: values and ranges of attributes, and of the price."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import msgspec
import tantivy

from catalog.search import schema
from catalog.search.embedded_queries import Asking
from catalog.search.engine import FACET_SIZE, NO_GOODS
from catalog.search.ranges import Range, between, limits_for

PRICE = " price"
"""No attribute's code, which has no blanks."""


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How many there are, by values and ranges of attributes, and what they cost."""

    total: int
    facets: dict[str, list[tuple[str, int]]]
    ranges: dict[str, list[tuple[Range, int]]]
    price_min: Decimal | None
    price_max: Decimal | None
    price_ranges: list[tuple[Range, int]]


class Counted:
    """What was counted since the index was last committed: most ask for the pages that others ask for too."""

    MOST = 500

    def __init__(self) -> None:
        self._known: dict[bytes, Counts] = {}

    def of(self, searcher: tantivy.Searcher, asking: Asking) -> Counts:
        """The counts of a question, whichever page of it and in whatever order."""
        any_page = replace(asking.question, sort=(), offset=0, limit=0, boosted=NO_GOODS, buried=NO_GOODS)
        key = msgspec.json.encode((any_page, asking.fuzzy))
        counts = self._known.get(key)
        if counts is None:
            if len(self._known) >= self.MOST:
                self._known.clear()
            counts = self._known[key] = Counting(searcher, asking).all()
        return counts


class Counting:
    """One pass for all that is not filtered by, one more for each that is: without its own filter.

    Ranges take a second one, since they are drawn by what the first has found.
    """

    def __init__(self, searcher: tantivy.Searcher, asking: Asking) -> None:
        self.searcher, self.asking, self.question = searcher, asking, asking.question
        self.codes = [*self.question.facets, *self.question.numbers]
        free = [code for code in self.codes if code not in asking.filters]
        self.passes = [(asking.all(), [*free, *([] if asking.prices else [PRICE])])]
        self.passes += [(asking.but(code), [code]) for code in self.codes if code in asking.filters]
        # What may be chosen from: the chosen range does not narrow it.
        self.passes += [(asking.at_any_price(), [PRICE])] if asking.prices else []

    def all(self) -> Counts:
        """All that the question wants counted."""
        found: dict[str, Any] = {}
        for number, (query, codes) in enumerate(self.passes):
            asked = {name: aggregation for code in codes for name, aggregation in self._first(code).items()}
            # Every product has this field.
            asked |= {} if number else {"total": {"value_count": {"field": "created"}}}
            found |= self.searcher.aggregate(query, asked) if asked else {}
        price = found.get(f"s.{PRICE}", {"min": None, "max": None})
        least, most = _amount(price["min"]), _amount(price["max"])
        ranges = self._ranges(found, least, most)
        return Counts(
            total=int(found["total"]["value"]),
            facets={code: _values(found[f"v.{code}"]) for code in self.question.facets},
            price_ranges=ranges.pop(PRICE, []),
            ranges=ranges,
            price_min=least,
            price_max=most,
        )

    def _first(self, code: str) -> dict[str, Any]:
        if code == PRICE:
            return {f"s.{PRICE}": {"stats": {"field": self.asking.priced}}} if self.codes else {}
        if code in self.question.numbers:
            open_ = not self.question.numbers[code]
            return {f"s.{code}": {"stats": {"field": f"numbers.{code}"}}} if open_ else {}
        return {f"v.{code}": {"terms": {"field": f"attrs.{code}", "size": FACET_SIZE}}}

    def _ranges(
        self, found: Mapping[str, Any], least: Decimal | None, most: Decimal | None
    ) -> dict[str, list[tuple[Range, int]]]:
        drawn = {PRICE: between(limits_for(least, most))}
        for code, limits in self.question.numbers.items():
            stats = found.get(f"s.{code}", {"min": None, "max": None})
            drawn[code] = between(limits or limits_for(_decimal(stats["min"]), _decimal(stats["max"])))
        counted: dict[str, list[tuple[Range, int]]] = {}
        for query, codes in self.passes:
            some = {code: drawn[code] for code in codes if drawn.get(code)}
            result = self.searcher.aggregate(query, {c: self._asked(c, r) for c, r in some.items()}) if some else {}
            counted |= {code: _in_order(ranges, result[code]) for code, ranges in some.items()}
        return counted

    def _asked(self, code: str, ranges: Sequence[Range]) -> dict[str, Any]:
        field, unit = (self.asking.priced, schema.MILLION) if code == PRICE else (f"numbers.{code}", 1)
        ends = [{"from": range_.least, "to": range_.below} for range_ in ranges]
        said = [{name: float(end * unit) for name, end in both.items() if end is not None} for both in ends]
        return {"range": {"field": field, "ranges": said}}


def _in_order(ranges: Sequence[Range], result: Mapping[str, Any]) -> list[tuple[Range, int]]:
    """Counts of the ranges that hold something. The engine answers them by their lower limits."""
    counts = sorted(result["buckets"], key=lambda bucket: bucket.get("from", float("-inf")))
    return [(r, int(b["doc_count"])) for r, b in zip(ranges, counts, strict=True) if b["doc_count"]]


def _values(counted: Mapping[str, Any]) -> list[tuple[str, int]]:
    return [(str(bucket["key"]), int(bucket["doc_count"])) for bucket in counted["buckets"]]


def _decimal(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _amount(value: float | None) -> Decimal | None:
    # The engine reports doubles; whole millionths below 2^53 pass them unharmed.
    return None if value is None else Decimal(int(value)) / schema.MILLION
