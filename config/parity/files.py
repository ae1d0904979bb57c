"""A comparison as text for people, as JSON for all else, and its differences as CSV."""

import csv
import io
import json
from collections.abc import Iterator, Sequence

from config.parity.comparing import Outcome, shown
from config.parity.results import differing, figures

EXAMPLES = 20


def as_text(outcomes: Sequence[Outcome]) -> str:
    """What each entity came to; of what has no reason the first few by name."""
    return "\n".join(line for outcome in outcomes for line in _lines(outcome)) + "\n"


def _lines(outcome: Outcome) -> Iterator[str]:
    explained = sum(outcome.explained.values())
    whole = "" if outcome.complete else ", a sample"
    yield f"{outcome.entity}: {outcome.records:,} records, {outcome.fields:,} fields{whole}"
    yield f"  {outcome.unexplained:,} differences without a reason, {explained:,} with one"
    for reason, count in sorted(outcome.explained.items()):
        yield f"{count:>12,} {reason}"
    unexplained = [one.difference for one in outcome.found if not one.difference.reason]
    for one in unexplained[:EXAMPLES]:
        # Without the values: what is printed ends in logs, and people are in it.
        yield f"  {outcome.entity} {one.key}, {one.field}"
    for figure in differing(figures(outcome)):
        yield f"  sum of {figure['figure']}: theirs {figure['theirs']}, ours {figure['ours']}"


def as_json(outcomes: Sequence[Outcome]) -> str:
    """All that is known, differences with their values; people are in it."""
    entities = [
        {
            "entity": outcome.entity,
            "complete": outcome.complete,
            "records": outcome.records,
            "fields": outcome.fields,
            "unexplained": outcome.unexplained,
            "explained": dict(sorted(outcome.explained.items())),
            "figures": figures(outcome),
            "differences": [
                {name: shown(getattr(one.difference, name)) for name in ("key", "field", "reason", "theirs", "ours")}
                for one in outcome.found
            ],
        }
        for outcome in outcomes
    ]
    return json.dumps(entities, ensure_ascii=False, indent=2) + "\n"


def as_csv(outcomes: Sequence[Outcome]) -> str:
    """A line for each difference that was kept."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("entity", "key", "field", "reason", "theirs", "ours"))
    for outcome in outcomes:
        for one in (found.difference for found in outcome.found):
            values = (json.dumps(shown(value), ensure_ascii=False) for value in (one.theirs, one.ours))
            writer.writerow((outcome.entity, one.key, one.field, one.reason, *values))
    return out.getvalue()
