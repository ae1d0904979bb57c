"""What no reading of the source can prove: the database refuses, and so does the chassis."""

import os

import psycopg
import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connections

from chassis.clients import client
from chassis.context import handling
from chassis.database import CrossDomainRelation, UnroutableModel
from chassis.unit_of_work import CrossDomainTransaction, unit_of_work
from config.domains import ALIASES
from contracts.catalog import Pricing

ALL = list(ALIASES)


def wrapper_name(alias: str) -> str:
    return str(connections[alias].settings_dict["NAME"])


@pytest.mark.django_db(databases=ALL)
@pytest.mark.parametrize("role", ALIASES)
def test_a_domains_role_can_connect_to_its_own_database_only(role: str) -> None:
    url = os.environ[f"SIXFOLD_TEST_URL_{role.upper()}"].rpartition("/")[0]
    with psycopg.connect(f"{url}/{wrapper_name(role)}") as own:
        assert own.execute("SELECT current_user").fetchone() == (role,)
    for other in ALIASES:
        if other != role:
            with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
                psycopg.connect(f"{url}/{wrapper_name(other)}")


@pytest.mark.django_db(databases=ALL)
def test_sql_for_another_domains_table_finds_no_such_table() -> None:
    with connections["commerce"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM commerce_outboxevent")
        with pytest.raises(Exception, match='relation "catalog_outboxevent" does not exist'):
            cursor.execute("SELECT count(*) FROM catalog_outboxevent")


def test_no_database_holds_a_table_of_a_framework(db_tables: dict[str, set[str]]) -> None:
    for alias, tables in db_tables.items():
        assert not [name for name in tables if name.startswith(("auth_", "django_admin", "django_session"))], alias


@pytest.fixture
def db_tables(request: pytest.FixtureRequest) -> dict[str, set[str]]:
    request.applymarker(pytest.mark.django_db(databases=ALL))
    request.getfixturevalue("_django_db_helper")
    return {alias: set(connections[alias].introspection.table_names()) for alias in ALIASES}


def test_every_table_is_its_domains_own(db_tables: dict[str, set[str]]) -> None:
    from config.domains import DOMAINS

    for alias, tables in db_tables.items():
        prefixes = tuple(f"{row.label}_" for row in DOMAINS if row.alias == alias)
        assert not [name for name in tables if not name.startswith((*prefixes, "django_migrations"))], alias


def test_a_model_of_no_domain_has_no_database() -> None:
    with pytest.raises(UnroutableModel, match="belongs to no domain"):
        User.objects.count()


def test_objects_of_two_domains_cannot_be_related() -> None:
    from chassis.database import DomainRouter

    order, product = apps.get_model("commerce", "Job")(), apps.get_model("catalog", "Job")()
    with pytest.raises(CrossDomainRelation, match="keep the id instead"):
        DomainRouter().allow_relation(order, product)


def test_a_client_cannot_be_asked_while_an_event_is_handled() -> None:
    asked = client(Pricing)
    with handling():
        with pytest.raises(SynchronousCallInHandler):
            client(Pricing)
        with pytest.raises(SynchronousCallInHandler):
            asked.quote(channel="", view="", country="", customer_group="", lines=(), shipping=0)  # type: ignore[arg-type]


@pytest.mark.django_db(databases=["commerce"])
def test_a_client_cannot_be_asked_inside_a_unit_of_work() -> None:
    with unit_of_work("commerce"), pytest.raises(CallInsideTransaction):
        client(Pricing)


@pytest.mark.django_db(databases=["commerce"])
def test_a_unit_of_work_cannot_hold_anothers() -> None:
    with unit_of_work("commerce"), pytest.raises(CrossDomainTransaction):
        with unit_of_work("catalog"):
            raise AssertionError("not reached")
