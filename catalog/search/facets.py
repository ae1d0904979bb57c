"""What was counted as a storefront shows it: labels in the view's language, options in their order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import msgspec
from django.db import connections

from catalog.catalog.queries import ViewFacts
from catalog.product import scopes
from catalog.search.engine import ATTRIBUTE, Answer
from catalog.search.ranges import Range
from chassis.money import amount_text


@dataclass(frozen=True, kw_only=True)
class Listed:
    """An attribute to filter or sort by; `limits` are where staff want the ranges of a number to begin."""

    kind: str
    labels: Mapping[str, str]
    unit: str
    limits: tuple[Decimal, ...]
    filterable: bool
    sortable: bool


def shown(view: ViewFacts, answer: Answer, attributes: Mapping[str, Listed]) -> list[dict[str, Any]]:
    """Facets that hold something, in the order of their attributes. A value is what its filter takes."""
    counted = {code: counts for code, counts in answer.facets.items() if counts}
    options = _options(counted) if counted else {}
    found = []
    for code, attribute in attributes.items():
        if code in counted:
            values = _values(view, code, counted[code], options)
        elif answer.ranges.get(code):
            values = [_range(range_, count, attribute.unit) for range_, count in answer.ranges[code]]
        else:
            continue
        label = scopes.label(attribute.labels, view.scopes, default=code)
        found.append({"code": code, "label": label, "values": values})
    return found


def sorts(view: ViewFacts, attributes: Mapping[str, Listed]) -> list[dict[str, str]]:
    """The attributes that a listing can be sorted by, as its parameter takes them."""
    return [
        {"key": f"{ATTRIBUTE}{code}", "label": scopes.label(attribute.labels, view.scopes, default=code)}
        for code, attribute in attributes.items()
        if attribute.sortable
    ]


def prices(view: ViewFacts, answer: Answer) -> dict[str, Any] | None:
    """The prices that can be chosen from, as they are shown, and in ranges."""
    if answer.price_min is None or answer.price_max is None:
        return None
    least, most = (amount_text(a, view.currency) for a in (answer.price_min, answer.price_max))
    ranges = [_range(range_, count, view.currency) for range_, count in answer.price_ranges]
    return {"currency": view.currency, "min": least, "max": most, "ranges": ranges}


def _range(range_: Range, count: int, unit: str) -> dict[str, Any]:
    return {"value": str(range_), "label": range_.label(unit), "count": count, "swatch": ""}


def _values(
    view: ViewFacts,
    code: str,
    counts: Sequence[tuple[str, int]],
    options: Mapping[tuple[str, str], tuple[int, dict[str, str], str]],
) -> list[dict[str, Any]]:
    values = []
    for value, count in counts:
        position, texts, swatch = options.get((code, value), (0, {}, ""))
        label = scopes.label(texts, view.scopes, default=value)
        values.append((position, {"value": value, "label": label, "count": count, "swatch": swatch}))
    values.sort(key=lambda pair: (pair[0], pair[1]["label"]))
    return [value for _, value in values]


def _options(
    counted: Mapping[str, Sequence[tuple[str, int]]],
) -> dict[tuple[str, str], tuple[int, dict[str, str], str]]:
    """Position, labels and swatch of the options that were counted, and of no others."""
    pairs = [(code, value) for code, counts in counted.items() for value, _ in counts]
    with connections["catalog"].cursor() as cursor:
        cursor.execute(
            """SELECT a.code, o.code, o.position, o.labels::text, o.swatch
               FROM unnest(%s::text[], %s::text[]) AS named(attribute, option)
               JOIN catalog_attribute a ON a.code = named.attribute
               JOIN catalog_attributeoption o ON o.attribute_id = a.id AND o.code = named.option""",
            [[code for code, _ in pairs], [value for _, value in pairs]],
        )
        return {
            (attribute, option): (position, msgspec.json.decode(labels), swatch)
            for attribute, option, position, labels, swatch in cursor.fetchall()
        }
