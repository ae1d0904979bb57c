"""Search in PostgreSQL while a view's index is being built: folded words, no stems, no typing errors."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db import connections

from catalog.catalog.queries import PRICE
from catalog.catalog.sorting import fold, sku_key
from catalog.search.engine import FACET_SIZE, Answer, Question, Suggestions

_ORDERS = {
    "relevance": "d.sort_key, d.product_id",
    "name": "d.sort_key, d.product_id",
    "-name": "d.sort_key DESC, d.product_id DESC",
    "price": "b.amount NULLS LAST, d.product_id",
    "-price": "b.amount DESC NULLS LAST, d.product_id",
    "newest": "d.product_id DESC",
}
_FROM = f"FROM catalog_productdocument d {PRICE}"
_IN_STOCK = """(d.always_available OR EXISTS (SELECT 1 FROM catalog_availability a
WHERE a.channel = d.channel AND a.sku_key = ANY(d.sku_keys) AND a.in_stock))"""


class Fallback:
    """Answers from the documents of one view."""

    def __init__(self, view: str) -> None:
        self.view = view

    def search(self, question: Question) -> Answer:
        """The same answer as the engine's for words as they are written."""
        where, values = _where(self.view, question)
        with connections["catalog"].cursor() as cursor:
            cursor.execute(
                f"""SELECT d.product_id, count(*) OVER (), min(b.amount) OVER (), max(b.amount) OVER ()
                    {_FROM} WHERE {where} ORDER BY {_ORDERS[question.sort]} LIMIT %s OFFSET %s""",
                [question.group, *values, question.limit, question.offset],
            )
            rows = cursor.fetchall()
        if not rows and question.offset:
            # Behind the last page no row carries the totals.
            return replace(self.search(replace(question, offset=0, limit=1)), ids=[])
        facets = {code: self._facet(question, code) for code in question.facets}
        total, least, most = rows[0][1:] if rows else (0, None, None)
        return Answer(ids=[row[0] for row in rows], total=total, facets=facets, price_min=least, price_max=most)

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

    def by_position(self, question: Question) -> list[UUID]:
        """A page of a category in the order that staff gave it; stops reading when the page is full."""
        where, values = _where(self.view, question)
        with connections["catalog"].cursor() as cursor:
            cursor.execute(
                f"""SELECT e.product_id FROM catalog_categoryentry e
                    JOIN catalog_productdocument d ON d.product_id = e.product_id
                    {PRICE}
                    WHERE e.category_id = %s AND {where}
                    ORDER BY e.position, e.product_id LIMIT %s OFFSET %s""",
                [question.group, question.category, *values, question.limit, question.offset],
            )
            return [row[0] for row in cursor.fetchall()]

    def _facet(self, question: Question, code: str) -> list[tuple[str, int]]:
        others = {name: values for name, values in question.filters.items() if name != code}
        where, values = _where(self.view, question, filters=others)
        with connections["catalog"].cursor() as cursor:
            cursor.execute(
                f"""SELECT value, count(*) {_FROM}
                    CROSS JOIN LATERAL jsonb_array_elements_text(coalesce(d.facets -> %s, '[]')) AS value
                    WHERE {where} GROUP BY value ORDER BY count(*) DESC, value LIMIT %s""",
                [question.group, code, *values, FACET_SIZE],
            )
            return [(value, count) for value, count in cursor.fetchall()]


def _where(
    view: str, question: Question, *, filters: Mapping[str, tuple[str, ...]] | None = None
) -> tuple[str, list[Any]]:
    parts: list[str] = ["d.view = %s"]
    values: list[Any] = [view]
    if question.text:
        parts.append("(to_tsvector('simple', d.words) @@ plainto_tsquery('simple', %s) OR d.sku_keys @> ARRAY[%s])")
        values += [fold(question.text), sku_key(question.text)]
    if question.category is not None:
        parts.append("d.categories @> ARRAY[%s]::uuid[]")
        values.append(question.category)
    for code, wanted in (question.filters if filters is None else filters).items():
        parts.append("d.facets -> %s ?| %s")
        values += [code, list(wanted)]
    if question.price_from is not None:
        parts.append("b.amount >= %s")
        values.append(question.price_from)
    if question.price_to is not None:
        parts.append("b.amount <= %s")
        values.append(question.price_to)
    if question.in_stock:
        parts.append(_IN_STOCK)
    return " AND ".join(parts), values
