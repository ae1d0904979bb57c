"""Listings: a category's products or a search's hits with prices, stock, facets and pages."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

import msgspec
from django.db import connections

from catalog.catalog.errors import InvalidParameter
from catalog.catalog.queries import ViewFacts, cards
from catalog.catalog.values import NUMBERS
from catalog.search import facets
from catalog.search.asking import MAX_DEPTH, Asked, cursor_of, ranges_of
from catalog.search.engine import POSITION, RELEVANCE, Question, attribute_of
from catalog.search.facets import Listed
from catalog.search.fallback import Fallback
from catalog.search.queries import answer
from catalog.search.ranges import Range
from catalog.search.steering.guidance import guidance_of
from catalog.search.words import normalised

MAX_FACETS = 20


def listing(view: ViewFacts, wanted: Asked, *, category: UUID | None = None) -> dict[str, Any]:
    """A page as JSON-ready data. Statements are fixed: attributes, options, cards, and an order by position."""
    attributes = _attributes()
    question = _steered(view, _question(view, wanted, attributes, category))
    by_position = POSITION in question.sort
    asked = replace(question, limit=0, sort=(RELEVANCE,)) if by_position else question
    found = answer(view.code, lambda engine: engine.search(asked), locale=view.locale)
    ids = Fallback(view.code).page(question, total=found.total) if by_position else found.ids
    more = wanted.page * wanted.limit < min(found.total, MAX_DEPTH)
    return {
        "items": [msgspec.Raw(card) for card in cards(view, ids)],
        "total": found.total,
        "page": wanted.page,
        "limit": wanted.limit,
        "next": cursor_of(wanted.page + 1) if more else None,
        "facets": facets.shown(view, found, attributes),
        "price": facets.prices(view, found),
        "sorts": facets.sorts(view, attributes),
        "corrected": found.corrected,
    }


def _question(view: ViewFacts, wanted: Asked, attributes: Mapping[str, Listed], category: UUID | None) -> Question:
    filters, ranges = _told_apart(wanted.filters, attributes)
    counted = [code for code, attribute in attributes.items() if attribute.filterable][:MAX_FACETS]
    return Question(
        view=view.code,
        channel=view.channel,
        locale=view.locale,
        text=wanted.text,
        filters=filters,
        ranges=ranges,
        category=category,
        price_from=wanted.price_from,
        price_to=wanted.price_to,
        prices=wanted.prices,
        in_stock=wanted.in_stock,
        sort=_sortable(wanted.sort, attributes),
        facets=[code for code in counted if attributes[code].kind not in NUMBERS],
        numbers={code: attributes[code].limits for code in counted if attributes[code].kind in NUMBERS},
        offset=(wanted.page - 1) * wanted.limit,
        limit=wanted.limit,
        group=view.group,
    )


def _steered(view: ViewFacts, question: Question) -> Question:
    """With what staff have to say: synonyms always, merchandising while the order is theirs or by relevance."""
    guidance = guidance_of(view)
    question = replace(question, concepts=guidance.concepts(question.text) if question.text else ())
    if question.sort[0] not in (RELEVANCE, POSITION):
        return question  # a shopper's own order is left alone
    steering = guidance.merchandising(query=normalised(question.text), category=question.category)
    return replace(question, pins=steering.pins, boosted=steering.boosted, buried=steering.buried)


def _sortable(keys: tuple[str, ...], attributes: Mapping[str, Listed]) -> tuple[str, ...]:
    for code in filter(None, map(attribute_of, keys)):
        if code not in attributes or not attributes[code].sortable:
            raise InvalidParameter(f"{code} is nothing to sort by.", field="/sort")
    return keys


def _told_apart(
    filters: Mapping[str, tuple[str, ...]], attributes: Mapping[str, Listed]
) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[Range, ...]]]:
    values: dict[str, tuple[str, ...]] = {}
    ranges: dict[str, tuple[Range, ...]] = {}
    for code, wanted in filters.items():
        if code not in attributes or not attributes[code].filterable:
            raise InvalidParameter(f"{code} is nothing to filter by.", field=f"/filter.{code}")
        if attributes[code].kind in NUMBERS and any(".." in value for value in wanted):
            ranges[code] = ranges_of(wanted, field=f"/filter.{code}")
        else:
            values[code] = wanted
    return values, ranges


def _attributes() -> dict[str, Listed]:
    with connections["catalog"].cursor() as cursor:
        cursor.execute(
            """SELECT code, kind, labels::text, unit, range_limits, filterable, sortable FROM catalog_attribute
               WHERE filterable OR sortable ORDER BY position, code"""
        )
        return {
            code: Listed(
                kind=kind,
                labels=msgspec.json.decode(labels),
                unit=unit,
                limits=tuple(sorted(limits)),
                filterable=filterable,
                sortable=sortable,
            )
            for code, kind, labels, unit, limits, filterable, sortable in cursor.fetchall()
        }
