"""One spelling for a column's value, whether it comes from a snapshot or from the change stream.

| MySQL type            | Here                                                      |
|-----------------------|-----------------------------------------------------------|
| integers, YEAR, BIT   | int                                                       |
| DECIMAL               | str exactly as stored ("59.000000"), never a float        |
| FLOAT, DOUBLE         | float                                                     |
| DATE                  | "2024-02-29"                                              |
| DATETIME              | "2024-02-29T13:00:00", no zone: the column has none       |
| TIMESTAMP             | "2024-02-29T13:00:00Z": the session reads it as UTC       |
| zero or part-zero date| None: Magento's "no date" (the assessment counts them)    |
| character types       | str, blanks at the end kept                               |
| binary types          | base64 as str                                             |

All of it is JSON, so that a row can be an event's body as it is.
"""

from base64 import b64encode
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from pymysql.constants import FIELD_TYPE

Value = str | int | float | None
Row = dict[str, Value]

# Declared types that have one form in the binlog and another as text.
ONLY_THE_SERVER_KNOWS = frozenset(
    {"time", "uuid", "inet4", "inet6", "json", "vector", "geometry", "point", "linestring", "polygon", "multipoint",
     "multilinestring", "multipolygon", "geometrycollection", "geomcollection"}
)  # fmt: skip


def date_text(text: str) -> str | None:
    """A DATE; None for zero dates and for days that do not exist."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return None


def datetime_text(text: str) -> str | None:
    """A DATETIME without a zone; None for zero dates. Fractions of a second are kept when there are any."""
    try:
        return datetime.fromisoformat(text).isoformat()
    except ValueError:
        return None


def timestamp_text(text: str) -> str | None:
    """A TIMESTAMP of a session in UTC; None for the zero timestamp."""
    naive = datetime_text(text)
    return None if naive is None else f"{naive}Z"


def binary_text(value: str | bytes) -> str:
    """Character data as it is, binary data in base64."""
    return b64encode(value).decode() if isinstance(value, bytes) else value


def bit_number(value: str | bytes) -> int:
    """A BIT column as a number."""
    return int.from_bytes(value, "big") if isinstance(value, bytes) else int(value)


# What the driver calls with a field's text; a type that is missing here stays text.
DECODERS: dict[int, Callable[[Any], Value]] = {
    **dict.fromkeys(
        (FIELD_TYPE.TINY, FIELD_TYPE.SHORT, FIELD_TYPE.INT24, FIELD_TYPE.LONG, FIELD_TYPE.LONGLONG,
         FIELD_TYPE.YEAR), int,
    ),
    **dict.fromkeys((FIELD_TYPE.FLOAT, FIELD_TYPE.DOUBLE), float),
    FIELD_TYPE.DATE: date_text,
    FIELD_TYPE.DATETIME: datetime_text,
    FIELD_TYPE.TIMESTAMP: timestamp_text,
    FIELD_TYPE.BIT: bit_number,
    **dict.fromkeys(
        (FIELD_TYPE.BLOB, FIELD_TYPE.TINY_BLOB, FIELD_TYPE.MEDIUM_BLOB, FIELD_TYPE.LONG_BLOB,
         FIELD_TYPE.STRING, FIELD_TYPE.VAR_STRING, FIELD_TYPE.VARCHAR, FIELD_TYPE.GEOMETRY), binary_text,
    ),
}  # fmt: skip


def as_text(row: Row) -> dict[str, str | None]:
    """A row as an event carries it: every value as text, NULL as None."""
    return {column: None if value is None else str(value) for column, value in row.items()}
