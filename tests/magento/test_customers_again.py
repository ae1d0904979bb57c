"""What becomes of customers when the old shop changes after it was carried, and when it is carried again."""

from typing import Any

import pytest
from django.db import connections

from chassis import domains
from identity.customer.models import Address, Customer
from identity.legacy.models import LegacyFinding
from tests.magento.carrying import carry, settle
from tests.magento.server import MagentoServer
from tests.magento.test_customers import TABLES, open_shop, sign_in

pytestmark = [pytest.mark.magento, pytest.mark.django_db(databases=["platform", "identity"], transaction=True)]


@pytest.fixture(autouse=True)
def _no_rate_limits(settings: Any) -> None:
    settings.RATE_LIMITS = dict.fromkeys(("sign_in",), "")


def versions() -> tuple[dict[Any, int], ...]:
    return tuple(dict(model.objects.values_list("id", "version")) for model in (Customer, Address))


def test_carrying_the_same_customers_again_changes_nothing(magento: MagentoServer):
    carry(magento.url, "identity", tables=TABLES)
    outbox = domains.get("identity").tables.outbox._default_manager.using("identity")
    # Who came blocked was told of, once.
    assert set(outbox.values_list("type", flat=True)) <= {"identity.customer_blocked"}
    before, told = versions(), outbox.count()
    carry(magento.url, "identity", tables=TABLES, again=True)
    settle("identity")
    assert (versions(), outbox.count()) == (before, told)


def test_a_change_there_is_followed_and_a_deleted_customer_leaves_nothing(own_magento: MagentoServer):
    carry(own_magento.url, "identity", tables=TABLES)
    Customer.objects.filter(external_id="magento:customer:10").update(password="$argon2id$set-here")
    own_magento.execute(
        "UPDATE customer_entity SET lastname = 'Renamed', is_active = 0 WHERE entity_id = 10",
        "DELETE FROM customer_address_entity WHERE entity_id = 16",
        "DELETE FROM customer_entity WHERE entity_id = 2",
    )
    carry(own_magento.url, "identity", tables=TABLES)
    renamed = Customer.objects.get(external_id="magento:customer:10")
    assert (renamed.name, renamed.state, renamed.password) == ("李 Renamed", "blocked", "$argon2id$set-here")
    assert set(renamed.addresses.values_list("external_id", flat=True)) == {
        "magento:customer_address:14", "magento:customer_address:15"}  # fmt: skip
    assert not Customer.objects.filter(external_id="magento:customer:2").exists()
    with connections["identity"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM identity_legacyrow WHERE kind = 'customer' AND owner = '2'"
                       " AND after IS NOT NULL")  # fmt: skip
        assert cursor.fetchone() == (0,)


def test_accounts_shared_by_all_websites_are_one_group_and_the_second_of_one_address_is_named(
    own_magento: MagentoServer,
):
    own_magento.execute(
        "INSERT INTO core_config_data (scope, scope_id, path, value) VALUES ('default', 0,"
        " 'customer/account_share/scope', '0')"
    )
    carry(own_magento.url, "identity", tables=TABLES)
    open_shop()
    assert set(Customer.objects.values_list("channel_group", flat=True)) == {"magento"}
    assert Customer.objects.count() == 79
    (refused,) = LegacyFinding.objects.filter(whole=True, kind="customer").values_list("owner", "code")
    assert refused in {("5", "email_taken"), ("16", "email_taken")}
    assert sign_in("fr", "customer0@example.com", "Passw0rd!0") == 201
    own_magento.execute("UPDATE core_config_data SET value = '1' WHERE path = 'customer/account_share/scope'")
    carry(own_magento.url, "identity", tables=TABLES)
    assert Customer.objects.count() == 80
    assert sign_in("fr", "customer0@example.com", "Passw0rd!0") == 401
    assert sign_in("fr", "customer3@example.com", "Passw0rd!14") == 201
