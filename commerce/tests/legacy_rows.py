"""Rows of a small Magento shop as events, for tests that need no Magento."""

from datetime import timedelta
from typing import Any

import msgspec

from chassis import clock, domains
from chassis.ids import new_id
from chassis.inbox import receive
from chassis.jobs.runner import JobRunner
from chassis.messages import Envelope, Lane, Message, encode, type_of
from contracts.magento import OrderRowChanged, RowChanged, ScopeRowChanged

KEYS = {
    "store_website": (ScopeRowChanged, "website_id"),
    "store_group": (ScopeRowChanged, "group_id"),
    "store": (ScopeRowChanged, "store_id"),
    "core_config_data": (ScopeRowChanged, "config_id"),
    "sales_order_status": (OrderRowChanged, "status"),
    "sales_order_item": (OrderRowChanged, "item_id"),
    "sales_order_tax": (OrderRowChanged, "tax_id"),
    "gift_message": (OrderRowChanged, "gift_message_id"),
    "inventory_shipment_source": (OrderRowChanged, "shipment_id"),
}
ORDER = {
    "store_id": "21", "state": "processing", "status": "processing", "increment_id": "000000001", "customer_id": "5",
    "customer_is_guest": "0", "customer_email": "old@example.org", "order_currency_code": "JPY",
    "base_currency_code": "EUR", "base_to_order_rate": "160.0000", "is_virtual": "0", "coupon_code": None,
    "grand_total": "3300.0000", "base_grand_total": "20.6300", "subtotal": "2500.0000", "base_subtotal": "15.6300",
    "tax_amount": "300.0000", "base_tax_amount": "1.8800", "shipping_amount": "500.0000",
    "base_shipping_amount": "3.1200", "discount_amount": "0.0000", "base_discount_amount": "0.0000",
    "total_paid": "3300.0000", "base_total_paid": "20.6300", "total_refunded": None, "base_total_refunded": None,
    "total_due": "0.0000", "base_total_due": "0.0000", "shipping_description": "Parcel", "shipping_method": "flat",
    "customer_note": None, "gift_message_id": None, "created_at": "2021-12-31T20:00:00Z",
    "updated_at": "2022-01-02T00:00:00Z",
}  # fmt: skip
ITEM = {
    "parent_item_id": None, "product_id": "90", "product_type": "simple", "product_options": None, "is_virtual": "0",
    "sku": "碗", "name": "Bowl", "qty_ordered": "2.0000", "qty_invoiced": "2.0000", "qty_shipped": "1.0000",
    "qty_refunded": "0.0000", "qty_canceled": "0.0000", "price": "1250.0000", "base_price": "7.8150",
    "price_incl_tax": "1400.0000", "base_price_incl_tax": "8.7550", "row_total": "2500.0000",
    "base_row_total": "15.6300", "row_total_incl_tax": "2800.0000", "base_row_total_incl_tax": "17.5100",
    "tax_amount": "300.0000", "base_tax_amount": "1.8800", "tax_percent": "12.0000", "discount_amount": "0.0000",
    "base_discount_amount": "0.0000", "gift_message_id": None,
}  # fmt: skip
ADDRESS = {
    "address_type": "shipping", "prefix": None, "firstname": "Ōe", "middlename": None, "lastname": "Ken",
    "suffix": None, "street": "Ginza 1\n2F", "city": "東京", "postcode": "100-0001", "region": None,
    "country_id": "JP", "company": None, "telephone": "1", "vat_id": None,
}  # fmt: skip
PAYMENT = {
    "method": "checkmo", "amount_ordered": "3300.0000", "base_amount_ordered": "20.6300", "amount_paid": "3300.0000",
    "base_amount_paid": "20.6300", "amount_refunded": None, "base_amount_refunded": None, "amount_authorized": None,
    "po_number": None, "last_trans_id": None, "cc_last_4": None,
}  # fmt: skip
PAPER = {
    "order_id": "1", "state": "2", "increment_id": "000000001", "grand_total": "3300.0000",
    "base_grand_total": "20.6300", "tax_amount": "300.0000", "shipping_amount": "500.0000",
    "discount_amount": "0.0000", "created_at": "2022-01-01T00:00:00Z", "invoice_id": None,
    "adjustment_positive": None, "adjustment_negative": None,
}  # fmt: skip
PAPER_ITEM = {
    "order_item_id": "11", "sku": "碗", "name": "Bowl", "qty": "2.0000", "price": "1250.0000",
    "price_incl_tax": "1400.0000", "row_total": "2500.0000", "row_total_incl_tax": "2800.0000",
    "tax_amount": "300.0000", "discount_amount": "0.0000",
}  # fmt: skip


def row(table: str, *, position: int = 1, gone: bool = False, **columns: Any) -> RowChanged:
    """A row as it is now, or the news that it is gone."""
    event, key = KEYS.get(table, (OrderRowChanged, "entity_id"))
    after = {name: None if value is None else str(value) for name, value in columns.items()}
    return event(source="shop", table=table, key=(str(after[key]),), after=None if gone else after, position=position)


def website(id_: int, code: str, **more: Any) -> RowChanged:
    return row("store_website", **{"website_id": id_, "code": code, "name": code.title(), **more})


def store(id_: int, code: str, website_id: int, **more: Any) -> RowChanged:
    return row("store", **{"store_id": id_, "code": code, "website_id": website_id, **more})


def setting(id_: int, path: str, value: Any, *, scope: str = "default", scope_id: int = 0) -> RowChanged:
    return row("core_config_data", config_id=id_, scope=scope, scope_id=scope_id, path=path, value=value)


def order(id_: int = 1, **more: Any) -> RowChanged:
    return row("sales_order", **{**ORDER, "entity_id": id_, **more})


def item(id_: int = 11, order_id: int = 1, **more: Any) -> RowChanged:
    return row("sales_order_item", **{**ITEM, "item_id": id_, "order_id": order_id, **more})


def address(id_: int = 21, order_id: int = 1, **more: Any) -> RowChanged:
    return row("sales_order_address", **{**ADDRESS, "entity_id": id_, "parent_id": order_id, **more})


def payment(id_: int = 31, order_id: int = 1, **more: Any) -> RowChanged:
    return row("sales_order_payment", **{**PAYMENT, "entity_id": id_, "parent_id": order_id, **more})


def comment(id_: int, text: str | None, *, of: str = "order", parent: int = 1, seen: int = 0, **more: Any
            ) -> RowChanged:  # fmt: skip
    table = "sales_order_status_history" if of == "order" else f"sales_{of}_comment"
    extra = {"status": "processing", "entity_name": "order"} if of == "order" else {}
    return row(table, **{"entity_id": id_, "parent_id": parent, "comment": text, "is_visible_on_front": seen,
                         "created_at": "2022-01-03T00:00:00Z", **extra, **more})  # fmt: skip


def invoice(id_: int = 41, **more: Any) -> RowChanged:
    return row("sales_invoice", **{**PAPER, "entity_id": id_, **more})


def invoice_item(id_: int = 42, parent: int = 41, **more: Any) -> RowChanged:
    return row("sales_invoice_item", **{**PAPER_ITEM, "entity_id": id_, "parent_id": parent, **more})


def memo(id_: int = 51, **more: Any) -> RowChanged:
    return row("sales_creditmemo", **{**PAPER, "entity_id": id_, **more})


def memo_item(id_: int = 52, parent: int = 51, **more: Any) -> RowChanged:
    return row("sales_creditmemo_item", **{**PAPER_ITEM, "entity_id": id_, "parent_id": parent, **more})


def shipment(id_: int = 61, **more: Any) -> RowChanged:
    columns = {"order_id": 1, "increment_id": "000000001", "created_at": "2022-01-04T00:00:00Z"}
    return row("sales_shipment", **{**columns, "entity_id": id_, **more})


def shipment_item(id_: int = 62, parent: int = 61, **more: Any) -> RowChanged:
    return row("sales_shipment_item", **{"entity_id": id_, "parent_id": parent, "order_item_id": 11, "sku": "碗",
                                         "qty": "1.0000", **more})  # fmt: skip


def track(id_: int = 63, number: str = "T-1", parent: int = 61, **more: Any) -> RowChanged:
    return row("sales_shipment_track", **{"entity_id": id_, "parent_id": parent, "track_number": number,
                                          "title": "Yamato", "carrier_code": "custom", **more})  # fmt: skip


SHOP = (
    website(0, "admin"), website(5, "nippon", is_default="1", default_group_id="3"),
    row("store_group", group_id=3, website_id=5, default_store_id=21), store(21, "ja", 5), store(22, "en_jp", 5),
    setting(1, "general/locale/timezone", "Asia/Tokyo"), setting(2, "general/locale/code", "ja_JP"),
    row("sales_order_status", status="processing", label="In Arbeit"),
)  # fmt: skip
WHOLE = (
    *SHOP, order(), item(), address(), address(22, address_type="billing", vat_id="JP1"), payment(),
    row("sales_order_tax", tax_id=71, order_id=1, code="JP", percent="12.0000", amount="300.0000"),
    comment(81, "Ring twice", seen=1), comment(82, "Beware"), invoice(), invoice_item(), shipment(), shipment_item(),
    track(), row("inventory_shipment_source", shipment_id=61, source_code="tokyo"),
)  # fmt: skip
"""An order of two bowls for yen, booked in euro, paid, half of it sent."""


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
    receive(Envelope(id=new_id(), producer="strangler", subscriber="commerce", lane=Lane.BULK, messages=messages))
    assert not domains.get("commerce").tables.letter._default_manager.using("commerce").exists()


def make() -> None:
    """Run the jobs that make something of what was kept, until nothing is due."""
    with clock.travel(timedelta(seconds=10), ticking=True):
        while JobRunner("commerce").run_due():
            pass


def carry(*changes: RowChanged) -> None:
    keep(*changes)
    make()
