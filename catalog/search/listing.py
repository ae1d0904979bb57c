"""Listings: a category's products or a search's hits with prices, stock, facets and pages."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

import msgspec
from django.db import connections
from django.http import QueryDict

from catalog.catalog import scopes
from catalog.catalog.errors import InvalidParameter
from catalog.catalog.queries import ViewFacts, cards
from catalog.search.engine import SORTS, Answer, Question
from catalog.search.fallback import Fallback
from catalog.search.queries import engine_of
from chassis.money import amount_text

PAGE = 24
MAX_PAGE = 96
MAX_DEPTH = 10_000
MAX_TEXT = 200
MAX_FACETS = 20


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Parameters of a listing, checked."""

    text: str
    sort: str
    page: int
    limit: int
    filters: Mapping[str, tuple[str, ...]]
    price_from: Decimal | None
    price_to: Decimal | None
    in_stock: bool


def asked(query: QueryDict, *, sorts: Sequence[str]) -> Asked:
    """Read the parameters; InvalidParameter names the one at fault."""
    filters: dict[str, tuple[str, ...]] = {}
    for name in query:
        if name.startswith("filter."):
            values = [value for part in query.getlist(name) for value in part.split(",") if value]
            if not values or len(values) > 50:
                raise InvalidParameter("A filter has 1 to 50 values.", field=f"/{name}")
            filters[name.removeprefix("filter.")] = tuple(dict.fromkeys(values))
    text = query.get("q", "").strip()
    for name, value in query.items():
        if "\0" in str(value) or "\0" in name:
            raise InvalidParameter("NUL is not text.", field=f"/{name.replace(chr(0), '')}")
    if len(text) > MAX_TEXT:
        raise InvalidParameter(f"q has at most {MAX_TEXT} characters.", field="/q")
    sort = query.get("sort", sorts[0])
    if sort not in sorts:
        raise InvalidParameter(f"sort must be one of {', '.join(sorts)}.", field="/sort")
    limit = _number(query, "limit", default=PAGE, most=MAX_PAGE)
    page = _number(query, "page", default=1, most=MAX_DEPTH)
    if cursor := query.get("cursor"):
        page = _page_of(cursor)
    if page * limit > MAX_DEPTH + limit:
        raise InvalidParameter(f"Only the first {MAX_DEPTH} can be paged through; filter instead.", field="/page")
    in_stock = query.get("in_stock", "false")
    if in_stock not in ("true", "false"):
        raise InvalidParameter("in_stock must be true or false.", field="/in_stock")
    return Asked(
        text=text,
        sort=sort,
        page=page,
        limit=limit,
        filters=filters,
        price_from=_amount(query, "price_from"),
        price_to=_amount(query, "price_to"),
        in_stock=in_stock == "true",
    )


def listing(view: ViewFacts, wanted: Asked, *, category: UUID | None = None) -> dict[str, Any]:
    """A page as JSON-ready data. Statements are fixed: attributes, options, cards, and an order by position."""
    attributes = _filterable(view)
    for code in wanted.filters:
        if code not in attributes:
            raise InvalidParameter(f"{code} is nothing to filter by.", field=f"/filter.{code}")
    by_position = wanted.sort == "position"
    question = Question(
        view=view.code,
        channel=view.channel,
        locale=view.locale,
        text=wanted.text,
        filters=wanted.filters,
        category=category,
        price_from=wanted.price_from,
        price_to=wanted.price_to,
        in_stock=wanted.in_stock,
        sort="relevance" if by_position else wanted.sort,
        facets=list(attributes)[:MAX_FACETS],
        offset=(wanted.page - 1) * wanted.limit,
        limit=wanted.limit,
        group=view.group,
    )
    answer = engine_of(view.code, locale=view.locale).search(question)
    ids = Fallback(view.code).by_position(question) if by_position else answer.ids
    more = wanted.page * wanted.limit < min(answer.total, MAX_DEPTH)
    return {
        "items": [msgspec.Raw(card) for card in cards(view, ids)],
        "total": answer.total,
        "page": wanted.page,
        "limit": wanted.limit,
        "next": _cursor(wanted.page + 1) if more else None,
        "facets": _facets(view, answer, attributes),
        "price": _range(view, answer),
        "corrected": answer.corrected,
    }


def _facets(view: ViewFacts, answer: Answer, attributes: Mapping[str, Mapping[str, str]]) -> list[dict[str, Any]]:
    counted = {code: counts for code, counts in answer.facets.items() if counts}
    labels = _option_labels(counted) if counted else {}
    facets = []
    for code, counts in counted.items():
        values = []
        for value, count in counts:
            position, texts, swatch = labels.get((code, value), (0, {}, ""))
            label = scopes.label(texts, view.scopes, default=value)
            values.append((position, {"value": value, "label": label, "count": count, "swatch": swatch}))
        values.sort(key=lambda pair: (pair[0], pair[1]["label"]))
        label = scopes.label(attributes[code], view.scopes, default=code)
        facets.append({"code": code, "label": label, "values": [value for _, value in values]})
    return facets


def _range(view: ViewFacts, answer: Answer) -> dict[str, str] | None:
    if answer.price_min is None or answer.price_max is None:
        return None
    least, most = (amount_text(a, view.currency) for a in (answer.price_min, answer.price_max))
    return {"currency": view.currency, "min": least, "max": most}


def _filterable(view: ViewFacts) -> dict[str, dict[str, str]]:
    with connections["catalog"].cursor() as cursor:
        cursor.execute("SELECT code, labels::text FROM catalog_attribute WHERE filterable ORDER BY position, code")
        return {code: msgspec.json.decode(labels) for code, labels in cursor.fetchall()}


def _option_labels(
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


def _number(query: QueryDict, name: str, *, default: int, most: int) -> int:
    text = query.get(name, "")
    if not text:
        return default
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0
    if not 1 <= number <= most:
        raise InvalidParameter(f"{name} must be a number from 1 to {most}.", field=f"/{name}")
    return number


def _amount(query: QueryDict, name: str) -> Decimal | None:
    text = query.get(name, "")
    if not text:
        return None
    try:
        amount = Decimal(text) if len(text) < 30 else Decimal("NaN")
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or not 0 <= amount < 10**12:
        raise InvalidParameter(f"{name} must be an amount from 0.", field=f"/{name}")
    return amount


def _cursor(page: int) -> str:
    return base64.urlsafe_b64encode(f"p{page}".encode()).decode().rstrip("=")


def _page_of(cursor: str) -> int:
    try:
        text = base64.urlsafe_b64decode(cursor[:40] + "=" * (-len(cursor[:40]) % 4)).decode("ascii")
    except (binascii.Error, ValueError):
        text = ""
    number = int(text[1:]) if text[:1] == "p" and text[1:].isdigit() and len(text) < 8 else 0
    if not 1 <= number <= MAX_DEPTH:
        raise InvalidParameter("This cursor does not belong to this list; start without one.", field="/cursor")
    return number


CATEGORY_SORTS = ("position", *SORTS[1:])
