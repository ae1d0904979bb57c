"""Parts of an order that know it only through what they are part of: they pass on to it that it is to be made anew."""

from collections.abc import Callable

from chassis.mirrors import Found
from commerce.legacy.rows import MIRROR

MAIN = {"invoice": "sales_invoice", "shipment": "sales_shipment", "credit_memo": "sales_creditmemo"}


def pass_on(kind: str) -> Callable[[str, list[str]], None]:
    """The maker of documents of a kind."""

    def touch_orders(source: str, owners: list[str]) -> None:
        rows = MIRROR.rows_of(source, kind, owners)
        orders = {owner: row["order_id"] for owner, mine in rows.items() if (row := mine.one(MAIN[kind]))}
        MIRROR.touch(source, "order", {order for order in orders.values() if order})
        found = [Found(owner=owner, code=f"no_such_{kind}", detail="rows of one that is not there", whole=True)
                 for owner, mine in rows.items() if mine and owner not in orders]  # fmt: skip
        MIRROR.replace_findings(source, kind, owners, found)

    return touch_orders


def pass_on_greetings(source: str, owners: list[str]) -> None:
    """A greeting changed: the orders that it is for, or a line of which it is for."""
    named = MIRROR.touching(source, "gift_message", owners)
    orders = {row.get("order_id") or row["entity_id"] for rows in named.values() for _, row in rows}
    MIRROR.touch(source, "order", {order for order in orders if order})
