"""The database engine: connections that the server has ended, and statements too large for the protocol."""

import pytest
from django.db import connections

from chassis import domains
from chassis.listening import direct_connection
from chassis.postgresql.base import MOST_PARAMETERS, DatabaseWrapper

pytestmark = pytest.mark.django_db(databases=["commerce"], transaction=True)


def _served_by() -> int:
    """The server process behind this thread's connection."""
    with connections["commerce"].cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def test_every_database_is_reached_through_this_engine() -> None:
    assert all(isinstance(connections[domain.alias], DatabaseWrapper) for domain in domains.installed())


def test_a_connection_goes_back_to_the_pool_and_is_used_again() -> None:
    most = connections["commerce"].settings_dict["OPTIONS"]["pool"]["max_size"]
    served = set()
    for _ in range(3 * most):
        served.add(_served_by())
        connections["commerce"].close()
    assert len(served) <= most


def test_a_connection_that_the_server_ended_meanwhile_is_replaced_unnoticed() -> None:
    first = _served_by()
    connections["commerce"].close()
    with direct_connection("commerce") as other:
        assert other.execute("SELECT pg_terminate_backend(%s, 5000)", [first]).fetchone() == (True,)
    assert _served_by() != first


def test_a_statement_may_have_more_parameters_than_the_protocol_carries() -> None:
    jobs = domains.get("commerce").tables.job._default_manager.using("commerce")
    keys = [str(number) for number in range(MOST_PARAMETERS + 1)]
    assert not jobs.filter(key__in=keys).exists()
    assert not jobs.filter(key__in=["100 % of it", *keys]).exists()
