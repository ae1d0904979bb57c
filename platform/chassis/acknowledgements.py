"""Hearing what was finished: acknowledgements from the broker into the delivery rows, many per statement."""

import logging
import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID

import psycopg
from kombu.connection import Connection
from kombu.messaging import Consumer

from chassis import celery, clock, domains
from chassis.flights import Flights
from chassis.listening import direct_connection

log = logging.getLogger("sixfold.relay")

MANY = 200


class Acknowledgements:
    """One relay's ear, in a thread of its own.

    Only the relay that leads may listen: an acknowledgement taken by a standby would free no place in the leader's
    window. Of one that is heard and not written the envelope is sent again, so that the broker need not keep it until
    it is written, which takes Redis several commands for each.
    """

    def __init__(self, label: str, flights: Flights, *, leading: Callable[[], bool]) -> None:
        self.label = label
        self.domain = domains.get(label)
        self.flights = flights
        self.leading = leading
        self._heard: list[UUID] = []
        self._connection: psycopg.Connection[Any] | None = None

    def run(self, stop: threading.Event) -> None:
        """Listen until `stop` is set; errors of database or broker are waited out."""
        while not stop.is_set():
            if not self.leading():
                stop.wait(0.1)
                continue
            try:
                self._listen(stop)
            except celery.BROKER_ERRORS as error:
                log.warning("acks of %s: %s", self.label, error)
                stop.wait(0.5)
            except psycopg.Error as error:
                log.warning("acks of %s: %s", self.label, error)
                self._drop_database()
                stop.wait(0.5)
            except Exception:
                log.exception("acks of %s", self.label)
                stop.wait(1)
        self._drop_database()

    def _listen(self, stop: threading.Event) -> None:
        queue = celery.queue(celery.ack_queue(self.label))
        with (
            celery.connect() as broker,
            Consumer(broker.default_channel, queues=[queue], callbacks=[self._collect], accept=["json"], no_ack=True),
        ):
            while not stop.is_set() and self.leading():
                self._heard = []
                self._drain(broker)
                if self._heard:
                    self._write(self._heard)

    def _collect(self, body: Any, _: Any) -> None:
        try:
            self._heard.append(UUID(str(body)))
        except ValueError:
            log.error("acks of %s: what came is no envelope's id, and is dropped", self.label)

    def _drain(self, broker: Connection) -> None:
        try:
            broker.drain_events(timeout=1)
            while len(self._heard) < MANY:
                broker.drain_events(timeout=0.005)
        except TimeoutError:
            return

    def _write(self, envelopes: list[UUID]) -> None:
        if self._connection is None:
            self._connection = direct_connection(self.domain.alias)
            self._connection.execute("SET synchronous_commit TO off")
        rows = self._connection.execute(
            f"""UPDATE {self.domain.tables.delivery._meta.db_table} SET acked_at = %s
                WHERE envelope = ANY(%s) AND acked_at IS NULL RETURNING envelope, subscriber, lane""",
            [clock.now(), envelopes],
        ).fetchall()
        if self.flights.settle((envelope, (subscriber, lane)) for envelope, subscriber, lane in rows):
            self._connection.execute("SELECT pg_notify(%s, '')", [f"sixfold_outbox_{self.label}"])

    def _drop_database(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
