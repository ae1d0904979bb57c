"""Which rows commerce keeps of a Magento shop, and to what each belongs.

| Kind           | Id           | Made of                                                              |
|----------------|--------------|----------------------------------------------------------------------|
| `shop`         | always `all` | websites, store views, settings, names of states: few, read together |
| `gift_message` | message id   | a greeting; only passed on to its order                              |
| `invoice`      | invoice id   | an invoice, its lines, its comments; only passed on to its order     |
| `shipment`     | shipment id  | a shipment, its lines, tracks, comments, source; only passed on      |
| `credit_memo`  | its id       | a credit memo, its lines, its comments; only passed on               |
| `order`        | order id     | the order, its lines, addresses, payment, comments and taxes         |
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from chassis.mirrors import Mirror, Mirrored, Row
from chassis.subscriptions import Received
from commerce.legacy.models import LegacyFinding, LegacyRow, LegacyTouched

ALL = "all"
JOB = "commerce.make_legacy"
LOCALE, TIME_ZONE = "general/locale/code", "general/locale/timezone"
SELLER = "general/store_information/"
SETTINGS = (LOCALE, TIME_ZONE)

_SHOP = Mirrored(owner=("shop", "shop"))
_GREETING = ("gift_message", "gift_message_id")


def _part(kind: str, column: str = "parent_id") -> Mirrored:
    return Mirrored(owner=(kind, column))


# Parts come before what they are parts of: of kinds, the first mentioned is made first, and orders are made last.
MIRROR = Mirror(
    rows=LegacyRow,
    touched=LegacyTouched,
    findings=LegacyFinding,
    job=JOB,
    personal=True,
    tables={
        "store_website": _SHOP,
        "store_group": _SHOP,
        "store": _SHOP,
        "core_config_data": _SHOP,
        "sales_order_status": _SHOP,
        "sales_order_status_label": _SHOP,
        "gift_message": Mirrored(owner=_GREETING),
        "sales_invoice_item": _part("invoice"),
        "sales_invoice_comment": _part("invoice"),
        "sales_shipment_item": _part("shipment"),
        "sales_shipment_comment": _part("shipment"),
        "sales_shipment_track": _part("shipment"),
        "inventory_shipment_source": _part("shipment", "shipment_id"),
        "sales_creditmemo_item": _part("credit_memo"),
        "sales_creditmemo_comment": _part("credit_memo"),
        "sales_invoice": Mirrored(owner=("invoice", "entity_id"), touches=(("order", "order_id"),)),
        "sales_shipment": Mirrored(owner=("shipment", "entity_id"), touches=(("order", "order_id"),)),
        "sales_creditmemo": Mirrored(owner=("credit_memo", "entity_id"), touches=(("order", "order_id"),)),
        "sales_order": Mirrored(owner=("order", "entity_id"), touches=(_GREETING,)),
        "sales_order_item": Mirrored(owner=("order", "order_id"), touches=(_GREETING,)),
        "sales_order_address": _part("order"),
        "sales_order_payment": _part("order"),
        "sales_order_status_history": _part("order"),
        "sales_order_tax": _part("order", "order_id"),
        "sales_payment_transaction": _part("order", "order_id"),
        "inventory_pickup_location_order": _part("order", "order_id"),
    },
)


def keep_rows(batch: list[Received[Any]]) -> None:
    """Keep what orders are made of; settings of anything else, secrets among them, stay where they are."""
    MIRROR.keep(list(_prepared(batch)))


def _prepared(batch: Iterable[Received[Any]]) -> Iterable[Received[Any]]:
    for received in batch:
        event = received.event
        if event.table not in MIRROR.tables:
            continue
        if event.after is not None and event.table == "core_config_data" and not _is_needed(event.after["path"] or ""):
            continue
        yield replace(received, event=replace(event, after=_with_owner(event.table, event.after)))


def _is_needed(path: str) -> bool:
    """Where and by whom it is sold, and what ways of paying are called."""
    title_of_payment = path.startswith("payment/") and path.endswith("/title")
    return path in SETTINGS or path.startswith(SELLER) or title_of_payment


def _with_owner(table: str, after: Row | None) -> Row | None:
    return after if after is None or MIRROR.tables[table].owner[0] != "shop" else {**after, "shop": ALL}
