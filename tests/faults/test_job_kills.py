"""kill -9 at every point of a job: it is called again with the same key, recorded once, never run twice at a time."""

import time

import psycopg
import pytest

from tests.processes import eventually
from tests.tiny import Tiny

pytestmark = [pytest.mark.processes, pytest.mark.timeout(900)]

POINTS = ("before_call", "after_call", "after_record")


@pytest.mark.parametrize("tiny", ["valkey"], indirect=True)
@pytest.mark.parametrize("point", POINTS)
def test_a_job_killed_at_a_named_point_is_done_once(tiny: Tiny, point: str) -> None:
    tiny.failpoints.write_text(f"job.pong.echo.{point}=kill:2\n")
    tiny.start()
    tiny.strike(0, 50, "10", "echo")
    end = time.monotonic() + 60
    while tiny.echoed() != (50, 1) and time.monotonic() < end:
        tiny.processes.restart_dead()
        time.sleep(0.1)
    assert tiny.echoed() == (50, 1)
    assert len(list(tiny.folder.glob("failpoints.*"))) == 2, f"{point} was not reached twice"
    with psycopg.connect(tiny.pong) as connection:
        calls = connection.execute("SELECT count(*), count(DISTINCT key), count(DISTINCT ball) FROM pong_call")
        made, keys, balls = calls.fetchone() or (0, 0, 0)
    assert keys == balls == 50, "a repeated call has the key of the first"
    assert point != "after_call" or made > 50


@pytest.mark.parametrize("tiny", ["valkey"], indirect=True)
def test_a_call_keeps_its_job_beyond_its_lease_until_its_process_is_killed(tiny: Tiny) -> None:
    tiny.failpoints.write_text("job.pong.echo.after_call=sleep=60:1\n")
    tiny.start()
    tiny.strike(0, 1, "10", "echo")
    calls = "SELECT count(*), count(DISTINCT key) FROM pong_call"
    with psycopg.connect(tiny.pong, autocommit=True) as connection:
        eventually(lambda: connection.execute(calls).fetchone() == (1, 1), "the call is at work")
        time.sleep(5)  # two leases and a half
        assert connection.execute(calls).fetchone() == (1, 1), "it was called again while it was at work"
        tiny.processes.kill("pong")
        tiny.processes.start("pong")
        eventually(lambda: tiny.echoed() == (1, 1), "another process has taken the job")
        assert connection.execute(calls).fetchone() == (2, 1)
