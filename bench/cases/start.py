"""How soon the shop serves when its data is there, and what it takes while idle."""

import time

from bench.bench import Bench
from bench.meters import megabytes
from bench.report import below


def run(bench: Bench) -> None:
    """Stop all processes and start them again; the servers stay up."""
    bench.stack.stop()
    begun = time.monotonic()
    bench.stack.start()
    bench.add("start", "processes started and serving", time.monotonic() - begun, "s", reach=below(10))
    bench.stack.wait_quiet()
    time.sleep(min(5.0, bench.effort.seconds * 2))
    bench.add("start", "whole stack, idle, PSS", megabytes(bench.stack.roots()), "MB", reach=below(900))
