"""python -m bench.bulk SIZE EVENTS: an import's events on the bulk lane, as fast as the public command makes them."""

import sys
from collections.abc import Iterator
from decimal import Decimal
from itertools import count, cycle, islice

from bench import goods, world
from chassis.messages import Lane
from logistics.warehouse import commands as warehouse

CHUNK = 200


def publish(size: int, events: int) -> int:
    """Change the stock of one SKU after the other until there are so many events; returns how many there are.

    Each change is an event per channel.
    """
    made = 0
    amounts = count(1_000_000)
    everything = cycle(_skus(size))
    while made < events:
        amount = Decimal(next(amounts))
        chosen = list(dict.fromkeys(islice(everything, CHUNK)))
        changes = [warehouse.StockChange(source=world.SOURCES[0], sku=sku, on_hand=amount) for sku in chosen]
        warehouse.adjust_stock(warehouse.AdjustStock(changes=changes, reason="import", lane=Lane.BULK))
        made += len(chosen) * len(goods.CHANNELS)
    return made


def _skus(size: int) -> Iterator[str]:
    for number in range(size):
        yield from goods.skus(number)


if __name__ == "__main__":
    import django

    django.setup()
    print("begun", flush=True)
    publish(int(sys.argv[1]), int(sys.argv[2]))
