"""The web server of `make up`: two processes that a caller cannot tell apart."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from config.local.process import family
from tests.processes import eventually
from tests.stack import Stack

pytestmark = [pytest.mark.processes, pytest.mark.timeout(900)]
CALLS = 40


@pytest.fixture
def web(tmp_path: Path, django_db_setup: None) -> Iterator[Stack]:
    """Databases, a broker, and the web server on them."""
    stack = Stack(tmp_path)
    try:
        stack.processes.start("web", "python", "-m", "config.web", WEB_PORT=str(stack.web_port))
        stack.wait_for_web()
        yield stack
    finally:
        stack.stop()


def counted(web: Stack) -> int:
    """How often /healthz was asked, as one of the processes tells it."""
    line = 'http_request_seconds_count{method="GET",route="/healthz",status="2xx"} '
    said = httpx.get(f"{web.base}/metrics", timeout=10).text
    return int(sum(float(text.removeprefix(line)) for text in said.splitlines() if text.startswith(line)))


def servers(web: Stack) -> set[int]:
    head = web.processes.running["web"].pid
    return {one.pid for one in family([head]) if one.pid != head and one.status() != psutil.STATUS_ZOMBIE}


def test_metrics_of_any_process_tell_of_all_also_of_one_that_was_killed(web: Stack) -> None:
    before = servers(web)
    assert len(before) == 2
    for _ in range(CALLS):
        httpx.get(f"{web.base}/healthz", timeout=10)
    assert {counted(web) for _ in range(10)} == {CALLS}
    os.kill(min(before), signal.SIGKILL)
    eventually(lambda: len(servers(web) - before) == 1, "another process in its place")
    web.wait_for_web()
    assert {counted(web) for _ in range(10)} == {CALLS}
