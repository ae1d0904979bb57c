"""Letters: a failure is tried for two minutes, what is only out of order for a day; then a person must look."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from chassis import clock, inbox
from chassis.jobs.runner import JobRunner
from chassis.subscriptions import NotYet, Received, reaction
from chassis.tests import bench

pytestmark = pytest.mark.django_db(databases=[bench.ALIAS])

HOUR = timedelta(hours=1)
failures: list[Exception] = []
applied: list[str] = []


def struggle(batch: list[Received[bench.BellRung]]) -> None:
    """Fail as the test says, succeed when it says nothing."""
    if failures:
        raise failures[0]
    applied.extend(received.event.bell for received in batch)


STRUGGLE = reaction(bench.BellRung, struggle)


@pytest.fixture(autouse=True)
def bench_domain() -> Any:
    failures.clear()
    applied.clear()
    with bench.domain(subscriptions=(STRUGGLE,)):
        yield


def fail_with(failure: Exception) -> datetime:
    """Receive an event whose handler fails so; returns when that was."""
    failures[:] = [failure]
    inbox.receive(bench.envelope(bench.ring()))
    return clock.now()


def live(*, until: Callable[[], bool]) -> datetime:
    """Travel from one attempt to the next until something is so; returns when it was."""
    now = clock.now()
    while not until():
        now = bench.rows("job").filter(state="due").earliest("due_at").due_at
        with clock.travel(now):
            JobRunner(bench.ALIAS).run_due()
    return now


def letter() -> Any:
    return bench.rows("letter").get()


def test_a_failure_is_tried_eight_times_in_two_minutes_and_then_dead_with_its_reason() -> None:
    begun = fail_with(ValueError("no such bell"))
    assert letter().state == "retrying"
    ended = live(until=lambda: letter().state == "dead")
    assert timedelta(minutes=1) < ended - begun < timedelta(minutes=3)
    assert (letter().attempts, letter().reason) == (8, "ValueError: no such bell")


def test_what_waits_for_another_event_is_dead_only_after_a_day() -> None:
    begun = fail_with(NotYet("bell b1"))
    assert letter().state == "waiting"
    ended = live(until=lambda: letter().state == "dead")
    assert 24 * HOUR < ended - begun < 25 * HOUR
    assert letter().reason == "NotYet: bell b1"


def test_what_waits_is_asked_for_less_and_less_often_and_every_ten_minutes_in_the_end() -> None:
    begun = fail_with(NotYet("bell b1"))
    live(until=lambda: letter().last_failed_at > begun + HOUR)
    due = bench.rows("job").filter(state="due").get().due_at
    assert due - letter().last_failed_at == timedelta(minutes=10)
    assert letter().attempts < 20


def test_what_it_waited_for_comes_hours_later_and_it_takes_effect() -> None:
    begun = fail_with(NotYet("bell b1"))
    live(until=lambda: letter().last_failed_at > begun + 20 * HOUR)
    failures.clear()
    live(until=lambda: letter().state == "replayed")
    assert applied == ["b1"]


def test_what_has_waited_long_and_fails_then_has_all_attempts_of_a_failure_before_it() -> None:
    begun = fail_with(NotYet("bell b1"))
    live(until=lambda: letter().last_failed_at > begun + HOUR)
    failures[:] = [ValueError("a deadlock, perhaps")]
    live(until=lambda: letter().state == "retrying")
    assert letter().attempts == 1
    failures.clear()
    live(until=lambda: letter().state == "replayed")
    assert applied == ["b1"]
