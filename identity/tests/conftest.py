"""What identity's tests start from: a view to stand in, keys of this test, no rate limits."""

from typing import Any

import pytest
from argon2 import PasswordHasher
from django.test import Client

from chassis import clock
from chassis.access.authentication import bind_keys
from chassis.admin import site
from chassis.ids import new_id
from identity.auth import credentials
from identity.auth.keys import published
from identity.customer.commands import RegisterCustomer, ensure_group, register_customer
from identity.customer.models import ChannelCopy, Customer, ViewCopy
from identity.user.commands import CreateStaff, create_staff

PASSWORD = "correct horse battery"
SIGN_IN = "/staff/sign-in/"


@pytest.fixture(autouse=True)
def _own_keys_and_no_limits(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.ROOT_URLCONF = "identity.standalone.urls"
    # The first page of the whole counts in every database; this domain's tests have only its own.
    monkeypatch.setattr(site, "watches", [one for one in site.watches if one.model._meta.app_label == "identity"])
    settings.RATE_LIMITS = dict.fromkeys(("register", "sign_in", "refresh", "staff_sign_in"), "")
    bind_keys(published)


@pytest.fixture
def view(db: Any) -> str:
    """The view `de`, in channel `eu`."""
    ChannelCopy.objects.create(code="eu", name="Europe")
    ChannelCopy.objects.create(code="us", name="America")
    ViewCopy.objects.create(code="de", channel="eu", locale="de_DE")
    ViewCopy.objects.create(code="en", channel="us", locale="en_US")
    return "de"


def make_customer(email: str = "ann@example.org", *, password: str | None = PASSWORD, **more: Any) -> Customer:
    """A registered customer of the channel `eu`."""
    values = {"channel_group": "eu", "channel": "eu", "name": "Ann", "locale": "de_DE", **more}
    made = register_customer(RegisterCustomer(email=email, password=password, **values))
    return Customer.objects.get(id=made)


def make_migrated_customer(stored: str | None, *, email: str = "old@example.org") -> Customer:
    """A customer as a migration leaves it: with Magento's hash."""
    ensure_group("general", name="General")
    return Customer.objects.create(
        id=new_id(),
        channel_group="eu",
        email=email,
        name="Olga",
        password=stored,
        created_at=clock.now(),
        external_id=f"magento:{email}",
    )


def make_staff(email: str = "sam@example.org", *, roles: tuple[str, ...] = ("administrator",)) -> Any:
    """The id of a staff member."""
    return create_staff(CreateStaff(email=email, password=PASSWORD, roles=roles, name="Sam"))


def staff_client(*, roles: tuple[str, ...] = ("administrator",), email: str = "sam@example.org") -> Client:
    """A browser in which a staff member has signed in."""
    make_staff(email, roles=roles)
    client = Client()
    answer = client.post(SIGN_IN, {"email": email, "password": PASSWORD})
    assert answer.status_code == 302, answer.content
    return client


def post(client: Client, path: str, body: Any, **headers: str) -> Any:
    """POST JSON to identity's API at the view `de`."""
    return client.post(f"/api/v1/de/{path}", body, content_type="application/json", headers=headers)


def sign_in(client: Client, email: str = "ann@example.org", password: str = PASSWORD) -> Any:
    """The session's JSON."""
    answer = post(client, "sessions", {"email": email, "password": password})
    assert answer.status_code == 201, answer.content
    return answer.json()


@pytest.fixture
def real_hashes() -> None:
    """Asks for Argon2id at its full cost."""
    credentials._nobodys.cache_clear()


@pytest.fixture(autouse=True)
def _cheap_hashes(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Argon2id of the same form at a hundredth of the cost; `real_hashes` keeps the real one."""
    if "real_hashes" in request.fixturenames:
        return
    monkeypatch.setattr(credentials, "HASHER", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    credentials._nobodys.cache_clear()
