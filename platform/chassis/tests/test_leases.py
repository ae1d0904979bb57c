"""Leases on real threads and connections: a call at work keeps its job, one whose process is gone does not."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections

from chassis import clock
from chassis.jobs import JobKind, LeasedJob
from chassis.jobs.runner import JobRunner
from chassis.tests import bench
from chassis.unit_of_work import enqueue, unit_of_work

pytestmark = pytest.mark.django_db(databases=[bench.ALIAS], transaction=True)

calls: list[int] = []
recorded: list[int] = []
done = threading.Event()


def dawdle(job: LeasedJob) -> None:
    """Takes three leases."""
    calls.append(job.attempts)
    if job.attempts == 1:
        time.sleep(6)


def record(job: LeasedJob, answer: Any) -> None:
    recorded.append(job.attempts)
    done.set()


SLOW = JobKind(name="commerce.slow", call=dawdle, record=record, lease=timedelta(seconds=2))


@pytest.fixture(autouse=True)
def job() -> None:
    calls.clear()
    recorded.clear()
    done.clear()
    with bench.domain(jobs=(SLOW,)), unit_of_work(bench.ALIAS):
        enqueue(SLOW.name, key="k")


@contextmanager
def runners(count: int) -> Iterator[threading.Event]:
    """So many runners of the domain, as in so many processes; the event stops them."""
    stop = threading.Event()

    def run() -> None:
        try:
            JobRunner(bench.ALIAS, threads=1).run(stop)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield stop
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def test_a_call_that_outlasts_its_lease_is_not_run_twice() -> None:
    with bench.domain(jobs=(SLOW,)), runners(2):
        assert done.wait(30)
    assert (calls, recorded) == ([1], [1])
    assert bench.rows("job").filter(kind=SLOW.name).get().state == "done"


def test_a_runner_that_is_stopped_keeps_the_lease_of_what_it_still_has_to_end() -> None:
    with bench.domain(jobs=(SLOW,)), runners(1) as stop:
        while not calls:
            time.sleep(0.05)
        stop.set()
        with runners(1):
            assert done.wait(30)
    assert (calls, recorded) == ([1], [1])


def test_a_job_whose_process_was_killed_is_leased_again_after_its_lease() -> None:
    with bench.domain(jobs=(SLOW,)):
        (lost,) = JobRunner(bench.ALIAS).lease(1)  # and its process never heard of again: no heart beats for it
        begun = clock.now()
        with runners(1):
            assert done.wait(30)
    assert lost.attempts == 1 and recorded == [2]
    assert clock.now() - begun < timedelta(seconds=10)


def test_a_call_that_hangs_loses_its_job_in_the_end() -> None:
    hanging = replace(SLOW, longest=timedelta(seconds=1))
    with bench.domain(jobs=(hanging,)), runners(2):
        assert done.wait(30)
        assert calls == [1, 2]
    assert recorded == [2]
