"""Rate limits decided in the process, with counters shared through Redis, and open without it.

Each process counts its own hits and exchanges them a few times a second, so a request costs no round trip; between
two exchanges a limit may be passed by what the other processes let in meanwhile. Without Redis each process
goes on by its own count alone: a limiter that is down must not close the shop. Not a defence against floods
(that is the load balancer's) and not an account lock.
"""

from __future__ import annotations

import ipaddress
import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

from django.conf import settings
from django.http import HttpRequest

from chassis.errors import RateLimited
from chassis.observe.metrics import REFUSALS

if TYPE_CHECKING:
    from rest_framework.request import Request

EXCHANGE = 0.25
PAUSE_AFTER_FAILURE = 5.0
_MAX_KEYS = 100_000
log = logging.getLogger("chassis.access")


@dataclass(frozen=True)
class Rate:
    """`hits` per `seconds`, counted in a window that slides: the last window's share fades linearly."""

    hits: int
    seconds: int

    @classmethod
    def of(cls, text: str) -> Rate:
        """Of "60/m": hits per s, m, h or d. Raises ValueError."""
        hits, _, unit = text.partition("/")
        seconds = {"s": 1, "m": 60, "h": 3600, "d": 86400}.get(unit)
        if seconds is None or int(hits) < 1:
            raise ValueError(f"{text!r} is not a rate such as 60/m.")
        return cls(int(hits), seconds)


class SharedCounts(Protocol):
    """What a limiter needs of the shared store; raises whatever it likes when it is away."""

    def add(self, hits: Iterable[tuple[str, int, int]]) -> list[int]:
        """Add each (key, hits, seconds to keep) and answer the totals in the same order."""


class RedisCounts:
    """Counters in Redis: one pipeline per exchange, within 50 ms."""

    def __init__(self, url: str) -> None:
        import redis

        self._client = redis.Redis.from_url(url, socket_timeout=0.05, socket_connect_timeout=0.05)

    def add(self, hits: Iterable[tuple[str, int, int]]) -> list[int]:
        pipeline = self._client.pipeline(transaction=False)
        for key, number, keep in hits:
            pipeline.incrby(key, number)
            pipeline.expire(key, keep)
        return [int(total) for total in pipeline.execute()[::2]]


@dataclass(slots=True)
class _Window:
    total: int = 0  # known of all processes, own hits that were exchanged included
    own: int = 0  # hits not yet exchanged
    keep: int = 0


class Limiter:
    """Counts by (name, who, window). One per process; thread-safe."""

    def __init__(
        self,
        shared: SharedCounts | None = None,
        *,
        wall: Callable[[], float] = time.time,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._shared = shared
        # The real time and not the chassis clock's: a demo's travelling must not open or close a limit.
        self._wall, self._timer = wall, timer
        self._windows: dict[str, _Window] = {}
        self._next_exchange = 0.0
        self._lock = threading.Lock()

    def hit(self, name: str, who: str, rate: Rate) -> None:
        """Count one request of `who` under the limit `name`; raises RateLimited with Retry-After when it is passed.

        A refused request does not count, so that hammering does not lengthen the wait.
        """
        moment = self._wall()
        number = int(moment // rate.seconds)
        passed = moment / rate.seconds - number
        with self._lock:
            current, last = self._window(name, who, number, rate), self._window(name, who, number - 1, rate)
            used = current.total + current.own + (last.total + last.own) * (1 - passed)
            refused = used + 1 > rate.hits
            if not refused:
                current.own += 1
        if refused:
            REFUSALS.labels("rate").inc()
            wait = max(1, round(rate.seconds * (1 - passed)))
            raise RateLimited(f"At most {rate.hits} in {rate.seconds} s.", headers={"Retry-After": str(wait)})
        self._exchange()

    def _window(self, name: str, who: str, number: int, rate: Rate) -> _Window:
        key = f"limit:{name}:{rate.seconds}:{number}:{who}"
        window = self._windows.get(key)
        if window is None:
            if len(self._windows) >= _MAX_KEYS:
                self._windows.clear()
            window = self._windows[key] = _Window(keep=rate.seconds * 2 + 5)
        return window

    def _exchange(self) -> None:
        with self._lock:
            if self._shared is None or self._timer() < self._next_exchange:
                return
            self._next_exchange = self._timer() + EXCHANGE
            dirty = [(key, window) for key, window in self._windows.items() if window.own]
            sent = [(key, window.own, window.keep) for key, window in dirty]
        try:
            totals = self._shared.add(sent)
        except Exception as error:  # whatever it is, the shop stays open
            log.warning("Rate limits are counted per process for now (%s).", type(error).__name__)
            self._next_exchange = self._timer() + PAUSE_AFTER_FAILURE
            return
        with self._lock:
            for (_, window), (_, hits, _), total in zip(dirty, sent, totals, strict=True):
                window.own -= hits
                window.total = total
            self._forget()

    def _forget(self) -> None:
        moment = self._wall()
        for key in [key for key in self._windows if _is_over(key, moment)]:
            del self._windows[key]


def _is_over(key: str, moment: float) -> bool:
    _, _, seconds, number, _ = key.split(":", 4)
    return (int(number) + 2) * int(seconds) < moment


@lru_cache(maxsize=1)
def limiter() -> Limiter:
    """This process' limiter: shared through CACHE_URL or BROKER_URL, whichever speaks Redis."""
    urls = (getattr(settings, "CACHE_URL", ""), getattr(settings, "BROKER_URL", ""))
    url = next((url for url in urls if url.startswith(("redis://", "rediss://"))), "")
    return Limiter(RedisCounts(url) if url else None)


@lru_cache(maxsize=64)
def _rate(text: str) -> Rate:
    return Rate.of(text)


def limit(request: HttpRequest | Request, name: str, default: str) -> None:
    """Count this request under `name` by RATE_LIMITS[name], else `default` ("60/m"). Raises RateLimited.

    Who it is: the signed-in principal, else the client's address. An empty rate switches a limit off.
    """
    rates: dict[str, str] = getattr(settings, "RATE_LIMITS", {})
    text = rates.get(name, default)
    if text:
        limiter().hit(name, who(request), _rate(text))


def who(request: Any) -> str:
    """The key by which a caller is counted."""
    from chassis.access.authentication import principal_of

    principal = principal_of(request)
    return str(principal) if principal.is_authenticated else f"ip:{client_address(request)}"


def client_address(request: Any) -> str:
    """The caller's address, IPv6 by its /64: behind TRUSTED_PROXIES proxies, the one that the outermost of them saw."""
    trusted: int = getattr(settings, "TRUSTED_PROXIES", 0)
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    # What stands further left was written by the caller and proves nothing.
    found = hops[-trusted] if 0 < trusted <= len(hops) else request.META.get("REMOTE_ADDR", "")
    try:
        address = ipaddress.ip_address(found)
    except ValueError:
        return "unknown"
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False).network_address)
    return str(address)
