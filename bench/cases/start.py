"""How soon `make up` serves when its data is there, and what it takes while idle."""

import time

from django.db import connections

from bench.bench import Bench
from bench.report import below
from config.domains import ALIASES
from config.local import process


def run(bench: Bench) -> None:
    """Stop everything, servers included, and start it anew."""
    # The servers stop too, and connections with them.
    for alias in ALIASES:
        connections[alias].close()
        connections[alias].close_pool()
    with bench.stack.made_up() as (seconds, roots):
        bench.add("start", "make up, serving", seconds, "s", reach=below(10))
        bench.stack.wait_quiet()
        time.sleep(min(5.0, bench.effort.seconds * 2))
        memory = process.megabytes(process.family(roots))
        bench.add("start", "whole stack, idle, PSS", memory, "MB", reach=below(900))
