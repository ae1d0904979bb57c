"""Invoices, credit memos and shipments, each by its own number."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from chassis.ids import migrated_id
from config.parity.comparing import Read
from config.parity.facts import Such, fact, plain
from config.parity.magento.lines import ZERO, Row, number
from config.parity.magento.shop import moment
from config.parity.sides import Sides

ADJUSTED = {"Adjustment Refund": ("adjustment_positive", 1), "Adjustment Fee": ("adjustment_negative", -1)}


def keys_of(table: str) -> Any:
    """Reads the ids of a kind of document."""

    def keys(sides: Sides) -> Iterator[str]:
        return (str(row["entity_id"]) for row in sides.there(f"SELECT entity_id FROM {{{table}}}"))

    return keys


def documents(table: str) -> Read:
    """Reads documents with amounts: sales_invoice, sales_creditmemo."""

    def records(sides: Sides, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
        ids = [int(key) for key in keys]
        rows = sides.there(f"SELECT * FROM {{{table}}} WHERE entity_id IN %s", ids)
        items = _items(sides, table, ids)
        return {str(row["entity_id"]): _document(sides, row, items[row["entity_id"]]) for row in rows}

    return records


def _items(sides: Sides, table: str, ids: list[int]) -> dict[int, list[Row]]:
    """Lines with what the order knows of them: what they are part of, and what kind that is."""
    found: dict[int, list[Row]] = defaultdict(list)
    for row in sides.there(
        "SELECT d.*, i.parent_item_id, i.product_type, i.item_id AS known FROM"
        f" {{{table}_item}} d LEFT JOIN {{sales_order_item}} i ON i.item_id = d.order_item_id"
        " WHERE d.parent_id IN %s ORDER BY d.entity_id",
        ids,
    ):
        found[row["parent_id"]].append(row)
    return found


def _document(sides: Sides, row: Row, items: Sequence[Row]) -> dict[str, Any]:
    total = number(row, "grand_total")
    of_lines = sum((number(item, "discount_amount") for item in items), ZERO)
    off_shipping = max(abs(number(row, "discount_amount")) - of_lines, ZERO)
    shipping = number(row, "shipping_amount") + number(row, "shipping_tax_amount") - off_shipping
    shipping += number(row, "shipping_discount_tax_compensation_amount")
    issued = moment(row["created_at"])
    adjusted = {name: sign * number(row, column) for name, (column, sign) in ADJUSTED.items() if number(row, column)}
    return {
        "number": row["increment_id"],
        "order": str(migrated_id(sides.name, "order", row["order_id"])),
        "issued": fact(issued, {} if issued else {"no_date": Such(bool)}),
        "total": total,
        "base total": number(row, "base_grand_total"),
        "tax": number(row, "tax_amount"),
        "shipping": shipping,
        "currency": row["order_currency_code"],
        "adjustments": adjusted,
        "pieces": _pieces(items),
    }


def _pieces(items: Sequence[Row]) -> Any:
    """How many of each line; where only a bundle's parts are named, as many as all of them make."""
    pieces: dict[str, Decimal] = defaultdict(Decimal)
    for item in items:
        if item["parent_item_id"] is None and number(item, "qty"):
            pieces[(item["sku"] or "").strip()] += number(item, "qty")
    return dict(pieces)


def shipments(sides: Sides, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Shipments with their goods and tracks."""
    ids = [int(key) for key in keys]
    items, tracks = _items(sides, "sales_shipment", ids), defaultdict(list)
    for row in sides.there("SELECT * FROM {sales_shipment_track} WHERE parent_id IN %s ORDER BY entity_id", ids):
        tracks[row["parent_id"]].append(row)
    found = {}
    for row in sides.there("SELECT * FROM {sales_shipment} WHERE entity_id IN %s", ids):
        mine, sent = tracks[row["entity_id"]], moment(row["created_at"])
        named = {item["order_item_id"] for item in items[row["entity_id"]]}
        goods: dict[str, Decimal] = defaultdict(Decimal)
        for item in items[row["entity_id"]]:
            if item["parent_item_id"] not in named:  # where a line and its parts are both named, the line says it
                goods[(item["sku"] or "").strip()] += number(item, "qty")
        carriers = dict.fromkeys((one["title"] or one["carrier_code"] or "").strip() for one in mine)
        found[str(row["entity_id"])] = {
            "order": str(migrated_id(sides.name, "order", row["order_id"])),
            "sent": fact(sent, {} if sent else {"no_date": Such(bool)}),
            "carrier": ", ".join(carriers),
            "tracking": ", ".join((one["track_number"] or "").strip() for one in mine),
            "goods": dict(goods),
        }
    return found


def figures(record: Mapping[str, Any]) -> Iterator[tuple[str, Decimal]]:
    """Documents and their money by month and currency."""
    if (issued := plain(record.get("issued"))) is not None:
        yield f"documents {issued:%Y-%m}", Decimal(1)
        yield f"total {issued:%Y-%m} {plain(record['currency'])}", plain(record["total"])
        yield f"base total {issued:%Y-%m}", plain(record["base total"])
