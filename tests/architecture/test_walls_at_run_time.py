"""What no reading of the source can prove: the database refuses, and so does the chassis."""

import os
from collections.abc import Callable
from decimal import Decimal

import psycopg
import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connections

from chassis import clock, inbox, letters
from chassis.access.keys import from_address
from chassis.clients import client
from chassis.database import CrossDomainRelation, UnroutableModel
from chassis.ids import new_id
from chassis.jobs import LeasedJob
from chassis.outside import CallInsideTransaction
from chassis.subscriptions import Received, Subscription, reaction
from chassis.tests import bench
from chassis.unit_of_work import CrossDomainTransaction, unit_of_work
from commerce.payment.providers.interface import OurPayment
from commerce.payment.providers.sandbox import Sandbox
from commerce.payment.providers.stripe import Stripe
from config.domains import ALIASES
from contracts.catalog import Pricing
from operations.gateway import purging
from operations.notification import mailer

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


def purge() -> None:
    job = LeasedJob(
        id=new_id(), domain="platform", kind="", key="", context={}, attempts=1,
        payload={"url": "http://127.0.0.1:9/", "keys": ["product-1"]},
    )  # fmt: skip
    purging.PURGE.call(job)  # type: ignore[misc]


HELD = client(Pricing)
OURS = OurPayment(reference="r", amount=Decimal(1), currency="EUR", asked_at=clock.now())
OUTSIDE: dict[str, Callable[[], object]] = {
    "a client that is resolved": lambda: client(Pricing),
    "a client that is held": lambda: HELD.quote(),  # type: ignore[call-arg]
    "the payment provider": lambda: Sandbox().find(OURS),
    "the payment provider's library": lambda: Stripe().find(OURS),
    "the mail server": mailer.connect,
    "a cache in front": purge,
    "the published keys": from_address("http://127.0.0.1:9/"),
    "a file that is saved": lambda: default_storage.save("planted.txt", ContentFile(b"planted")),
    "a file that is opened": lambda: default_storage.open("planted.txt"),
    "a file that is deleted": lambda: default_storage.delete("planted.txt"),
}
"""All ways out of a process. Nobody answers at port 9: a call that is not refused fails otherwise."""


@pytest.fixture
def cache_in_front(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CACHE_PURGE_URL", "varnish+http://127.0.0.1:9/")


@pytest.fixture(params=OUTSIDE)
def calling(request: pytest.FixtureRequest, cache_in_front: None) -> "Subscription[bench.BellRung]":
    """A subscription whose handler calls out."""

    def handler(batch: list[Received[bench.BellRung]]) -> None:
        OUTSIDE[request.param]()

    return reaction(bench.BellRung, handler)


@pytest.mark.django_db(databases=["commerce"])
def test_a_handler_that_calls_out_is_refused_and_its_letter_says_so(
    calling: "Subscription[bench.BellRung]",
) -> None:
    with bench.domain(subscriptions=(calling,)):
        assert inbox.receive(bench.envelope(bench.ring())) == 0
    assert bench.rows("letter").get().reason.startswith("CallInHandler: ")


@pytest.mark.django_db(databases=["commerce"])
def test_a_handler_that_calls_out_is_refused_when_its_letter_is_tried_again(
    calling: "Subscription[bench.BellRung]",
) -> None:
    with bench.domain(subscriptions=(calling,)):
        letter = bench.letter(bench.ring(), handler=calling.name)
        assert not letters.retry("commerce", letter.id)
    assert bench.rows("letter").get().reason.startswith("CallInHandler: ")


@pytest.mark.django_db(databases=["commerce"])
@pytest.mark.parametrize("way", OUTSIDE)
def test_nobody_outside_is_called_inside_a_unit_of_work(way: str, cache_in_front: None) -> None:
    with unit_of_work("commerce"), pytest.raises(CallInsideTransaction):
        OUTSIDE[way]()


@pytest.mark.django_db(databases=["commerce"])
def test_a_unit_of_work_cannot_hold_anothers() -> None:
    with unit_of_work("commerce"), pytest.raises(CrossDomainTransaction):
        with unit_of_work("catalog"):
            raise AssertionError("not reached")
