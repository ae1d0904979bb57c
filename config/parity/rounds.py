"""Comparing for ever: a slice of each entity every minute, round after round, in a process of its own.

A process and no job: jobs run in a domain's worker, which may read that domain's database and no other, and the roles
that read all are for commands composed here. All state is in the tables, so it may be killed at any moment and started
again; what it cannot read ends it, and who watches over processes starts it anew.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from chassis import clock
from chassis.unit_of_work import unit_of_work
from config.parity.comparing import EXAMPLES, Entity, Outcome, compare
from config.parity.results import figures, rows_of
from config.parity.sides import Sides
from strangler.parity import Comparison, EntityCompared


@dataclass
class Round:
    """One entity's way through its records: what is left of it behind the key `at`, as this process knows it.

    Sums are told when a round was begun and ended by one process.
    """

    entity: Entity
    at: str = ""
    keys: list[str] = field(default_factory=list)
    sums: dict[str, list[Decimal]] = field(default_factory=dict)
    whole: bool = False


def go_round(
    sides: Sides, entities: Sequence[Entity], *, every: float, size: int, patience: float, say: Callable[[str], object]
) -> None:
    """Look at a slice of each entity, wait, and again; never returns."""
    rounds = [Round(entity=entity) for entity in entities]
    while True:
        begun = time.monotonic()
        for one in rounds:
            compared = look(sides, one, size=size, patience=patience)
            say(f"… {one.entity.name} to {compared.last_key or 'the end'}: {compared.unexplained:,} without a reason")
        time.sleep(max(every - (time.monotonic() - begun), 0))


def look(sides: Sides, current: Round, *, size: int, patience: float = 0) -> EntityCompared:
    """Look at the next slice of an entity and keep what was found."""
    compared, now = _row(sides.name, current.entity), clock.now()
    began_at = compared.last_key
    if not current.keys or current.at != began_at:
        every_key = current.entity.keys(sides)
        left = [key for key in every_key if (len(key), key) > (len(began_at), began_at)] if began_at else every_key
        current.keys, current.whole, current.sums = left, not began_at, {}
    some, current.keys = current.keys[:size], current.keys[size:]
    outcome = compare(sides, current.entity, some, patience=patience, complete=False)
    for name, (theirs, ours) in outcome.figures.items():
        sums = current.sums.setdefault(name, [Decimal(0), Decimal(0)])
        sums[0], sums[1] = sums[0] + theirs, sums[1] + ours
    return _keep(compared, current, some, outcome, began_at=began_at, now=now)


def _row(source: str, entity: Entity) -> EntityCompared:
    with unit_of_work("strangler"):
        comparison, _ = Comparison.objects.get_or_create(
            source=source, mode=Comparison.CONTINUOUS, defaults={"started_at": clock.now()}
        )
        compared, _ = EntityCompared.objects.get_or_create(
            comparison=comparison, entity=entity.name,
            defaults={"domain": entity.domain, "complete": False, "looked_at": clock.now()},
        )  # fmt: skip
    return compared


def _keep(
    compared: EntityCompared, current: Round, some: Sequence[str], outcome: Outcome, *, began_at: str, now: datetime
) -> EntityCompared:
    """Write a slice, unless another process was faster with it."""
    with unit_of_work("strangler"):
        compared = EntityCompared.objects.select_for_update().get(pk=compared.pk)
        if compared.last_key != began_at:
            current.keys = []  # from there on, next time
            return compared
        if not began_at:
            compared.records, compared.fields, compared.explained, compared.round_began_at = 0, 0, {}, now
        _exchange(compared, some, outcome)
        compared.records += outcome.records
        compared.fields += outcome.fields
        compared.explained = dict(Counter(compared.explained) + outcome.explained)
        compared.looked_at, compared.last_key = now, some[-1] if current.keys else ""
        if not current.keys:
            _end_round(compared, current)
        compared.unexplained = compared.differences.filter(reason="").count()
        compared.save()
    current.at = compared.last_key
    return compared


def _exchange(compared: EntityCompared, some: Sequence[str], outcome: Outcome) -> None:
    """What was found of these records before gives way to what is found now."""
    compared.differences.filter(key__in=some).delete()
    kept = Counter(compared.differences.exclude(reason="").values_list("reason", flat=True))
    new = []
    for one in outcome.found:
        reason = one.difference.reason
        kept[reason] += 1
        if not reason or kept[reason] <= EXAMPLES:
            new.append(one)
    compared.differences.bulk_create(rows_of(compared, new))


def _end_round(compared: EntityCompared, current: Round) -> None:
    """All has been looked at; what was found of records that are on neither side any more is over."""
    compared.differences.filter(seen_at__lt=compared.round_began_at).delete()
    compared.round_ended_at = compared.looked_at
    if current.whole:
        compared.figures = figures(Outcome(entity=current.entity.name, figures=current.sums))
