"""Which rows identity keeps of a Magento shop, and to what each belongs.

| Kind        | Id           | Made of                                                              |
|-------------|--------------|----------------------------------------------------------------------|
| `shop`      | always `all` | websites, store views, settings, which attributes are customers': few, read together |
| `group`     | group id     | a customer group                                                     |
| `attribute` | attribute id | an attribute and its options; only passed on to customers             |
| `option`    | option id    | an option's label; only passed on to customers                        |
| `address`   | address id   | values of an address' own attributes; only passed on to its customer  |
| `customer`  | customer id  | the account, values of its attributes, and its addresses              |
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from chassis.mirrors import Mirror, Mirrored, Row
from chassis.subscriptions import Received
from identity.legacy.models import LegacyFinding, LegacyRow, LegacyTouched

ALL = "all"
NOBODY = "0"
JOB = "identity.make_legacy"
SHARING = "customer/account_share/scope"
CONFIRMATION = "customer/create_account/confirm"
LOCALE = "general/locale/code"
SETTINGS = (SHARING, CONFIRMATION, LOCALE)
STORAGES = ("varchar", "int", "decimal", "text", "datetime")

_SHOP = Mirrored(owner=("shop", "shop"))

MIRROR = Mirror(
    rows=LegacyRow,
    touched=LegacyTouched,
    findings=LegacyFinding,
    job=JOB,
    personal=True,
    tables={
        "store_website": _SHOP,
        "store": _SHOP,
        "core_config_data": _SHOP,
        "customer_eav_attribute": _SHOP,
        "customer_group": Mirrored(owner=("group", "customer_group_id")),
        "eav_attribute": Mirrored(owner=("attribute", "attribute_id")),
        "eav_attribute_option": Mirrored(owner=("attribute", "attribute_id")),
        "eav_attribute_option_value": Mirrored(owner=("option", "option_id")),
        **{f"customer_address_entity_{storage}": Mirrored(owner=("address", "entity_id")) for storage in STORAGES},
        "customer_address_entity": Mirrored(owner=("customer", "customer")),
        "customer_entity": Mirrored(owner=("customer", "entity_id")),
        **{f"customer_entity_{storage}": Mirrored(owner=("customer", "entity_id")) for storage in STORAGES},
    },
)


def keep_rows(batch: list[Received[Any]]) -> None:
    """Keep what accounts are made of; settings of anything else, secrets among them, stay where they are."""
    MIRROR.keep(list(_prepared(batch)))


def _prepared(batch: Iterable[Received[Any]]) -> Iterable[Received[Any]]:
    for received in batch:
        event = received.event
        if event.table not in MIRROR.tables:
            continue
        if event.after is not None and event.table == "core_config_data" and event.after.get("path") not in SETTINGS:
            continue
        after = None if event.after is None else _with_owner(event.table, event.after)
        yield replace(received, event=replace(event, after=after))


def _with_owner(table: str, after: Row) -> Row:
    if MIRROR.tables[table].owner[0] == "shop":
        return {**after, "shop": ALL}
    if table == "customer_address_entity":
        # An address of nobody is found under a customer that there is not.
        return {**after, "customer": after.get("parent_id") or NOBODY}
    return after
