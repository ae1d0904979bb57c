"""Importing products with all their views, until they can be read and found; against COPY of the same rows."""

import time

import httpx
import psycopg

from bench import goods
from bench.bench import Bench
from bench.report import at_least
from bench.stack import address
from catalog.commands import save_products
from chassis.messages import Lane

BATCH = 200
FIRST = 50_000_000
# Where an import writes, and which of its rows are those of the products imported.
TABLES = {
    "catalog_product": "id IN (TABLE imported) OR parent_id IN (TABLE imported)",
    "catalog_price": """product_id IN (SELECT id FROM catalog_product
                        WHERE id IN (TABLE imported) OR parent_id IN (TABLE imported))""",
    "catalog_priceblock": "product_id IN (TABLE imported)",
    "catalog_media": "product_id IN (TABLE imported)",
    "catalog_slug": "target IN (TABLE imported)",
    "catalog_productcategory": "product_id IN (TABLE imported)",
    "catalog_categoryentry": "product_id IN (TABLE imported)",
    "catalog_productdocument": "product_id IN (TABLE imported)",
    "catalog_outboxevent": "type = 'catalog.product_changed' AND seq > %(seq)s",
}


def run(bench: Bench) -> None:
    """Batches of two hundred new products, one importer, the shop running."""
    bench.stack.wait_quiet()
    count = bench.effort.products
    with bench.stack.connect("catalog") as connection:
        before = connection.execute("SELECT coalesce(max(seq), 0) FROM catalog_outboxevent").fetchone()
        assert before is not None
        commands = [goods.product(FIRST + number) for number in range(count)]
        begun = time.perf_counter()
        ids = []
        for first in range(0, count, BATCH):
            ids += save_products(commands[first : first + BATCH], lane=Lane.BULK)
        saved = time.perf_counter() - begun
        _wait_found(bench, FIRST + count - 1)
        found = time.perf_counter() - begun
        copied = _copy(connection, ids, seq=before[0])
    against = ("COPY of the same rows", count / copied)
    bench.add("import", "products saved and readable", count / saved, "1/s", against=against, reach=at_least(500))
    bench.add("import", "products, until searchable", count / found, "1/s", against=against)


def _wait_found(bench: Bench, number: int) -> None:
    """Until the shop finds the last product by its SKU."""
    url = f"{address(bench.stack.web_port)}/api/v1/{goods.VIEW}/search?q=P{number}"
    end = time.monotonic() + 120
    with httpx.Client() as client:
        while not any(item["sku"] == f"P{number}" for item in client.get(url).json()["items"]):
            if time.monotonic() > end:
                raise TimeoutError(f"P{number} is not found by search after two minutes")
            time.sleep(0.05)


def _copy(connection: psycopg.Connection[tuple[object, ...]], ids: list[object], *, seq: object) -> float:
    """Seconds of one transaction that copies the rows into tables like those they are in, indexes and all."""
    connection.execute("CREATE TEMPORARY TABLE imported (id uuid PRIMARY KEY)")
    with connection.cursor().copy("COPY imported FROM STDIN") as into:
        for id_ in ids:
            into.write_row([id_])
    rows: dict[str, list[bytes]] = {}
    for table, condition in TABLES.items():
        connection.execute(f"CREATE TABLE bench_{table} (LIKE {table} INCLUDING ALL)")
        with connection.cursor().copy(f"COPY (SELECT * FROM {table} WHERE {condition}) TO STDOUT", {"seq": seq}) as out:
            rows[table] = [bytes(part) for part in out]
    begun = time.perf_counter()
    with connection.transaction():
        for table, parts in rows.items():
            with connection.cursor().copy(f"COPY bench_{table} FROM STDIN") as into:
                for part in parts:
                    into.write(part)
    seconds = time.perf_counter() - begun
    for table in TABLES:
        connection.execute(f"DROP TABLE bench_{table}")
    return seconds
