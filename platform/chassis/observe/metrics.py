"""Prometheus metrics of this process and its siblings, and the /metrics view.

With PROMETHEUS_MULTIPROC_DIR set (the web server's worker processes share one port), each process writes its
figures to that folder and the view adds them up. What is read from a database (backlogs, ages) is no counter
of a process: register it as a `reading`, taken when somebody asks.
"""

from __future__ import annotations

import hmac
import logging
import os
from collections.abc import Callable, Iterable, Iterator, Mapping

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

log = logging.getLogger("chassis.metrics")
Reading = Callable[[], Iterable[tuple[Mapping[str, str], float]]]

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
REQUESTS = Histogram(
    "http_request_seconds", "Time to answer a request.", ("method", "route", "status"), buckets=_BUCKETS
)
REFUSALS = Counter("http_refusals", "Requests refused before a view saw them.", ("reason",))
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def observe_request(method: str, route: str, status: int, seconds: float) -> None:
    """Count one answered request. `route` is the URL pattern, never the path."""
    # A caller can invent methods without end, each of which would be a series for ever.
    REQUESTS.labels(method if method in _METHODS else "other", route, f"{status // 100}xx").observe(seconds)


class _Readings(Collector):
    """Gauges that are read at scrape time; one that fails is left out and logged, the others still answer."""

    def __init__(self) -> None:
        self.known: dict[str, tuple[str, tuple[str, ...], Reading]] = {}

    def describe(self) -> list[GaugeMetricFamily]:
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        for name, (meaning, labels, reading) in list(self.known.items()):
            family = GaugeMetricFamily(name, meaning, labels=labels)
            try:
                for values, number in reading():
                    family.add_metric([values[label] for label in labels], number)
            except Exception as error:  # a database that is away must not hide the rest
                log.warning("No reading of %s (%s)", name, type(error).__name__)
                continue
            yield family


_readings = _Readings()


def reading(name: str, meaning: str, read: Reading, *, labels: tuple[str, ...] = ()) -> None:
    """Register the gauge `name`; `read` answers (labels, value) pairs. Registering a name again replaces it."""
    _readings.known[name] = (meaning, labels, read)


def exposition() -> bytes:
    """All metrics in Prometheus' text format."""
    if not os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        return generate_latest(REGISTRY) + generate_latest(_only(_readings))
    return generate_latest(_several()) + generate_latest(_only(_readings))


def metrics(request: HttpRequest) -> HttpResponse:
    """GET /metrics. With METRICS_TOKEN set, only for `Authorization: Bearer <token>`."""
    token = getattr(settings, "METRICS_TOKEN", "")
    sent = request.headers.get("Authorization", "").encode()
    if token and not hmac.compare_digest(sent, f"Bearer {token}".encode()):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    return HttpResponse(exposition(), content_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})


def _several() -> CollectorRegistry:
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry


def _only(collector: Collector) -> CollectorRegistry:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(collector)
    return registry


urlpatterns: list[URLPattern] = [path("metrics", metrics)]
