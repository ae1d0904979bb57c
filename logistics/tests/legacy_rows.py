"""Rows of a small Magento shop as events, for tests that need no Magento."""

from datetime import timedelta
from typing import Any

import msgspec

from chassis import clock, domains
from chassis.ids import new_id
from chassis.inbox import receive
from chassis.jobs.runner import JobRunner
from chassis.messages import Envelope, Lane, Message, encode, type_of
from contracts.magento import ProductRowChanged, RowChanged, ScopeRowChanged, StockRowChanged

Row = dict[str, Any]
KEYS = {
    "store_website": (ScopeRowChanged, ("website_id",)),
    "core_config_data": (ScopeRowChanged, ("config_id",)),
    "catalog_product_entity": (ProductRowChanged, ("entity_id",)),
    "cataloginventory_stock_item": (StockRowChanged, ("item_id",)),
    "inventory_source": (StockRowChanged, ("source_code",)),
    "inventory_stock": (StockRowChanged, ("stock_id",)),
    "inventory_source_stock_link": (StockRowChanged, ("link_id",)),
    "inventory_stock_sales_channel": (StockRowChanged, ("type", "code")),
    "inventory_source_item": (StockRowChanged, ("source_item_id",)),
    "inventory_reservation": (StockRowChanged, ("reservation_id",)),
}


def row(table: str, *, position: int = 1, gone: bool = False, **columns: Any) -> RowChanged:
    """A row as it is now, or the news that it is gone."""
    event, key = KEYS[table]
    after = {name: None if value is None else str(value) for name, value in columns.items()}
    values = tuple(str(after[name]) for name in key)
    return event(source="magento", table=table, key=values, after=None if gone else after, position=position)


def website(id_: int, code: str, **more: Any) -> RowChanged:
    return row("store_website", website_id=id_, code=code, name=code, **more)


def product(id_: int, sku: str, type_id: str = "simple", **more: Any) -> RowChanged:
    return row("catalog_product_entity", entity_id=id_, sku=sku, type_id=type_id, **more)


def source(code: str, *, enabled: int = 1, **more: Any) -> RowChanged:
    return row("inventory_source", source_code=code, name=code.title(), enabled=enabled, country_id="DE", **more)


def link(id_: int, stock: int, code: str, priority: int = 1, **more: Any) -> RowChanged:
    return row("inventory_source_stock_link", link_id=id_, stock_id=stock, source_code=code, priority=priority, **more)


def sold_in(stock: int, website_code: str, **more: Any) -> RowChanged:
    return row("inventory_stock_sales_channel", type="website", code=website_code, stock_id=stock, **more)


def item(id_: int, code: str, sku: str, quantity: Any, *, status: int = 1, **more: Any) -> RowChanged:
    return row("inventory_source_item", source_item_id=id_, source_code=code, sku=sku, quantity=quantity,
               status=status, **more)  # fmt: skip


def promise(id_: int, stock: int, sku: str, quantity: Any, **more: Any) -> RowChanged:
    return row("inventory_reservation", reservation_id=id_, stock_id=stock, sku=sku, quantity=quantity, **more)


def settings(product_id: int, *, position: int = 1, **columns: Any) -> RowChanged:
    """A product's stock settings: the shop's own, but for those that are given."""
    shops = {"qty": "0", "is_in_stock": "1", "stock_id": "1", "is_qty_decimal": "0"}
    for name in ("manage_stock", "backorders", "min_qty", "min_sale_qty", "max_sale_qty", "notify_stock_qty",
                 "qty_increments"):  # fmt: skip
        shops |= {name: "0", f"use_config_{name}": "0" if name in columns else "1"}
    return row("cataloginventory_stock_item", position=position, item_id=product_id, product_id=product_id,
               **{**shops, **columns})  # fmt: skip


def setting(id_: int, path: str, value: Any, *, scope: str = "default", **more: Any) -> RowChanged:
    return row("core_config_data", config_id=id_, scope=scope, scope_id=0, path=path, value=value, **more)


SHOP = (
    website(0, "admin"), website(1, "base"), website(2, "eu"),
    source("north"), source("south"), link(1, 1, "north", 1), link(2, 1, "south", 2), sold_in(1, "base"),
)  # fmt: skip
"""Two sources that the website `base` sells from, north first; `eu` sells from none."""


def keep(*changes: RowChanged) -> None:
    """Put rows through JSON and this domain's inbox, as one envelope, on the lane of an extraction."""
    messages = [
        Message(
            id=new_id(), type=type_of(type(change)).name, version=1, occurred_at=clock.now(), lane=Lane.BULK,
            aggregate_type="magento_row", aggregate_id=change.table, aggregate_version=change.position,
            body=msgspec.Raw(encode(change)),
        )
        for change in changes
    ]  # fmt: skip
    receive(Envelope(id=new_id(), producer="strangler", subscriber="logistics", lane=Lane.BULK, messages=messages))
    assert not domains.get("logistics").tables.letter._default_manager.using("logistics").exists()


def make() -> None:
    """Run the jobs that make something of what was kept, until nothing is due."""
    with clock.travel(timedelta(seconds=10), ticking=True):
        while JobRunner("logistics").run_due():
            pass


def carry(*changes: RowChanged) -> None:
    keep(*changes)
    make()
