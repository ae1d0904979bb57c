"""The consuming end: the `deliver` task, and what the processes of one domain do."""

import logging
import signal
import threading
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


def load() -> None:
    """Load what consumers and job runners need. Before a fork: what each loads by itself, each holds by itself."""
    celery.load()
    connections.all()  # their engine
    connections.close_all()


class Consumer(celery_consumer.Consumer):  # type: ignore[misc]
    """Celery's, but it never stops trying to reach its broker nor waits longer and longer between two tries."""

    def ensure_connected(self, conn: Any) -> Any:
        def failed(error: Exception, interval: float) -> None:
            log.warning("no broker: %s", error)

        return conn.ensure_connection(
            failed, None, interval_start=0.2, interval_step=0.2, interval_max=2, callback=maybe_shutdown
        )


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
