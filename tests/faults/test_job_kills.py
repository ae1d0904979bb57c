"""kill -9 at every point of a job: it is called again with the same key, and recorded once."""

import time

import psycopg
import pytest

from tests.tiny import Tiny

pytestmark = [pytest.mark.processes, pytest.mark.timeout(240)]

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
