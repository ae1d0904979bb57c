"""Every login of the real database, in every hash form that it holds."""

import pytest

from identity.auth.passwords import is_legacy, parse, verify
from strangler.source import Source
from tests.magento.server import MagentoServer

pytestmark = pytest.mark.magento

EXCEPTIONS = {
    "mixed.case@example.com": "Passw0rd!9",
    "plus+tag@example.com": "Passw0rd!10",
    "roni_cost@example.com": "roni_cost3@example.com",
}
TWICE = ("customer3@example.com", 2, "Passw0rd!14")  # the same address is another account on website 1
WITHOUT_PASSWORD = {"customer20@example.com", "customer21@example.com"}
MAGENTO_1 = {"customer5@example.com", "customer7@example.com"}


@pytest.fixture(scope="module")
def customers(magento: MagentoServer) -> list[dict]:
    with Source(magento.url) as source:
        return source.rows("SELECT email, website_id, password_hash FROM {customer_entity} ORDER BY entity_id")


def password_of(customer: dict) -> str:
    email = customer["email"].lower()
    if (email, customer["website_id"]) == TWICE[:2]:
        return TWICE[2]
    return EXCEPTIONS.get(email) or "Passw0rd!" + email.removeprefix("customer").partition("@")[0]


def test_all_customers_sign_in_with_their_old_passwords(customers):
    with_password = [c for c in customers if c["email"] not in WITHOUT_PASSWORD]
    refused = [c["email"] for c in with_password if not verify(password_of(c), c["password_hash"])]
    assert len(with_password) == 78
    assert refused == []


def test_no_customer_signs_in_with_a_neighbours_password(customers):
    opened = [c["email"] for c in customers if verify(password_of(c) + "0", c["password_hash"])]
    assert opened == []


def test_a_customer_without_a_password_can_only_reset_it(customers):
    empty = [c for c in customers if c["password_hash"] is None]
    assert {c["email"] for c in empty} == WITHOUT_PASSWORD
    assert not any(is_legacy(c["password_hash"]) or verify("", c["password_hash"]) for c in empty)


def test_magento_1_leftovers_are_the_two_that_magento_2_itself_refuses(customers):
    found = {c["email"] for c in customers if (p := parse(c["password_hash"])) and p.magento1}
    assert found == MAGENTO_1


def test_the_staff_hash_is_of_the_same_forms(magento: MagentoServer):
    with Source(magento.url) as source:
        stored = source.value("SELECT password FROM {admin_user} WHERE username = 'admin'")
    assert verify("Admin123!", stored)
