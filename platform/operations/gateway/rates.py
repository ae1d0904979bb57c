"""Which rate applies to a request, and where a caller stands under it.

RATE_LIMITS (environment, comma-separated) overrides the generous defaults, by kind or for one route:

    RATE_LIMITS=read=6000/m,write=1200/m,POST api/v1/*/sessions=60/m       RATE_LIMITS=off

A route is written as it is matched, its parameters as `*`. An empty rate switches that limit off.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest

from chassis.access.ratelimit import Limiter, Rate, RedisCounts

DEFAULTS = {"read": "6000/m", "write": "1200/m"}
READS = ("GET", "HEAD", "OPTIONS")
_PARAMETER = re.compile(r"<[^>]*>")


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How many requests are left until the window ends, `reset` seconds from now."""

    limit: int
    remaining: int
    reset: int


class Meter(Limiter):
    """The chassis' limiter, which can also tell where somebody stands."""

    def standing(self, name: str, who: str, rate: Rate) -> Standing:
        """What is left under `name`; counts nothing."""
        moment = self._wall()
        number = int(moment // rate.seconds)
        passed = moment / rate.seconds - number
        with self._lock:
            current, last = self._window(name, who, number, rate), self._window(name, who, number - 1, rate)
            used = current.total + current.own + (last.total + last.own) * (1 - passed)
        return Standing(
            limit=rate.hits,
            remaining=max(0, int(rate.hits - used)),
            reset=max(1, round(rate.seconds * (1 - passed))),
        )


def parse(text: str) -> dict[str, Rate | None]:
    """Rates by kind or route; ImproperlyConfigured with one sentence when the text is not understood."""
    if text.strip() == "off":
        return {}
    rates = {name: Rate.of(default) for name, default in DEFAULTS.items()}
    found: dict[str, Rate | None] = dict(rates)
    for entry in filter(None, (part.strip() for part in text.split(","))):
        name, separator, rate = entry.rpartition("=")
        try:
            found[name.strip()] = Rate.of(rate.strip()) if rate.strip() else None
        except ValueError:
            separator = ""
        if not separator or not name.strip():
            raise ImproperlyConfigured(f"RATE_LIMITS is wrong at {entry!r}: it must be name=60/m, or off.")
    return found


def route_of(request: HttpRequest) -> str:
    """The matched route with `*` for its parameters: paths are unbounded, routes are not."""
    match = request.resolver_match
    return _PARAMETER.sub("*", match.route) if match is not None else ""


def rate_for(request: HttpRequest, rates: Mapping[str, Rate | None]) -> tuple[str, Rate | None]:
    """The counter's name and the rate of a request; None where it is not limited."""
    kind = "read" if request.method in READS else "write"
    name = f"{request.method} {route_of(request)}" if kind == "write" else f"GET {route_of(request)}"
    return f"gateway {name}".replace(":", ""), rates[name] if name in rates else rates.get(kind)


def configured() -> dict[str, Rate | None]:
    """The rates of this process' environment."""
    return parse(os.environ.get("RATE_LIMITS", ""))


@lru_cache(maxsize=1)
def meter() -> Meter:
    """This process' meter: shared through CACHE_URL or BROKER_URL, whichever speaks Redis, alone without."""
    urls = (getattr(settings, "CACHE_URL", ""), getattr(settings, "BROKER_URL", ""))
    url = next((url for url in urls if url.startswith(("redis://", "rediss://"))), "")
    return Meter(RedisCounts(url) if url else None)
