"""Holding the records of an entity against each other, some hundred at a time."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from config.parity.facts import RECORD, Difference, Record, differences, plain
from config.parity.sides import Sides

CHUNK = 500
EXAMPLES = 20
KEPT = 1_000

Records = Mapping[str, Record]
Read = Callable[[Sides, Sequence[str]], Records]
Figures = Callable[[Record], Iterable[tuple[str, Decimal]]]


def _no_figures(record: Record) -> Iterable[tuple[str, Decimal]]:
    return ()


@dataclass(frozen=True)
class Entity:
    """What is compared: of which domain, which ids there are on either side, and how records are read.

    `figures` are what a record adds to sums that are compared when all have been: money by month, stock by source.
    """

    name: str
    domain: str
    keys_there: Callable[[Sides], Iterable[str]]
    keys_here: Callable[[Sides], Iterable[str]]
    there: Read
    here: Read
    figures: Figures = _no_figures

    def keys(self, sides: Sides) -> list[str]:
        """The ids of both sides, numbers in their order."""
        return sorted({*self.keys_there(sides), *self.keys_here(sides)}, key=lambda key: (len(key), key))


@dataclass(frozen=True, kw_only=True)
class Found:
    """A difference with both records, as they were read."""

    difference: Difference
    theirs: Record
    ours: Record


@dataclass
class Outcome:
    """What an entity came to. Of the explained differences some of each reason are kept, of the others nearly all."""

    entity: str
    records: int = 0
    fields: int = 0
    unexplained: int = 0
    explained: Counter[str] = field(default_factory=Counter)
    found: list[Found] = field(default_factory=list)
    figures: dict[str, list[Decimal]] = field(default_factory=dict)
    complete: bool = True

    def add(self, key: str, theirs: Record | None, ours: Record | None, differing: Iterable[Difference]) -> None:
        """Count a record and what of it differs."""
        self.records += 1
        self.fields += len((theirs or {}).keys() | (ours or {}).keys())
        for one in differing:
            seen = self.explained[one.reason] if one.reason else self.unexplained
            if seen < (EXAMPLES if one.reason else KEPT):
                self.found.append(Found(difference=one, theirs=theirs or {}, ours=ours or {}))
            if one.reason:
                self.explained[one.reason] += 1
            else:
                self.unexplained += 1

    def total(self, side: int, record: Record | None, figures: Figures) -> None:
        """Add a record's figures to a side's sums."""
        counted = {"records": Decimal(1)} if record is not None and plain(record.get(RECORD, True)) else {}
        for name, amount in (*counted.items(), *figures({} if record is None else record)):
            self.figures.setdefault(name, [Decimal(0), Decimal(0)])[side] += amount


def compare(
    sides: Sides, entity: Entity, keys: Sequence[str], *, patience: float = 0, complete: bool = True
) -> Outcome:
    """These records on both sides. What differs without a reason is looked at again after `patience` seconds.

    A shop at work is never at one moment on both sides; what is on its way then has come by the second look.
    """
    outcome = Outcome(entity=entity.name, complete=complete)
    doubtful: list[str] = []
    for key, theirs, ours in _pairs(sides, entity, keys):
        differing = list(differences(key, theirs, ours))
        if patience and any(not one.reason for one in differing):
            doubtful.append(key)
        else:
            _count(outcome, entity, key, theirs, ours, differing)
    if doubtful:
        time.sleep(patience)
    for key, theirs, ours in _pairs(sides, entity, doubtful):
        _count(outcome, entity, key, theirs, ours, differences(key, theirs, ours))
    return outcome


def _count(
    outcome: Outcome, entity: Entity, key: str, theirs: Record | None, ours: Record | None, found: Iterable[Difference]
) -> None:
    if theirs is not None or ours is not None:  # else it went meanwhile
        outcome.add(key, theirs, ours, found)
        outcome.total(0, theirs, entity.figures)
        outcome.total(1, ours, entity.figures)


def _pairs(sides: Sides, entity: Entity, keys: Sequence[str]) -> Iterator[tuple[str, Record | None, Record | None]]:
    for start in range(0, len(keys), CHUNK):
        some = keys[start : start + CHUNK]
        sides.look_anew()
        theirs, ours = entity.there(sides, some), entity.here(sides, some)
        for key in some:
            yield key, theirs.get(key), ours.get(key)


def shown(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, Mapping):
        return {str(name): shown(plain(one)) for name, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [shown(one) for one in value]
    return value if value is None or isinstance(value, bool | int | str) else str(value)
