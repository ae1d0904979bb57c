"""Keeping what was found, in the strangler's own tables."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from chassis import clock
from chassis.unit_of_work import unit_of_work
from config.parity.comparing import Found, Outcome, shown
from strangler.parity import KEPT_COMPARISONS, Comparison, EntityCompared, FieldDifference

ALIAS, LABEL = "platform", "strangler"


def begin(source: str, *, mode: str) -> Comparison:
    """A comparison that is under way; the oldest of its source make room for it."""
    with unit_of_work(LABEL):
        comparison = Comparison.objects.create(source=source, mode=mode, started_at=clock.now())
        mine = Comparison.objects.filter(source=source).exclude(mode=Comparison.CONTINUOUS)
        kept = mine.order_by("-pk").values_list("pk", flat=True)[:KEPT_COMPARISONS]
        mine.exclude(pk__in=list(kept)).delete()
    return comparison


def keep(comparison: Comparison, outcome: Outcome, *, domain: str) -> None:
    """What an entity came to."""
    with unit_of_work(LABEL):
        compared = EntityCompared.objects.create(
            comparison=comparison, entity=outcome.entity, domain=domain, complete=outcome.complete,
            records=outcome.records, fields=outcome.fields, unexplained=outcome.unexplained,
            explained=dict(sorted(outcome.explained.items())), figures=figures(outcome), looked_at=clock.now(),
        )  # fmt: skip
        FieldDifference.objects.bulk_create(rows_of(compared, outcome.found))


def end(comparison: Comparison) -> None:
    """All entities have been looked at."""
    with unit_of_work(LABEL):
        comparison.finished_at = clock.now()
        comparison.save(update_fields=["finished_at"])


def rows_of(compared: EntityCompared, found: Iterable[Found]) -> list[FieldDifference]:
    """Differences as rows; both records stand with each, encrypted, since people are in them."""
    return [
        FieldDifference(
            compared=compared, key=one.difference.key, field=one.difference.field, reason=one.difference.reason,
            theirs=shown(one.difference.theirs), ours=shown(one.difference.ours),
            their_record=shown(one.theirs), our_record=shown(one.ours), seen_at=clock.now(),
        )
        for one in found
    ]  # fmt: skip


def figures(outcome: Outcome) -> list[dict[str, Any]]:
    """Sums of both sides by name, as JSON."""
    return [
        {"figure": name, "theirs": _text(theirs), "ours": _text(ours)}
        for name, (theirs, ours) in sorted(outcome.figures.items())
    ]


def _text(amount: Decimal) -> str:
    return f"{amount.normalize():f}" if amount else "0"


def differing(figures: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The sums that are not the same."""
    return [one for one in figures if one["theirs"] != one["ours"]]
