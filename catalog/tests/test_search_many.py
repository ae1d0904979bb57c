"""10,000 products in one category, page 50, filters on: manual order, pins and several sort keys, in every engine."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import connections

from catalog.commands import DefineAttribute, DefineMerchandising, define_attribute, define_merchandising
from catalog.pricing.blocks import rebuild_blocks
from catalog.product.models import Category, ProductDocument
from catalog.search.engine import POSITION, Question
from catalog.search.fallback import Fallback
from catalog.tests import shop
from catalog.tests.test_search import facet, get, skus

pytestmark = pytest.mark.django_db(databases=["catalog"])
MANY, PAGE, LIMIT = 10_000, 50, 24
COLOURS = ("red", "blue", "green")


@dataclass(frozen=True)
class Knife:
    """What the statement below makes of a number."""

    number: int

    @property
    def id(self) -> UUID:
        return UUID(hashlib.md5(str(self.number).encode()).hexdigest())

    @property
    def sku(self) -> str:
        return f"K{self.number:05}"

    @property
    def name(self) -> str:
        return f"Knife {self.number * 31 % 4000:05}"  # names repeat

    @property
    def colour(self) -> str:
        return COLOURS[self.number % 3]

    @property
    def price(self) -> int:
        return self.number % 7 + 1

    @property
    def position(self) -> int:
        return self.number * 7919 % MANY // 10  # ten at each place


KNIVES = [Knife(number) for number in range(MANY)]
_ONE = {
    "catalog_productdocument": "t.view = 'en'",
    "catalog_priceblock": "t.channel = 'eu' AND t.customer_group = ''",
    "catalog_price": "t.channel = 'eu' AND t.kind = 'base'",
}


@pytest.fixture(autouse=True)
def _shop(db: Any) -> None:
    """One knife by the public commands, and as many copies of its rows as there are numbers."""
    shop.structure()
    define_attribute(DefineAttribute(code="weight", kind="number", labels={"": "Weight"}, filterable=True))
    first = shop.simple("FIRST", "First knife", color="red", price="1")
    with connections["catalog"].cursor() as cursor:
        cursor.execute(
            """CREATE TEMPORARY TABLE made ON COMMIT DROP AS
               SELECT md5(n::text)::uuid AS id, 'K' || lpad(n::text, 5, '0') AS sku,
                      'Knife ' || lpad((n * 31 %% 4000)::text, 5, '0') AS name, n %% 7 + 1 AS price,
                      n * 7919 %% %s / 10 AS place, n %% 10 AS weight,
                      (ARRAY['red', 'blue', 'green'])[n %% 3 + 1] AS colour
               FROM generate_series(0, %s) AS n""",
            [MANY, MANY - 1],
        )
        for table, columns in _columns().items():
            cursor.execute(
                f"""INSERT INTO {table} SELECT (jsonb_populate_record(t, jsonb_build_object({columns}))).*
                    FROM {table} t, made WHERE {_key(table)} = %s AND {_ONE.get(table, "true")}""",
                [first],
            )
        # Nobody else will in this transaction, and plans would be made for tables of one row.
        cursor.execute(f"ANALYZE {', '.join(_columns())}")
    ProductDocument.objects.filter(product_id=first).delete()


def _key(table: str) -> str:
    return "t.id" if table == "catalog_product" else "t.product_id"


def _columns() -> dict[str, str]:
    card = (
        'format(\'{"id":"%%s","sku":"%%s","type":"simple","slug":"%%s","name":"%%s","image":""}\','
        " made.id, made.sku, lower(made.sku), made.name)"
    )
    facets = "jsonb_build_object('color', jsonb_build_array(colour), 'weight', jsonb_build_array(weight::text))"
    source = "jsonb_build_object('body', '', 'skus', jsonb_build_array(lower(made.sku)), 'lines', '{}'::jsonb)"
    return {
        "catalog_product": "'id', made.id, 'sku', made.sku, 'sku_key', lower(made.sku)",
        "catalog_productdocument": f"""'product_id', made.id, 'slug', lower(made.sku), 'name', made.name,
            'sku_keys', jsonb_build_array(lower(made.sku)), 'words', lower(made.name), 'card', {card},
            'sort_key', lower(made.name) || chr(1), 'facets', {facets}, 'source', {source}""",
        "catalog_priceblock": "'product_id', made.id, 'amount', made.price",
        "catalog_price": "'id', made.id, 'product_id', made.id, 'amount', made.price",
        "catalog_categoryentry": "'product_id', made.id, 'position', made.place",
    }


def expected(key: Callable[[Knife], Any], *, kept: Callable[[Knife], bool], pins: dict[int, Knife]) -> list[str]:
    """The page, worked out the long way."""
    listed = sorted((knife for knife in KNIVES if kept(knife) and knife not in pins.values()), key=key)
    for place, knife in sorted(pins.items()):
        if kept(knife):
            listed.insert(place - 1, knife)
    start = (PAGE - 1) * LIMIT
    return [knife.sku for knife in listed[start : start + LIMIT]]


def test_page_50_of_10000_in_manual_order_with_pins_filters_and_several_keys(engine: str) -> None:
    pins = {1: Knife(9), 1180: Knife(3), 1190: Knife(1)}  # the last is blue
    for place, knife in pins.items():
        rule = DefineMerchandising(code=knife.sku, action="pin", category="knives", place=place, skus=(knife.sku,))
        define_merchandising(rule)
    asked = f"en/categories/knives?page={PAGE}&limit={LIMIT}&filter.color=red&filter.weight=..7&price=..6"

    def kept(knife: Knife) -> bool:
        return knife.colour == "red" and knife.number % 10 < 7 and knife.price < 6

    orders: dict[str, tuple[Callable[[Knife], Any], dict[int, Knife]]] = {
        "position": (lambda k: (k.position, k.id), pins),
        "position,-price,name": (lambda k: (k.position, -k.price, k.name, k.id), pins),
        "price,name": (lambda k: (k.price, k.name, str(k.id)), {}),
        "-price,name": (lambda k: (-k.price, k.name, str(k.id)), {}),
        "name": (lambda k: (k.name, str(k.id)), {}),
    }
    for sort, (key, pinned) in orders.items():
        body = get(f"{asked}&sort={sort}")
        assert skus(body) == expected(key, kept=kept, pins=pinned), sort
        assert body["total"] == sum(map(kept, KNIVES))
    assert facet(body, "color") == {
        colour: sum(k.colour == colour and k.number % 10 < 7 and k.price < 6 for k in KNIVES) for colour in COLOURS
    }
    assert sum(facet(body, "weight").values()) == sum(k.colour == "red" and k.price < 6 for k in KNIVES)
    assert Decimal(body["price"]["max"]) == 7, "its own range does not narrow the price"
    assert Category.objects.filter(id=body["category"]["id"], code="knives").exists()


def test_the_first_page_of_a_category_reads_what_it_shows_and_no_more() -> None:
    """Also once the statement is prepared, and planned without knowing which category it will be about."""
    category = Category.objects.get(code="knives").id
    question = Question(view="en", channel="eu", locale="en-GB", category=category, sort=(POSITION,), limit=LIMIT)

    def page() -> None:
        assert len(Fallback("en").page(question, total=MANY)) == LIMIT

    assert rows_read("catalog_productdocument", page) < 10 * LIMIT


def test_a_product_with_variants_is_priced_without_reading_the_prices_of_others() -> None:
    product = shop.configurable("AXE", "Axe", sizes=30)
    assert rows_read("catalog_price", lambda: rebuild_blocks([product])) < 300


def rows_read(table: str, act: Callable[[], object]) -> int:
    """Rows of a table that the last of some calls went through, all of them by plans for any parameters."""
    read = []
    with connections["catalog"].cursor() as cursor:
        cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        for _ in range(6):
            act()
            cursor.execute(
                "SELECT seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables WHERE relname = %s",
                [table],
            )
            read.append(int(cursor.fetchone()[0]))
    return read[-1] - read[-2]
