"""Events from the outbox of one domain to their effect in another: stock that changes, and what catalog shows of it."""

import statistics
import time
from decimal import Decimal

import psycopg

from bench import imports, world
from bench.bench import Bench
from bench.report import Reach, at_least, below
from catalog.catalog.sorting import sku_key
from chassis.messages import Lane
from config.local import process
from logistics.warehouse import commands as warehouse

Connection = psycopg.Connection[tuple[object, ...]]
_INSERT = """INSERT INTO bench_copy (channel, sku_key, sku, available, in_stock, version)
SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::numeric[], %s::bool[], %s::bigint[])
ON CONFLICT (channel, sku_key) DO UPDATE SET available = excluded.available, version = excluded.version"""
FLAT = Reach(words="ratio < 1.2", met=lambda _, ratio: ratio is not None and ratio < 1.2)


def run(bench: Bench) -> None:
    """A backlog drained, then single events one after the other."""
    bench.stack.wait_quiet()
    _backlog(bench)
    bench.stack.wait_quiet()
    _single(bench)


def _backlog(bench: Bench) -> None:
    with bench.stack.connect("catalog") as catalog:
        with bench.stack.without("background"):
            events = imports.publish(bench.size, bench.effort.events)
            before = _applied(catalog)
        drained = _Drain(bench)
        while (done := _applied(catalog) - before) < events:
            drained.note(done)
            time.sleep(0.1)
        drained.note(done)
    direct = ("direct batch insert", _insert_directly(bench, events))
    name = f"backlog of {events:,}"
    bench.add("events", f"{name}, outbox to effect", drained.rate, "1/s", against=direct, reach=at_least(5000))
    memory = ("when it began", drained.memory[0])
    bench.add("events", f"{name}: relay and worker, PSS", max(drained.memory), "MB", against=memory, reach=FLAT)


class _Drain:
    """Progress from the first effect on: what the processes need to start is not the events'."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.progress: list[tuple[float, int]] = []
        self.memory: list[float] = []
        self._pids: list[int] = []

    def note(self, done: int) -> None:
        """So many effects are there now."""
        if done:
            self.progress.append((time.perf_counter(), done))
            self._pids = self._pids or self.bench.stack.pids("relay", "catalog")
            self.memory.append(process.megabytes(process.family(self._pids)))

    @property
    def rate(self) -> float:
        """Effects a second."""
        (began, first), (ended, last) = self.progress[0], self.progress[-1]
        # A backlog so short that it was there at the first look has no rate; its one look says how long that took.
        return (last - first) / (ended - began) if last > first else float(last) / 0.1


def _single(bench: Bench) -> None:
    """One change on the fast lane; from its commit until the other domain's copy shows it."""
    times = []
    with bench.stack.connect("catalog") as catalog:
        for number in range(max(5, int(bench.effort.seconds * 100))):
            before = _version(catalog)
            amount = Decimal(5_000_000 + number)
            change = warehouse.StockChange(source=world.SOURCES[0], sku=world.HOT, on_hand=amount)
            warehouse.adjust_stock(warehouse.AdjustStock(changes=[change], reason="correction", lane=Lane.FAST))
            committed = time.perf_counter()
            while _version(catalog) == before:
                time.sleep(0.0005)
            times.append((time.perf_counter() - committed) * 1000)
    ordered = sorted(times)
    bench.add("events", "single event, fast lane, p50", statistics.median(ordered), "ms")
    tail = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    bench.add("events", "single event, fast lane, p99", tail, "ms", reach=below(50))


def _version(catalog: Connection) -> object:
    key = [sku_key(world.HOT)]
    return catalog.execute(
        "SELECT version FROM catalog_availability WHERE channel = 'home' AND sku_key = %s", key
    ).fetchone()


def _applied(catalog: Connection) -> int:
    row = catalog.execute("SELECT count(*) FROM catalog_inboxentry").fetchone()
    assert row is not None
    return int(str(row[0]))


def _insert_directly(bench: Bench, events: int) -> float:
    """Rows a second into a table like the copy, a hundred to a statement and a commit."""
    rows = [("home", f"k{n}", f"k{n}", Decimal(1), True, 1) for n in range(events)]
    with bench.stack.connect("catalog") as catalog:
        catalog.execute("CREATE TABLE bench_copy (LIKE catalog_availability INCLUDING ALL)")
        begun = time.perf_counter()
        for first in range(0, events, 100):
            columns = [list(column) for column in zip(*rows[first : first + 100], strict=True)]
            catalog.execute(_INSERT, columns)
        seconds = time.perf_counter() - begun
        catalog.execute("DROP TABLE bench_copy")
    return events / seconds
