"""Going round: a slice at a time, by whoever comes, and what was mended or has gone is let go of."""

from collections.abc import Mapping
from typing import Any

import pytest

from config.parity.comparing import EXAMPLES, Entity
from config.parity.facts import Fact
from config.parity.rounds import Round, look

pytestmark = pytest.mark.django_db(databases=["platform"])
Things = dict[str, dict[str, Any]]


class Still:
    """Two sides that lie in memory."""

    name = "luma"

    def look_anew(self) -> None:
        """Nothing moves but by a test's hand."""


def things(theirs: Things, ours: Things) -> Entity:
    def of(several: Mapping[str, dict[str, Any]]) -> Any:
        return lambda sides, keys: {key: several[key] for key in keys if key in several}

    return Entity("things", "catalog", lambda sides: list(theirs), lambda sides: list(ours), of(theirs), of(ours))


def alike(count: int) -> tuple[Things, Things]:
    theirs = {str(number): {"colour": "red"} for number in range(1, count + 1)}
    return theirs, {key: dict(record) for key, record in theirs.items()}


def step(current: Round, size: int = 4) -> Any:
    return look(Still(), current, size=size)  # type: ignore[arg-type]


def test_slices_follow_each_other_in_the_order_of_numbers_and_begin_again_at_the_end() -> None:
    current = Round(entity=things(*alike(10)))
    assert [(row.last_key, row.records) for row in (step(current) for _ in range(4))] == [
        ("4", 4), ("8", 8), ("", 10), ("4", 4),
    ]  # fmt: skip


def test_a_round_is_ended_by_whoever_comes_after_a_killed_process() -> None:
    theirs, ours = alike(6)
    assert step(Round(entity=things(theirs, ours))).round_ended_at is None
    row = step(Round(entity=things(theirs, ours)))
    assert row.round_ended_at is not None and (row.records, row.figures) == (6, [])


def test_sums_are_told_of_a_round_that_one_process_went() -> None:
    theirs, ours = alike(3)
    del ours["2"]
    assert step(Round(entity=things(theirs, ours))).figures == [{"figure": "records", "theirs": "3", "ours": "2"}]


def test_two_processes_share_the_way() -> None:
    theirs, ours = alike(10)
    one, other = Round(entity=things(theirs, ours)), Round(entity=things(theirs, ours))
    assert [step(who).last_key for who in (one, other, one)] == ["4", "8", ""]


def test_a_difference_is_kept_until_its_record_is_looked_at_again() -> None:
    theirs, ours = alike(6)
    ours["2"]["colour"] = "blue"
    current = Round(entity=things(theirs, ours))
    assert [step(current).unexplained for _ in range(2)] == [1, 1]
    ours["2"]["colour"] = "red"
    assert step(current).unexplained == 0


def test_a_difference_of_a_record_that_is_on_no_side_any_more_goes_with_the_round() -> None:
    theirs, ours = alike(6)
    del ours["2"]
    current = Round(entity=things(theirs, ours))
    step(current), step(current)
    del theirs["2"]
    assert [step(current).unexplained for _ in range(2)] == [1, 0]


def test_of_what_has_a_reason_all_are_counted_and_some_are_kept() -> None:
    theirs, ours = alike(EXAMPLES * 2)
    for key in theirs:
        theirs[key]["colour"], ours[key]["colour"] = Fact("red ", {"trimmed": "red"}), "red"
    current = Round(entity=things(theirs, ours))
    for _ in range(2):
        row = step(current, size=EXAMPLES)
    assert row.explained == {"trimmed": EXAMPLES * 2}
    assert row.differences.filter(reason="trimmed").count() == EXAMPLES
