"""A question as queries of the embedded index."""

from collections.abc import Sequence
from uuid import UUID

import tantivy
from tantivy import Occur, Query

from catalog.search import schema, words
from catalog.search.engine import MAX_WORDS, Goods, Question
from catalog.search.ranges import Range
from catalog.search.shape import Shape

SYNONYM = 0.5
"""What a hit by another word counts beside one by the word that was typed."""


class Asking:
    """One question to one index, part by part: counts of a facet leave out the facet's own filter."""

    def __init__(
        self, index: tantivy.Index, question: Question, *, locale: str, shape: Shape, fuzzy: bool = False
    ) -> None:
        self.index, self.schema, self.question, self.locale = index, index.schema, question, locale
        self.shape, self.fuzzy = shape, fuzzy
        self.priced = shape.price_field(question.group)
        filters = {code: self._values(code, values) for code, values in question.filters.items()}
        self.filters = filters | {code: self._ranges(code, several) for code, several in question.ranges.items()}
        self.base = self._base()
        self.prices = self._prices()

    def forgiving(self) -> "Asking":
        """The same for words with typing errors."""
        return Asking(self.index, self.question, locale=self.locale, shape=self.shape, fuzzy=True)

    def all(self) -> Query:
        """All conditions at once."""
        return every([*self.base, *self.filters.values(), *self.prices])

    def but(self, code: str) -> Query:
        """All conditions without a facet's own."""
        others = [query for other, query in self.filters.items() if other != code]
        return every([*self.base, *others, *self.prices])

    def at_any_price(self) -> Query:
        """All conditions but those on the price."""
        return every([*self.base, *self.filters.values()])

    def text(self) -> Query:
        """Every word must be there, in the name, the body or as a SKU; the name counts most."""
        question = self.question
        sku = Query.boost_query(self.term("sku", question.text.strip().casefold()), 20.0)
        concepts = question.concepts or tuple(((w,),) for w in words.raw().analyze(question.text)[:MAX_WORDS])
        each = []
        for first, *others in concepts:
            ways = [every([self._word(word) for word in first])]
            ways += [Query.boost_query(every([self._word(w) for w in other]), SYNONYM) for other in others]
            each.append(any_of(ways))
        return any_of([every(each), sku]) if each else sku

    def products(self, ids: Sequence[UUID]) -> Query:
        """These products."""
        return Query.term_set_query(self.schema, "id", [str(id_) for id_ in ids])

    def goods(self, goods: Goods) -> Query:
        """Products that are named, or that have one of the values; it adds nothing to their relevance."""
        ways = [self.term(f"attrs.{code}", value) for code, value in goods.values]
        ways += [self.products(goods.products)] if goods.products else []
        return Query.const_score_query(any_of(ways), 0.0)

    def term(self, name: str, value: str | int | bool) -> Query:
        return Query.term_query(self.schema, name, value)

    def _base(self) -> list[Query]:
        question, parts = self.question, []
        if question.text:
            pins = [self.products(list(question.pins.values()))] if question.pins else []
            parts.append(any_of([self.text(), *pins]))
        if question.category is not None:
            parts.append(self.term("category", str(question.category)))
        if question.in_stock:
            parts.append(self.term("in_stock", True))
        return parts

    def _word(self, word: str) -> Query:
        stems, plain = words.language(self.locale).analyze(word), words.folded().analyze(word)
        stem = stems[0] if stems else word
        ways = [
            Query.boost_query(self.term("name", stem), 4.0),
            self.term("body", stem),
            self.term("sku", word.casefold()),
            *(self.term("plain", one) for one in plain[:1]),
        ]
        if self.fuzzy and plain and len(plain[0]) > 3:
            distance = 1 if len(plain[0]) < 8 else 2
            ways.append(Query.fuzzy_term_query(self.schema, "plain", plain[0], distance=distance))
        return any_of(ways)

    def _values(self, code: str, values: Sequence[str]) -> Query:
        return any_of([self.term(f"attrs.{code}", value) for value in values])

    def _ranges(self, code: str, ranges: Sequence[Range]) -> Query:
        # Only the query language reaches numbers inside of JSON; codes are letters, digits and _.
        return any_of([self.index.parse_query(f"numbers.{code}:{_bounds(range_)}", ["id"]) for range_ in ranges])

    def _prices(self) -> list[Query]:
        question, parts = self.question, []
        if question.price_from is not None or question.price_to is not None:
            parts.append(self._price(Range(question.price_from, question.price_to), upper=True))
        if question.prices:
            parts.append(any_of([self._price(range_, upper=False) for range_ in question.prices]))
        return parts

    def _price(self, range_: Range, *, upper: bool) -> Query:
        least, most = (None if a is None else schema.millionths(a) for a in (range_.least, range_.below))
        return Query.range_query(
            self.schema, self.priced, tantivy.FieldType.Integer, least, most, include_upper=upper or most is None
        )


def _bounds(range_: Range) -> str:
    least = "*" if range_.least is None else f"{range_.least:f}"
    return f"[{least} TO *]" if range_.below is None else f"[{least} TO {range_.below:f}}}"


def every(parts: Sequence[Query]) -> Query:
    """All of these, or everything if there is none."""
    if not parts:
        return Query.all_query()
    return parts[0] if len(parts) == 1 else Query.boolean_query([(Occur.Must, part) for part in parts])


def any_of(parts: Sequence[Query]) -> Query:
    """At least one of these."""
    return parts[0] if len(parts) == 1 else Query.boolean_query([(Occur.Should, part) for part in parts])


def without(query: Query, other: Query) -> Query:
    """The first, less what is the other too."""
    return Query.boolean_query([(Occur.Must, query), (Occur.MustNot, other)])
