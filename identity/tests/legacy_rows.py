"""Rows of a small Magento shop as events, for tests that need no Magento."""

from datetime import timedelta
from typing import Any

import msgspec

from chassis import clock, domains
from chassis.ids import new_id
from chassis.inbox import receive
from chassis.jobs.runner import JobRunner
from chassis.messages import Envelope, Lane, Message, encode, type_of
from contracts.catalog import ChannelChanged, ViewChanged
from contracts.magento import AttributeRowChanged, CustomerRowChanged, RowChanged, ScopeRowChanged

KEYS = {
    "store_website": (ScopeRowChanged, "website_id"),
    "store": (ScopeRowChanged, "store_id"),
    "core_config_data": (ScopeRowChanged, "config_id"),
    "customer_eav_attribute": (AttributeRowChanged, "attribute_id"),
    "eav_attribute": (AttributeRowChanged, "attribute_id"),
    "eav_attribute_option": (AttributeRowChanged, "option_id"),
    "eav_attribute_option_value": (AttributeRowChanged, "value_id"),
    "customer_group": (CustomerRowChanged, "customer_group_id"),
    "customer_entity": (CustomerRowChanged, "entity_id"),
    "customer_address_entity": (CustomerRowChanged, "entity_id"),
}
ACCOUNT = {
    "website_id": "1", "store_id": "1", "group_id": "1", "is_active": "1", "prefix": None, "firstname": "Olga",
    "middlename": None, "lastname": "Old", "suffix": None, "dob": None, "password_hash": None, "taxvat": None,
    "default_billing": None, "default_shipping": None, "confirmation": None, "gender": None, "lock_expires": None,
    "created_at": "2020-01-02T03:04:05Z", "disable_auto_group_change": "0",
}  # fmt: skip
ADDRESS = {
    "is_active": "1", "prefix": None, "firstname": "Olga", "middlename": None, "lastname": "Old", "suffix": None,
    "street": "Long Lane 1", "city": "Kiel", "postcode": "24103", "region": None, "region_id": None,
    "country_id": "DE", "company": None, "telephone": "1", "fax": None, "vat_id": None, "vat_is_valid": None,
    "vat_request_date": None, "vat_request_id": None, "vat_request_success": None,
    "created_at": "2020-01-02T03:04:05Z",
}  # fmt: skip


def row(table: str, *, position: int = 1, gone: bool = False, **columns: Any) -> RowChanged:
    """A row as it is now, or the news that it is gone."""
    event, key = KEYS.get(table, (CustomerRowChanged, "value_id"))
    after = {name: None if value is None else str(value) for name, value in columns.items()}
    value = (str(after[key]),)
    return event(source="magento", table=table, key=value, after=None if gone else after, position=position)


def website(id_: int, code: str, **more: Any) -> RowChanged:
    return row("store_website", website_id=id_, code=code, name=code, **more)


def store(id_: int, code: str, website_id: int, **more: Any) -> RowChanged:
    return row("store", store_id=id_, code=code, website_id=website_id, **more)


def setting(id_: int, path: str, value: Any, *, scope: str = "default", scope_id: int = 0, **more: Any) -> RowChanged:
    return row("core_config_data", config_id=id_, scope=scope, scope_id=scope_id, path=path, value=value, **more)


def group(id_: int, name: str, **more: Any) -> RowChanged:
    return row("customer_group", customer_group_id=id_, customer_group_code=name, **more)


def customer(id_: int, email: str = "old@example.org", *, position: int = 1, gone: bool = False, **columns: Any
             ) -> RowChanged:  # fmt: skip
    columns = {**ACCOUNT, "entity_id": id_, "email": email, **columns}
    return row("customer_entity", position=position, gone=gone, **columns)


def address(id_: int, parent: int | None, *, position: int = 1, gone: bool = False, **columns: Any) -> RowChanged:
    columns = {**ADDRESS, "entity_id": id_, "parent_id": parent, **columns}
    return row("customer_address_entity", position=position, gone=gone, **columns)


def attribute(id_: int, code: str, *, kind: str = "text", storage: str = "varchar") -> tuple[RowChanged, RowChanged]:
    """An attribute of customers or addresses."""
    return (
        row("eav_attribute", attribute_id=id_, entity_type_id=1, attribute_code=code, backend_type=storage,
            frontend_input=kind),
        row("customer_eav_attribute", attribute_id=id_),
    )  # fmt: skip


def option(id_: int, attribute_id: int, label: str, **more: Any) -> tuple[RowChanged, RowChanged]:
    return (
        row("eav_attribute_option", option_id=id_, attribute_id=attribute_id),
        row("eav_attribute_option_value", value_id=id_, option_id=id_, store_id=0, value=label, **more),
    )


def value(id_: int, attribute_id: int, entity: int, text: Any, *, of: str = "customer", storage: str = "varchar",
          **more: Any) -> RowChanged:  # fmt: skip
    return row(f"{of}_entity_{storage}", value_id=id_, attribute_id=attribute_id, entity_id=entity, value=text, **more)


SHOP = (
    website(0, "admin"), website(1, "base"), website(2, "eu"), store(1, "default", 1), store(2, "de", 1),
    store(3, "fr", 2), setting(1, "general/locale/code", "de_DE", scope="stores", scope_id=2),
    setting(2, "general/locale/code", "fr_FR", scope="websites", scope_id=2),
    group(0, "NOT LOGGED IN"), group(1, "General"),
)  # fmt: skip


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
    receive(Envelope(id=new_id(), producer="strangler", subscriber="identity", lane=Lane.BULK, messages=messages))
    assert not domains.get("identity").tables.letter._default_manager.using("identity").exists()


def make() -> None:
    """Run the jobs that make something of what was kept, until nothing is due."""
    with clock.travel(timedelta(seconds=10), ticking=True):
        while JobRunner("identity").run_due():
            pass


def carry(*changes: RowChanged) -> None:
    keep(*changes)
    make()


def open_channels(*codes: str) -> None:
    """Catalog tells of these channels, each with a view of the same code."""
    events = [ChannelChanged(code=code, name=code, currency="EUR", time_zone="UTC", countries=(),
                             prices_include_tax=True) for code in codes]  # fmt: skip
    views = [ViewChanged(code=code, name=code, channel=code, locale="de") for code in codes]
    messages = [
        Message(id=new_id(), type=type_of(type(event)).name, version=1, occurred_at=clock.now(), aggregate_version=1,
                aggregate_type="x", aggregate_id=event.code, body=msgspec.Raw(encode(event)))
        for event in (*events, *views)
    ]  # fmt: skip
    receive(Envelope(id=new_id(), producer="catalog", subscriber="identity", lane=Lane.FAST, messages=messages))
