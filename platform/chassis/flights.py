"""Which envelopes are under way to whom: a bounded window per (subscriber, lane), in the relay's memory.

An envelope is sent again when it was not acknowledged in time and must be taken for lost:
- its queue is empty, so that nobody can still find it there, or
- one that was sent after it is acknowledged: queues are first in, first out, so it was overtaken or lost.
A queue that still holds messages is only slow, or asleep. Then the oldest envelope alone is sent again, each time
after twice the wait: a queue may never be seen empty because others fill it, and a sleeper is not flooded.
"""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from uuid import UUID

RESEND_SECONDS = 8.0
PATIENCE_SECONDS = 600.0

Target = tuple[str, str]
"""(subscriber, lane)."""


@dataclass
class _Flight:
    sent: dict[UUID, float] = field(default_factory=dict)
    backlog: bool = True
    heard: float = 0.0
    """When the youngest of the acknowledged envelopes was sent."""
    probed: float = 0.0
    probes: int = 0


class Flights:
    """All windows of one relay; its two threads may call at once. Moments are `time.monotonic()`."""

    def __init__(self, window: int) -> None:
        self.window = window
        self._flights: dict[Target, _Flight] = defaultdict(_Flight)
        self._lock = threading.RLock()

    def load(self, read: Callable[[], Iterable[tuple[UUID, str, str]]], *, now: float) -> None:
        """Begin anew with what the database says is under way; acknowledgements wait meanwhile."""
        with self._lock:
            self._flights.clear()
            for envelope, subscriber, lane in read():
                self._flights[subscriber, lane].sent[envelope] = now - RESEND_SECONDS

    def await_backlog(self, targets: Iterable[Target]) -> None:
        """Rows wait for these targets."""
        with self._lock:
            for target in targets:
                self._flights[target].backlog = True

    def launch(self, target: Target, envelope: UUID, *, now: float) -> bool:
        """Take a place in the window for a new envelope; False when it must wait behind others."""
        with self._lock:
            flight = self._flights[target]
            if flight.backlog or len(flight.sent) >= self.window:
                flight.backlog = True
                return False
            flight.sent[envelope] = now
            return True

    def room(self) -> list[tuple[Target, int]]:
        """Targets for which rows wait, with the free places in their windows."""
        with self._lock:
            found = [(target, self.window - len(f.sent)) for target, f in self._flights.items() if f.backlog]
        return [(target, room) for target, room in found if room > 0]

    def fill(self, target: Target, envelopes: Iterable[UUID], *, more: bool, now: float) -> None:
        """These go out now; `more` when rows still wait behind them."""
        with self._lock:
            flight = self._flights[target]
            flight.backlog = more
            flight.sent.update({envelope: now for envelope in envelopes})

    def settle(self, acknowledged: Iterable[tuple[UUID, Target]]) -> bool:
        """Give back the places of acknowledged envelopes; True when rows wait for one of them."""
        wanted = False
        with self._lock:
            for envelope, target in acknowledged:
                flight = self._flights[target]
                sent = flight.sent.pop(envelope, None)
                if sent is not None:
                    flight.heard, flight.probes = max(flight.heard, sent), 0
                wanted = wanted or flight.backlog
        return wanted

    def lost(self, *, now: float, depth: Callable[[Target], int]) -> list[tuple[Target, list[UUID]]]:
        """What is to be sent again; `depth` tells how many messages a target's queue holds."""
        with self._lock:
            late = {
                target: [envelope for envelope, at in flight.sent.items() if now - at > RESEND_SECONDS]
                for target, flight in self._flights.items()
            }
        found = []
        for target, envelopes in late.items():
            if envelopes and depth(target):
                envelopes = self._among_others(target, envelopes, now=now)
            if envelopes:
                found.append((target, envelopes))
        return found

    def _among_others(self, target: Target, late: list[UUID], *, now: float) -> list[UUID]:
        with self._lock:
            flight = self._flights[target]
            late = [envelope for envelope in late if envelope in flight.sent]
            overtaken = [envelope for envelope in late if flight.sent[envelope] < flight.heard]
            if overtaken or not late:
                return overtaken
            oldest = min(late, key=flight.sent.__getitem__)
            wait = min(RESEND_SECONDS * 2 ** (flight.probes + 1), PATIENCE_SECONDS)
            if now - max(flight.sent[oldest], flight.probed) <= wait:
                return []
            flight.probed, flight.probes = now, flight.probes + 1
            return [oldest]

    def resent(self, target: Target, envelope: UUID, *, now: float) -> None:
        """An envelope goes out once more."""
        with self._lock:
            if envelope in self._flights[target].sent:
                self._flights[target].sent[envelope] = now

    def forget(self, target: Target, envelopes: Iterable[UUID]) -> None:
        """These are acknowledged already, or never were."""
        with self._lock:
            for envelope in envelopes:
                self._flights[target].sent.pop(envelope, None)
