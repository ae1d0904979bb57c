"""Adding to a cart: three lines each, prices and totals in every answer; against the same statements replayed."""

import random

from bench import goods, replay, world
from bench.bench import Bench, median
from bench.report import ratio_at_least
from bench.shoppers import Adder, Basket, Cart, Step

SHOPPERS = 8
LINES = 3


def prepare(bench: Bench) -> None:
    """Record carts being opened and filled, and replay the filling."""
    basket = _basket(bench)

    def opened(choice: random.Random) -> Step:
        return (yield from Basket(view=goods.VIEW, skus=basket.skus, lines=0).fill(choice, _ignore))

    def filled(cart: Cart) -> Step:
        yield from basket.add(cart, random.Random(cart.base), _ignore)

    scripts = replay.record(bench.effort.scripts, prepare=opened, action=filled)
    bench.prepared["cart"] = (scripts, bench.replayed(scripts, clients=SHOPPERS))


def run(bench: Bench) -> None:
    """Eight shoppers who do nothing else."""
    (added,) = bench.alternate(Adder(basket=_basket(bench)), shoppers=SHOPPERS)
    scripts, replayed = bench.prepared["cart"]
    against = ("its statements replayed", replayed * LINES)
    rate = median(added, lambda s: s.rate("add"))
    bench.add("cart", "additions, 8 shoppers", rate, "1/s", against=against, reach=ratio_at_least(0.25))
    for percent in (50, 95):
        value = median(added, lambda s, p=percent: s.milliseconds("add", p))  # type: ignore[misc]
        bench.add("cart", f"addition p{percent}", value, "ms")
    statements = sum(script.statements for script in scripts) / len(scripts) / LINES
    bench.add("cart", "statements per addition", statements, "")


def _basket(bench: Bench) -> Basket:
    return Basket(view=goods.VIEW, skus=world.buyable(bench.size), lines=LINES)


def _ignore(_: str, __: float) -> None:
    """Recorded are the statements, not the times."""
