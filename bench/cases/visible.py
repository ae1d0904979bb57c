"""From the commit of a change until search shows it: single changes, in a shop at rest and beside an import."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from bench import goods
from bench.bench import Bench
from bench.report import below
from bench.stack import address
from catalog.commands import save_products
from chassis.messages import Lane

FIRST, CROWD = 70_000_000, 80_000_000
SECONDS = 1000
PATIENT_SECONDS = 60.0
CROWD_BATCH = 200


def run(bench: Bench) -> None:
    """New products, one at a time, each asked for by its SKU until it is found."""
    bench.stack.wait_quiet()
    count = max(bench.effort.products // 20, 5)
    _measure(bench, "a change", FIRST, count)
    with _importing(bench):
        _measure(bench, "a change beside an import", FIRST + count, count)
    bench.stack.wait_quiet()


def _measure(bench: Bench, name: str, first: int, count: int) -> None:
    waits = sorted(_visible_after(bench, first + number) for number in range(count))
    bench.add("visible", f"{name}, commit to search p50", waits[count // 2], "ms")
    bench.add("visible", f"{name}, commit to search p99", waits[int(count * 0.99)], "ms", reach=below(SECONDS))


def _visible_after(bench: Bench, number: int) -> float:
    save_products([goods.product(number)])
    begun = time.perf_counter()
    url = f"{address(bench.stack.web_port)}/api/v1/{goods.VIEW}/search?limit=1&q=P{number}"
    with httpx.Client() as client:
        while not client.get(url).json()["items"]:
            if time.perf_counter() - begun > PATIENT_SECONDS:
                raise TimeoutError(f"P{number} is not found by search after {PATIENT_SECONDS:.0f} s")
            time.sleep(0.002)
    return (time.perf_counter() - begun) * 1000


@contextmanager
def _importing(bench: Bench) -> Iterator[None]:
    """Batches of new products, one after the other, as long as this is measured."""
    stop = threading.Event()

    def work() -> None:
        number = CROWD
        while not stop.is_set():
            batch = min(CROWD_BATCH, bench.effort.products)
            save_products([goods.product(n) for n in range(number, number + batch)], lane=Lane.BULK)
            number += batch

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
