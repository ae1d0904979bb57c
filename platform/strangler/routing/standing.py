"""What is known of flags, lag and health, in memory: looked at by a thread of its own, so that no request waits for it.

Where nothing fresh is known we count as unhealthy. A failure that a request meets closes its area at once for some
seconds; the next look opens it again when all is well.
"""

import logging
import os
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.conf import settings
from django.db import Error, connections

from chassis.clients import UnboundClient, client
from chassis.errors import DomainError
from chassis.observe import backlog
from contracts.dialect import CatalogDialect, DialectQuestion, StockDialect
from strangler.capture.models import Stream
from strangler.capture.watch import lag
from strangler.changes import ALIAS
from strangler.routing.flags import CATALOGUE, DEFAULTS, Known
from strangler.routing.models import Flag

log = logging.getLogger("strangler.routing")
STALE_AFTER, CLOSED_FOR = 10.0, 5.0
ANSWERING = {"catalog": (CatalogDialect,), "logistics": (StockDialect,)}
NEEDED = {"reads.product": ("catalog", "logistics"), "reads.stock": ("logistics", "catalog")}
"""Whose answers an area needs, where it is more than its own domain's."""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """One look: how each flag stands, how far behind each domain may be (seconds), and which do not answer."""

    flags: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    lags: Mapping[str, float] = field(default_factory=dict)
    silent: frozenset[str] = frozenset(ANSWERING)
    known: bool = False
    taken: float = 0.0

    def mode(self, area: Known) -> tuple[str, int]:
        """How a flag stands."""
        return self.flags.get(area.name, (DEFAULTS[area.kind], 100))

    def why_not(self, area: Known) -> str:
        """Why this area cannot be answered by us now; empty if it can."""
        needed = NEEDED.get(area.name, (area.domain,))
        if time.monotonic() - self.taken > STALE_AFTER:
            return "unknown"
        if self.silent & set(needed):
            return "unhealthy"
        if max((self.lags.get(one, float("inf")) for one in needed), default=0.0) > settings.LEGACY_MAX_LAG:
            return "stale"
        return ""


class _Watch:
    """The thread and its last look; one per process, started by the first request after a fork."""

    def __init__(self) -> None:
        self.last = Standing()
        self.closed: dict[str, float] = {}
        self.process = 0
        self.lock = threading.Lock()

    def standing(self) -> Standing:
        """The last look. Where LEGACY_LOOK_SECONDS is 0, as in tests, one is taken now."""
        if settings.LEGACY_LOOK_SECONDS == 0:
            self.look()
        elif self.process != os.getpid():
            self._start()
        return self.last

    def _start(self) -> None:
        with self.lock:
            if self.process == os.getpid():
                return
            self.look()
            self.process = os.getpid()
            threading.Thread(target=self._go_on, name="strangler-standing", daemon=True).start()

    def _go_on(self) -> None:
        while (seconds := settings.LEGACY_LOOK_SECONDS) > 0:
            try:
                self.look()
            except Exception:
                # A defect must not end the looking: what was seen last grows old, and then we count as unhealthy.
                log.exception("Routing cannot look at our health")
            connections.close_all()
            time.sleep(seconds)

    def look(self) -> None:
        """Look once. What cannot be read leaves the flags as they were known, and us unhealthy."""
        try:
            flags = _flags()
            lags = _lags(settings.MAGENTO_NAME)
            silent = frozenset(domain for domain in ANSWERING if not _answers(domain))
            self.last = Standing(flags=flags, lags=lags, silent=silent, known=True, taken=time.monotonic())
        except Error as error:
            log.warning("Routing knows nothing of our health: %s", type(error).__name__)
            before = self.last
            self.last = Standing(flags=before.flags, known=before.known, taken=time.monotonic())

    def close(self, area: Known) -> None:
        """A request found this area broken."""
        self.closed[area.name] = time.monotonic() + CLOSED_FOR

    def is_closed(self, area: Known) -> bool:
        """Whether a request found it broken just now."""
        return time.monotonic() < self.closed.get(area.name, 0.0)


WATCH = _Watch()


def _flags() -> dict[str, tuple[str, int]]:
    rows = Flag.objects.using(ALIAS).filter(name__in=list(CATALOGUE)).values_list("name", "mode", "percentage")
    return {name: (mode, percentage) for name, mode, percentage in rows}


def _lags(source: str) -> dict[str, float]:
    """For how long each domain may not know of a change: capture has not seen it, or the domain not applied it."""
    stream = Stream.objects.using(ALIAS).filter(source=source, begun_at__isnull=False).first()
    if stream is None or stream.current_until is None:  # nothing was ever followed to a moment that we know
        return {}
    waiting = backlog.unacknowledged("strangler")
    unsent = max((one.oldest for one in backlog.outbox("strangler").values()), default=0.0)
    seen = lag(stream)
    found = {domain: max(seen, unsent) for domain in ANSWERING}
    for (subscriber, _), one in waiting.items():
        if subscriber in found:
            found[subscriber] = max(found[subscriber], one.oldest)
    return found


def _answers(domain: str) -> bool:
    nothing = DialectQuestion(source=settings.MAGENTO_NAME, store="", path=())
    try:
        for protocol in ANSWERING[domain]:
            client(protocol).read(question=nothing)
    except (DomainError, UnboundClient):
        return False
    return True
