"""Typed attribute values: what each kind takes, and how it is stored as JSON.

text, rich_text: text. number: whole number. decimal: a number as text, never a float. boolean. date: ISO 8601.
select: an option's code. multi_select: a list of option codes.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from catalog.catalog.errors import InvalidValue

MAX_TEXT = 100_000
CHOICES = ("select", "multi_select")
NUMBERS = ("number", "decimal")
# Kinds whose values come one before the other; of a select in the order of its options.
SORTABLE = ("text", *NUMBERS, "boolean", "date", "select")


def _text(value: Any, _: Collection[str]) -> str:
    if not isinstance(value, str) or "\0" in value or len(value) > MAX_TEXT:
        raise ValueError(f"must be text of at most {MAX_TEXT} characters")
    return value


def _number(value: Any, _: Collection[str]) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 2**63:
        raise ValueError("must be a whole number")
    return value


def _decimal(value: Any, _: Collection[str]) -> str:
    if isinstance(value, bool | float):
        raise ValueError("must be a decimal number as text")
    try:
        number = Decimal(value)
    except (InvalidOperation, TypeError, ValueError):
        raise ValueError("must be a decimal number as text") from None
    if not number.is_finite() or abs(number) >= 10**14:
        raise ValueError("must be a number below 10^14")
    return f"{number:f}"


def _boolean(value: Any, _: Collection[str]) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def _date(value: Any, _: Collection[str]) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if not isinstance(value, str):
        raise ValueError("must be a date")
    return date.fromisoformat(value).isoformat()


def _select(value: Any, options: Collection[str]) -> str:
    if not isinstance(value, str) or value not in options:
        raise ValueError("must be the code of one of its options")
    return value


def _multi_select(value: Any, options: Collection[str]) -> list[str]:
    if isinstance(value, str) or not isinstance(value, list | tuple) or not all(v in options for v in value):
        raise ValueError("must be a list of codes of its options")
    return list(dict.fromkeys(value))


KINDS: Mapping[str, Callable[[Any, Collection[str]], Any]] = {
    "text": _text,
    "rich_text": _text,
    "number": _number,
    "decimal": _decimal,
    "boolean": _boolean,
    "date": _date,
    "select": _select,
    "multi_select": _multi_select,
}


def checked(value: Any, *, attribute: str, kind: str, options: Collection[str], field: str) -> Any:
    """The value as it is stored, None for nothing; InvalidValue for one that does not fit."""
    if value is None:
        return None
    try:
        return KINDS[kind](value, options)
    except ValueError as error:
        raise InvalidValue(f"{attribute} {error}.", field=field) from None
