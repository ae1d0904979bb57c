"""Placing orders, from the call until the shop says that the order is placed; carts are filled beforehand.

Against the statements and commits of the whole saga, with all that follows from an order in six databases, replayed
without Python, HTTP and broker. Also on one hot SKU, and while an import of many bulk events runs.
"""

import random
import subprocess
import sys

from bench import goods, replay, world
from bench.bench import Bench
from bench.load import Samples
from bench.report import below, equal, ratio_at_least
from bench.shoppers import Basket, Cart, Placer, Preparer, Step, place

SHOPPERS = 8
MANY, FEW = 50, 5


def prepare(bench: Bench) -> None:
    """Record orders of two lines each, and count the statements of orders with many lines and with few."""
    bench.stack.start("provider")
    scripts = _record(bench, lines=2, count=bench.effort.scripts)
    for lines in (MANY, FEW):
        bench.prepared[f"place {lines}"] = _record(bench, lines=lines, count=2)[-1]
    bench.stack.stop()
    bench.prepared["place"] = (scripts, bench.replayed(scripts, clients=SHOPPERS))


def run(bench: Bench) -> None:
    """Eight shoppers at once, each ordering cart after cart."""
    scripts, replayed = bench.prepared["place"]
    against = ("its statements replayed", replayed)
    plain = _orders(bench, world.buyable(bench.size), lines=2)
    bench.add("place", "orders, 8 shoppers", plain.rate("place"), "1/s", against=against, reach=ratio_at_least(0.1))
    bench.add("place", "order p50", plain.milliseconds("place", 50), "ms")
    bench.add("place", "order p95", plain.milliseconds("place", 95), "ms", reach=below(250))
    bench.add("place", "all effects there after the last order", bench.stack.wait_quiet(), "s")
    bench.add("place", "statements per order", sum(s.statements for s in scripts) / len(scripts), "")
    bench.add("place", "commits per order", sum(s.commits for s in scripts) / len(scripts), "")
    many, few = (bench.prepared[f"place {lines}"].statements for lines in (MANY, FEW))
    name = f"statements, order of {MANY} lines"
    bench.add("place", name, many, "", against=(f"with {FEW} lines", few), reach=equal("no more"))
    alone = ("different SKUs", plain.milliseconds("place", 95))
    hot = _orders(bench, [world.HOT], lines=1)
    bench.add("place", "hot SKU: orders", hot.rate("place"), "1/s", against=("different SKUs", plain.rate("place")))
    bench.add("place", "hot SKU: p95", hot.milliseconds("place", 95), "ms", against=alone, reach=below(250))
    bench.stack.wait_quiet()
    _during_import(bench, alone=("without the import", plain.milliseconds("place", 95)))


def _record(bench: Bench, *, lines: int, count: int) -> list[replay.Script]:
    basket = Basket(view=goods.VIEW, skus=world.buyable(bench.size), lines=lines)

    def filled(choice: random.Random) -> Step:
        cart = yield from basket.fill(choice, _ignore)
        yield from basket.deliver(cart)
        return cart

    return replay.record(count, prepare=filled, action=lambda cart: place(cart, _ignore))


def _orders(bench: Bench, skus: list[str], *, lines: int) -> Samples:
    carts = prepared_carts(bench, skus, lines=lines)
    return bench.drive(Placer(carts=carts, shoppers=SHOPPERS), shoppers=SHOPPERS, seconds=None)


def prepared_carts(bench: Bench, skus: list[str], *, lines: int) -> list[Cart]:
    """Filled carts, ready to be ordered."""
    each = max(1, bench.effort.orders // SHOPPERS)
    preparer = Preparer(basket=Basket(view=goods.VIEW, skus=skus, lines=lines), carts=each)
    names = bench.drive(preparer, shoppers=SHOPPERS, seconds=None).by_name
    return [Cart(base=base, secret=secret) for base, secret in (name.split(" ") for name in names)]


def _during_import(bench: Bench, *, alone: tuple[str, float]) -> None:
    """The import makes bulk events for as long as orders are placed, and its backlog is as long as it is quick."""
    carts = prepared_carts(bench, world.buyable(bench.size), lines=2)
    command = [sys.executable, "-m", "bench.bulk", str(bench.size), str(bench.effort.events)]
    importing = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert importing.stdout is not None
        importing.stdout.readline()  # it has begun
        busy = bench.drive(Placer(carts=carts, shoppers=SHOPPERS), shoppers=SHOPPERS, seconds=None)
        still = importing.poll() is None
    finally:
        importing.kill()
        importing.wait()
    if not still:
        bench.say("    (the import ended before the orders did)")
    bench.add("place", "during an import: p95", busy.milliseconds("place", 95), "ms", against=alone, reach=below(250))
    bench.stack.wait_quiet()


def _ignore(_: str, __: float) -> None:
    """Recorded are the statements, not the times."""
