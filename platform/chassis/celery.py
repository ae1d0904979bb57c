"""The Celery application: one task, `deliver`, and queues named `<domain>.<lane>`.

Queues are reached by their own name through the default exchange: bindings to another would be one more thing that a
wiped broker forgets while its clients, still connected, believe in it.

Redis and RabbitMQ differ here only: on RabbitMQ queues are quorum queues; on Redis, messages that a
killed worker had reserved are given back within seconds. Neither is trusted: the producer sends again
what its consumer has not acknowledged.
"""

import os
from importlib import import_module

from amqp.exceptions import AMQPError
from celery import Celery
from kombu.connection import Connection
from kombu.entity import Exchange, Queue
from kombu.exceptions import OperationalError as BrokerError
from redis.exceptions import RedisError

from chassis.messages import Lane

BROKER_ERRORS = (BrokerError, RedisError, AMQPError, ConnectionError, OSError)
"""What a broker that is away, or goes away, raises."""

# Without Celery's own mending of Django: it checks the whole project, every page's code, in each process that consumes,
# and closes connections around a task, which ours does by itself.
app = Celery("sixfold", fixups=[])
CONSUMER = (
    "billiard.pool",
    "celery.app.amqp",
    "celery.app.control",
    "celery.app.events",
    "celery.app.log",
    "celery.apps.worker",
    "celery.backends.base",
    "celery.concurrency.solo",
    "celery.events.receiver",
    "celery.worker.autoscale",
    "celery.worker.components",
    "celery.worker.consumer.delayed_delivery",
    "celery.worker.strategy",
    "kombu.pidbox",
)
"""What Celery loads by name when a consumer starts."""
_exchange = Exchange("", type="direct")


def queue(name: str, *, broker_url: str | None = None) -> Queue:
    """A durable queue."""
    url = broker_url or broker()
    arguments = {"x-queue-type": "quorum"} if url.startswith("amqp") else None
    return Queue(name, _exchange, routing_key=name, durable=True, queue_arguments=arguments)


def broker() -> str:
    """The broker's URL."""
    return os.environ.get("BROKER_URL", "redis://127.0.0.1:6379/0")


def lane_queue(label: str, lane: Lane | str) -> str:
    """Name of a subscriber's queue."""
    return f"{label}.{lane}"


def ack_queue(label: str) -> str:
    """Name of the queue on which a producer hears what was finished."""
    return f"{label}.acks"


def connect() -> Connection:
    """A broker connection that gives up within seconds, so that callers can try again by their own clock.

    It leaves to the workers to give back what a killed one had reserved: looking for that takes longer than sending.
    """
    options = {**transport_options(), "unacked_restore_interval": 1_000_000}
    return Connection(broker(), connect_timeout=3, transport_options=options)


def transport_options() -> dict[str, object]:
    """Redis: restore reserved messages of dead workers soon; bound every socket call."""
    if broker().startswith("amqp"):
        return {"confirm_publish": True}
    return {
        "visibility_timeout": 60,
        "unacked_restore_interval": 1,
        "unacked_restore_throttle": 1,
        "socket_connect_timeout": 3,
        "socket_keepalive": True,
        "health_check_interval": 10,
    }


def load() -> None:
    """Load what a consumer would load when it starts."""
    for name in CONSUMER:
        import_module(name)
    connect().transport_cls  # noqa: B018  loads the broker's client


def configure() -> Celery:
    """Apply settings; called once Django is set up."""
    app.conf.update(
        broker_url=broker(),
        broker_transport_options=transport_options(),
        broker_connection_retry_on_startup=True,
        task_ignore_result=True,
        task_store_errors_even_if_ignored=False,
        task_serializer="json",
        accept_content=["json"],
        task_acks_late=False,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_send_task_events=False,
        task_create_missing_queues=False,
        worker_enable_remote_control=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        broker_heartbeat=0 if not broker().startswith("amqp") else 30,
        result_backend=None,
        enable_utc=True,
    )
    return app
