"""Magento's searchCriteria, read from a query string within bounds.

    searchCriteria[filter_groups][0][filters][0][field]=price & …[value]=20 & …[condition_type]=from
    searchCriteria[sortOrders][0][field]=name & …[direction]=ASC & searchCriteria[pageSize]=24 & …[currentPage]=1

Groups are joined by AND, the filters of a group by OR. Names may be written in both ways, as Magento reads them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from catalog.legacy.dialect.errors import NotHere, Refused

ROOT = "searchCriteria"
MOST_PARAMETERS, MOST_FILTERS, MOST_SORTS = 200, 30, 5
LONGEST_VALUE, MOST_VALUES = 1000, 500
# Magento gives all there is where no size is asked for; here nothing is unbounded.
LARGEST_PAGE, LAST_PAGE = 300, 1_000_000
CONDITIONS = frozenset({"eq", "neq", "in", "nin", "like", "nlike", "gt", "gteq", "lt", "lteq", "from", "to", "moreq"})
_PART = re.compile(r"\[([^\[\]]*)\]")
_NAMES = {
    "filterGroups": "filter_groups", "conditionType": "condition_type", "sortOrders": "sort_orders",
    "pageSize": "page_size", "currentPage": "current_page",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Filter:
    """One condition on a field."""

    field: str
    value: str
    condition: str

    @property
    def values(self) -> list[str]:
        """The values of a list of them."""
        return [part.strip() for part in self.value.split(",")]


@dataclass(frozen=True, kw_only=True)
class Sort:
    """A field to sort by."""

    field: str
    descending: bool


@dataclass(frozen=True, kw_only=True)
class Criteria:
    """What is searched for, and which page of it is wanted."""

    groups: tuple[tuple[Filter, ...], ...]
    sorts: tuple[Sort, ...]
    page_size: int
    page: int

    @property
    def told(self) -> dict[str, Any]:
        """As Magento repeats it in its answer."""
        found: dict[str, Any] = {
            "filter_groups": [
                {"filters": [{"field": f.field, "value": f.value, "condition_type": f.condition} for f in group]}
                for group in self.groups
            ]
        }
        if self.sorts:
            found["sort_orders"] = [
                {"field": s.field, "direction": "DESC" if s.descending else "ASC"} for s in self.sorts
            ]
        return found | {"page_size": self.page_size, "current_page": self.page}


def parameters(query: str) -> dict[str, str]:
    """The parameters of a query string by name, the last of each. Raises Refused for too many or unreadable ones."""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=MOST_PARAMETERS, errors="strict")
    except (ValueError, UnicodeDecodeError) as error:
        raise Refused(400, "The query string cannot be read.") from error
    found = dict(pairs)
    for name, value in found.items():
        if len(name) > LONGEST_VALUE or len(value) > 20 * LONGEST_VALUE or "\x00" in name + value:
            raise Refused(400, "The query string cannot be read.")
    return found


def read_criteria(query: str) -> Criteria:
    """The criteria of a query string. Raises Refused for what is malformed, NotHere for what is unknown here."""
    tree = _tree(parameters(query))
    groups = tuple(_group(group) for group in _list(tree.pop("filter_groups", {})))
    sorts = tuple(_sort(one) for one in _list(tree.pop("sort_orders", {})))
    size, page = _number(tree.pop("page_size", ""), "pageSize"), _number(tree.pop("current_page", "1"), "currentPage")
    if tree:
        raise NotHere("unknown parts of searchCriteria")
    if sum(len(group) for group in groups) > MOST_FILTERS or len(sorts) > MOST_SORTS:
        raise NotHere("more conditions than are looked at here")
    if size > LARGEST_PAGE or page > LAST_PAGE:
        raise NotHere("a larger page than is made here")
    return Criteria(groups=tuple(group for group in groups if group), sorts=sorts, page_size=size, page=page)


def _tree(found: Mapping[str, str]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for name, value in found.items():
        if name == ROOT and value in ("", "all"):
            continue
        parts = [_NAMES.get(part, part) for part in _PART.findall(name)]
        if name.split("[", 1)[0] not in (ROOT, "search_criteria") or not parts or len(parts) > 5:
            raise NotHere(f"the parameter {name[:80]}")
        place = tree
        for part in parts[:-1]:
            place = place.setdefault(part, {})
            if not isinstance(place, dict):
                raise Refused(400, "The query string cannot be read.")
        place[parts[-1]] = value
    return tree


def _list(value: Any) -> list[Any]:
    """The members of a list, which PHP knows by their numbers."""
    if not isinstance(value, dict):
        raise Refused(400, "The query string cannot be read.")
    try:
        return [value[key] for key in sorted(value, key=lambda key: int(key or 0))]
    except ValueError as error:
        raise NotHere("a list whose members have names") from error


def _group(value: Any) -> tuple[Filter, ...]:
    if not isinstance(value, dict) or set(value) - {"filters"}:
        raise Refused(400, "The query string cannot be read.")
    return tuple(_filter(one) for one in _list(value.get("filters", {})))


def _filter(value: Any) -> Filter:
    if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
        raise NotHere("a filter whose value is a list")
    if set(value) - {"field", "value", "condition_type"} or not value.get("field"):
        raise Refused(400, '"%fieldName" is required. Enter and try again.', {"fieldName": "field"})
    found = Filter(
        field=value["field"], value=value.get("value", ""), condition=(value.get("condition_type") or "eq").lower()
    )
    if found.condition not in CONDITIONS:
        raise NotHere(f"the condition {found.condition[:40]}")
    several = found.condition in ("in", "nin")
    if len(found.values if several else ()) > MOST_VALUES or (not several and len(found.value) > LONGEST_VALUE):
        raise NotHere("longer values than are looked at here")
    return found


def _sort(value: Any) -> Sort:
    if not isinstance(value, dict) or not isinstance(value.get("field", ""), str) or not value.get("field"):
        raise Refused(400, '"%fieldName" is required. Enter and try again.', {"fieldName": "field"})
    direction = str(value.get("direction", "DESC")).upper()
    if direction not in ("ASC", "DESC"):
        raise Refused(
            400, "The sort order has to be specified as ASC for ascending order or DESC for descending order."
        )
    return Sort(field=value["field"], descending=direction == "DESC")


def _number(given: Any, name: str) -> int:
    if given == "" and name == "pageSize":
        raise NotHere("a list without a size")
    if not isinstance(given, str) or not given.isascii() or not given.isdigit() or len(given) > 9 or int(given) < 1:
        message = 'The "%value" value\'s type is invalid. The "%type" type was expected. Verify and try again.'
        raise Refused(400, message, {"value": str(given)[:80], "type": "int"})
    return int(given)
