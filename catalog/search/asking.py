"""The parameters of a listing, checked: what is wrong is an InvalidParameter that names the one at fault."""

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from django.http import QueryDict

from catalog.catalog.errors import InvalidParameter
from catalog.search.engine import ATTRIBUTE, RELEVANCE, SORTS
from catalog.search.ranges import Range, read

PAGE = 24
MAX_PAGE = 96
MAX_DEPTH = 10_000
MAX_TEXT = 200
MAX_KEYS = 4
CATEGORY_SORTS = ("position", *SORTS[1:])
BY_ATTRIBUTE = r"-?attribute\.[A-Za-z0-9_]{1,100}"
_BY_ATTRIBUTE = re.compile(BY_ATTRIBUTE)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Parameters of a listing. `filters` are as they were written; which are ranges, their attributes decide."""

    text: str
    sort: tuple[str, ...]
    page: int
    limit: int
    filters: Mapping[str, tuple[str, ...]]
    price_from: Decimal | None
    price_to: Decimal | None
    in_stock: bool
    prices: tuple[Range, ...] = field(default=())


def asked(query: QueryDict, *, sorts: Sequence[str]) -> Asked:
    """Read the parameters."""
    for name, value in query.items():
        if "\0" in str(value) or "\0" in name:
            raise InvalidParameter("NUL is not text.", field=f"/{name.replace(chr(0), '')}")
    text = query.get("q", "").strip()
    if len(text) > MAX_TEXT:
        raise InvalidParameter(f"q has at most {MAX_TEXT} characters.", field="/q")
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
        sort=_sort(query, sorts),
        page=page,
        limit=limit,
        filters=_filters(query),
        price_from=_amount(query, "price_from"),
        price_to=_amount(query, "price_to"),
        in_stock=in_stock == "true",
        prices=ranges_of(_parts(query.getlist("price")), field="/price"),
    )


def cursor_of(page: int) -> str:
    """What names a page in `next`."""
    return base64.urlsafe_b64encode(f"p{page}".encode()).decode().rstrip("=")


def ranges_of(values: Sequence[str], *, field: str) -> tuple[Range, ...]:
    """Ranges as they are written: 10..20, ..10, 20.. ."""
    found = [(value, read(value)) for value in values]
    for value, range_ in found:
        if range_ is None:
            raise InvalidParameter(f"{value[:40]} is no range such as 10..20, ..10 or 20.. .", field=field)
    return tuple(range_ for _, range_ in found if range_ is not None)


def _filters(query: QueryDict) -> dict[str, tuple[str, ...]]:
    filters: dict[str, tuple[str, ...]] = {}
    for name in query:
        if name.startswith("filter."):
            values = _parts(query.getlist(name))
            if not values or len(values) > 50:
                raise InvalidParameter("A filter has 1 to 50 values.", field=f"/{name}")
            filters[name.removeprefix("filter.")] = tuple(dict.fromkeys(values))
    return filters


def _parts(texts: Sequence[str]) -> list[str]:
    return [value for part in texts for value in part.split(",") if value]


def _sort(query: QueryDict, sorts: Sequence[str]) -> tuple[str, ...]:
    keys = tuple(",".join(query.getlist("sort")).split(",")) if "sort" in query else (sorts[0],)
    if unknown := [key for key in keys if key not in sorts and not _BY_ATTRIBUTE.fullmatch(key)]:
        known = ", ".join((*sorts, f"{ATTRIBUTE}<code>"))
        raise InvalidParameter(f"sort must be of {known}, not {unknown[0][:40]}.", field="/sort")
    if len(keys) > MAX_KEYS or len({key.lstrip("-") for key in keys}) < len(keys):
        raise InvalidParameter(f"sort has at most {MAX_KEYS} different keys.", field="/sort")
    if RELEVANCE in keys and len(keys) > 1:
        raise InvalidParameter("No two products are equally relevant: sort by relevance alone.", field="/sort")
    return keys


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


def _page_of(cursor: str) -> int:
    try:
        text = base64.urlsafe_b64decode(cursor[:40] + "=" * (-len(cursor[:40]) % 4)).decode("ascii")
    except (binascii.Error, ValueError):
        text = ""
    number = int(text[1:]) if text[:1] == "p" and text[1:].isdigit() and len(text) < 8 else 0
    if not 1 <= number <= MAX_DEPTH:
        raise InvalidParameter("This cursor does not belong to this list; start without one.", field="/cursor")
    return number
