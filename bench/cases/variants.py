"""A product with 500 variants against one with 5: no more statements, time at most in proportion."""

from collections.abc import Callable

from bench import goods, world
from bench.bench import Bench
from bench.counting import cost
from bench.report import Reach, equal
from catalog.catalog.queries import product_page
from catalog.commands import save_product

PROPORTION = world.WIDTHS[1] / world.WIDTHS[0]
LINEAR = Reach(words=f"ratio ≤ {PROPORTION:.0f}", met=lambda _, ratio: ratio is not None and ratio <= PROPORTION)


def run(bench: Bench) -> None:
    """Its page, and saving it with its documents in all views; in this process, without HTTP."""
    _compare(bench, "page", lambda width: product_page(goods.VIEW, f"wide-{width}"))
    _compare(bench, "saving", lambda width: save_product(goods.wide(width)))


def _compare(bench: Bench, name: str, call: Callable[[int], object]) -> None:
    few, many = world.WIDTHS
    small = cost(lambda: call(few), seconds=bench.effort.seconds)
    large = cost(lambda: call(many), seconds=bench.effort.seconds)
    against = (f"{few} variants", float(small.statements))
    bench.add("variants", f"{name}: statements", large.statements, "", against=against, reach=equal("no more"))
    time = (f"{few} variants", small.milliseconds(50))
    bench.add("variants", f"{name}: p50", large.milliseconds(50), "ms", against=time, reach=LINEAR)
