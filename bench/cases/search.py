"""Search with five facets, typing errors and completions, against the engine called without a server."""

import random
import statistics
import time
from collections.abc import Callable, Sequence
from urllib.parse import quote

from bench import goods
from bench.bench import Bench, median
from bench.cases.product import CONNECTIONS
from bench.report import Reach, below
from bench.shoppers import Reader
from bench.words import frequent, misspelt
from catalog.search import embedded
from catalog.search.embedded_facets import Counted
from catalog.search.engine import Question

LOCALE = goods.VIEWS[goods.VIEW][1]


def run(bench: Bench) -> None:
    """One word of a text each time, one request at a time; then 16 at once."""
    choice = random.Random(4)
    words = frequent(choice, 300)
    wrong = [misspelt(word, choice) for word in words if len(word) > 5][:200]
    starts = [word[:3] for word in words]
    _measure(bench, "search", "search", [f"q={quote(word)}" for word in words], lambda n: _search(words[n]))
    _measure(bench, "typo", "search", [f"q={quote(word)}" for word in wrong], lambda n: _search(wrong[n]))
    _measure(bench, "suggest", "suggest", [f"q={quote(start)}" for start in starts], lambda n: _suggest(starts[n]))
    (many,) = bench.alternate(Reader(paths=[_path("search", f"q={quote(w)}") for w in words]), shoppers=CONNECTIONS)
    bench.add("search", "searches, 16 connections", median(many, lambda s: s.rate("read")), "req/s")
    tail = median(many, lambda s: s.milliseconds("read", 99))
    bench.add("search", "search p99, 16 connections", tail, "ms")


def _measure(bench: Bench, name: str, route: str, queries: Sequence[str], ask: Callable[[int], object]) -> None:
    (read,) = bench.alternate(Reader(paths=[_path(route, query) for query in queries]), shoppers=1)
    engine = _times(len(queries), ask)
    p50 = median(read, lambda s: s.milliseconds("read", 50))
    direct = statistics.median(engine)
    near = Reach(words="≤ 2 × + 1 ms", met=lambda value, _: value <= 2 * direct + 1)
    bench.add("search", f"{name} p50", p50, "ms", against=("the engine", direct), reach=near)
    p99 = median(read, lambda s: s.milliseconds("read", 99))
    slow = sorted(engine)[int(len(engine) * 0.99)]
    bench.add("search", f"{name} p99", p99, "ms", against=("the engine", slow), reach=below(50))


def _times(count: int, ask: Callable[[int], object]) -> list[float]:
    times = []
    for number in [*range(min(20, count)), *range(count)]:  # the first ones warm up
        begun = time.perf_counter()
        ask(number)
        times.append((time.perf_counter() - begun) * 1000)
    return times[-count:]


def _path(route: str, query: str) -> str:
    return f"/api/v1/{goods.VIEW}/{route}?{query}"


def _search(text: str) -> object:
    question = Question(view=goods.VIEW, channel="home", locale=LOCALE, text=text, facets=tuple(goods.FACETS))
    return _engine().search(question)


def _suggest(text: str) -> object:
    return _engine().suggest(text, limit=6)


def _engine() -> embedded.Embedded:
    engine = embedded.engine(goods.VIEW, locale=LOCALE)
    assert engine is not None
    engine.counted = Counted()  # it is the engine that is measured, not what a process keeps of its answers
    return engine
