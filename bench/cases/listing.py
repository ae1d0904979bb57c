"""A category's page: 24 products with prices and stock, five facets; against fixed bytes of the same length."""

import httpx

from bench import goods, world
from bench.bench import Bench, median
from bench.cases.product import CONNECTIONS, fixed_bytes
from bench.report import below
from bench.shoppers import Reader
from bench.stack import address


def run(bench: Bench) -> None:
    """Categories asked for with skew: their first pages, alone and by 16 at once."""
    paths = [f"/api/v1/{goods.VIEW}/categories/{slug}" for slug in world.category_slugs()]
    size = len(httpx.get(address(bench.stack.web_port) + paths[0]).content)
    (alone,) = bench.alternate(Reader(paths=paths), shoppers=1)
    for percent, reach in ((50, None), (99, below(50))):
        value = median(alone, lambda s, p=percent: s.milliseconds("read", p))  # type: ignore[misc]
        bench.add("listing", f"listing p{percent}, one at a time", value, "ms", reach=reach)
    read, fixed = bench.alternate(Reader(paths=paths), fixed_bytes(size), shoppers=CONNECTIONS)
    against = ("fixed bytes", median(fixed, lambda s: s.rate("read")))
    rate = median(read, lambda s: s.rate("read"))
    bench.add("listing", "listings, 16 connections", rate, "req/s", against=against)
    tail = median(read, lambda s: s.milliseconds("read", 99))
    bench.add("listing", "listing p99, 16 connections", tail, "ms")
