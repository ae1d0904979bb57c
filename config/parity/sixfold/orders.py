"""Orders of history as commerce has them; what is about people is decrypted."""

import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from chassis.keyring import ring
from config.parity.sides import Sides

ALIAS = "commerce"
ORDER = ("number", "placed", "channel", "view", "locale", "customer", "currency", "base currency", "base rate", "state",
         "paid", "fulfilment", "coupons", "shipping method", "total", "tax", "captured", "refunded", "shipping",
         "subtotal", "base_total", "status", "discount", "invoiced", "due", "base_subtotal", "base_shipping",
         "base_tax", "base_captured", "base_refunded", "base_discount", "base_invoiced", "base_due")  # fmt: skip
LINE = ("sku", "name", "kind", "product", "is sent", "quantity", "shipped", "cancelled", "invoiced", "refunded",
        "unit price", "discount", "tax", "total", "base_unit price", "base_discount", "base_tax",
        "base_total")  # fmt: skip
PAYMENT = ("tender", "amount", "captured", "refunded", "base_amount", "base_captured", "base_refunded")


def keys(sides: Sides) -> Iterator[str]:
    """Old ids of the orders that came from there."""
    return old_ids(sides, ALIAS, "commerce_order", "order")


def old_ids(sides: Sides, alias: str, table: str, entity: str) -> Iterator[str]:
    """Old ids in a column of the form source:entity:id."""
    begins = f"{sides.name}:{entity}:"
    rows = sides.here(alias, f"SELECT external_id FROM {table} WHERE starts_with(external_id, %s)", begins)
    return (str(external).removeprefix(begins) for (external,) in rows)


def records(sides: Sides, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Each order as it stands here."""
    ids = sides.ids("order", keys)
    found: dict[UUID, dict[str, Any]] = {}
    for id_, email, delivery, billing, vat_number, taxes, *facts in sides.here(ALIAS, _ORDERS, list(ids)):
        record = dict(zip(ORDER, facts, strict=True))
        record["customer"] = str(record["customer"]) if record["customer"] else None
        goes_to = opened(delivery) or {}
        found[id_] = record | {
            "email": opened_text(email), "delivery": goes_to, "billing": opened(billing) or goes_to,
            "vat number": opened_text(vat_number),
            "taxes": sorted([Decimal(one["percent"]), Decimal(one["amount"])] for one in taxes),
        }  # fmt: skip
    for order, external, answers, *facts in sides.here(ALIAS, _LINES, list(found)):
        named = f"line {external.rpartition(':')[2]}"
        line = dict(zip(LINE, facts, strict=True))
        line["product"] = str(line["product"])
        found[order] |= {f"{named} {name}": value for name, value in line.items()}
        found[order][f"{named} answers"] = [[one["label"], one["value"]] for one in opened(answers) or ()]
    for order, external, *facts in sides.here(ALIAS, _PAYMENTS, list(found)):
        named = f"payment {external.rpartition(':')[2]}"
        found[order] |= {f"{named} {name}": value for name, value in zip(PAYMENT, facts, strict=True)}
    return {ids[id_]: record for id_, record in found.items()}


def opened_text(sealed: str | None) -> str:
    """An encrypted column's text."""
    return "" if sealed is None else ring().decrypt(sealed)


def opened(sealed: str | None) -> Any:
    """An encrypted column's JSON."""
    return None if sealed is None else json.loads(ring().decrypt(sealed))


_ORDERS = """
    SELECT o.id, o.email, o.delivery, o.billing, o.vat_number, o.taxes, o.number, o.placed_at, o.channel, o.view,
           o.locale, o.customer, o.currency, o.base_currency, o.base_rate, o.state, o.payment_state,
           o.fulfilment_state, o.coupons, o.shipping_method, o.total, o.tax, o.captured, o.refunded, o.shipping,
           o.subtotal, o.base_total, h.status, h.discount, h.invoiced, h.due, h.base_subtotal,
           h.base_shipping, h.base_tax, h.base_captured, h.base_refunded, h.base_discount, h.base_invoiced, h.base_due
    FROM commerce_order o LEFT JOIN commerce_historicalorder h ON h.order_id = o.id WHERE o.id = ANY(%s)"""
_LINES = """
    SELECT l.order_id, l.external_id, h.answers, l.sku, l.name, l.kind, l.product, l.requires_shipping, l.quantity,
           l.shipped, l.cancelled, h.invoiced, h.refunded, l.unit_price, l.discount, l.tax, l.total, h.base_unit_price,
           h.base_discount, h.base_tax, h.base_total
    FROM commerce_orderline l LEFT JOIN commerce_historicalline h ON h.line_id = l.id WHERE l.order_id = ANY(%s)"""
_PAYMENTS = """
    SELECT order_id, external_id, tender, amount, captured, refunded, base_amount, base_captured, base_refunded
    FROM commerce_historicalpayment WHERE order_id = ANY(%s)"""
