"""The strategies: each puts a channel's sources into an order and says of each why it stands there.

A new one is a class with these two members and a row in `STRATEGIES`; it asks no database.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from logistics.sourcing.covering import cover

PRIORITY, NEAREST, FEWEST, CHEAPEST = "priority", "nearest", "fewest_shipments", "cheapest"
ZERO = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A source that a channel sells from, as it was just before the claim.

    `free`: units per SKU. `distance`: kilometres to the destination. `cost`: of a parcel there. None is unknown.
    """

    source: UUID
    code: str
    priority: int
    free: Mapping[str, Decimal] = field(default_factory=dict)
    distance: float | None = None
    cost: Decimal | None = None


Ranked = list[tuple[Candidate, str]]
"""Sources, the first to be asked first, each with the reason for its place."""


class Strategy(Protocol):
    title: str

    def rank(self, wanted: Mapping[str, Decimal], candidates: Sequence[Candidate]) -> Ranked: ...


def _by_priority(candidate: Candidate) -> tuple[int, str]:
    return (candidate.priority, candidate.code)


class Priority:
    """As staff have put them."""

    title = "by priority"

    def rank(self, wanted: Mapping[str, Decimal], candidates: Sequence[Candidate]) -> Ranked:
        return [(one, f"priority {one.priority}") for one in sorted(candidates, key=_by_priority)]


class Nearest:
    """The least distance first; what is at an unknown distance comes last."""

    title = "nearest first"

    def rank(self, wanted: Mapping[str, Decimal], candidates: Sequence[Candidate]) -> Ranked:
        far = float("inf")
        order = sorted(candidates, key=lambda one: (far if one.distance is None else one.distance, *_by_priority(one)))
        return [(one, "distance unknown" if one.distance is None else f"{one.distance:.0f} km away") for one in order]


class FewestShipments:
    """The smallest set of sources that serves as much as all of them could."""

    title = "fewest shipments"

    def rank(self, wanted: Mapping[str, Decimal], candidates: Sequence[Candidate]) -> Ranked:
        order = sorted(candidates, key=_by_priority)
        chosen = cover(wanted, [one.free for one in order], [Decimal(1)] * len(order))
        several = f"one of {len(chosen)} sources that" if len(chosen) > 1 else "alone"
        serve = "serve" if len(chosen) > 1 else "serves"
        first = [(order[at], f"{several} {serve} what can be had") for at in chosen]
        return first + [(one, "not needed for it") for at, one in enumerate(order) if at not in chosen]


class Cheapest:
    """The set of sources whose parcels cost least together; a source without a known cost is the dearest."""

    title = "cheapest"
    unknown = Decimal(10) ** 9

    def rank(self, wanted: Mapping[str, Decimal], candidates: Sequence[Candidate]) -> Ranked:
        order = sorted(candidates, key=lambda one: (self._cost(one), *_by_priority(one)))
        chosen = cover(wanted, [one.free for one in order], [self._cost(one) for one in order])
        others = [at for at in range(len(order)) if at not in chosen]
        return [(order[at], self._why(order[at])) for at in (*chosen, *others)]

    def _cost(self, one: Candidate) -> Decimal:
        return self.unknown if one.cost is None else one.cost

    def _why(self, one: Candidate) -> str:
        return "a parcel's cost is unknown" if one.cost is None else f"a parcel costs {one.cost.normalize():f}"


STRATEGIES: dict[str, Strategy] = {
    PRIORITY: Priority(),
    NEAREST: Nearest(),
    FEWEST: FewestShipments(),
    CHEAPEST: Cheapest(),
}
