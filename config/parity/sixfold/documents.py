"""Invoices, credit notes and parcels of history, as commerce has them."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from config.parity.comparing import Read
from config.parity.sides import Sides
from config.parity.sixfold.orders import ALIAS, old_ids

FIELDS = ("number", "order", "issued", "total", "base total", "tax", "shipping", "currency")
ADJUSTMENTS = ("Adjustment Refund", "Adjustment Fee")


def keys_of(entity: str, table: str = "commerce_document") -> Any:
    """Reads the old ids of a kind of document."""
    return lambda sides: old_ids(sides, ALIAS, table, entity)


def documents(entity: str) -> Read:
    """Reads documents with amounts."""

    def records(sides: Sides, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
        ids, found = sides.ids(entity, keys), {}
        for id_, lines, *facts in sides.here(ALIAS, _DOCUMENTS, list(ids)):
            record = dict(zip(FIELDS, facts, strict=True))
            pieces: dict[str, Decimal] = defaultdict(Decimal)
            for line in lines:
                if line["sku"] and Decimal(line["quantity"]):
                    pieces[line["sku"]] += Decimal(line["quantity"])
            beside = {line["name"]: Decimal(line["total"]) for line in lines if not line["sku"]}
            found[ids[id_]] = record | {
                "order": str(record["order"]), "pieces": dict(pieces),
                "adjustments": {name: beside[name] for name in ADJUSTMENTS if name in beside},
            }  # fmt: skip
        return found

    return records


def parcels(sides: Sides, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Parcels with their goods."""
    ids, found = sides.ids("shipment", keys), {}
    for id_, order, sent, carrier, tracking, lines in sides.here(ALIAS, _PARCELS, list(ids)):
        goods: dict[str, Decimal] = defaultdict(Decimal)
        for line in lines:
            goods[line["sku"]] += Decimal(line["quantity"])
        found[ids[id_]] = {
            "order": str(order), "sent": sent, "carrier": carrier, "tracking": tracking, "goods": dict(goods),
        }  # fmt: skip
    return found


_DOCUMENTS = """
    SELECT id, lines, number, order_id, issued_at, total, base_total, tax, shipping, currency
    FROM commerce_document WHERE id = ANY(%s)"""
_PARCELS = """
    SELECT id, order_id, sent_at, carrier, tracking_number, lines FROM commerce_ordershipment WHERE id = ANY(%s)"""
