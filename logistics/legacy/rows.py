"""Which rows logistics keeps of a Magento shop, and to what each belongs.

| Kind      | Id                  | Made of                                                       |
|-----------|---------------------|---------------------------------------------------------------|
| `network` | always `all`        | sources, stocks, their links, websites, settings: few and made together |
| `product` | product id          | its stock settings, which name it by id; only passed on to its SKU |
| `sku`     | the SKU, folded     | products of that SKU, quantities per source, reservations      |

Magento compares SKUs without regard to case and trailing blanks, and its inventory tables refer to products by
SKU alone: so rows meet under the folded SKU, which is put into the row as a column of our own.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from chassis.mirrors import Mirror, Mirrored, Row
from chassis.subscriptions import Received
from logistics.legacy.models import LegacyFinding, LegacyRow, LegacyTouched

ALL = "all"
JOB = "logistics.make_legacy"
SETTINGS = "cataloginventory/"

_NETWORK = Mirrored(owner=("network", "network"))
_SKU = Mirrored(owner=("sku", "sku_key"))

MIRROR = Mirror(
    rows=LegacyRow,
    touched=LegacyTouched,
    findings=LegacyFinding,
    job=JOB,
    tables={
        "store_website": _NETWORK,
        "core_config_data": _NETWORK,
        "inventory_source": _NETWORK,
        "inventory_stock": _NETWORK,
        "inventory_source_stock_link": _NETWORK,
        "inventory_stock_sales_channel": _NETWORK,
        "cataloginventory_stock_item": Mirrored(owner=("product", "product_id")),
        "catalog_product_entity": _SKU,
        "inventory_source_item": _SKU,
        "inventory_reservation": _SKU,
    },
)

_PRODUCT_COLUMNS = ("entity_id", "sku", "type_id")


def sku_key(sku: str) -> str:
    """What Magento takes for one SKU: case and outer blanks do not count."""
    return unicodedata.normalize("NFC", sku.strip()).casefold()


def keep_rows(batch: list[Received[Any]]) -> None:
    """Keep what stock is made of; settings of anything else stay where they are."""
    MIRROR.keep(list(_prepared(batch)))


def _prepared(batch: Iterable[Received[Any]]) -> Iterable[Received[Any]]:
    for received in batch:
        event = received.event
        if event.table not in MIRROR.tables:
            continue
        if event.table == "core_config_data" and event.after and not _about_stock(event.after):
            continue
        after = None if event.after is None else _with_owner(event.table, event.after)
        yield replace(received, event=replace(event, after=after))


def _about_stock(setting: Row) -> bool:
    return (setting.get("path") or "").startswith(SETTINGS)


def _with_owner(table: str, after: Row) -> Row:
    kind = MIRROR.tables[table].owner[0]
    if kind == "network":
        return {**after, "network": ALL}
    if kind == "sku":
        if table == "catalog_product_entity":
            after = {column: after.get(column) for column in _PRODUCT_COLUMNS}
        # A product without a SKU cannot be sold; it is kept under a key that no SKU has.
        return {**after, "sku_key": sku_key(after.get("sku") or "") or " "}
    return after
