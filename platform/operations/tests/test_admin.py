"""What staff see and may do."""

import re
from xml.etree import ElementTree

import pytest
from django.test import Client

from chassis import clock
from chassis.access.principal import Kind, Principal
from operations.models import Channel, History, Message
from operations.tests.conftest import Mailbox, channel, deliver, paid, placed, refunded, run_jobs, told

pytestmark = [pytest.mark.django_db(databases=["platform"]), pytest.mark.urls("operations.tests.urls")]


@pytest.fixture
def grants(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """What the signed-in staff member may do; change it in the test."""
    held = {"platform.*"}

    def staff(request: object) -> Principal:
        return Principal(kind=Kind.STAFF, id="7", permissions=frozenset(held))

    monkeypatch.setattr("chassis.admin.middleware._staff", staff)
    return held


def test_a_sent_message_can_be_sent_again_as_a_new_mail(client: Client, grants: set[str], mailbox: Mailbox) -> None:
    deliver(told(placed()))
    run_jobs()
    message = Message.objects.get()
    page = f"/admin/platform/message/{message.id}/"
    assert "Send again" in client.get(f"{page}change/").content.decode()
    assert client.post(f"{page}transition/resend/").status_code == 302
    assert Message.objects.get().state == "queued"
    client.post(f"{page}transition/resend/")
    run_jobs()
    assert len({mail["Message-ID"] for mail in mailbox.mails()}) == len(mailbox.mails()) == 2
    assert Message.objects.get().state == "sent"
    [entry] = History.objects.all()
    assert (entry.action, entry.actor) == ("resend", "staff:7")


def test_a_message_cannot_be_edited_added_or_removed(client: Client, grants: set[str], mailbox: Mailbox) -> None:
    deliver(told(placed()))
    message = Message.objects.get()
    for path in (f"{message.id}/change/", f"{message.id}/delete/", "add/"):
        answer = client.post(f"/admin/platform/message/{path}", {"state": "sent", "subject": "x", "post": "yes"})
        assert answer.status_code == 403
    message.refresh_from_db()
    assert (message.state, message.subject) == ("queued", "Your order S100001")


def test_the_list_of_messages_hides_addresses(client: Client, grants: set[str]) -> None:
    deliver(told(placed()))
    page = client.get("/admin/platform/message/").content.decode()
    assert "Your order S100001" in page and "a•••@example.org" in page
    assert "ann@example.org" not in page


def test_resending_needs_its_own_grant(client: Client, grants: set[str], mailbox: Mailbox) -> None:
    deliver(told(placed()))
    run_jobs()
    grants.clear()
    grants.add("platform.message.view")
    page = f"/admin/platform/message/{Message.objects.get().id}/"
    assert client.get(f"{page}change/").status_code == 200
    assert client.post(f"{page}transition/resend/").status_code == 403
    assert Message.objects.get().state == "sent"


def test_orders_and_revenue_are_a_chart_per_channel(client: Client, grants: set[str]) -> None:
    order = placed(placed_at=clock.now())
    deliver(told(channel("eu", time_zone="Europe/Berlin")), told(order), told(paid(order, at=clock.now())))
    deliver(told(placed(channel="<us>", currency="USD", placed_at=clock.now())))
    page = client.get("/admin/platform/channel/?days=7").content.decode()
    assert "1 orders, 0 cancelled; revenue €1,239.50" in page
    drawings = re.findall(r"<svg viewBox.*?</svg>", page, re.S)
    assert len(drawings) == 2
    for drawing in drawings:
        root = ElementTree.fromstring(drawing.replace("&nbsp;", " "))
        assert len(root.findall("rect")) == len(root.findall("circle")) == 7
    assert "https://" not in "".join(drawings)
    assert "&lt;us&gt;" in page and "<us>" not in page


def test_a_day_of_refunds_is_drawn_below_the_line(client: Client, grants: set[str]) -> None:
    deliver(told(refunded(placed(), "50"), occurred_at=clock.now()))
    page = client.get("/admin/platform/channel/?days=7").content.decode()
    assert "revenue -€50.00" in page
    heights = re.findall(r'<rect [^>]*height="([-\d.]+)"', page)
    assert max(map(float, heights)) > 100
    assert min(map(float, heights)) >= 0


@pytest.mark.parametrize("days", ["", "x", "-1", "99999999", "7;drop"])
def test_a_strange_range_is_the_usual_one(client: Client, grants: set[str], days: str) -> None:
    assert "No orders in these days." in client.get("/admin/platform/channel/", {"days": days}).content.decode()


def test_figures_are_closed_to_staff_without_the_grant(client: Client, grants: set[str]) -> None:
    grants.clear()
    assert client.get("/admin/platform/channel/").status_code == 403
    assert not Channel.objects.exists()
