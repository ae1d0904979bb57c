"""The admin's first page while one domain's database refuses: the rest is shown, and which is silent."""

import socket
from collections.abc import Iterator

import pytest
from django.db import connections
from django.test import Client

from chassis import clock
from chassis.admin.testing import sign_in_as
from chassis.ids import new_id
from config.domains import ALIASES
from postpurchase.returns.models import BoughtOrder, ReturnRequest

pytestmark = pytest.mark.django_db(databases=list(ALIASES))


@pytest.fixture
def a_return() -> None:
    now = clock.now()
    order = BoughtOrder.objects.create(id=new_id(), number="1", channel="home", currency="EUR", placed_at=now)
    ReturnRequest.objects.create(number="R1", order=order, reason="too small", created_at=now, changed_at=now)


@pytest.fixture
def refusing(a_return: None) -> Iterator[None]:
    """Logistics' database is gone: nobody listens where it was."""
    answering = connections["logistics"]
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        broken = connections.create_connection("logistics")
        broken.settings_dict = {
            **broken.settings_dict, "HOST": "127.0.0.1", "PORT": closed.getsockname()[1], "OPTIONS": {},
        }  # fmt: skip
        connections["logistics"] = broken
        yield
        connections["logistics"] = answering


def page(monkeypatch: pytest.MonkeyPatch) -> str:
    sign_in_as(monkeypatch, "*")
    answer = Client().get("/admin/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_database_that_refuses_hides_nothing_of_the_others(
    monkeypatch: pytest.MonkeyPatch, a_return: None, refusing: None
) -> None:
    shown = page(monkeypatch)
    assert shown.count("data-silent") == 1 and "Logistics is not answering" in shown
    assert 'href="/admin/postpurchase/returnrequest/?' in shown


def test_with_all_answering_none_is_called_silent(monkeypatch: pytest.MonkeyPatch, a_return: None) -> None:
    shown = page(monkeypatch)
    assert "data-silent" not in shown and 'href="/admin/postpurchase/returnrequest/?' in shown
