"""An import of stock: many events on the bulk lane, as fast as the public command makes them."""

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
    everything = cycle([sku for number in range(size) for sku in goods.skus(number)])
    while made < events:
        made += _change(everything, Decimal(next(amounts)), most=(events - made) // len(goods.CHANNELS) + 1)
    return made


def _change(everything: Iterator[str], amount: Decimal, *, most: int) -> int:
    chosen = list(dict.fromkeys(islice(everything, min(CHUNK, most))))
    changes = [warehouse.StockChange(source=world.SOURCES[0], sku=sku, on_hand=amount) for sku in chosen]
    warehouse.adjust_stock(warehouse.AdjustStock(changes=changes, reason="import", lane=Lane.BULK))
    return len(chosen) * len(goods.CHANNELS)
