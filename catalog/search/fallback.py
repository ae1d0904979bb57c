"""Search in PostgreSQL while no index answers: folded words, no stems, no typing errors."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connections

from catalog.catalog.queries import PRICE
from catalog.catalog.sorting import fold
from catalog.search import placing
from catalog.search.engine import FACET_SIZE, POSITION, RELEVANCE, Answer, Question, Suggestions, attribute_of
from catalog.search.fallback_conditions import IN_STOCK, NUMBER, Conditions, goods
from catalog.search.ranges import Range, between, limits_for

_CREATED = "(SELECT date_trunc('milliseconds', p.created_at) FROM catalog_product p WHERE p.id = d.product_id)"
_ORDERS = {
    RELEVANCE: "d.sort_key, d.product_id",
    POSITION: "e.position",
    "name": "d.sort_key, d.product_id",
    "-name": "d.sort_key DESC, d.product_id DESC",
    "price": "b.amount NULLS LAST",
    "-price": "b.amount DESC NULLS LAST",
    "newest": f"{_CREATED} DESC",
    "in_stock": f"{IN_STOCK} DESC",
}
_PLACE = "JOIN catalog_categoryentry e ON e.category_id = %s AND e.product_id = d.product_id"
_FROM = f"FROM catalog_productdocument d {PRICE}"


class Fallback:
    """Answers from the documents of one view."""

    def __init__(self, view: str) -> None:
        self.view = view

    def search(self, question: Question) -> Answer:
        """The same answer as the engine's for words as they are written."""
        (total,) = self._row("count(*)", Conditions(question))
        facets = {code: self._facet(question, code) for code in question.facets}
        ranges = {code: self._ranges(question, code, limits) for code, limits in question.numbers.items()}
        least = most = None
        prices: list[tuple[Range, int]] = []
        if question.facets or question.numbers:
            chosen_from = Conditions(question, priced=False)
            least, most = self._row("min(b.amount), max(b.amount)", chosen_from)
            prices = self._counts("b.amount", [], between(limits_for(least, most)), chosen_from)
        return Answer(
            ids=self.page(question, total=total) if question.limit else [],
            total=total,
            facets=facets,
            ranges={code: counts for code, counts in ranges.items() if counts},
            price_min=least,
            price_max=most,
            price_ranges=prices,
        )

    def suggest(self, text: str, *, limit: int) -> Suggestions:
        """Products whose words go on from what is typed."""
        words = re.findall(r"\w+", fold(text))
        if not words:
            return Suggestions(terms=[], ids=[])
        typed = " & ".join([*words[:-1], f"{words[-1]}:*"])
        with connections["catalog"].cursor() as cursor:
            cursor.execute(
                """SELECT product_id FROM catalog_productdocument
                   WHERE view = %s AND to_tsvector('simple', words) @@ to_tsquery('simple', %s)
                   ORDER BY sort_key LIMIT %s""",
                [self.view, typed, limit],
            )
            return Suggestions(terms=[], ids=[row[0] for row in cursor.fetchall()])

    def page(self, question: Question, *, total: int) -> list[UUID]:
        """A page in the question's order, also in that which staff gave a category; `total` is how many there are."""
        if not question.pins:
            return self._ordered(question, [], question.offset, question.limit)
        wanted = Conditions(question)
        with connections["catalog"].cursor() as cursor:
            cursor.execute(
                f"SELECT d.product_id {_FROM} WHERE {wanted} AND d.product_id = ANY(%s)",
                [question.group, *wanted.values, list(question.pins.values())],
            )
            matched = [id_ for (id_,) in cursor.fetchall()]

        def others(offset: int, limit: int) -> list[UUID]:
            return self._ordered(question, matched, offset, limit)

        placed = placing.places(question.pins, matched, total=total)
        return placing.page(placed, others, offset=question.offset, limit=question.limit)

    def _ordered(self, question: Question, but: Sequence[UUID], offset: int, limit: int) -> list[UUID]:
        entered = POSITION in question.keys
        wanted = Conditions(question, entered=entered)
        tiers, values = _tiers(question)
        keys = [*tiers, *map(_order, question.keys)]
        # By position alone the index of entries has the order: reading stops when the page is full. The planner must
        # see how full: a prepared statement with the limit as a parameter is planned for a tenth of all rows.
        last = ["e.product_id"] if question.keys[-1] == POSITION else []
        place, category = (_PLACE, [question.category]) if entered else ("", [])
        with connections["catalog"].cursor() as cursor:
            cursor.execute(
                f"""SELECT d.product_id FROM catalog_productdocument d {place} {PRICE}
                    WHERE {wanted} AND NOT d.product_id = ANY(%s)
                    ORDER BY {", ".join([*keys, *last])} LIMIT {limit:d} OFFSET {offset:d}""",
                [*category, question.group, *wanted.values, list(but), *values, *question.attributes],
            )
            return [row[0] for row in cursor.fetchall()]

    def _row(self, what: str, wanted: Conditions) -> tuple[Any, ...]:
        with connections["catalog"].cursor() as cursor:
            cursor.execute(f"SELECT {what} {_FROM} WHERE {wanted}", [wanted.question.group, *wanted.values])
            found: tuple[Any, ...] = cursor.fetchone()
        return found

    def _facet(self, question: Question, code: str) -> list[tuple[str, int]]:
        wanted = Conditions(question, but=code)
        with connections["catalog"].cursor() as cursor:
            cursor.execute(
                f"""SELECT value, count(*) {_FROM}
                    CROSS JOIN LATERAL jsonb_array_elements_text(coalesce(d.facets -> %s, '[]')) AS value
                    WHERE {wanted} GROUP BY value ORDER BY count(*) DESC, value LIMIT %s""",
                [question.group, code, *wanted.values, FACET_SIZE],
            )
            return [(value, count) for value, count in cursor.fetchall()]

    def _ranges(self, question: Question, code: str, limits: tuple[Decimal, ...]) -> list[tuple[Range, int]]:
        wanted = Conditions(question, but=code)
        if not limits:
            with connections["catalog"].cursor() as cursor:
                cursor.execute(
                    f"SELECT min({NUMBER}), max({NUMBER}) {_FROM} WHERE {wanted}",
                    [code, code, question.group, *wanted.values],
                )
                limits = limits_for(*cursor.fetchone())
        return self._counts(NUMBER, [code], between(limits), wanted)

    def _counts(
        self, column: str, named: Sequence[str], ranges: Sequence[Range], wanted: Conditions
    ) -> list[tuple[Range, int]]:
        if not ranges:
            return []
        limits = [range_.below for range_ in ranges[:-1]]
        with connections["catalog"].cursor() as cursor:
            cursor.execute(
                f"""SELECT width_bucket({column}, %s::numeric[]), count(*) {_FROM}
                    WHERE {wanted} GROUP BY 1""",
                [*named, limits, wanted.question.group, *wanted.values],
            )
            counts = dict(cursor.fetchall())
        return [(range_, counts[place]) for place, range_ in enumerate(ranges) if counts.get(place)]


def _order(key: str) -> str:
    if not attribute_of(key):
        return _ORDERS[key]
    return f'(d.sort_keys ->> %s) COLLATE "C" {"DESC" if key.startswith("-") else "ASC"} NULLS LAST'


def _tiers(question: Question) -> tuple[list[str], list[Any]]:
    """Boosted before and buried behind all others; what is both is neither."""
    if not question.boosted and not question.buried:
        return [], []
    (boosted, first), (buried, last) = goods(question.boosted), goods(question.buried)
    return [f"({buried})::int - ({boosted})::int"], [*last, *first]
