"""A release's roles reach an installation that has older ones, except where staff made them their own."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client

from chassis.admin.testing import sign_in_as
from identity.messaging import History
from identity.user.models import Role
from identity.user.roles import ROLES
from identity.user.shipping import ship_roles

pytestmark = pytest.mark.django_db(databases=["identity"])


def an_old_role(name: str) -> Role:
    return Role.objects.create(name=name, grants=["commerce.order.view"])


def test_migrating_brings_what_a_release_ships_and_tells_it() -> None:
    role = an_old_role("support")
    out = StringIO()
    call_command("migrate", database="identity", verbosity=1, stdout=out)
    role.refresh_from_db()
    assert role.grants == list(ROLES["support"])
    assert "Role support: has the grants of this release." in out.getvalue()
    entry = History.objects.get(aggregate_id=str(role.id))
    assert (entry.action, entry.before) == ("ship", {"grants": ["commerce.order.view"]})
    assert ship_roles() == []


def test_a_role_that_staff_changed_stays_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    role = an_old_role("support")
    sign_in_as(monkeypatch, "*")
    page = f"/admin/identity/role/{role.pk}/change/"
    answer = Client().post(page, {"name": "support", "grants": '["catalog.*"]', "metadata": "{}", "opened_version": 1})
    assert answer.status_code == 302, answer.content
    (line,) = ship_roles()
    assert line.startswith("Role support: left as staff made it")
    role.refresh_from_db()
    assert role.grants == ["catalog.*"]


def test_a_role_of_their_own_is_none_of_a_releases_business() -> None:
    role = an_old_role("night shift")
    assert ship_roles() == []
    role.refresh_from_db()
    assert role.grants == ["commerce.order.view"]
