"""A product page by its address, against as many fixed bytes from the same server through the same middleware."""

import statistics
import time
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.test import RequestFactory, override_settings

from bench import goods, world
from bench.bench import Bench, median
from bench.report import below, ratio_at_least
from bench.shoppers import Reader
from catalog.catalog.queries import Body, product_page

CONNECTIONS = 16
GATEWAY = "operations.gateway.middleware.GatewayMiddleware"


def run(bench: Bench) -> None:
    """Pages asked for with skew, 16 connections."""
    slugs = world.popular(bench.size, 3000)
    bodies = [product_page(goods.VIEW, slug) for slug in slugs[:50]]
    size = round(statistics.median(len(body.content) for body in bodies if isinstance(body, Body)))
    pages = Reader(paths=[f"/api/v1/{goods.VIEW}/products/{slug}" for slug in slugs])
    read, fixed = bench.alternate(pages, fixed_bytes(size), shoppers=CONNECTIONS)
    against = ("fixed bytes", median(fixed, lambda s: s.rate("read")))
    rate = median(read, lambda s: s.rate("read"))
    bench.add("product", "pages, 16 connections", rate, "req/s", against=against, reach=ratio_at_least(0.45))
    for percent, reach in ((50, None), (99, below(50))):
        value = median(read, lambda s, p=percent: s.milliseconds("read", p))  # type: ignore[misc]
        other = median(fixed, lambda s, p=percent: s.milliseconds("read", p))  # type: ignore[misc]
        bench.add("product", f"page p{percent}", value, "ms", against=("fixed bytes", other), reach=reach)
    with_it, without = gateway_cost(bench, size)
    bench.add("product", "fixed bytes with the gateway", with_it, "µs", against=("without it", without))


def fixed_bytes(size: int) -> Reader:
    """What a page is compared with: as many bytes that cost nothing to find."""
    return Reader(paths=[f"/api/v1/{goods.VIEW}/bench/fixed/{size}"])


def gateway_cost(bench: Bench, size: int) -> tuple[float, float]:
    """Microseconds of a request through all middleware, with and without the gateway; no server, in this process."""
    request = RequestFactory(SERVER_NAME="127.0.0.1").get(f"/api/v1/{goods.VIEW}/bench/fixed/{size}")
    without = [name for name in settings.MIDDLEWARE if name != GATEWAY]
    handlers = []
    for middleware in (settings.MIDDLEWARE, without):
        with override_settings(MIDDLEWARE=middleware):
            handlers.append(WSGIHandler())
    times: list[list[float]] = [[], []]
    for _ in range(bench.effort.rounds * 5):
        for handler, into in zip(handlers, times, strict=True):
            into.append(_microseconds(handler, request))
    return statistics.median(times[0]), statistics.median(times[1])


def _microseconds(handler: Any, request: Any) -> float:
    calls = 300
    begun = time.perf_counter()
    for _ in range(calls):
        handler.get_response(request)
    return (time.perf_counter() - begun) / calls * 1e6
