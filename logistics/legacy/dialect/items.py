"""A product's stock settings as Magento tells them: each its own or, where `use_config_…` says so, the shop's."""

from typing import Any

from chassis.mirrors import Row
from logistics.legacy.network import OPTIONS, Network

DEFAULTS = {
    "min_qty": "0", "min_sale_qty": "1", "max_sale_qty": "10000", "backorders": "0", "notify_stock_qty": "1",
    "qty_increments": "0", "enable_qty_increments": "0", "manage_stock": "1",
}  # fmt: skip
"""Magento's own of what its settings may leave out."""
SWITCHES = {"enable_qty_increments": "use_config_enable_qty_inc"}


def item(network: Network, row: Row) -> dict[str, Any]:
    """A stock item as it stands in a product's and in a stock status' answer."""
    said = {name: setting(network, row, name) for name in DEFAULTS}
    managed = said["manage_stock"] == "1"
    return {
        "item_id": int(row["item_id"] or 0),
        "product_id": int(row["product_id"] or 0),
        "stock_id": int(row["stock_id"] or 0),
        "qty": number(row["qty"]),
        # What is not managed is always there.
        "is_in_stock": row["is_in_stock"] == "1" or not managed,
        "is_qty_decimal": row["is_qty_decimal"] == "1",
        "show_default_notification_message": False,
        "use_config_min_qty": row["use_config_min_qty"] == "1",
        "min_qty": number(said["min_qty"]),
        "use_config_min_sale_qty": int(row["use_config_min_sale_qty"] or 0),
        "min_sale_qty": number(said["min_sale_qty"]),
        "use_config_max_sale_qty": row["use_config_max_sale_qty"] == "1",
        "max_sale_qty": number(said["max_sale_qty"]),
        "use_config_backorders": row["use_config_backorders"] == "1",
        "backorders": int(said["backorders"]),
        "use_config_notify_stock_qty": row["use_config_notify_stock_qty"] == "1",
        "notify_stock_qty": number(said["notify_stock_qty"]),
        "use_config_qty_increments": row["use_config_qty_increments"] == "1",
        "qty_increments": number(said["qty_increments"]),
        "use_config_enable_qty_inc": row["use_config_enable_qty_inc"] == "1",
        "enable_qty_increments": said["enable_qty_increments"] == "1",
        "use_config_manage_stock": row["use_config_manage_stock"] == "1",
        "manage_stock": managed,
        "low_stock_date": (row["low_stock_date"] or "").removesuffix("Z").replace("T", " ") or None,
        "is_decimal_divided": row["is_decimal_divided"] == "1",
        "stock_status_changed_auto": int(row["stock_status_changed_auto"] or 0),
    }


def setting(network: Network, row: Row, name: str) -> str:
    """A setting of a product, its own or the shop's."""
    if row.get(SWITCHES.get(name, f"use_config_{name}"), "1") != "1":
        return row.get(name) or "0"
    for kept in network.rows.all("core_config_data"):
        if kept["path"] == OPTIONS + name and kept["scope"] == "default":
            return kept["value"] or "0"
    return DEFAULTS[name]


def number(text: str | None) -> int | float | None:
    """A stored number as PHP writes it in JSON: without a fraction where there is none."""
    if text is None:
        return None
    value = float(text)
    return int(value) if value.is_integer() else value
