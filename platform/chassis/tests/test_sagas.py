"""Sagas that got stuck: a retry does again what waits, forwards or backwards, and forgets nothing."""

from datetime import timedelta
from uuid import UUID

import pytest

from chassis.sagas import WAIT, Done, Failed, Result, Run, Saga, Step
from chassis.sagas import runner as sagas
from chassis.tests import bench
from chassis.unit_of_work import unit_of_work

pytestmark = pytest.mark.django_db(databases=[bench.ALIAS])

told: list[str] = []


def _tell(what: str, result: Result) -> "object":
    def step(run: Run) -> Result:
        told.append(what)
        return result

    return step


class Dinner(Saga):
    """Two steps side by side, whose answers come later, also when they are undone."""

    name = "dinner"
    domain = bench.ALIAS
    deadline = timedelta(minutes=5)
    steps = (
        Step("table", do=_tell("table", WAIT), undo=_tell("no table", WAIT)),
        Step("wine", do=_tell("wine", WAIT), undo=_tell("no wine", WAIT), beside=True),
        Step("eat", do=_tell("eat", Done()), pivot=True),
    )


DEADLINE = sagas.deadline_kind(Dinner)


def begin() -> UUID:
    with unit_of_work(bench.ALIAS):
        return sagas.start(Dinner, key="tonight", data={})


def state(saga: UUID) -> tuple[str, dict[str, str]]:
    row = bench.rows("saga").get(id=saga)
    return row.state, row.steps


@pytest.fixture(autouse=True)
def quiet() -> None:
    told.clear()


def test_a_retry_asks_again_for_what_waits() -> None:
    with bench.domain(jobs=(DEADLINE,)):
        saga = begin()
        sagas.answer(Dinner, saga, "wine", Done())
        assert sagas.resume(Dinner, saga)
    assert told == ["table", "wine", "table"]


def test_a_retry_while_compensating_undoes_everything_and_does_nothing_again() -> None:
    with bench.domain(jobs=(DEADLINE,)):
        saga = begin()
        sagas.answer(Dinner, saga, "table", Done())
        sagas.fail(Dinner, saga, outcome="failed", reason="rain")  # the wine's undoing waits, in doubt
        assert state(saga)[1] == {"table": "done", "wine": "doubtful", "eat": "pending"}
        sagas.resume(Dinner, saga)
        assert told == ["table", "wine", "no wine", "no wine"]
        sagas.answer(Dinner, saga, "wine", Done())
        sagas.resume(Dinner, saga)
        assert told[4:] == ["no table", "no table"]
        sagas.answer(Dinner, saga, "table", Done())
    assert state(saga) == ("compensated", {"table": "undone", "wine": "undone", "eat": "pending"})


def test_a_step_whose_answer_never_came_is_undone_after_a_retry_too() -> None:
    with bench.domain(jobs=(DEADLINE,)):
        saga = begin()
        sagas.fail(Dinner, saga, outcome="failed", reason="rain")
        assert state(saga)[1] == {"table": "waiting", "wine": "doubtful", "eat": "pending"}
        sagas.resume(Dinner, saga)
        sagas.answer(Dinner, saga, "wine", Done())
        assert "no table" in told
        sagas.answer(Dinner, saga, "table", Done())
    assert state(saga)[0] == "compensated"


def test_the_deadline_compensates_and_a_late_answer_changes_nothing() -> None:
    with bench.domain(jobs=(DEADLINE,)):
        saga = begin()
        assert sagas.fail(Dinner, saga, outcome="failed", reason="deadline")
        assert not sagas.answer(Dinner, saga, "table", Failed("failed"))
        assert not sagas.fail(Dinner, saga, outcome="failed", reason="again")
