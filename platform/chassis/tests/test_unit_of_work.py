"""The unit of work: events and jobs live and die with their transaction."""

import pytest
from django.db import connections

from chassis import domains
from chassis.unit_of_work import CrossDomainTransaction, NoUnitOfWork, enqueue, publish, unit_of_work

pytestmark = pytest.mark.django_db(databases=["commerce", "logistics"])


def test_another_domains_unit_of_work_inside_is_refused() -> None:
    with pytest.raises(CrossDomainTransaction), unit_of_work("commerce"), unit_of_work("logistics"):
        pass


def test_enqueue_outside_is_refused() -> None:
    with pytest.raises(NoUnitOfWork):
        enqueue("chassis.redeliver", key="x")


def test_a_job_is_gone_with_its_transaction() -> None:
    jobs = domains.get("commerce").tables.job._default_manager.using("commerce")
    with pytest.raises(ZeroDivisionError), unit_of_work("commerce"):
        enqueue("chassis.redeliver", key="gone")
        raise ZeroDivisionError
    with unit_of_work("commerce"):
        enqueue("chassis.redeliver", key="kept")
        enqueue("chassis.redeliver", key="kept")
    assert [job.key for job in jobs.all()] == ["kept"]


def test_the_role_of_commerce_cannot_connect_to_logistics() -> None:
    import psycopg

    from chassis.testing import on_database

    mine = connections["commerce"].settings_dict
    theirs = connections["logistics"].settings_dict["NAME"]
    url = f"postgresql://{mine['USER']}:{mine['PASSWORD']}@{mine['HOST']}:{mine['PORT']}/{mine['NAME']}"
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(on_database(url, theirs))


_ = publish
