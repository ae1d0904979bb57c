"""Numbers in rules: decimals within bounds, read from JSON's text or number and written as text. Pure."""

from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from catalog.promotion.errors import InvalidRule

LIMIT = Decimal(10**12)
PLACES = 6


class Number(Decimal):
    """Any number that a price or a quantity could be compared with."""

    least, most = -LIMIT, LIMIT


class Amount(Number):
    """Nothing or more, of money or of units."""

    least = Decimal(0)


class Percent(Amount):
    most = Decimal(100)


def converted(data: Any, kind: Any, *, field: str) -> Any:
    """JSON as typed nodes. Raises InvalidRule, which says where and what."""
    try:
        return msgspec.convert(data, kind, dec_hook=_number)
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at `$")
        where = where.rstrip("`").replace("[", "/").replace("]", "").replace(".", "/")
        raise InvalidRule(f"{what}.", field=f"{field}{where}") from None
    except RecursionError:
        raise InvalidRule("This is nested too deep.", field=field) from None


def as_data(node: Any) -> Any:
    """The JSON form."""
    return msgspec.to_builtins(node, enc_hook=lambda number: f"{number:f}")


def _number(kind: type[Number], value: Any) -> Number:
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise ValueError("Expected a number")
    try:
        number = kind(str(value))
    except InvalidOperation:
        raise ValueError("Expected a number") from None
    if not number.is_finite() or not kind.least <= number <= kind.most:
        raise ValueError(f"Expected a number from {kind.least:f} to {kind.most:f}")
    if number != round(number, PLACES):
        raise ValueError(f"Expected a number of at most {PLACES} decimals")
    return number
