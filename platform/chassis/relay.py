"""From outbox to broker and back: packs events into envelopes, sends them, hears them acknowledged.

One relay is active per domain (an advisory lock; others stand by). It keeps the envelopes under way in
memory, bounded per subscriber and lane, so that a subscriber that is down for a day costs rows here and
not messages in the broker. An envelope that was not acknowledged in time is sent again when its queue is
empty: then the broker lost it, or its consumer died with it. A queue that still holds messages is only
slow, and is left alone.

The relay's own bookkeeping commits without waiting for the disk: what a crash forgets is sent again and
found in the inbox.
"""

import json
import logging
import threading
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg
from amqp.exceptions import AMQPError
from kombu.connection import Connection
from kombu.exceptions import OperationalError as BrokerError
from kombu.messaging import Consumer
from redis.exceptions import RedisError

from chassis import celery, clock, domains, failpoints
from chassis.ids import new_id
from chassis.listening import Listener, direct_connection
from chassis.messages import Envelope, Lane, decode_message, encode

log = logging.getLogger("sixfold.relay")

PACK = 500
ENVELOPE = 100
WINDOW = 16
RESEND_SECONDS = 8.0
SWEEP_SECONDS = 1.0
BROKER_ERRORS = (BrokerError, RedisError, AMQPError, ConnectionError, OSError)

Target = tuple[str, str]


@dataclass
class Flight:
    """Envelopes under way to one (subscriber, lane), by the moment they were last sent."""

    sent: dict[UUID, float] = field(default_factory=dict)
    backlog: bool = True


class Relay:
    """Moves one domain's events. `routes` maps an event type to its subscribers' labels."""

    def __init__(self, label: str, routes: dict[str, tuple[str, ...]], *, window: int = WINDOW) -> None:
        self.domain = domains.get(label)
        self.label = label
        self.routes = routes
        self.window = window
        self.outbox = self.domain.tables.outbox._meta.db_table
        self.deliveries = self.domain.tables.delivery._meta.db_table
        self.flights: dict[Target, Flight] = defaultdict(Flight)
        self._lock = threading.Lock()
        self._broker: Connection | None = None
        self._last_resend = 0.0
        self._connection: psycopg.Connection[Any] | None = None

    def run(self, stop: threading.Event) -> None:
        """Relay until `stop` is set; errors of database or broker are waited out."""
        acks = threading.Thread(target=self._hear, args=(stop,), name=f"acks-{self.label}", daemon=True)
        acks.start()
        listener = Listener(self.domain.alias, [f"sixfold_outbox_{self.label}"])
        while not stop.is_set():
            try:
                if not self._leading():
                    stop.wait(1)
                    continue
                if not self.step():
                    listener.wait(SWEEP_SECONDS)
            except psycopg.Error as error:
                log.warning("relay of %s lost its database: %s", self.label, error)
                self._drop_database()
                stop.wait(0.5)
            except BROKER_ERRORS as error:
                log.warning("relay of %s lost its broker: %s", self.label, error)
                self._drop_broker()
                stop.wait(0.5)
            except Exception:
                # Anything else is a defect; a relay that is gone for good would be a worse one.
                log.exception("relay of %s", self.label)
                self._drop_broker()
                self._drop_database()
                stop.wait(1)
        listener.close()
        self._drop_database()
        self._drop_broker()

    def step(self) -> bool:
        """One round; True when there may be more to do at once."""
        packed = self._pack(Lane.FAST)
        packed = self._pack(Lane.BULK) or packed
        sent = self._send_backlog()
        if time.monotonic() - self._last_resend > 1:
            self._resend()
        return packed or sent

    def _leading(self) -> bool:
        """Hold the domain's advisory lock; on taking it, load what is under way."""
        if self._connection is not None:
            return True
        connection = direct_connection(self.domain.alias)
        connection.execute("SET synchronous_commit TO off")
        row = connection.execute(
            "SELECT pg_try_advisory_lock(hashtext('sixfold.relay'), hashtext(%s))", [self.label]
        ).fetchone()
        if not row or not row[0]:
            connection.close()
            return False
        with self._lock:
            self.flights.clear()
            for envelope, subscriber, lane in connection.execute(
                f"""SELECT envelope, subscriber, lane FROM {self.deliveries}
                    WHERE acked_at IS NULL AND sent_at IS NOT NULL ORDER BY envelope"""
            ):
                self.flights[subscriber, lane].sent[envelope] = 0.0
            for subscriber, lane in connection.execute(
                f"SELECT DISTINCT subscriber, lane FROM {self.deliveries} WHERE acked_at IS NULL AND sent_at IS NULL"
            ):
                self.flights[subscriber, lane].backlog = True
        self._connection = connection
        return True

    def _pack(self, lane: Lane) -> bool:
        """Put new outbox rows into envelopes, one transaction, and send what the windows allow."""
        assert self._connection is not None
        now = clock.now()
        parcels: dict[str, list[tuple[int, str]]] = defaultdict(list)
        with self._connection.transaction():
            rows = self._connection.execute(
                f"""WITH new AS (
                        SELECT seq FROM {self.outbox} WHERE relayed_at IS NULL AND lane = %s
                        ORDER BY seq LIMIT {PACK} FOR UPDATE SKIP LOCKED)
                    UPDATE {self.outbox} o SET relayed_at = %s FROM new WHERE o.seq = new.seq
                    RETURNING o.seq, o.type, o.message""",
                [lane.value, now],
            ).fetchall()
            if not rows:
                return False
            for seq, type_, message in sorted(rows):
                for subscriber in self._meant(type_, message):
                    parcels[subscriber].append((seq, message))
            ready = self._store(parcels, lane, now)
        failpoints.hit("relay.packed")
        for target, envelope, messages in ready:
            self._send(target, envelope, messages)
        return True

    def _meant(self, type_: str, message: str) -> tuple[str, ...]:
        """Labels of the subscribers that a message is for: all of its type's, or the one that it names."""
        subscribers = self.routes.get(type_, ())
        if '"to":' not in message:  # rare, so that parsing every message would be waste
            return subscribers
        only = decode_message(message).to
        return tuple(label for label in subscribers if only in ("", label))

    def _store(
        self, parcels: dict[str, list[tuple[int, str]]], lane: Lane, now: Any
    ) -> list[tuple[Target, UUID, list[str]]]:
        assert self._connection is not None
        ready = []
        rows = []
        for subscriber, parcel in parcels.items():
            flight = self.flights[subscriber, lane.value]
            for start in range(0, len(parcel), ENVELOPE):
                part = parcel[start : start + ENVELOPE]
                envelope = new_id()
                with self._lock:
                    room = not flight.backlog and len(flight.sent) < self.window
                    if room:
                        flight.sent[envelope] = time.monotonic()
                    else:
                        flight.backlog = True
                if room:
                    ready.append(((subscriber, lane.value), envelope, [m for _, m in part]))
                seqs = json.dumps([seq for seq, _ in part])
                rows.append((envelope, subscriber, lane.value, seqs, now, now if room else None, int(room)))
        if rows:
            with self._connection.cursor() as cursor:
                cursor.executemany(
                    f"""INSERT INTO {self.deliveries}
                        (envelope, subscriber, lane, seqs, created_at, sent_at, sends)
                        VALUES (%s, %s, %s, %s::jsonb, %s, %s, %s)""",
                    rows,
                )
        return ready

    def _send_backlog(self) -> bool:
        """Fill the windows from stored envelopes, oldest first."""
        assert self._connection is not None
        progress = False
        for target, flight in list(self.flights.items()):
            with self._lock:
                room = self.window - len(flight.sent)
            if not flight.backlog or room <= 0:
                continue
            rows = self._connection.execute(
                f"""UPDATE {self.deliveries} SET sent_at = %s, sends = sends + 1
                    WHERE envelope IN (
                        SELECT envelope FROM {self.deliveries}
                        WHERE acked_at IS NULL AND sent_at IS NULL AND subscriber = %s AND lane = %s
                        ORDER BY envelope LIMIT %s)
                    RETURNING envelope, seqs""",
                [clock.now(), *target, room],
            ).fetchall()
            if len(rows) < room:
                flight.backlog = False
            with self._lock:
                flight.sent.update({envelope: time.monotonic() for envelope, _ in rows})
            for envelope, seqs in sorted(rows):
                self._send(target, envelope, self._bodies(seqs))
                progress = True
        return progress

    def _resend(self) -> None:
        """Send again what was not acknowledged in time and is no longer in its queue."""
        self._last_resend = time.monotonic()
        for target, flight in list(self.flights.items()):
            with self._lock:
                late = [e for e, at in flight.sent.items() if self._last_resend - at > RESEND_SECONDS]
            if not late or self._depth(target):
                continue
            assert self._connection is not None
            rows = self._connection.execute(
                f"""UPDATE {self.deliveries} SET sent_at = %s, sends = sends + 1
                    WHERE envelope = ANY(%s) AND acked_at IS NULL RETURNING envelope, seqs""",
                [clock.now(), late],
            ).fetchall()
            unknown = set(late) - {envelope for envelope, _ in rows}
            with self._lock:
                for envelope in unknown:
                    flight.sent.pop(envelope, None)
            log.info("sending %s envelopes again to %s.%s", len(rows), *target)
            for envelope, seqs in sorted(rows):
                with self._lock:
                    flight.sent[envelope] = time.monotonic()
                self._send(target, envelope, self._bodies(seqs))

    def _bodies(self, seqs: list[int]) -> list[str]:
        assert self._connection is not None
        return [
            row[0]
            for row in self._connection.execute(
                f"SELECT message FROM {self.outbox} WHERE seq = ANY(%s) ORDER BY seq", [seqs]
            )
        ]

    def _send(self, target: Target, envelope: UUID, messages: Iterable[str]) -> None:
        """Hand an envelope to the broker. It is recorded as sent: if the broker fails, it is resent later."""
        subscriber, lane = target
        payload = encode(
            Envelope(
                id=envelope,
                producer=self.label,
                subscriber=subscriber,
                lane=Lane(lane),
                messages=[decode_message(m) for m in messages],
            )
        ).decode()
        queue = celery.queue(celery.lane_queue(subscriber, lane))
        celery.app.send_task(
            "sixfold.deliver", args=[payload], queue=queue, connection=self._open_broker(), retry=False,
            ignore_result=True,
        )  # fmt: skip
        failpoints.hit("relay.sent")

    def _depth(self, target: Target) -> int:
        """Messages waiting in the target's queue; 0 when the broker does not know the queue."""
        broker = self._open_broker()
        with broker.channel() as channel:
            try:
                declared = celery.queue(celery.lane_queue(*target))(channel).queue_declare(passive=True)
            except broker.channel_errors:
                return 0
        return int(declared.message_count)

    def _hear(self, stop: threading.Event) -> None:
        """Mark acknowledged envelopes, many per statement."""
        connection: psycopg.Connection[Any] | None = None
        while not stop.is_set():
            if self._connection is None:  # a standby would take acknowledgements from the one that leads
                stop.wait(0.1)
                continue
            try:
                with (
                    celery.connect() as broker,
                    Consumer(
                        broker.default_channel,
                        queues=[celery.queue(celery.ack_queue(self.label))],
                        callbacks=[self._collect],
                        accept=["json"],
                        prefetch_count=200,
                    ),
                ):
                    while not stop.is_set():
                        self._acks: list[tuple[str, Any]] = []
                        self._drain(broker)
                        if not self._acks:
                            continue
                        if connection is None:
                            connection = direct_connection(self.domain.alias)
                            connection.execute("SET synchronous_commit TO off")
                        self._acknowledge(connection, [UUID(envelope) for envelope, _ in self._acks])
                        for _, message in self._acks:
                            message.ack()
            except BROKER_ERRORS as error:
                log.warning("acks of %s: %s", self.label, error)
                stop.wait(0.5)
            except psycopg.Error as error:
                log.warning("acks of %s: %s", self.label, error)
                if connection is not None:
                    connection.close()
                connection = None
                stop.wait(0.5)
            except Exception:
                log.exception("acks of %s", self.label)
                stop.wait(1)
        if connection is not None:
            connection.close()

    def _collect(self, body: Any, message: Any) -> None:
        self._acks.append((str(body), message))

    def _drain(self, broker: Connection) -> None:
        try:
            broker.drain_events(timeout=1)
            while len(self._acks) < 200:
                broker.drain_events(timeout=0.005)
        except TimeoutError:
            return

    def _acknowledge(self, connection: "psycopg.Connection[Any]", envelopes: list[UUID]) -> None:
        rows = connection.execute(
            f"""UPDATE {self.deliveries} SET acked_at = %s WHERE envelope = ANY(%s) AND acked_at IS NULL
                RETURNING subscriber, lane, envelope""",
            [clock.now(), envelopes],
        ).fetchall()
        wake = False
        with self._lock:
            for subscriber, lane, envelope in rows:
                flight = self.flights[subscriber, lane]
                flight.sent.pop(envelope, None)
                wake = wake or flight.backlog
        if wake:
            connection.execute("SELECT pg_notify(%s, '')", [f"sixfold_outbox_{self.label}"])

    def _open_broker(self) -> Connection:
        if self._broker is None:
            self._broker = celery.connect()
        return self._broker

    def _drop_broker(self) -> None:
        if self._broker is not None:
            self._broker.release()
            self._broker = None

    def _drop_database(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
