"""A row of the binlog, as the library reads it, spelled as a snapshot would (see `strangler.values`).

The library gives TIMESTAMP and DATETIME alike as naive datetimes (a TIMESTAMP is in UTC), a zero TIMESTAMP as the
beginning of 1970, BIT as a text of digits, SET without order, and BINARY without the zeros at its end. A type that only
the server can spell (`strangler.values`) is left as it is: such a row is read again from the source.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from pymysqlreplication.constants import FIELD_TYPE, NONE_SOURCE

from strangler.values import Row, Value, binary_text

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  what the library gives has no zone


def spelled(values: dict[str, Any], columns: Sequence[Any], nothing: dict[str, str]) -> Row:
    """The row. `columns` are the library's, `nothing` says where a None comes from."""
    row: Row = {}
    for column in columns:
        value = values[column.name]
        if value is None:
            row[column.name] = "" if nothing.get(column.name) == NONE_SOURCE.EMPTY_SET else None
        else:
            speller = _SPELLERS.get(column.type)
            row[column.name] = speller(value, column) if speller else value
    return row


def _decimal(value: Decimal, _: Any) -> Value:
    return f"{value:f}"


def _float(value: float, _: Any) -> Value:
    return float(f"{value:.6g}")  # what the server shows of four bytes


def _date(value: date, _: Any) -> Value:
    return value.isoformat()


def _timestamp(value: datetime, _: Any) -> Value:
    if value == _EPOCH:
        return None
    if value < _EPOCH:  # read as signed; MariaDB 11.5 goes on until 2106
        value += timedelta(seconds=2**32)
    return f"{value.isoformat()}Z"


def _year(value: int, _: Any) -> Value:
    return 0 if value == 1900 else value  # years are counted from it, and there is no such year


def _bit(value: str, _: Any) -> Value:
    return int(value, 2)


def _set(value: set[str], column: Any) -> Value:
    return ",".join(one for one in column.set_values if one in value)


def _characters(value: str | bytes, _: Any) -> Value:
    return binary_text(value)


def _fixed(value: str | bytes, column: Any) -> Value:
    if column.character_set_name != "binary":
        return binary_text(value)
    raw = value if isinstance(value, bytes) else b""  # of nothing but zeros an empty text is left
    return binary_text(raw.ljust(column.max_length, b"\0"))


_SPELLERS: dict[int, Callable[[Any, Any], Value]] = {
    FIELD_TYPE.NEWDECIMAL: _decimal,
    FIELD_TYPE.FLOAT: _float,
    FIELD_TYPE.DATE: _date,
    **dict.fromkeys((FIELD_TYPE.DATETIME, FIELD_TYPE.DATETIME2), _date),
    **dict.fromkeys((FIELD_TYPE.TIMESTAMP, FIELD_TYPE.TIMESTAMP2), _timestamp),
    FIELD_TYPE.YEAR: _year,
    FIELD_TYPE.BIT: _bit,
    FIELD_TYPE.SET: _set,
    **dict.fromkeys((FIELD_TYPE.BLOB, FIELD_TYPE.VARCHAR, FIELD_TYPE.VAR_STRING), _characters),
    FIELD_TYPE.STRING: _fixed,
}
