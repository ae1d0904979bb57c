"""Jobs: leased, retried, due at a time, recorded once; also when a lease ends under a job that is still at work."""

from datetime import timedelta
from typing import Any

import pytest

from chassis import clock, inbox
from chassis.context import bind
from chassis.jobs import JobKind, LeasedJob
from chassis.jobs.runner import JobRunner
from chassis.subscriptions import each, reaction
from chassis.tests import bench
from chassis.unit_of_work import enqueue, unit_of_work

pytestmark = pytest.mark.django_db(databases=[bench.ALIAS])

recorded: list[int] = []
given_up: list[str] = []


def record(job: LeasedJob, answer: Any) -> None:
    recorded.append(job.attempts)


def give_up(job: LeasedJob, failure: Exception) -> None:
    given_up.append(str(failure))


def refuse(job: LeasedJob) -> None:
    raise ConnectionError("nobody there")


@pytest.fixture(autouse=True)
def silence() -> None:
    recorded.clear()
    given_up.clear()


def queue(kind: JobKind, *, key: str = "k", **options: Any) -> None:
    with unit_of_work(bench.ALIAS):
        enqueue(kind.name, key=key, **options)


QUIET = JobKind(name="commerce.quiet", record=record, give_up=give_up, max_attempts=2)
LOUD = JobKind(name="commerce.loud", call=refuse, record=record, give_up=give_up, max_attempts=2)


def test_a_job_is_not_leased_before_its_time_nor_twice() -> None:
    with bench.domain(jobs=(QUIET,)):
        queue(QUIET, due_at=clock.now() + timedelta(minutes=5))
        runner = JobRunner(bench.ALIAS)
        assert runner.lease(5) == []
        assert len(runner.lease(5, by=clock.now() + timedelta(minutes=6))) == 1
        assert runner.lease(5, by=clock.now() + timedelta(minutes=6)) == []


def test_a_job_whose_lease_ended_while_it_worked_is_recorded_once() -> None:
    with bench.domain(jobs=(QUIET,)):
        queue(QUIET)
        runner = JobRunner(bench.ALIAS)
        (slow,) = runner.lease(1)
        bench.rows("job").update(leased_until=clock.now() - timedelta(seconds=1))
        (second,) = runner.lease(1)
        assert runner.run_one(second)
        runner.run_one(slow)
        assert recorded == [2]
        assert bench.rows("job").get().state == "done"


def test_a_late_failure_does_not_undo_anothers_success() -> None:
    with bench.domain(jobs=(LOUD,)):
        queue(LOUD)
        runner = JobRunner(bench.ALIAS)
        runner.lease(1)
        bench.rows("job").update(leased_until=clock.now() - timedelta(seconds=1))
        (late,) = runner.lease(1)
        bench.rows("job").update(state="done")
        runner.run_one(late)
        assert (bench.rows("job").get().state, given_up) == ("done", [])


def test_a_job_is_tried_again_later_and_in_the_end_given_up_with_its_reason() -> None:
    with bench.domain(jobs=(LOUD,)):
        queue(LOUD)
        runner = JobRunner(bench.ALIAS)
        assert runner.run_due() == 1
        row = bench.rows("job").get()
        assert row.state == "due" and row.due_at > clock.now() - timedelta(seconds=1)
        assert runner.run_due(until=clock.now() + timedelta(hours=1)) == 1
        row = bench.rows("job").get()
        assert (row.state, row.last_error, given_up) == ("failed", "ConnectionError: nobody there", ["nobody there"])


def test_a_job_that_kills_its_process_every_time_is_given_up_too() -> None:
    with bench.domain(jobs=(QUIET,)):
        queue(QUIET)
        runner = JobRunner(bench.ALIAS)
        for _ in range(QUIET.max_attempts):  # leased, and its process never heard of again
            assert len(runner.lease(1)) == 1
            bench.rows("job").update(leased_until=clock.now() - timedelta(seconds=1))
        runner.run_due()
        assert (bench.rows("job").get().state, recorded) == ("failed", [])
        assert len(given_up) == 1 and "process" in given_up[0]


def test_a_job_inherits_the_context_of_the_very_event_that_asked_for_it() -> None:
    def ask(ring: bench.BellRung) -> None:
        enqueue(QUIET.name, key=ring.bell)

    with bench.domain(subscriptions=(reaction(bench.BellRung, each(ask)),), jobs=(QUIET,)):
        messages = []
        for bell in ("b1", "b2"):
            with bind(correlation=f"correlation-{bell}"):
                messages.append(bench.ring(bell))
        inbox.receive(bench.envelope(*messages))
    found = {row.key: row.context["correlation"] for row in bench.rows("job").all()}
    assert found == {"b1": "correlation-b1", "b2": "correlation-b2"}
