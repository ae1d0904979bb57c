"""Customers of the real shop, made from its rows: field by field what SQL reads there, and in with the old password."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from chassis import clock
from chassis.ids import migrated_id, new_id
from chassis.inbox import receive
from chassis.messages import Envelope, Lane, Message, encode, type_of
from contracts.catalog import ChannelChanged, ViewChanged
from contracts.magento import AttributeRowChanged, CustomerRowChanged
from identity.auth.passwords import is_legacy
from identity.customer.models import Address, Customer, CustomerGroup
from identity.legacy.models import LegacyFinding, LegacyTouched
from strangler.source import Source
from tests.magento.carrying import SCOPES, carried, carry, tables_of
from tests.magento.server import MagentoServer
from tests.magento.test_logins import password_of

pytestmark = [pytest.mark.magento, pytest.mark.usefixtures("shop")]
TABLES = (*SCOPES, *tables_of(AttributeRowChanged, CustomerRowChanged))
VIEWS = {1: "default", 2: "fr"}
LOCALES = {1: "en-US", 2: "de-DE", 3: "fr-FR"}
CODES = {1: "general", 2: "wholesale", 3: "retailer", 4: "vip-grosskunden"}
KEPT_OUT = {"customer20@example.com", "customer21@example.com", "customer22@example.com", "customer25@example.com"}


@pytest.fixture(scope="module")
def shop(magento: MagentoServer, django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """All customers, carried once. Their channels are heard of afterwards."""
    with carried(django_db_blocker, magento.url, "identity", tables=TABLES):
        open_shop()
        yield


@pytest.fixture(autouse=True)
def _no_rate_limits(settings: Any) -> None:
    settings.RATE_LIMITS = dict.fromkeys(("sign_in",), "")


def rows(magento: MagentoServer, sql: str) -> list[dict[str, Any]]:
    with Source(magento.url) as source:
        return source.rows(sql)


def open_shop() -> None:
    """The channels and views, as catalog tells of them; they may come after the customers."""
    channels = [ChannelChanged(code=code, name=code, currency="USD", time_zone="UTC", countries=(),
                               prices_include_tax=False) for code in ("base", "eu")]  # fmt: skip
    views = [ViewChanged(code=view, name=view, channel=channel, locale="en")
             for view, channel in (("default", "base"), ("de", "base"), ("fr", "eu"))]  # fmt: skip
    receive(Envelope(id=new_id(), producer="catalog", subscriber="identity", lane=Lane.FAST,
                     messages=[_message(event) for event in (*channels, *views)]))  # fmt: skip


def _message(event: Any) -> Message:
    import msgspec

    kind = type_of(type(event))
    return Message(id=new_id(), type=kind.name, version=kind.version, occurred_at=clock.now(), aggregate_version=1,
                   aggregate_type=kind.aggregate, aggregate_id=event.code, body=msgspec.Raw(encode(event)))  # fmt: skip


def sign_in(view: str, email: str, password: str) -> int:
    answer = Client().post(
        f"/api/v1/{view}/sessions", {"email": email, "password": password}, content_type="application/json"
    )
    return answer.status_code


def joined(row: dict[str, Any]) -> str:
    return " ".join(str(row[c]) for c in ("prefix", "firstname", "middlename", "lastname", "suffix") if row[c])


def parts(row: dict[str, Any]) -> dict[str, Any]:
    names = {"prefix": "prefix", "firstname": "first_name", "middlename": "middle_name", "lastname": "last_name",
             "suffix": "suffix"}  # fmt: skip
    return {name: row[column] for column, name in names.items() if row[column]}


def test_every_customer_is_carried_field_by_field(magento: MagentoServer):
    ours = {customer.external_id: customer for customer in Customer.objects.all()}
    there = rows(magento, "SELECT * FROM {customer_entity}")
    assert len(ours) == len(there) == 80
    for row in there:
        customer = ours[f"magento:customer:{row['entity_id']}"]
        website = {1: "base", 2: "eu"}[row["website_id"]]
        assert customer.id == migrated_id("magento", "customer", row["entity_id"])
        assert (customer.channel, customer.channel_group) == (website, website)
        assert (customer.email, customer.name) == (row["email"], joined(row))
        assert (customer.group_id, customer.locale) == (CODES[row["group_id"]], LOCALES[row["store_id"]])
        if is_legacy(customer.password) or not row["password_hash"]:  # else signed in by another test of this module
            assert customer.password == row["password_hash"]
        assert customer.state == ("active" if row["is_active"] else "blocked")
        gender = {None: {}, 1: {"gender": "Male"}, 2: {"gender": "Female"}}[row["gender"]]
        extra = {"birth_date": row["dob"], "tax_number": row["taxvat"]}
        assert customer.details == parts(row) | gender | {name: value for name, value in extra.items() if value}
        if row["created_at"]:
            assert customer.created_at == datetime.fromisoformat(row["created_at"])


def test_every_address_is_carried_field_by_field_with_the_defaults(magento: MagentoServer):
    ours = {address.external_id: address for address in Address.objects.select_related("customer")}
    there = rows(magento, "SELECT a.*, c.default_billing, c.default_shipping FROM {customer_address_entity} a"
                          " JOIN {customer_entity} c ON c.entity_id = a.parent_id")  # fmt: skip
    assert len(ours) == len(there) == 119
    for row in there:
        address = ours[f"magento:customer_address:{row['entity_id']}"]
        assert address.customer.external_id == f"magento:customer:{row['parent_id']}"
        columns = {"street": "street", "city": "city", "postcode": "postcode", "region": "region",
                   "company": "company", "phone": "telephone"}  # fmt: skip
        expected = {name: row[column] or "" for name, column in columns.items()}
        assert address.postal == expected | {"name": joined(row)}
        assert address.country == row["country_id"]
        extra = {"fax": row["fax"], "tax_number": row["vat_id"]}
        assert address.details == parts(row) | {name: value for name, value in extra.items() if value}
        assert address.default_billing == (row["default_billing"] == row["entity_id"])
        assert address.default_shipping == (row["default_shipping"] == row["entity_id"])


def test_groups_keep_their_names_and_get_codes(magento: MagentoServer):
    groups = {group.external_id: (group.code, group.name) for group in CustomerGroup.objects.all()}
    assert groups == {
        "magento:customer_group:1": ("general", "General"),
        "magento:customer_group:2": ("wholesale", "Wholesale"),
        "magento:customer_group:3": ("retailer", "Retailer"),
        "magento:customer_group:4": ("vip-grosskunden", "VIP – Größkunden"),
    }


def test_everybody_signs_in_with_the_old_password_which_is_then_stored_anew(magento: MagentoServer):
    there = rows(magento, "SELECT email, website_id, password_hash FROM {customer_entity} ORDER BY entity_id")
    let_in = {
        (row["email"], row["website_id"])
        for row in there
        if sign_in(VIEWS[row["website_id"]], row["email"], password_of(row)) == 201
    }
    assert let_in == {(row["email"], row["website_id"]) for row in there if row["email"] not in KEPT_OUT}
    assert len(let_in) == 76
    stored = {(c.email, {"base": 1, "eu": 2}[c.channel]): c.password for c in Customer.objects.all()}
    assert [key for key in let_in if is_legacy(stored[key])] == []
    assert all(stored[key].startswith("$argon2id$") for key in let_in)
    # Again, now with the native hash; and carrying all of it again gives nobody the old hash back.
    carry(magento.url, "identity", tables=TABLES, again=True)
    assert sign_in("default", "customer8@example.com", "Passw0rd!8") == 201
    assert {(c.email, {"base": 1, "eu": 2}[c.channel]): c.password for c in Customer.objects.all()} == stored


def test_one_address_in_two_websites_is_two_accounts(magento: MagentoServer):
    assert sign_in("default", "customer3@example.com", "Passw0rd!3") == 201
    assert sign_in("fr", "CUSTOMER3@example.com", "Passw0rd!14") == 201
    assert sign_in("default", "customer3@example.com", "Passw0rd!14") == 401
    assert sign_in("fr", "customer3@example.com", "Passw0rd!3") == 401
    assert sign_in("fr", "mixed.case@EXAMPLE.com", "Passw0rd!9") == 201


def test_who_is_kept_out_there_is_kept_out_here_and_a_lock_ends_by_itself(magento: MagentoServer):
    assert sign_in("default", "customer22@example.com", "Passw0rd!22") == 401
    assert sign_in("de", "customer25@example.com", "Passw0rd!25") == 401
    assert sign_in("default", "customer20@example.com", "") in (400, 401)
    with clock.travel(datetime(2030, 1, 1, 0, 0, 1, tzinfo=UTC), ticking=True):
        assert sign_in("de", "customer25@example.com", "Passw0rd!25") == 201
        assert sign_in("default", "customer22@example.com", "Passw0rd!22") == 401


def test_what_is_odd_about_customers_is_found_and_names_nobody(magento: MagentoServer):
    assert not LegacyTouched.objects.exists()
    found = set(LegacyFinding.objects.values_list("kind", "owner", "code"))
    assert found == {
        ("shop", "all", "newsletter"),
        ("group", "0", "group_of_guests"),
        ("customer", "5", "no_such_country"),
        ("customer", "7", "password_of_magento_1"),
        ("customer", "9", "password_of_magento_1"),
        ("customer", "9", "no_date"),
        ("customer", "22", "no_password"),
        ("customer", "23", "no_password"),
        ("customer", "25", "unconfirmed"),
        ("customer", "27", "locked"),
        ("customer", "4", "address_incomplete"),
    }
    assert not [detail for detail in LegacyFinding.objects.values_list("detail", flat=True) if "@" in detail]


def test_no_copy_of_a_customers_row_can_be_read_in_the_database(magento: MagentoServer):
    with connections["identity"].cursor() as cursor:
        cursor.execute("SELECT after FROM customers.identity_legacyrow WHERE after IS NOT NULL")
        stored = "\n".join(after for (after,) in cursor.fetchall())
        cursor.execute("SELECT concat_ws(' ', details, email, name) FROM identity_customer")
        stored += "\n".join(text for (text,) in cursor.fetchall())
    assert len(stored) > 100_000
    for text in ("@example.com", "Costello", "Passw0rd", "Honey Bluff", "FR12345678901"):
        assert text not in stored
