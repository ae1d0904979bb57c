"""Stock by source, and what may be sold by website, as Magento's multi-source inventory reckons.

Salable of a stock is the sum over its enabled sources of what is not switched off, plus the (signed) sum of the stock's
open reservations, minus the threshold. Shops without sources sell from one, called `default`.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from config.parity.facts import RECORD, Fact, Such, fact, plain
from config.parity.sides import Sides
from config.parity.sku import folded

DEFAULT, MANAGED = "default", "cataloginventory/item_options/"
COMPOSITE = ("configurable", "bundle", "grouped")
SHIPPED = {"manage_stock": "1", "backorders": "0", "min_qty": "0"}
ZERO = Decimal(0)
Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Network:
    """Sources by stock, nearest first; which are enabled; the stock of each website."""

    sources: Mapping[str, bool]
    stocks: Mapping[int, Sequence[str]]
    websites: Mapping[str, int]
    many: bool

    def selling(self, stock: int) -> list[str]:
        """The enabled sources of a stock."""
        return [code for code in self.stocks.get(stock, ()) if self.sources.get(code)]


@dataclass
class Stocked:
    """All rows of one SKU."""

    product: Row | None = None
    settings: Row = field(default_factory=dict)
    items: list[Row] = field(default_factory=list)
    reserved: dict[int, Decimal] = field(default_factory=lambda: defaultdict(Decimal))


def keys(sides: Sides) -> Iterator[str]:
    """SKUs of which something lies somewhere or is reserved."""
    tables = ("inventory_source_item", "inventory_reservation") if _network(sides).many else ("catalog_product_entity",)
    for table in tables:
        yield from {folded(row["sku"]) for row in sides.there(f"SELECT DISTINCT sku FROM {{{table}}}")}


def records(sides: Sides, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The stock of each SKU in Magento."""
    network, found = _network(sides), _read(sides, keys)
    return {key: dict(_record(sides, network, stocked)) for key, stocked in found.items()}


def _network(sides: Sides) -> Network:
    websites = [site.code for site in sides.shop.websites.values()]
    many = "inventory_source" in sides.source.schema() and bool(
        sides.there("SELECT 1 AS n FROM {inventory_source} LIMIT 1")
    )
    if not many:
        return Network(sources={DEFAULT: True}, stocks={1: [DEFAULT]}, websites=dict.fromkeys(websites, 1), many=False)
    stocks: dict[int, list[str]] = defaultdict(list)
    for row in sides.there("SELECT * FROM {inventory_source_stock_link} ORDER BY priority, source_code"):
        stocks[row["stock_id"]].append(row["source_code"])
    channels = sides.there("SELECT code, stock_id FROM {inventory_stock_sales_channel} WHERE type = 'website'")
    return Network(
        sources={row["source_code"]: row["enabled"] == 1 for row in sides.there("SELECT * FROM {inventory_source}")},
        websites={row["code"]: row["stock_id"] for row in channels if row["code"] in websites},
        stocks=stocks, many=True,
    )  # fmt: skip


def _read(sides: Sides, keys: Sequence[str]) -> dict[str, Stocked]:
    found: dict[str, Stocked] = {}
    many, wanted = _network(sides).many, set(keys)
    for row in _of_skus(sides, "catalog_product_entity", keys):
        one = found.setdefault(folded(row["sku"]), Stocked()) if folded(row["sku"]) in wanted else Stocked()
        if one.product is None or row["entity_id"] < one.product["entity_id"]:
            one.product = row
    by_id = {one.product["entity_id"]: one for one in found.values() if one.product}
    for row in sides.there(
        "SELECT * FROM {cataloginventory_stock_item} WHERE stock_id = 1 AND product_id IN %s", list(by_id)
    ):
        by_id[row["product_id"]].settings = row
        if not many:
            item = {"source_code": DEFAULT, "quantity": row["qty"], "status": row["is_in_stock"]}
            by_id[row["product_id"]].items.append(item)
    for table in ("inventory_source_item", "inventory_reservation") if many else ():
        for row in _of_skus(sides, table, keys):
            if (key := folded(row["sku"])) in wanted:
                one = found.setdefault(key, Stocked())
                if table == "inventory_source_item":
                    one.items.append(row)
                else:
                    one.reserved[row["stock_id"]] += Decimal(row["quantity"])
    return {key: one for key, one in found.items() if one.items or one.reserved}


def _of_skus(sides: Sides, table: str, keys: Sequence[str]) -> Iterable[Row]:
    """The database takes SKUs for equal whose case or blanks at the end differ; those at the beginning it does not."""
    return sides.there(f"SELECT * FROM {{{table}}} WHERE sku IN %s OR sku LIKE ' %%'", list(keys))


def _record(sides: Sides, network: Network, one: Stocked) -> Iterator[tuple[str, Any]]:
    if one.product is None:
        yield RECORD, Fact(True, {"no_such_product": None})
    elif one.product["type_id"] in COMPOSITE:
        yield RECORD, Fact(True, {"sold_as_its_parts": None})
    settings = {name: _setting(sides, one.settings, name) for name in SHIPPED}
    managed, threshold = settings["manage_stock"] != "0", Decimal(settings["min_qty"])
    quantities: dict[str, Decimal] = defaultdict(Decimal)
    for row in one.items:
        quantities[row["source_code"]] += Decimal(row["quantity"] or 0)
    for place, quantity in quantities.items():
        missing = {} if place in network.sources else {"no_such_source": None}
        yield f"quantity in {place}", fact(quantity or None, missing)
        yield f"managed in {place}", fact(managed, missing)
        yield f"backorders in {place}", _backorders(settings, missing, managed=managed, threshold=threshold)
    if managed:
        yield from _salable(network, one, quantities, settings, threshold)


def _setting(sides: Sides, own: Row, name: str) -> str:
    """A product's own setting, or the shop's where it says so."""
    if own.get(f"use_config_{name}", 1) != 1:
        return str(own.get(name) or 0)
    return sides.shop.configuration.get(MANAGED + name) or SHIPPED[name]


def _backorders(settings: Mapping[str, str], missing: Mapping[str, Any], *, managed: bool, threshold: Decimal) -> Any:
    otherwise = dict(missing)
    if not managed:
        otherwise["never_runs_out"] = False
    if threshold < 0:
        otherwise["backorders_have_an_end"] = False
    return fact(settings["backorders"] != "0", otherwise)


def _salable(
    network: Network, one: Stocked, quantities: Mapping[str, Decimal], settings: Mapping[str, str], threshold: Decimal
) -> Iterator[tuple[str, Any]]:
    on = [row for row in one.items if row["status"] != 0]
    endless = settings["backorders"] != "0" and threshold >= 0
    for website, stock in network.websites.items():
        sources = network.selling(stock)
        assigned = any(place in quantities for place in sources)
        lying = sum((Decimal(row["quantity"] or 0) for row in on if row["source_code"] in sources), ZERO)
        salable = lying + one.reserved.get(stock, ZERO) - (threshold if assigned else ZERO)
        otherwise: dict[str, Any] = {}
        if any(place in several for place in sources for other, several in network.stocks.items() if other != stock):
            otherwise["source_in_several_stocks"] = Such(lambda ours, most=salable: (ours or ZERO) <= max(most, ZERO))
        yield f"salable in {website}", fact(salable or None, otherwise)
        yield f"available in {website}", fact(None if endless or salable <= 0 else salable, otherwise)
        if one.reserved.get(stock) and sources and not assigned:
            for name in ("managed", "backorders"):
                yield f"{name} in {sources[0]}", Fact(None, {"reserved_where_nothing_lies": Such(lambda ours: True)})


def figures(record: Mapping[str, Any]) -> Iterator[tuple[str, Decimal]]:
    """What lies in each source, and what may be sold in each website."""
    for name, value in record.items():
        amount = plain(value)
        if isinstance(amount, Decimal) and name.startswith(("quantity ", "salable ")):
            yield name, amount
