"""Cursor pages: lists that grow without bound are read by keyset, never by offset.

A cursor is base64url of the sort key of the last row seen. It is opaque, not secret and not signed: it can only move
the start of a query whose filters stay the view's own. Every order ends in a unique column (`id` is
appended), and order columns must not be NULL. A page holds 20 rows unless `limit` says otherwise, 100 at most.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Field, Model, Q, QuerySet
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from chassis.errors import DomainError
from chassis.web.parsers import storable_text

DEFAULT_LIMIT = 20
MAX_LIMIT = 100
_MAX_CURSOR = 2000
M = TypeVar("M", bound=Model)


class BadCursor(DomainError):
    code, status, title = "bad_cursor", 400, "This cursor does not belong to this list; start without one."


class BadLimit(DomainError):
    code, status, title = "bad_limit", 400, "The page size is not allowed."


@dataclass(frozen=True)
class Page(Generic[M]):
    """Rows in order and the cursor behind the last one, None on the last page."""

    items: list[M]
    next: str | None


def keyset_page(
    rows: QuerySet[M], *, order: Sequence[str], cursor: str | None = None, limit: int = DEFAULT_LIMIT
) -> Page[M]:
    """The page of `rows` behind `cursor`, in `order` ("-created_at", "id"). Raises BadCursor."""
    keys = tuple(order) if any(key.lstrip("-") in ("id", "pk") for key in order) else (*order, "id")
    if cursor is not None:
        rows = rows.filter(_behind(keys, _decode(cursor, keys, rows.model)))
    found = list(rows.order_by(*keys)[: limit + 1])
    more = len(found) > limit
    items = found[:limit]
    return Page(items, _encode(keys, items[-1]) if more else None)


class CursorPages(BasePagination):
    """`keyset_page` for REST framework views: `?cursor=…&limit=…` in, `{"items": […], "next": …}` out.

    The order is the view's `page_order`, newest first by id without one: UUIDv7 rise with time.
    """

    default_limit = DEFAULT_LIMIT
    max_limit = MAX_LIMIT

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        page = keyset_page(
            queryset,
            order=getattr(view, "page_order", ("-id",)),
            cursor=request.query_params.get("cursor") or None,
            limit=limit_of(request, default=self.default_limit, maximum=self.max_limit),
        )
        self.next = page.next
        return page.items

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"items": data, "next": self.next})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        cursor = {"type": ["string", "null"], "description": "Send it as `cursor` for the next page; null at the end."}
        properties = {"items": schema, "next": cursor}
        return {"type": "object", "required": ["items", "next"], "properties": properties}

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        limit = {"type": "integer", "minimum": 1, "maximum": self.max_limit, "default": self.default_limit}
        text = f"Rows per page, {self.max_limit} at most."
        return [
            {
                "name": "cursor",
                "in": "query",
                "required": False,
                "description": "`next` of the page before.",
                "schema": {"type": "string"},
            },
            {"name": "limit", "in": "query", "required": False, "description": text, "schema": limit},
        ]


def page_of(
    view: Any, request: Request, rows: QuerySet[Any], serializer: type[BaseSerializer[Any]], **more: Any
) -> Response:
    """A page of `rows` as the answer of a view with `pagination_class` and `page_order`; `more` stands beside it."""
    pages = view.pagination_class()
    items = pages.paginate_queryset(rows, request, view=view)
    answer: Response = pages.get_paginated_response(serializer(items, many=True).data)
    answer.data.update(more)
    return answer


def limit_of(request: Request, *, default: int = DEFAULT_LIMIT, maximum: int = MAX_LIMIT) -> int:
    """`?limit=` of the request. Raises BadLimit outside of 1..maximum: clamping would silently shorten a list."""
    text = request.query_params.get("limit")
    if text is None:
        return default
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    if not 1 <= number <= maximum:
        raise BadLimit(f"limit must be a number from 1 to {maximum}.", maximum=maximum)
    return number


def _behind(keys: tuple[str, ...], values: list[Any]) -> Q:
    condition = Q()
    equal = Q()
    for key, value in zip(keys, values, strict=True):
        name, step = key.lstrip("-"), "lt" if key.startswith("-") else "gt"
        condition |= equal & Q(**{f"{name}__{step}": value})
        equal &= Q(**{name: value})
    # Implied by the rest, but PostgreSQL walks an index from here where it would not from the OR.
    first = keys[0]
    bound = Q(**{f"{first.lstrip('-')}__{'lte' if first.startswith('-') else 'gte'}": values[0]})
    return bound & condition


def _encode(keys: tuple[str, ...], row: Model) -> str:
    values: list[Any] = [_sort_name(keys)]
    for key in keys:
        value: Any = row
        for name in key.lstrip("-").split("__"):
            value = getattr(value, name)
        # In the JSON encoder a moment loses its microseconds, and with them rows of the same millisecond.
        values.append(value.isoformat() if hasattr(value, "isoformat") else value)
    text = json.dumps(values, cls=DjangoJSONEncoder, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decode(cursor: str, keys: tuple[str, ...], model: type[Model]) -> list[Any]:
    try:
        if len(cursor) > _MAX_CURSOR:
            raise ValueError("too long")
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        sort, *values = json.loads(raw)
        if sort != _sort_name(keys):
            raise ValueError("another order")
        return [_value(model, key, value) for key, value in zip(keys, values, strict=True)]
    except (ValueError, TypeError, RecursionError, binascii.Error, ValidationError, ArithmeticError):
        raise BadCursor() from None


def _value(model: type[Model], key: str, value: Any) -> Any:
    if value is None or isinstance(value, list | dict) or (isinstance(value, str) and not storable_text(value)):
        raise ValueError("not a sort key")
    field = _field(model, key.lstrip("-"))
    return value if field is None else field.to_python(value)


def _field(model: type[Model], path: str) -> Field[Any, Any] | None:
    field: Any = None
    try:
        for name in path.split("__"):
            field = model._meta.pk if name == "pk" else model._meta.get_field(name)
            model = getattr(field, "related_model", None) or model
    except FieldDoesNotExist:  # an annotation; the database checks its type
        return None
    return field if isinstance(field, Field) else None


def _sort_name(keys: tuple[str, ...]) -> str:
    # Of the order, not of the model: a cursor of another list of the same order only starts elsewhere.
    return hashlib.sha256(",".join(keys).encode()).hexdigest()[:8]
