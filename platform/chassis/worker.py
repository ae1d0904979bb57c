"""The consuming end: the `deliver` task, and the processes of one domain.

One parent loads Django once and forks its children (a consumer per lane, the job runner), so that they
share its memory; a child that dies is started again.
"""

import gc
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

from celery.worker import consumer as celery_consumer
from celery.worker.request import Request
from celery.worker.state import maybe_shutdown
from django.db import connections
from kombu.pools import producers

from chassis import celery, domains, failpoints
from chassis.inbox import receive
from chassis.jobs.runner import JobRunner
from chassis.messages import Lane, decode_envelope
from chassis.observe import tracing

log = logging.getLogger("sixfold.worker")


class Delivery(Request):  # type: ignore[misc]
    """Celery's, but a broker that is lost while a message is taken is an error: Celery logs it and, on Redis, then
    waits for ever on a connection that is no more."""

    acknowledged: bool

    def acknowledge(self) -> None:
        if not self.acknowledged:
            self._message.ack()
            self.acknowledged = True


@celery.app.task(name="sixfold.deliver", ignore_result=True, Request="chassis.worker:Delivery")
def deliver(payload: str) -> None:
    """Apply an envelope, then acknowledge it to its producer; what raises is sent again by the producer."""
    envelope = decode_envelope(payload)
    failpoints.hit(f"inbox.{envelope.subscriber}.before_apply")
    try:
        receive(envelope)
    finally:
        connections[domains.get(envelope.subscriber).alias].close()
    failpoints.hit(f"inbox.{envelope.subscriber}.before_ack")
    queue = celery.queue(celery.ack_queue(envelope.producer))
    with producers[celery.app.connection_for_write()].acquire(block=True, timeout=5) as producer:
        producer.publish(
            str(envelope.id), exchange=queue.exchange, routing_key=queue.routing_key, declare=[queue], retry=True,
            retry_policy={"max_retries": 2}, serializer="json",
        )  # fmt: skip


class Consumer(celery_consumer.Consumer):  # type: ignore[misc]
    """Celery's, but it never stops trying to reach its broker nor waits longer and longer between two tries."""

    def ensure_connected(self, conn: Any) -> Any:
        def failed(error: Exception, interval: float) -> None:
            log.warning("no broker: %s", error)

        return conn.ensure_connection(
            failed, None, interval_start=0.2, interval_step=0.2, interval_max=2, callback=maybe_shutdown
        )


def load() -> None:
    """Load what the children are going to need. What each loads by itself after the fork, each holds by itself."""
    app = celery.configure()
    app.finalize()
    app.loader.import_default_modules()
    for name in ("celery.apps.worker", "celery.concurrency.solo", "celery.worker.strategy"):
        import_module(name)
    app.connection_for_read().transport_cls  # noqa: B018
    connections.all()


def consume(labels: list[str], lane: Lane) -> None:
    """Run a Celery consumer of some domains' queues of one lane in this process, until SIGTERM."""
    app = celery.configure()
    app.conf.task_queues = [celery.queue(celery.lane_queue(label, lane)) for label in labels]
    app.conf.worker_consumer = "chassis.worker:Consumer"
    worker = app.Worker(
        pool="solo", concurrency=1, without_gossip=True, without_mingle=True, without_heartbeat=True,
        loglevel="WARNING", hostname=f"{labels[0]}-{lane}@%h", quiet=True,
    )  # fmt: skip
    worker.start()


def run_jobs(labels: list[str], *, threads: int) -> None:
    """Run the job runners of some domains in this process, until SIGTERM."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    runners = [threading.Thread(target=JobRunner(label, threads=threads).run, args=(stop,)) for label in labels]
    for runner in runners:
        runner.start()
    stop.wait()
    for runner in runners:
        runner.join(timeout=10)


class Children:
    """Forked children by name, started again when they die, stopped together."""

    def __init__(self, parts: dict[str, Callable[[], None]]) -> None:
        self.parts = parts
        self.pids: dict[int, str] = {}
        self.stopping = False

    def run(self) -> None:
        """Fork all, then wait and restart until SIGTERM or SIGINT."""
        connections.close_all()
        gc.collect()
        gc.freeze()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        for name in self.parts:
            self._fork(name)
        while self.pids:
            try:
                pid, status = os.wait()
            except ChildProcessError:
                break
            name = self.pids.pop(pid, "")
            if name and not self.stopping:
                log.error("%s ended with status %s; starting it again", name, status)
                time.sleep(0.5)
                if not self.stopping:
                    self._fork(name)

    def _fork(self, name: str) -> None:
        parent = os.getpid()
        pid = os.fork()
        if pid:
            self.pids[pid] = name
            return
        _die_with_parent(parent)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        try:
            self.parts[name]()
        except KeyboardInterrupt:
            pass
        except SystemExit:
            pass
        except BaseException:
            log.exception("%s failed", name)
            os._exit(1)
        tracing.flush()
        sys.stdout.flush()
        os._exit(0)

    def _stop(self, *_: object) -> None:
        self.stopping = True
        for pid in list(self.pids):
            try:
                os.kill(pid, signal.SIGTERM)
            except ProcessLookupError:
                self.pids.pop(pid, None)


def _die_with_parent(parent: int) -> None:
    """On Linux, ask for SIGTERM when the parent is gone, so that its kill -9 leaves no orphans."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGTERM)
        if os.getppid() != parent:  # gone before we asked
            os._exit(0)
