"""Loading a catalogue of some size through the public commands, before any process runs, until it is searchable."""

import random
import time
from collections.abc import Iterator, Sequence
from decimal import Decimal

from django.db import connections

from bench import goods
from bench.stack import Say
from bench.words import weights
from catalog import commands as catalog
from chassis.draining import drain
from chassis.messages import Lane
from logistics.shipping import commands as shipping
from logistics.warehouse import commands as warehouse

BATCH = 200
STOCK = Decimal(10_000_000)
SOURCES = ("north", "south")
WIDTHS = (5, 500)
HOT = "P0"


def load(size: int, *, say: Say) -> float:
    """Make the whole shop; returns the products saved per second."""
    begun = time.monotonic()
    _structure()
    for width in WIDTHS:
        catalog.save_product(goods.wide(width), lane=Lane.BULK)
    saving = time.monotonic()
    for first in range(0, size, BATCH):
        numbers = range(first, min(first + BATCH, size))
        catalog.save_products([goods.product(number) for number in numbers], lane=Lane.BULK)
        if first and first % 10_000 == 0:
            say(f"  {first:,} of {size:,} products, {first / (time.monotonic() - saving):,.0f} a second")
    rate = size / (time.monotonic() - saving)
    say(f"  {size:,} products saved, {rate:,.0f} a second")
    restock(size, STOCK)
    _tidy()
    events = drain("logistics")
    say(f"  {events:,} stock events delivered")
    drain()
    _tidy()
    say(f"  searchable; the catalogue took {time.monotonic() - begun:,.0f} s")
    return rate


def restock(size: int, amount: Decimal, *, lane: Lane = Lane.BULK) -> None:
    """Set the stock of everything that can be bought."""
    everything = [sku for number in range(size) for sku in goods.skus(number)]
    everything += [f"WIDE{width}-{n}" for width in WIDTHS for n in range(width)]
    for first in range(0, len(everything), 500):
        changes = [
            warehouse.StockChange(source=SOURCES[n % 2], sku=sku, on_hand=amount)
            for n, sku in enumerate(everything[first : first + 500])
        ]
        warehouse.adjust_stock(warehouse.AdjustStock(changes=changes, reason="seed", lane=lane))


def buyable(size: int, count: int = 1000) -> list[str]:
    """SKUs of different products, spread over the catalogue."""
    return [goods.skus(number)[0] for number in range(1, size, max(1, size // count))][:count]


def popular(size: int, count: int) -> list[str]:
    """Addresses of products of the view, some asked for far more often than others."""
    choice = random.Random(2)
    with connections["catalog"].cursor() as cursor:
        cursor.execute(
            """SELECT slug FROM catalog_productdocument
               WHERE view = %s AND product_id IN (SELECT id FROM catalog_product WHERE sku = ANY(%s))""",
            [goods.VIEW, [f"P{number}" for number in _spread(size, 5000)]],
        )
        slugs = [row[0] for row in cursor.fetchall()]
    choice.shuffle(slugs)
    return choice.choices(slugs, cum_weights=weights(len(slugs)), k=count)


def category_slugs() -> Sequence[str]:
    """Addresses of the categories, the big ones first and most."""
    choice = random.Random(3)
    codes = [goods.category(choice) for _ in range(200)] + [f"c{n}" for n in range(goods.BRANCHES)]
    with connections["catalog"].cursor() as cursor:
        cursor.execute(
            """SELECT c.code, s.slug FROM catalog_category c JOIN catalog_slug s ON s.target = c.id
               WHERE s.view = %s AND s.current""",
            [goods.VIEW],
        )
        slug = dict(cursor.fetchall())
    return [slug[code] for code in codes]


def _spread(size: int, count: int) -> Iterator[int]:
    yield from range(0, size, max(1, size // count))


def _structure() -> None:
    for channel in goods.channels():
        catalog.define_channel(channel)
    tree = list(goods.categories())
    catalog.define_category(tree[0])
    for view in goods.views():
        catalog.define_view(view)
    for node in tree[1:]:
        catalog.define_category(node)
    for attribute in goods.attributes():
        catalog.define_attribute(attribute)
    for priority, source in enumerate(SOURCES):
        warehouse.define_source(warehouse.DefineSource(code=source, name=source, country="DE"))
        for channel in goods.CHANNELS:
            warehouse.link_channel(warehouse.LinkChannel(channel=channel, source=source, priority=priority))
    for channel, currency in goods.CHANNELS.items():
        shipping.define_zone(shipping.DefineZone(channel=channel, code="near", name="Near", countries=("DE", "AT")))
        rate = shipping.Rate(zone="near", price=Decimal("5.00"), currency=currency)
        shipping.define_method(shipping.DefineMethod(channel=channel, code="parcel", name="Parcel", rates=(rate,)))


def _tidy() -> None:
    """What autovacuum does within minutes, done now: fresh statistics and visibility maps, no load later."""
    for alias in connections:
        if alias != "default":
            with connections[alias].cursor() as cursor:
                cursor.execute("VACUUM ANALYZE")
