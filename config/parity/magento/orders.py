"""Orders with their lines, payments and addresses: what Magento's own columns say, in both currencies.

A configurable product and a bundle are a row with rows of parts below it. A bundle whose parts have prices is paid by
them: its own row holds their sum without their discounts, so adding up all rows would count twice.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from chassis.ids import migrated_id
from config.parity.facts import Such, fact, plain
from config.parity.magento.lines import ZERO, Row, lines_of, number
from config.parity.magento.shop import moment
from config.parity.sides import Sides

FIGURES = {"total": "grand_total", "tax": "tax_amount", "captured": "total_paid", "refunded": "total_refunded",
           "invoiced": "total_invoiced"}  # fmt: skip
STATES = {"new": "placed", "pending_payment": "placed", "payment_review": "placed", "processing": "placed",
          "holded": "held", "complete": "completed", "closed": "completed", "canceled": "cancelled"}  # fmt: skip
POSTAL = {"street": "street", "city": "city", "postcode": "postcode", "country": "country_id", "region": "region",
          "company": "company", "phone": "telephone"}  # fmt: skip
NAME = ("prefix", "firstname", "middlename", "lastname", "suffix")
IN_ORDER, IN_BASE = "", "base_"
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def keys(sides: Sides) -> Iterator[str]:
    """Ids of all orders."""
    return (str(row["entity_id"]) for row in sides.there("SELECT entity_id FROM {sales_order}"))


def records(sides: Sides, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Each order as Magento's books have it."""
    ids = [int(key) for key in keys]
    items, addresses = (
        _by(sides, "sales_order_item", "order_id", ids),
        _by(sides, "sales_order_address", "parent_id", ids),
    )
    payments, taxes = (
        _by(sides, "sales_order_payment", "parent_id", ids),
        _by(sides, "sales_order_tax", "order_id", ids),
    )
    labels = _labels(sides)
    found = {}
    for row in sides.there("SELECT * FROM {sales_order} WHERE entity_id IN %s", ids):
        id_ = row["entity_id"]
        kinds = {one["address_type"]: one for one in reversed(addresses[id_])}
        lines = lines_of(items[id_])
        found[str(id_)] = (
            _about(sides, row)
            | {
                "status": labels.get((row["status"], row["store_id"]))
                or labels.get((row["status"], None))
                or row["status"]
            }
            | dict(_figures(row))
            | _people(row, kinds)
            | {"taxes": _taxes(row, taxes[id_])}
            | dict(_payments(payments[id_]))
            | {name: value for line in lines for name, value in line.fields(sides.name)}
            | {"fulfilment": _fulfilment(row, lines)}
        )
    return found


def _by(sides: Sides, table: str, column: str, ids: list[int]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    for row in sides.there(f"SELECT * FROM {{{table}}} WHERE {column} IN %s", ids):
        found[row[column]].append(row)
    for several in found.values():
        several.sort(key=lambda row: row.get("entity_id") or row.get("item_id") or row.get("tax_id") or 0)
    return found


def _about(sides: Sides, row: Row) -> dict[str, Any]:
    shop, store = sides.shop, sides.shop.stores.get(row["store_id"] or 0)
    site = shop.websites[store.website].code if store else None
    gone = {} if store else {"no_such_store": Such(bool)}
    customer = migrated_id(sides.name, "customer", row["customer_id"]) if row["customer_id"] else None
    known, state = STATES.get(row["state"]), row["state"]
    placed = moment(row["created_at"])
    otherwise = {} if placed else {"no_date": moment(row["updated_at"]) or NEVER}
    return {
        "number": row["increment_id"],
        "placed": fact(placed, otherwise),
        "channel": fact(site, gone),
        "view": fact(store.code if store else None, gone),
        "locale": fact(shop.locale(store) if store else None, gone),
        "customer": str(customer) if customer else None,
        "currency": row["order_currency_code"],
        "base currency": row["base_currency_code"],
        "base rate": number(row, "base_to_order_rate") or Decimal(1),
        "state": fact(known or state, {} if known else {"state_not_known": "placed"}),
        "paid": _paid(row),
        "coupons": [row["coupon_code"]] if row["coupon_code"] else [],
        "shipping method": row["shipping_description"] or row["shipping_method"] or "",
    }


def _figures(row: Row) -> Iterator[tuple[str, Any]]:
    for money in (IN_ORDER, IN_BASE):
        for ours, theirs in FIGURES.items():
            yield money + ours, number(row, money + theirs)
        yield f"{money}discount", -number(row, f"{money}discount_amount")
        due = number(row, f"{money}total_due")
        by_payment = max(number(row, f"{money}grand_total") - number(row, f"{money}total_paid"), ZERO)
        yield f"{money}due", fact(due, {"due_not_kept_up": by_payment})
        delivery = number(row, f"{money}shipping_incl_tax") - number(row, f"{money}shipping_discount_amount")
        tax_off = _compensation(row, money)
        whole = number(row, f"{money}shipping_amount") + number(row, f"{money}shipping_tax_amount") + tax_off
        of_parts = whole - number(row, f"{money}shipping_discount_amount")
        yield f"{money}shipping", fact(delivery, {"shipping_by_its_parts": of_parts})
        total = number(row, f"{money}grand_total")
        yield f"{money}subtotal", fact(total - delivery, {"shipping_by_its_parts": total - of_parts})


def _compensation(row: Row, money: str) -> Decimal:
    short = "base_shipping_discount_tax_compensation_amnt"  # Magento cuts the name of its base column short
    return number(row, short if money else "shipping_discount_tax_compensation_amount")


def _paid(row: Row) -> str:
    """By the money that moved."""
    total, paid, back = number(row, "grand_total"), number(row, "total_paid"), number(row, "total_refunded")
    if back > 0:
        return "refunded" if back >= paid else "partially_refunded"
    if row["state"] == "canceled" and not paid:
        return "voided"
    return "paid" if paid >= total else "pending"


def _fulfilment(row: Row, lines: Sequence[Any]) -> str:
    sent = [line for line in lines if line.is_sent]
    if not sent:
        return "not_needed"
    shipped, left = sum((line.shipped for line in sent), ZERO), sum((line.to_send for line in sent), ZERO)
    if shipped:
        return "partially_fulfilled" if left and row["state"] != "canceled" else "fulfilled"
    return "cancelled" if row["state"] == "canceled" or not left else "unfulfilled"


def _people(row: Row, addresses: Mapping[str, Row]) -> dict[str, Any]:
    billing = addresses.get("billing")
    return {
        "email": (row["customer_email"] or "").strip(),
        "delivery": postal(addresses.get("shipping")),
        "billing": postal(billing) or postal(addresses.get("shipping")),
        "vat number": ((billing or {}).get("vat_id") or row["customer_taxvat"] or "").strip(),
    }


def postal(row: Row | None) -> dict[str, str]:
    """An address; empty where there is none."""
    if row is None:
        return {}
    name = " ".join(part for column in NAME if (part := (row[column] or "").strip()))
    return {"name": name} | {ours: (row[theirs] or "").strip() for ours, theirs in POSTAL.items()}


def _taxes(row: Row, rows: Sequence[Row]) -> Any:
    """Percent and amount of each; where they are not the order's tax, that stands alone."""
    whole = number(row, "tax_amount")
    by_rate = sorted([number(one, "percent"), number(one, "amount")] for one in rows)
    agree = sum((amount for _, amount in by_rate), ZERO) == whole
    return fact(by_rate, {} if agree else {"taxes_do_not_add_up": [[ZERO, whole]] if whole else []})


def _payments(rows: Sequence[Row]) -> Iterator[tuple[str, Any]]:
    for row in rows:
        named = f"payment {row['entity_id']}"
        yield f"{named} tender", row["method"]
        for money in (IN_ORDER, IN_BASE):
            for ours, theirs in (("amount", "ordered"), ("captured", "paid"), ("refunded", "refunded")):
                yield f"{named} {money}{ours}", number(row, f"{money}amount_{theirs}")


def _labels(sides: Sides) -> dict[tuple[str, int | None], str]:
    found: dict[tuple[str, int | None], str] = {
        (row["status"], None): row["label"] for row in sides.there("SELECT * FROM {sales_order_status}")
    }
    rows = sides.there("SELECT * FROM {sales_order_status_label}")
    return found | {(row["status"], row["store_id"]): row["label"] for row in rows}


def figures(record: Mapping[str, Any]) -> Iterator[tuple[str, Decimal]]:
    """Orders and their money by month and currency."""
    if (placed := plain(record.get("placed"))) is None:
        return
    month, currency = f"{placed:%Y-%m}", plain(record["currency"])
    yield f"orders {month}", Decimal(1)
    for money, of in ((IN_ORDER, currency), (IN_BASE, plain(record["base currency"]))):
        for name in ("total", "tax", "captured", "refunded", "invoiced"):
            yield f"{money}{name} {month} {of}", plain(record[f"{money}{name}"])
