"""Reading request bodies: JSON in which every value can also be stored.

Refused with the pointer of the culprit: NUL and lone surrogates (PostgreSQL's text cannot hold them), numbers that
are infinite or beyond 64 bits, nesting that is too deep. Never changes a value.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from chassis.errors import DomainError, Problems
from chassis.web.problem import pointer

MAX_DEPTH = 32
MAX_INTEGER = 2**63 - 1


class UnstorableValue(DomainError):
    code, status, title = "unstorable_value", 400, "A value cannot be stored."


class StrictJSONParser(JSONParser):
    """REST framework's parser, followed by a look at every value."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """The parsed body. Raises ParseError for what is no JSON and Problems for values that cannot be kept."""
        try:
            parsed = super().parse(stream, media_type, parser_context)  # type: ignore[arg-type]
        except RecursionError:
            raise ParseError("The document is nested too deeply.") from None
        check_values(parsed)
        return parsed


def check_values(document: Any) -> None:
    """Raise Problems naming every value in a JSON-like document that could not be stored."""
    found: list[DomainError] = []
    stack: list[tuple[Any, tuple[str | int, ...]]] = [(document, ())]
    while stack:
        value, path = stack.pop()
        if reason := _fault(value, path):
            found.append(UnstorableValue(reason, field=pointer(*path)))
            if len(found) == 20:
                break
        elif isinstance(value, dict):
            for key, inner in value.items():
                if not storable_text(key):
                    found.append(UnstorableValue("A name holds a character that cannot be stored."))
                else:
                    stack.append((inner, (*path, key)))
        elif isinstance(value, list):
            stack.extend((inner, (*path, index)) for index, inner in enumerate(value))
    if found:
        raise Problems(found)


def storable_text(text: str) -> bool:
    """Whether PostgreSQL's text can hold it: no NUL, no half of a surrogate pair."""
    # Encoding is far quicker than a look at every character, and fails on exactly the lone surrogates.
    try:
        return b"\0" not in text.encode()
    except UnicodeEncodeError:
        return False


def _fault(value: Any, path: tuple[str | int, ...]) -> str:
    if len(path) > MAX_DEPTH:
        return f"Nested deeper than {MAX_DEPTH} levels."
    if isinstance(value, str) and not storable_text(value):
        return "The text holds NUL or half of a surrogate pair; remove it."
    if isinstance(value, int) and not -MAX_INTEGER <= value <= MAX_INTEGER:
        return "The number is beyond 64 bits; send it as text if it is an identifier."
    if isinstance(value, float) and not isfinite(value):
        return "The number is too large."
    return ""
