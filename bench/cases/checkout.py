"""Whole guest checkouts: open a cart, two lines, ways of delivery, address, payment, order; eight shoppers."""

from bench import goods, world
from bench.bench import Bench
from bench.meters import used
from bench.report import at_least, below
from bench.shoppers import Basket, Buyer

SHOPPERS = 8


def run(bench: Bench) -> None:
    """A fixed number of orders, and the time until the last of their effects is there."""
    buyer = Buyer(basket=Basket(view=goods.VIEW, skus=world.buyable(bench.size), lines=2), orders=_each(bench))
    warm = Buyer(basket=buyer.basket, orders=1, seed=1)
    bench.drive(warm, shoppers=SHOPPERS, seconds=None)
    bench.stack.wait_quiet()
    with used(bench.stack) as use:
        samples = bench.drive(buyer, shoppers=SHOPPERS, seconds=None)
        settled = bench.stack.wait_quiet()
    orders = samples.count("checkout")
    bench.add("checkout", "whole checkouts, 8 shoppers", orders / samples.seconds, "1/s", reach=at_least(90))
    sustained = orders / (samples.seconds + settled)
    bench.add("checkout", "the same until all effects are there", sustained, "1/s", reach=at_least(30))
    bench.add("checkout", "checkout p50", samples.milliseconds("checkout", 50), "ms")
    bench.add("checkout", "checkout p95", samples.milliseconds("checkout", 95), "ms")
    bench.add("checkout", "place p95", samples.milliseconds("place", 95), "ms", reach=below(250))
    bench.add("checkout", "CPU per order, all processes", 1000 * use.cpu / orders, "ms")
    bench.add("checkout", "commits per order, all databases", use.commits / orders, "")


def _each(bench: Bench) -> int:
    return max(1, bench.effort.orders // SHOPPERS)
