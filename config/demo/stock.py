"""Stock in three sources, before the month of orders is taken out of it."""

from collections.abc import Iterator
from decimal import Decimal
from random import Random

from config.demo.seeded import Seed
from config.demo.shapes import Product, StockLevel
from config.demo.words import places

_MOST = {"leipzig": 60, "venlo": 30, "winterthur": 24}


def levels(seed: Seed, products: tuple[Product, ...]) -> tuple[StockLevel, ...]:
    """What lies where, for all that is shipped; zero is said, not left out."""
    return tuple(
        level
        for product in products
        if product.type != "virtual"
        for item in product.sellable
        for level in _of(product, item.sku, seed.dice("stock", item.sku))
    )


def _of(product: Product, sku: str, dice: Random) -> Iterator[StockLevel]:
    """About one SKU in thirty is sold out everywhere, one in fifteen is scarce, the rest is plenty."""
    rarity = dice.random()
    for source, *_, serves in places.SOURCES:
        if not set(serves) & set(product.channels):
            continue
        if rarity < 0.03:
            on_hand = 0
        elif rarity < 0.10:
            on_hand = dice.randint(0, 2)
        else:
            most = _MOST[source] // (2 if len(product.variants) > 6 else 1)
            on_hand = dice.randint(most // 4, most)
        yield StockLevel(source=source, sku=sku, on_hand=Decimal(on_hand))
