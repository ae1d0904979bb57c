"""What is wrong with a zone or a method, in one sentence or none: commands refuse it, forms say it at the field."""

import re
from collections.abc import Sequence

from logistics.shipping.errors import BadCountry, BadPostcodes
from logistics.shipping.models import DELIVERY, PICKUP

MOST_DAYS = 365


def problem_of_countries(countries: object) -> str:
    """A list of ISO 3166-1 alpha-2 codes."""
    known = isinstance(countries, list | tuple) and all(re.fullmatch("[A-Z]{2}", str(code)) for code in countries)
    return "" if known else BadCountry.title


def problem_of_postcodes(postcodes: object, countries: Sequence[str]) -> str:
    """A list of the beginnings of postcodes, of countries that are named."""
    known = isinstance(postcodes, list | tuple) and all(
        isinstance(start, str) and re.fullmatch("[A-Z0-9-]{1,10}", start) for start in postcodes
    )
    return "" if known and (countries or not postcodes) else BadPostcodes.title


def problem_of_method(*, kind: str, has_source: bool, handling: int, least: int | None, most: int | None) -> str:
    """A pickup has its source, nothing else has; days are in order and not beyond a year."""
    if kind not in (DELIVERY, PICKUP):
        return f"A method is {DELIVERY} or {PICKUP}."
    if has_source != (kind == PICKUP):
        return "A pickup names the source where it is collected; a delivery names none."
    if (least is None) != (most is None):
        return "Give the least and the most days, or neither."
    if least is not None and most is not None and least > most:
        return "The least days are not more than the most."
    days = (handling, least or 0, most or 0)
    return "" if all(0 <= one <= MOST_DAYS for one in days) else f"Days are 0 to {MOST_DAYS}."
