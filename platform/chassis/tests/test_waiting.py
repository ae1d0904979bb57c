"""Who waits for a saga: woken by its news, and gone without a sound when databases are taken away."""

import logging
import threading
import time

import pytest
from django.db import connections

from chassis.ids import new_id
from chassis.sagas.waiting import Waiters, stop_listening
from chassis.tests import bench

pytestmark = pytest.mark.django_db(databases=[bench.ALIAS], transaction=True)
ASKED = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%%'"


def threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == f"saga-waiters-{bench.ALIAS}"]


def listeners() -> int:
    with connections[bench.ALIAS].cursor() as cursor:
        cursor.execute(ASKED)
        return int(cursor.fetchone()[0])


def no_listener_is_left() -> bool:
    """The server notices a moment later that a connection was closed."""
    end = time.monotonic() + 5
    while listeners() and time.monotonic() < end:
        time.sleep(0.05)
    return listeners() == 0


def said(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    return [record for record in caplog.records if record.name == "sixfold.listening"]


def heard(waiters: Waiters) -> bool:
    """Whether news of a saga wakes who waits for it."""
    saga = new_id()
    with waiters.expect(saga) as expectation:
        while expectation.wait(0.5):
            pass  # what it hears when it connects
        with connections[bench.ALIAS].cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, %s)", [waiters.channel, str(saga)])
        return expectation.wait(5)


def test_a_thread_that_is_stopped_leaves_no_connection_and_says_nothing(caplog: pytest.LogCaptureFixture) -> None:
    stop_listening()
    waiters = Waiters(bench.ALIAS, most=1)
    with caplog.at_level(logging.WARNING, logger="sixfold.listening"):
        assert heard(waiters) and listeners() == 1
        stop_listening()
        assert threads() == []
        assert no_listener_is_left()
    assert said(caplog) == []


def test_who_waits_again_is_heard_again() -> None:
    waiters = Waiters(bench.ALIAS, most=1)
    for _ in range(2):
        assert heard(waiters)
        stop_listening()


def test_a_connection_that_is_lost_meanwhile_is_told_and_made_anew(caplog: pytest.LogCaptureFixture) -> None:
    waiters = Waiters(bench.ALIAS, most=1)
    assert heard(waiters)
    with caplog.at_level(logging.WARNING, logger="sixfold.listening"):
        with connections[bench.ALIAS].cursor() as cursor:
            cursor.execute(ASKED.replace("count(*)", "pg_terminate_backend(pid)"))
        assert heard(waiters)
    assert [record.levelname for record in said(caplog)] == ["WARNING"]
    stop_listening()
