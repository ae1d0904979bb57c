"""Holding two answers in Magento's dialect against each other, field by field."""

import json
import math
from collections.abc import Iterator
from typing import Any

from strangler.routing.known import UNORDERED

DIFFERS, MISSING, EXTRA = "differs", "missing here", "only here"
DEEPEST = 30
# Lists whose members have names: a difference is in one of them, and not in everything behind it.
NAMED = {"custom_attributes": "attribute_code", "items": "id"}
Found = tuple[str, str]
"""(place, what): `.extension_attributes.stock_item.qty`, `differs`."""


def differences(theirs: Any, ours: Any, place: str = "", depth: int = 0) -> Iterator[Found]:
    """Every place in which two decoded answers differ. Numbers are compared as numbers: PHP writes 34.0 as 34."""
    if depth > DEEPEST:
        return
    if isinstance(theirs, dict) and isinstance(ours, dict):
        yield from _of_objects(theirs, ours, place, depth)
    elif isinstance(theirs, list) and isinstance(ours, list):
        yield from _of_lists(theirs, ours, place, depth)
    elif not _equal(theirs, ours, place):
        yield place or ".", DIFFERS


def _of_objects(theirs: dict[str, Any], ours: dict[str, Any], place: str, depth: int) -> Iterator[Found]:
    for name in sorted(theirs.keys() | ours.keys()):
        inside = f"{place}.{name}"
        if name not in ours:
            yield inside, MISSING
        elif name not in theirs:
            yield inside, EXTRA
        else:
            yield from differences(theirs[name], ours[name], inside, depth + 1)


def _of_lists(theirs: list[Any], ours: list[Any], place: str, depth: int) -> Iterator[Found]:
    name = place.rsplit(".", 1)[-1]
    if (key := NAMED.get(name)) and all(isinstance(one, dict) and key in one for one in [*theirs, *ours]):
        pair = ({f"[{_label(name, one, key)}]": one for one in side} for side in (theirs, ours))
        mine, yours = next(pair), next(pair)
        yield from _members(mine, yours, place, depth)
        return
    if len(theirs) != len(ours):
        yield f"{place}[]", DIFFERS
        return
    if name in UNORDERED or (name == "value" and "category_ids" in place):
        theirs, ours = sorted(theirs, key=_canonical), sorted(ours, key=_canonical)
    for one, other in zip(theirs, ours, strict=True):
        yield from differences(one, other, f"{place}[]", depth + 1)


def _members(theirs: dict[str, Any], ours: dict[str, Any], place: str, depth: int) -> Iterator[Found]:
    for label in sorted(theirs.keys() | ours.keys()):
        inside = place + (label if "custom_attributes" in place else "[]")
        if label not in ours:
            yield inside, MISSING
        elif label not in theirs:
            yield inside, EXTRA
        else:
            yield from differences(theirs[label], ours[label], inside, depth + 1)


def _label(name: str, member: dict[str, Any], key: str) -> str:
    return str(member[key])[:100]


def _equal(theirs: Any, ours: Any, place: str) -> bool:
    if isinstance(theirs, bool) or isinstance(ours, bool):
        return theirs is ours
    if isinstance(theirs, int | float) and isinstance(ours, int | float):
        return math.isclose(theirs, ours, rel_tol=1e-12, abs_tol=1e-9)
    if place.endswith(".children") and isinstance(theirs, str) and isinstance(ours, str):
        return sorted(theirs.split(",")) == sorted(ours.split(","))
    return type(theirs) is type(ours) and bool(theirs == ours)


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
