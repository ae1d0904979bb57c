"""The price of a cart of 50 lines and of 5, against one SELECT per table sent by psycopg."""

from decimal import Decimal

import psycopg

from bench import goods, world
from bench.bench import Bench
from bench.counting import cost
from bench.report import below, equal
from catalog.quote.cart import quote
from contracts.catalog import QuoteRequestLine

TABLES = (
    "SELECT currency, prices_include_tax, countries FROM catalog_channel WHERE code = 'home'",
    "SELECT id, sku, kind, tax_class, channels FROM catalog_product WHERE sku_key = ANY(%(skus)s)",
    "SELECT name, source FROM catalog_productdocument WHERE view = 'home-en' AND product_id = ANY(%(products)s)",
    "SELECT product_id, kind, amount, starts_at, ends_at FROM catalog_price WHERE product_id = ANY(%(products)s)",
    "SELECT product_id, lowest_before FROM catalog_pricepoint WHERE product_id = ANY(%(products)s) AND ends_at IS NULL",
    "SELECT r.tax_class, r.rate FROM catalog_taxrate r JOIN catalog_taxarea a USING (zone_id)"
    " WHERE r.channel = 'home' AND a.country = 'DE'",
)


def run(bench: Bench) -> None:
    """In this process, without HTTP."""
    skus = world.buyable(bench.size, 50)
    seconds = bench.effort.seconds
    large, small = (cost(lambda n=n: _quote(skus[:n]), seconds=seconds) for n in (50, 5))  # type: ignore[misc]
    with bench.stack.connect("catalog") as connection:
        direct = cost(lambda: _tables(connection, skus), seconds=seconds)
    against = ("with 5 lines", float(small.statements))
    bench.add("quote", "statements for 50 lines", large.statements, "", against=against, reach=equal("no more"))
    p50 = ("a SELECT per table", direct.milliseconds(50))
    bench.add("quote", "quote of 50 lines, p50", large.milliseconds(50), "ms", against=p50)
    p95 = ("a SELECT per table", direct.milliseconds(95))
    bench.add("quote", "quote of 50 lines, p95", large.milliseconds(95), "ms", against=p95, reach=below(30))


def _quote(skus: list[str]) -> object:
    lines = tuple(QuoteRequestLine(key=sku, sku=sku, quantity=Decimal(1)) for sku in skus)
    return quote(channel="home", view=goods.VIEW, country="DE", customer_group="", lines=lines, shipping=Decimal(5))


def _tables(connection: psycopg.Connection[tuple[object, ...]], skus: list[str]) -> None:
    found = connection.execute("SELECT id FROM catalog_product WHERE sku = ANY(%s)", [skus]).fetchall()
    values = {"skus": [sku.casefold() for sku in skus], "products": [row[0] for row in found]}
    for statement in TABLES:
        connection.execute(statement, values).fetchall()
