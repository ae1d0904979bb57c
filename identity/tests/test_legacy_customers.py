"""What rows of a Magento shop come to: groups, accounts, address books, and findings for the rest."""

import hashlib
import random
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from chassis import clock, domains
from chassis.ids import migrated_id
from identity.auth import passwords
from identity.auth.models import SignIn
from identity.customer.models import Address, ChannelCopy, Customer, CustomerGroup
from identity.legacy.models import LegacyFinding, LegacyRow, LegacyTouched
from identity.tests.conftest import make_customer
from identity.tests.legacy_rows import (
    SHOP,
    address,
    attribute,
    carry,
    customer,
    group,
    keep,
    make,
    open_channels,
    option,
    setting,
    store,
    value,
    website,
)

pytestmark = pytest.mark.django_db(databases=["identity"])
SHARING, CONFIRMATION = "customer/account_share/scope", "customer/create_account/confirm"
OLD_PASSWORD = "what I chose in 2014"


def stored(password: str = OLD_PASSWORD) -> str:
    """A hash as Magento's first version makes it: md5 of salt and password."""
    return hashlib.md5(f"pepper{password}".encode(), usedforsecurity=False).hexdigest() + ":pepper:0"


def one(id_: int = 1) -> Customer:
    return Customer.objects.get(external_id=f"magento:customer:{id_}")


def codes() -> set[tuple[str, str]]:
    """Findings about single things; that nobody's newsletter is carried is always said."""
    assert not LegacyTouched.objects.exclude(error="").exists()
    found = LegacyFinding.objects.exclude(code__in=["newsletter", "group_of_guests", "no_password"])
    return set(found.values_list("owner", "code"))


def sign_in(view: str, email: str = "old@example.org", password: str = OLD_PASSWORD) -> int:
    body = {"email": email, "password": password}
    return Client().post(f"/api/v1/{view}/sessions", body, content_type="application/json").status_code


def test_an_account_keeps_its_id_its_website_its_language_and_the_day_it_was_made() -> None:
    carry(*SHOP, customer(1, store_id=2), customer(2, website_id=2, store_id=3), customer(3, "third@example.org"))
    german, french, plain = one(1), one(2), one(3)
    assert german.id == migrated_id("magento", "customer", 1)
    assert [(c.channel, c.channel_group, c.locale) for c in (german, french, plain)] == [
        ("base", "base", "de-DE"), ("eu", "eu", "fr-FR"), ("base", "base", "en-US")]  # fmt: skip
    assert german.created_at == datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert codes() == set()


def test_nobody_is_greeted_and_no_event_tells_of_who_came_along() -> None:
    carry(*SHOP, customer(1))
    assert not domains.get("identity").tables.outbox._default_manager.using("identity").exists()


def test_names_are_put_together_and_their_parts_kept_with_what_else_was_known() -> None:
    gender = attribute(20, "gender", kind="select", storage="static")
    known = customer(1, prefix="Dr.", middlename=" Q ", suffix="Jr.", dob="1950-01-01", taxvat="DE1", gender=1)
    carry(*SHOP, *gender, *option(1, 20, "Male"), known, customer(2, "b@example.org", dob="0000-00-00", gender=9))
    assert one(1).name == "Dr. Olga Q Old Jr."
    assert one(1).details == {
        "prefix": "Dr.", "first_name": "Olga", "middle_name": "Q", "last_name": "Old", "suffix": "Jr.",
        "birth_date": "1950-01-01", "tax_number": "DE1", "gender": "Male",
    }  # fmt: skip
    assert one(2).details == {"first_name": "Olga", "last_name": "Old", "gender": "9"}


def test_values_of_a_shops_own_attributes_are_kept_by_code_as_people_read_them() -> None:
    own = (*attribute(50, "hobby", kind="multiselect"), *option(7, 50, "Chess"), *option(8, 50, "Tennis"),
           *attribute(51, "vip", kind="boolean", storage="int"), *attribute(52, "note"),
           *attribute(53, "floor", storage="int"))  # fmt: skip
    carry(*SHOP, *own, customer(1), address(5, 1), value(1, 50, 1, "7,8,99"), value(2, 51, 1, 1, storage="int"),
          value(3, 52, 1, "likes tea"), value(4, 53, 1, "strayed"), value(5, 77, 1, "x"), value(7, 52, 1, None),
          value(6, 53, 5, 3, of="customer_address", storage="int"))  # fmt: skip
    assert one().details["attributes"] == {
        "hobby": ["Chess", "Tennis", "99"], "vip": True, "note": "likes tea", "attribute-77": "x"}  # fmt: skip
    assert one().addresses.get().details["attributes"] == {"floor": "3"}
    details = LegacyFinding.objects.filter(code="value_not_understood").values_list("detail", flat=True)
    assert set(details) == {"hobby: 1 options do not exist", "floor: a value in the table of varchar",
                            "attribute-77: no such attribute"}  # fmt: skip
    carry(*option(7, 50, "Go", position=2))
    assert one().details["attributes"]["hobby"] == ["Go", "Tennis", "99"]
    carry(value(6, 53, 5, 4, of="customer_address", storage="int", position=2))
    assert one().addresses.get().details["attributes"] == {"floor": "4"}


def test_groups_get_codes_of_their_names_and_general_stays_everybodys() -> None:
    carry(*SHOP, group(4, "VIP – Größkunden"), group(5, "Vip Grosskunden"), customer(1, group_id=4),
          customer(2, "b@example.org", group_id=1))  # fmt: skip
    assert set(CustomerGroup.objects.values_list("code", "external_id")) == {
        ("general", "magento:customer_group:1"),
        ("vip-grosskunden", "magento:customer_group:4"),
        ("vip-grosskunden-2", "magento:customer_group:5"),
    }
    assert (one(1).group_id, one(2).group_id) == ("vip-grosskunden", "general")
    carry(group(4, "Wholesale", position=2))
    assert CustomerGroup.objects.get(code="vip-grosskunden").name == "Wholesale"


def test_an_address_book_comes_with_its_defaults_and_keeps_what_was_added_here() -> None:
    carry(*SHOP, customer(1, default_billing=5, default_shipping=6), address(5, 1), address(6, 1, fax="2", vat_id="D"))
    mine = Address.objects.create(customer=one(), postal={"name": "Mine"}, country="DE", created_at=clock.now())
    book = {a.external_id: (a.default_billing, a.default_shipping) for a in one().addresses.all()}
    assert book == {"magento:customer_address:5": (True, False), "magento:customer_address:6": (False, True),
                    None: (False, False)}  # fmt: skip
    assert one().addresses.get(default_shipping=True).details["tax_number"] == "D"
    carry(address(5, 1, gone=True, position=2), customer(1, default_billing=6, default_shipping=6, position=2))
    assert set(one().addresses.values_list("id", "default_billing")) == {
        (mine.id, False), (migrated_id("magento", "customer_address", 6), True)}  # fmt: skip


def test_an_address_that_moves_to_another_customer_moves_here() -> None:
    carry(*SHOP, customer(1), customer(2, "b@example.org"), address(5, 1))
    carry(address(5, 2, position=2))
    assert (one(1).addresses.count(), one(2).addresses.count()) == (0, 1)


def test_who_signs_in_does_so_with_the_old_password_once() -> None:
    carry(*SHOP, customer(1, password_hash=stored()))
    open_channels("base", "eu")
    assert sign_in("base", password="wrong") == 401
    assert sign_in("base") == 201
    native = one().password
    assert not passwords.is_legacy(native)
    carry(customer(1, password_hash=stored(), position=2), *SHOP)
    carry(customer(1, password_hash=stored(), position=3, lastname="Newer"))
    assert (one().password, one().name) == (native, "Olga Newer")
    carry(customer(1, password_hash=stored("changed there"), position=4))
    assert sign_in("base") == 401
    assert sign_in("base", password="changed there") == 201


@pytest.mark.parametrize(
    ("columns", "code"),
    [({"is_active": 0}, None), ({"lock_expires": "2999-01-01T00:00:00"}, "locked"), ({"password_hash": None}, None)],
)
def test_who_may_not_sign_in_there_may_not_here(columns: dict[str, Any], code: str | None) -> None:
    carry(*SHOP, customer(1, **{"password_hash": stored(), **columns}))
    open_channels("base")
    assert sign_in("base") == 401
    assert codes() == ({("1", code)} if code else set())


def test_a_lock_that_is_over_is_none_and_one_that_runs_ends_by_itself() -> None:
    carry(*SHOP, customer(1, password_hash=stored(), lock_expires="2020-01-01T00:00:00"))
    open_channels("base")
    assert codes() == set()
    assert sign_in("base") == 201
    carry(customer(1, password_hash=stored(), lock_expires="2999-01-01T00:00:00", position=2))
    assert sign_in("base") == 401
    assert SignIn.objects.filter(revoked_at__isnull=True).count() == 1  # who was in already stays in
    with clock.travel(datetime(2999, 1, 1, 0, 0, 1, tzinfo=UTC)):
        assert one().may_sign_in


def test_an_unconfirmed_address_needs_a_new_password_only_where_the_shop_asks_for_it() -> None:
    carry(*SHOP, customer(1, password_hash=stored(), confirmation="key"))
    assert one().password == stored()
    carry(setting(9, CONFIRMATION, 1, scope="websites", scope_id=1))
    assert one().password is None
    assert codes() == {("1", "unconfirmed")}
    carry(customer(1, password_hash=stored(), position=2))
    assert one().password == stored()


def test_who_is_deactivated_there_is_signed_out_here() -> None:
    carry(*SHOP, customer(1, password_hash=stored()))
    open_channels("base")
    assert sign_in("base") == 201
    carry(customer(1, password_hash=stored(), is_active=0, position=2))
    assert not SignIn.objects.filter(revoked_at__isnull=True).exists()
    assert sign_in("base") == 401


def test_a_block_by_staff_here_outlives_other_changes_there_and_a_block_there_comes() -> None:
    carry(*SHOP, customer(1), customer(2, "b@example.org"))
    Customer.objects.filter(id=one(1).id).update(state="blocked")
    carry(customer(1, lastname="New", position=2), customer(2, "b@example.org", is_active=0, position=2))
    assert (one(1).state, one(2).state) == ("blocked", "blocked")
    carry(customer(2, "b@example.org", is_active=1, position=3))
    assert one(2).state == "active"


def test_one_address_in_two_websites_is_two_accounts_unless_accounts_are_shared() -> None:
    rows = (*SHOP, customer(1, password_hash=stored()), customer(2, website_id=2, store_id=3))
    carry(*rows)
    assert Customer.objects.count() == 2
    carry(setting(9, SHARING, 0))
    assert Customer.objects.values_list("channel_group").distinct().count() <= 2
    assert ("2", "email_taken") in codes() or ("1", "email_taken") in codes()
    open_channels("base", "eu")
    assert set(ChannelCopy.objects.values_list("code", "channel_group", "active")) == {
        ("base", "magento", True), ("eu", "magento", True)}  # fmt: skip
    carry(setting(9, SHARING, 1, position=2))
    assert codes() == set()
    assert sorted(Customer.objects.values_list("channel_group", flat=True)) == ["base", "eu"]
    assert set(ChannelCopy.objects.values_list("channel_group", flat=True)) == {""}


def test_an_account_that_was_opened_here_first_stays_and_the_old_one_is_named() -> None:
    make_customer("old@example.org", channel_group="base")
    carry(*SHOP, customer(1, "OLD@example.org"))
    assert Customer.objects.get().external_id is None
    assert codes() == {("1", "email_taken")}


def test_an_address_that_becomes_free_lets_in_who_waited_for_it() -> None:
    carry(*SHOP, setting(9, SHARING, 0), customer(1))
    carry(customer(2, website_id=2, store_id=3))
    assert codes() == {("2", "email_taken")}
    carry(customer(1, "new@example.org", position=2))
    assert codes() == set()
    assert one(2).email == "old@example.org"


def test_rows_in_any_order_twice_and_late_come_to_the_same() -> None:
    rows = [*SHOP, group(2, "Wholesale"), *attribute(52, "note"), value(3, 52, 1, "tea"),
            customer(1, group_id=2, default_billing=5, password_hash=stored()), address(5, 1), address(6, 1),
            customer(1, group_id=2, default_billing=6, password_hash=stored(), lastname="Newest", position=7),
            customer(3, "gone@example.org"), address(8, 3), customer(3, gone=True, position=4),
            address(8, 3, gone=True, position=4)]  # fmt: skip
    dice = random.Random(3)
    for _ in range(6):
        shuffled = [*rows, *dice.sample(rows, 6)]
        dice.shuffle(shuffled)
        for change in shuffled:
            keep(change)
            if dice.random() < 0.3:
                make()
        make()
        account = Customer.objects.get()
        assert (account.name, account.group_id, account.password) == ("Olga Newest", "wholesale", stored())
        assert account.details["attributes"] == {"note": "tea"}
        assert list(account.addresses.order_by("external_id").values_list("default_billing", flat=True)) == [
            False,
            True,
        ]
        assert codes() == set()


def test_carrying_again_writes_nothing_and_leaves_what_was_changed_here() -> None:
    rows = (*SHOP, customer(1, default_billing=5), address(5, 1))
    carry(*rows)
    Customer.objects.update(version=9)
    Address.objects.update(version=9)
    carry(*rows)
    assert (one().version, one().addresses.get().version) == (9, 9)


def test_a_deleted_customer_leaves_no_account_no_address_and_no_row() -> None:
    carry(*SHOP, *attribute(52, "note"), customer(1), address(5, 1), value(1, 52, 1, "x"),
          value(2, 52, 5, "y", of="customer_address"), customer(2, "b@example.org"))  # fmt: skip
    carry(customer(1, gone=True, position=2))  # its children go by a cascade, which no event tells of
    assert list(Customer.objects.values_list("external_id", flat=True)) == ["magento:customer:2"]
    assert not Address.objects.exists()
    kept = LegacyRow.objects.filter(kind__in=["customer", "address"], after__isnull=False)
    assert list(kept.values_list("owner", flat=True)) == ["2"]


def test_what_cannot_be_carried_or_is_odd_is_named_without_naming_anybody() -> None:
    carry(*SHOP, customer(1, website_id=None), customer(2, website_id=7), customer(3, None), address(9, 44),
          address(10, None), value(1, 52, 99, "y", of="customer_address"),
          customer(4, "d@example.org", group_id=8, store_id=9, default_billing=77, created_at=None,
                   password_hash="???", disable_auto_group_change=1),
          address(11, 4, country_id="XX", street="", region_id=12, is_active=0, vat_is_valid=1),
          customer(5, "e@example.org", password_hash=hashlib.md5(b"x", usedforsecurity=False).hexdigest()))  # fmt: skip
    assert codes() == {
        ("1", "no_website"), ("2", "no_website"), ("3", "no_email"), ("44", "no_such_customer"),
        ("0", "no_such_customer"), ("99", "no_such_address"), ("4", "no_such_group"), ("4", "no_such_store"),
        ("4", "no_such_address"), ("4", "no_date"), ("4", "password_not_understood"), ("4", "group_is_fixed"),
        ("4", "no_such_country"), ("4", "address_incomplete"), ("4", "region_by_number"), ("4", "address_inactive"),
        ("4", "tax_number_check"), ("5", "password_of_magento_1"),
    }  # fmt: skip
    assert set(Customer.objects.values_list("external_id", flat=True)) == {"magento:customer:4", "magento:customer:5"}
    assert not [d for d in LegacyFinding.objects.values_list("detail", flat=True) if "@" in d or "Olga" in d]
    carry(website(7, "late"), store(9, "late", 7), group(8, "Late"))
    assert one(2).channel == "late"
    assert one(4).group_id == "late"
