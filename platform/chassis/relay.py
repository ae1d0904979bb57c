"""From outbox to broker: packs events into envelopes, sends them, and sends again what was lost.

One relay is active per domain (an advisory lock; others stand by). The envelopes under way are bounded per subscriber
and lane (`flights.py`), so that a subscriber that is down for a day costs rows here and not messages in the broker.
What was finished is heard beside it (`acknowledgements.py`).

The relay's own bookkeeping commits without waiting for the disk: what a crash forgets is sent again and
found in the inbox.
"""

import json
import logging
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from kombu.connection import Connection

from chassis import celery, clock, domains, failpoints
from chassis.acknowledgements import Acknowledgements
from chassis.flights import Flights, Target
from chassis.ids import new_id
from chassis.listening import Listener, direct_connection
from chassis.messages import Envelope, Lane, decode_message, encode
from chassis.observe.tracing import span_of_many

log = logging.getLogger("sixfold.relay")

PACK = 500
ENVELOPE = 100
ENVELOPE_BYTES = 1_000_000
WINDOW = 16
SWEEP_SECONDS = 1.0

Row = tuple[int, str]
"""(seq, message) of the outbox."""


class Relay:
    """Moves one domain's events. `routes` maps an event type to its subscribers' labels."""

    def __init__(self, label: str, routes: dict[str, tuple[str, ...]], *, window: int = WINDOW) -> None:
        self.domain = domains.get(label)
        self.label = label
        self.routes = routes
        self.outbox = self.domain.tables.outbox._meta.db_table
        self.deliveries = self.domain.tables.delivery._meta.db_table
        self.flights = Flights(window)
        self._broker: Connection | None = None
        self._looked = 0.0
        self._connection: psycopg.Connection[Any] | None = None

    def run(self, stop: threading.Event) -> None:
        """Relay until `stop` is set; errors of database or broker are waited out."""
        ear = Acknowledgements(self.label, self.flights, leading=lambda: self._connection is not None)
        threading.Thread(target=ear.run, args=(stop,), name=f"acks-{self.label}", daemon=True).start()
        listener = Listener(self.domain.alias, [f"sixfold_outbox_{self.label}"])
        while not stop.is_set():
            try:
                if not self._leading():
                    stop.wait(1)
                elif not self.step():
                    listener.wait(SWEEP_SECONDS)
            except psycopg.Error as error:
                log.warning("relay of %s lost its database: %s", self.label, error)
                self._drop_database()
                stop.wait(0.5)
            except celery.BROKER_ERRORS as error:
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
        """One round; True when there may be more to do at once.

        What commits after the round has looked notifies, and is heard by who waits after it.
        """
        packed = self._pack()
        sent = self._send_backlog()
        if time.monotonic() - self._looked > 1:
            self._looked = time.monotonic()
            self._send_lost()
        return packed or sent

    def _leading(self) -> bool:
        """Hold the domain's advisory lock; on taking it, load what is under way."""
        if self._connection is not None:
            return True
        connection = direct_connection(self.domain.alias)
        try:
            if self._take_over(connection):
                self._connection = connection
        finally:
            if self._connection is None:
                connection.close()
        return self._connection is not None

    def _take_over(self, connection: "psycopg.Connection[Any]") -> bool:
        connection.execute("SET synchronous_commit TO off")
        lock = "SELECT pg_try_advisory_lock(hashtext('sixfold.relay'), hashtext(%s))"
        row = connection.execute(lock, [self.label]).fetchone()
        if not row or not row[0]:
            return False
        under_way = f"""SELECT envelope, subscriber, lane FROM {self.deliveries}
                        WHERE acked_at IS NULL AND sent_at IS NOT NULL ORDER BY envelope"""
        waiting = f"SELECT DISTINCT subscriber, lane FROM {self.deliveries} WHERE acked_at IS NULL AND sent_at IS NULL"
        self.flights.load(lambda: connection.execute(under_way), now=time.monotonic())
        self.flights.await_backlog(connection.execute(waiting))
        return True

    def _pack(self) -> bool:
        """Put new outbox rows into envelopes, one transaction, and send what the windows allow, the fast lane first.

        True when a lane may hold more than PACK.
        """
        assert self._connection is not None
        now = clock.now()
        rows: dict[Lane, list[tuple[int, str, str]]] = {lane: [] for lane in Lane}
        ready: list[tuple[Target, UUID, list[str]]] = []
        with self._connection.transaction():
            new = ", ".join(
                f"""{lane.value} AS (
                        SELECT seq FROM {self.outbox} WHERE relayed_at IS NULL AND lane = '{lane.value}'
                        ORDER BY seq LIMIT {PACK} FOR UPDATE SKIP LOCKED)"""
                for lane in Lane
            )
            either = " UNION ALL ".join(f"SELECT seq FROM {lane.value}" for lane in Lane)
            for lane, *row in self._connection.execute(
                f"""WITH {new}
                    UPDATE {self.outbox} o SET relayed_at = %s FROM ({either}) new WHERE o.seq = new.seq
                    RETURNING o.lane, o.seq, o.type, o.message""",
                [now],
            ):
                rows[Lane(lane)].append(tuple(row))
            for lane in Lane:
                ready += self._store(self._parcels(rows[lane]), lane, now)
        if not any(rows.values()):
            return False
        failpoints.hit("relay.packed")
        for target, envelope, messages in ready:
            self._send(target, envelope, messages)
        return any(len(of_lane) == PACK for of_lane in rows.values())

    def _parcels(self, rows: list[tuple[int, str, str]]) -> dict[str, list[Row]]:
        """Who gets what of these rows (seq, type, message), in order."""
        parcels: dict[str, list[Row]] = defaultdict(list)
        for seq, type_, message in sorted(rows):
            for subscriber in self._meant(type_, message):
                parcels[subscriber].append((seq, message))
        return parcels

    def _meant(self, type_: str, message: str) -> tuple[str, ...]:
        """Labels of the subscribers that a message is for: all of its type's, or the one that it names."""
        subscribers = self.routes.get(type_, ())
        if '"to":' not in message:  # rare, so that parsing every message would be waste
            return subscribers
        only = decode_message(message).to
        return tuple(label for label in subscribers if only in ("", label))

    def _store(self, parcels: dict[str, list[Row]], lane: Lane, now: datetime) -> list[tuple[Target, UUID, list[str]]]:
        """Write delivery rows, and answer the envelopes for which there is room to go out at once."""
        assert self._connection is not None
        ready, rows = [], []
        for subscriber, parcel in parcels.items():
            target = (subscriber, lane.value)
            for part in _parts(parcel):
                envelope = new_id()
                room = self.flights.launch(target, envelope, now=time.monotonic())
                if room:
                    ready.append((target, envelope, [message for _, message in part]))
                seqs = json.dumps([seq for seq, _ in part])
                rows.append((envelope, *target, seqs, now, now if room else None, int(room)))
        if not rows:
            return ready
        with self._connection.cursor() as cursor:
            cursor.executemany(
                f"""INSERT INTO {self.deliveries} (envelope, subscriber, lane, seqs, created_at, sent_at, sends)
                    VALUES (%s, %s, %s, %s::jsonb, %s, %s, %s)""",
                rows,
            )
        return ready

    def _send_backlog(self) -> bool:
        """Fill the windows from stored envelopes, oldest first."""
        assert self._connection is not None
        progress = False
        for target, room in self.flights.room():
            rows = self._connection.execute(
                f"""UPDATE {self.deliveries} SET sent_at = %s, sends = sends + 1
                    WHERE envelope IN (
                        SELECT envelope FROM {self.deliveries}
                        WHERE acked_at IS NULL AND sent_at IS NULL AND subscriber = %s AND lane = %s
                        ORDER BY envelope LIMIT %s)
                    RETURNING envelope, seqs""",
                [clock.now(), *target, room],
            ).fetchall()
            sent = [envelope for envelope, _ in rows]
            self.flights.fill(target, sent, more=len(rows) == room, now=time.monotonic())
            for envelope, seqs in sorted(rows):
                self._send(target, envelope, self._bodies(seqs))
                progress = True
        return progress

    def _send_lost(self) -> None:
        """Send again what was not acknowledged in time and must be taken for lost."""
        assert self._connection is not None
        for target, envelopes in self.flights.lost(now=time.monotonic(), depth=self._depth):
            rows = self._connection.execute(
                f"""UPDATE {self.deliveries} SET sent_at = %s, sends = sends + 1
                    WHERE envelope = ANY(%s) AND acked_at IS NULL RETURNING envelope, seqs""",
                [clock.now(), envelopes],
            ).fetchall()
            self.flights.forget(target, set(envelopes) - {envelope for envelope, _ in rows})
            log.info("sending %s envelopes again to %s.%s", len(rows), *target)
            self._drop_broker()  # what was lost may have been lost with its queue: a new connection declares it anew
            for envelope, seqs in sorted(rows):
                self.flights.resent(target, envelope, now=time.monotonic())
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
        sent = Envelope(
            id=envelope,
            producer=self.label,
            subscriber=subscriber,
            lane=Lane(lane),
            messages=[decode_message(m) for m in messages],
        )
        causes = [message.traceparent for message in sent.messages]
        with span_of_many(f"send {celery.lane_queue(*target)}", causes, kind="producer"):
            celery.app.send_task(
                "sixfold.deliver", args=[encode(sent).decode()], queue=celery.queue(celery.lane_queue(*target)),
                connection=self._open_broker(), retry=False, ignore_result=True,
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


def _parts(parcel: list[Row]) -> Iterator[list[Row]]:
    """A subscriber's events in envelopes of bounded number and size; one that is larger alone travels alone."""
    part: list[Row] = []
    size = 0
    for seq, message in parcel:
        if part and (len(part) == ENVELOPE or size + len(message) > ENVELOPE_BYTES):
            yield part
            part, size = [], 0
        part.append((seq, message))
        size += len(message)
    if part:
        yield part
