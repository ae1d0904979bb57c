"""The conditions of a question in SQL, over `catalog_productdocument d` with its price block `b`."""

from collections.abc import Sequence
from typing import Any

from catalog.catalog.sorting import fold, sku_key
from catalog.search.engine import Goods, Question
from catalog.search.ranges import Range

NUMBER = "(d.facets -> %s ->> 0)::numeric"
IN_STOCK = """(d.always_available OR EXISTS (SELECT 1 FROM catalog_availability a
WHERE a.channel = d.channel AND a.sku_key = ANY(d.sku_keys) AND a.in_stock))"""
_WORDS = "plainto_tsquery('simple', %s)"


class Conditions:
    """SQL as text, and its values. `but`: without this facet's own filter; not `priced`: at any price.

    `entered`: the query goes through the category's entries. The planner would take the array for a second, independent
    condition, expect next to nothing, and sort a whole category for one page; behind a function it expects all.
    """

    def __init__(self, question: Question, *, but: str = "", priced: bool = True, entered: bool = False) -> None:
        self.question = question
        self.parts: list[str] = []
        self.values: list[Any] = []
        self._add("d.view = %s", question.view)
        if question.text:
            self._text(question)
        if question.category is not None:
            within = "array_position(d.categories, %s) IS NOT NULL" if entered else "d.categories @> ARRAY[%s]::uuid[]"
            self._add(within, question.category)
        for code, wanted in question.filters.items():
            if code != but:
                self._add("d.facets -> %s ?| %s", code, list(wanted))
        for code, ranges in question.ranges.items():
            if code != but:
                self._ranges(NUMBER, [code], ranges)
        if priced:
            self._prices(question)
        if question.in_stock:
            self._add(IN_STOCK)

    def __str__(self) -> str:
        return " AND ".join(self.parts)

    def _add(self, part: str, *values: Any) -> None:
        self.parts.append(part)
        self.values += values

    def _text(self, question: Question) -> None:
        concepts = question.concepts or (((question.text,),),)
        each = ["(" + " || ".join([_WORDS] * len(concept)) + ")" for concept in concepts]
        words = [fold(" ".join(several)) for concept in concepts for several in concept]
        pins = "OR d.product_id = ANY(%s)" if question.pins else ""
        self._add(
            f"(to_tsvector('simple', d.words) @@ ({' && '.join(each)}) OR d.sku_keys @> ARRAY[%s] {pins})",
            *(*words, sku_key(question.text), *([list(question.pins.values())] if pins else [])),
        )

    def _prices(self, question: Question) -> None:
        if question.price_from is not None:
            self._add("b.amount >= %s", question.price_from)
        if question.price_to is not None:
            self._add("b.amount <= %s", question.price_to)
        if question.prices:
            self._ranges("b.amount", [], question.prices)

    def _ranges(self, column: str, named: Sequence[str], ranges: Sequence[Range]) -> None:
        each, values = [], list[Any]()
        for range_ in ranges:
            ends = [(sign, end) for sign, end in ((">=", range_.least), ("<", range_.below)) if end is not None]
            each.append(" AND ".join(f"{column} {sign} %s" for sign, _ in ends))
            values += [value for _, end in ends for value in (*named, end)]
        self._add(f"({' OR '.join(f'({one})' for one in each)})", *values)


def goods(goods: Goods) -> tuple[str, list[Any]]:
    """Whether a product is named or has one of the values."""
    ways = ["coalesce(d.facets -> %s ? %s, false)"] * len(goods.values)
    values = [part for pair in goods.values for part in pair]
    return " OR ".join(["d.product_id = ANY(%s)", *ways]), [list(goods.products), *values]
