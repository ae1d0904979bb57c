"""Real commits: a process that is killed, and threads that race."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from django.db import connections

from chassis import clock
from chassis.messages import Message as Envelope
from operations.analytics.queries import daily_sales
from operations.models import DeadLetter, Message
from operations.tests.conftest import NOON, Mailbox, deliver, paid, placed, run_jobs, told

pytestmark = pytest.mark.django_db(databases=["platform"], transaction=True)
WORKER = "import django; django.setup(); from chassis.jobs.runner import JobRunner; JobRunner('platform').run_due()"


@pytest.mark.processes
def test_a_process_killed_after_sending_leaves_one_mail(mailbox: Mailbox, tmp_path: Path) -> None:
    deliver(told(placed()))
    failpoints = tmp_path / "failpoints"
    failpoints.write_text("job.platform.send_message.after_call=kill:1\n")
    paths = os.pathsep.join(path or os.getcwd() for path in sys.path)
    environment = {**os.environ, "SIXFOLD_FAILPOINTS": str(failpoints), "PYTHONPATH": paths}
    ended = subprocess.run([sys.executable, "-c", WORKER], env=environment, check=False, timeout=60)
    assert ended.returncode == -signal.SIGKILL
    assert len(mailbox.mails()) == 1
    assert Message.objects.get().state == "queued"
    with clock.travel(timedelta(minutes=2)):
        assert run_jobs() == 1
    assert len(mailbox.mails()) == 1
    assert Message.objects.get().state == "sent"


def test_threads_that_are_told_the_same_facts_write_each_mail_and_figure_once(mailbox: Mailbox) -> None:
    orders = [placed() for _ in range(10)]
    threads = 4
    start = Barrier(threads)

    def work(number: int) -> None:
        # Every thread has event ids of its own, so that no inbox row helps, and another order of the facts.
        story: list[Envelope] = [told(event) for order in orders for event in (order, paid(order))]
        start.wait()
        try:
            deliver(*(story if number % 2 else reversed(story)))
        finally:
            connections["platform"].close()

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, range(threads)))
    assert not DeadLetter.objects.exists()
    run_jobs()
    assert len(mailbox.mails()) == Message.objects.count() == 10
    [day] = daily_sales(first=NOON.date(), last=NOON.date())
    assert (day.orders, day.paid) == (10, 10 * orders[0].total)
