"""What a field is on either side, and which differences have a reason.

A reason never excuses a field as such: it names the value that the other side has where it holds. So a field that is
known to differ is still found when it differs in another way.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

RECORD = "record"
"""The field that says whether there is a record at all."""

Record = Mapping[str, Any]
"""A thing's fields by name; a value is a Fact where something else may stand in its place. None is nothing."""


@dataclass(frozen=True)
class Fact:
    """A value, and by reason what the other side may have in its place."""

    value: Any
    otherwise: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Such:
    """Stands for every value that `holds`; for reasons that leave a choice."""

    holds: Callable[[Any], bool]


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A field that is not on one side what it is on the other; without a reason it is a defect of somebody."""

    key: str
    field: str
    theirs: Any
    ours: Any
    reason: str = ""


def fact(value: Any, otherwise: Mapping[str, Any]) -> Any:
    """The value alone where nothing else could stand for it."""
    left = {reason: other for reason, other in otherwise.items() if isinstance(other, Such) or other != value}
    return Fact(value, left) if left else value


def plain(value: Any) -> Any:
    """What a record's entry is, without its reasons."""
    return value.value if isinstance(value, Fact) else value


def differences(key: str, theirs: Record | None, ours: Record | None) -> Iterator[Difference]:
    """Every field in which the two are not the same."""
    if theirs is None or ours is None:
        there = None if theirs is None else theirs.get(RECORD, True)
        here = None if ours is None else ours.get(RECORD, True)
        yield from _differing(key, RECORD, there, here)
        return
    for name in sorted(theirs.keys() | ours.keys()):
        if name != RECORD:
            yield from _differing(key, name, theirs.get(name), ours.get(name))


def _differing(key: str, name: str, there: Any, here: Any) -> Iterator[Difference]:
    theirs, ours = plain(there), plain(here)
    if theirs != ours:
        reason = _reason(there, ours) or _reason(here, theirs)
        yield Difference(key=key, field=name, theirs=theirs, ours=ours, reason=reason)


def _reason(said: Any, other: Any) -> str:
    """The reason for which the other side has this value."""
    for reason, allowed in said.otherwise.items() if isinstance(said, Fact) else ():
        if allowed.holds(other) if isinstance(allowed, Such) else allowed == other:
            return str(reason)
    return ""
