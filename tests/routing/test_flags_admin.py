"""Staff turn flags by buttons, with history; no form passes them."""

import pytest
from django.test import Client

from chassis.admin.testing import queries_of_lists, sign_in_as
from strangler.routing.flags import CATALOGUE, LEGACY, OURS, SHADOW
from strangler.routing.models import Flag, History
from strangler.routing.standing import WATCH, Standing

pytestmark = pytest.mark.django_db(databases=["platform"])


@pytest.fixture
def staff(client: Client, monkeypatch: pytest.MonkeyPatch) -> Client:
    sign_in_as(monkeypatch, "strangler.*")
    # In a shop a thread has looked; here nobody has.
    monkeypatch.setattr(WATCH, "standing", Standing)
    client.get("/admin/strangler/flag/")
    return client


def press(client: Client, name: str, button: str, **data: object) -> int:
    return client.post(f"/admin/strangler/flag/{name}/transition/{button}/", data).status_code


def test_every_flag_is_listed_with_what_it_is_about(staff: Client) -> None:
    text = staff.get("/admin/strangler/flag/").content.decode()
    assert all(known.name in text and known.title in text for known in CATALOGUE.values())
    assert staff.get("/admin/strangler/flag/add/").status_code == 403


def test_buttons_turn_flags_and_their_history_says_who(staff: Client) -> None:
    press(staff, "reads.product", "to_shadow", percentage=10)
    assert Flag.objects.get(name="reads.product").mode == SHADOW
    press(staff, "reads.product", "to_ours", percentage=25)
    assert Flag.objects.get(name="reads.product").mode == SHADOW, "not proven by parity"
    press(staff, "reads.product", "to_ours", percentage=25, anyway="on")
    flag = Flag.objects.get(name="reads.product")
    assert (flag.mode, flag.percentage, flag.version) == (OURS, 25, 2)
    press(staff, "writes.commerce", "writes_to_legacy")
    assert Flag.objects.get(name="writes.commerce").mode == LEGACY
    kept = list(History.objects.order_by("at").values_list("aggregate_id", "action", "after__mode", "actor"))
    assert [entry[:3] for entry in kept] == [
        ("reads.product", "to_shadow", SHADOW), ("reads.product", "to_ours", OURS),
        ("writes.commerce", "writes_to_legacy", LEGACY),
    ]  # fmt: skip
    assert all(entry[3] for entry in kept)
    assert "to_ours" in staff.get("/admin/strangler/flag/reads.product/history/").content.decode()


def test_no_form_and_no_wrong_number_passes_a_flag(staff: Client) -> None:
    page = "/admin/strangler/flag/reads.product/change/"
    staff.post(page, {"mode": OURS, "percentage": 100, "opened_version": 0, "metadata": "{}"})
    for wrong in ("0", "101", "x", ""):
        press(staff, "reads.product", "to_ours", percentage=wrong, anyway="on")
    press(staff, "reads.product", "writes_to_legacy")
    flag = Flag.objects.get(name="reads.product")
    assert (flag.mode, flag.percentage) == (LEGACY, 100)
    staff.post("/admin/strangler/flag/reads.product/delete/", {"post": "yes"})
    assert Flag.objects.filter(name="reads.product").exists()


def test_who_may_only_look_presses_nothing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    sign_in_as(monkeypatch, "strangler.*.view")
    client.get("/admin/strangler/flag/")
    assert press(client, "reads.product", "to_shadow", percentage=10) == 403
    assert Flag.objects.get(name="reads.product").mode == LEGACY


def test_the_lists_cost_the_same_whatever_is_in_them(staff: Client) -> None:
    few = queries_of_lists(staff, "strangler")
    press(staff, "reads.product", "to_ours", percentage=25, anyway="on")
    assert queries_of_lists(staff, "strangler") == few
