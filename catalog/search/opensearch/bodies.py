"""A question as what the cluster is asked."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from catalog.search import schema, words
from catalog.search.embedded_queries import SYNONYM
from catalog.search.engine import FACET_SIZE, MAX_WORDS, RELEVANCE, Goods, Question, attribute_of
from catalog.search.ranges import Range, between, limits_for
from catalog.search.shape import Shape

Clause = dict[str, Any]
TIER = 10_000
"""More than any relevance: boosted come before and buried behind all others."""
_FIELDS = {
    "name": ("sort", "asc"),
    "-name": ("sort", "desc"),
    "price": ("", "asc"),
    "-price": ("", "desc"),
    "newest": ("created", "desc"),
    "in_stock": ("in_stock", "desc"),
}


class Body:
    """One question to one view's index, part by part: counts of a facet leave out the facet's own filter."""

    def __init__(self, question: Question, *, shape: Shape, fuzzy: bool = False) -> None:
        self.question, self.shape, self.fuzzy = question, shape, fuzzy
        self.priced = shape.price_field(question.group)
        self.filters: dict[str, Clause] = {
            code: {"terms": {f"attrs.{code}": list(values)}} for code, values in question.filters.items()
        }
        self.filters |= {
            code: any_of([_range(f"numbers.{code}", one, unit=1) for one in several])
            for code, several in question.ranges.items()
        }
        self.prices = self._prices()

    def page(self, *, offset: int, limit: int, but: Sequence[UUID] = ()) -> Clause:
        """Hits in order, without those products."""
        others = [{"bool": {"must_not": [_ids(but)]}}] if but else []
        return {
            "query": self._query(),
            "post_filter": every([*self.filters.values(), *self.prices, *others]),
            "from": offset,
            "size": limit,
            "sort": self._sort(),
            "track_total_hits": True,
            "_source": False,
        }

    def counts(self) -> Clause:
        """What is counted beside the hits."""
        asked = {f"v.{code}": self._without(code, _values(code)) for code in self.question.facets}
        for code, limits in self.question.numbers.items():
            if not limits:
                asked[f"s.{code}"] = self._without(code, {"stats": {"field": f"numbers.{code}"}})
        if self.question.facets or self.question.numbers:
            asked["price"] = self._at_any_price({"stats": {"field": self.priced}})
        if self.question.pins:
            found = {"terms": {"field": "id", "size": len(self.question.pins)}}
            pinned = [*self.filters.values(), *self.prices, _ids(list(self.question.pins.values()))]
            asked["pins"] = {"filter": every(pinned), "aggs": {"of": found}}
        return asked

    def drawn(self, counted: Mapping[str, Any]) -> tuple[dict[str, list[Range]], list[Range]]:
        """The ranges of each number and of the price: those that staff want, else by what was found."""
        numbers = {}
        for code, limits in self.question.numbers.items():
            found = counted[f"s.{code}"]["of"] if not limits else {}
            numbers[code] = between(limits or limits_for(_decimal(found["min"]), _decimal(found["max"])))
        price = counted["price"]["of"] if "price" in counted else {"min": None, "max": None}
        return numbers, between(limits_for(amount(price["min"]), amount(price["max"])))

    def ranges(self, numbers: Mapping[str, Sequence[Range]], prices: Sequence[Range]) -> Clause:
        """The counts of these ranges."""
        asked = {
            f"r.{code}": self._without(code, _counted(f"numbers.{code}", ranges, unit=1))
            for code, ranges in numbers.items()
            if ranges
        }
        if prices:
            asked["price"] = self._at_any_price(_counted(self.priced, prices, unit=int(schema.MILLION)))
        return {"query": self._query(), "size": 0, "aggs": asked} if asked else {}

    def text(self) -> Clause:
        """Every word must be there, in the name, the body or as a SKU; the name counts most."""
        question = self.question
        sku = _term("skus", question.text.strip().casefold(), 20.0)
        concepts = question.concepts or tuple(((w,),) for w in words.raw().analyze(question.text)[:MAX_WORDS])
        each = []
        for first, *others in concepts:
            ways = [_all([self._word(word) for word in first])]
            ways += [_all([self._word(word) for word in other], SYNONYM) for other in others]
            each.append(any_of(ways))
        return any_of([_all(each), sku]) if each else sku

    def _query(self) -> Clause:
        question = self.question
        pins = [_ids(list(question.pins.values()))] if question.pins else []
        kept: list[Clause] = []
        if question.category is not None:
            kept.append({"term": {"categories": str(question.category)}})
        if question.in_stock:
            kept.append({"term": {"in_stock": True}})
        return {
            "bool": {
                "must": [any_of([self.text(), *pins])] if question.text else [],
                "filter": kept or [{"match_all": {}}],
                "should": self._tiers(),
                "minimum_should_match": 0,
            }
        }

    def _tiers(self) -> list[Clause]:
        boosted, buried = _goods(self.question.boosted), _goods(self.question.buried)
        tiers = [{"constant_score": {"filter": any_of(boosted), "boost": TIER}}] if boosted else []
        if buried:
            tiers.append({"constant_score": {"filter": {"bool": {"must_not": buried}}, "boost": TIER}})
        return tiers

    def _sort(self) -> list[Any]:
        keys = self.question.keys
        found: list[Any] = ["_score"] if self._tiers() or RELEVANCE in keys else []
        for key in (key for key in keys if key != RELEVANCE):
            name, order = self._field(key)
            found.append({name: {"order": order, "missing": "_last"}})
        return [*found, {"sort": "asc"}] if RELEVANCE in keys else found

    def _field(self, key: str) -> tuple[str, str]:
        if code := attribute_of(key):
            return self.shape.sort_fields[code], "desc" if key.startswith("-") else "asc"
        name, order = _FIELDS[key]
        return name or self.priced, order

    def _word(self, word: str) -> Clause:
        stems, plain = words.language(self.question.locale).analyze(word), words.folded().analyze(word)
        ways = [
            _term("name", stems[0] if stems else word, 4.0),
            _term("body", stems[0] if stems else word),
            _term("skus", word.casefold()),
            *(_term("plain", one) for one in plain[:1]),
        ]
        if self.fuzzy and plain and len(plain[0]) > 3:
            distance = 1 if len(plain[0]) < 8 else 2
            ways.append({"fuzzy": {"plain": {"value": plain[0], "fuzziness": distance}}})
        return any_of(ways)

    def _prices(self) -> list[Clause]:
        question, parts, million = self.question, [], int(schema.MILLION)
        if question.price_from is not None:
            parts.append(_range(self.priced, Range(question.price_from, None), unit=million))
        if question.price_to is not None:
            parts.append({"range": {self.priced: {"lte": schema.millionths(question.price_to)}}})
        if question.prices:
            parts.append(any_of([_range(self.priced, one, unit=million) for one in question.prices]))
        return parts

    def _without(self, code: str, agg: Clause) -> Clause:
        others = [clause for other, clause in self.filters.items() if other != code]
        return {"filter": every([*others, *self.prices]), "aggs": {"of": agg}}

    def _at_any_price(self, agg: Clause) -> Clause:
        return {"filter": every(list(self.filters.values())), "aggs": {"of": agg}}


def amount(value: float | None) -> Decimal | None:
    """A price as it was before it was indexed."""
    return None if value is None else Decimal(int(value)) / schema.MILLION


def every(clauses: Sequence[Clause]) -> Clause:
    """All of these, for filters."""
    return {"bool": {"filter": list(clauses)}} if clauses else {"match_all": {}}


def any_of(clauses: Sequence[Clause]) -> Clause:
    """At least one of these."""
    return clauses[0] if len(clauses) == 1 else {"bool": {"should": list(clauses), "minimum_should_match": 1}}


def _all(clauses: Sequence[Clause], boost: float = 1.0) -> Clause:
    return {"bool": {"must": list(clauses), "boost": boost}}


def _term(field: str, value: str, boost: float = 1.0) -> Clause:
    return {"term": {field: {"value": value, "boost": boost}}}


def _ids(products: Sequence[UUID]) -> Clause:
    return {"terms": {"id": [str(product) for product in products]}}


def _goods(goods: Goods) -> list[Clause]:
    values = [{"term": {f"attrs.{code}": value}} for code, value in goods.values]
    return [*values, *([_ids(goods.products)] if goods.products else [])]


def _values(code: str) -> Clause:
    return {"terms": {"field": f"attrs.{code}", "size": FACET_SIZE}}


def _range(field: str, range_: Range, *, unit: int) -> Clause:
    ends = {"gte": range_.least, "lt": range_.below}
    return {"range": {field: {name: float(end * unit) for name, end in ends.items() if end is not None}}}


def _counted(field: str, ranges: Sequence[Range], *, unit: int) -> Clause:
    ends = [{"from": range_.least, "to": range_.below} for range_ in ranges]
    said = [{name: float(end * unit) for name, end in both.items() if end is not None} for both in ends]
    return {"range": {"field": field, "ranges": said}}


def _decimal(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(value))
