"""Staff and returns: decided, received and paid back by buttons; the points ledger is only looked at."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from chassis.admin.testing import queries_of_lists, queries_of_page, sign_in_as
from chassis.ids import new_id
from contracts.commerce import OrderPlaced, RefundFailed
from contracts.postpurchase import RefundRequested, ReturnReceived
from postpurchase.loyalty.models import EarnRule, PointsEntry
from postpurchase.models import History
from postpurchase.returns.commands import RequestReturn, WantedLine, request_return
from postpurchase.returns.models import ReturnRequest
from postpurchase.returns.states import State
from postpurchase.tests.build import deliver, paid, placed, published, refunded

pytestmark = pytest.mark.django_db(databases=["postpurchase"])


@pytest.fixture(autouse=True)
def grants(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    return sign_in_as(monkeypatch, "postpurchase.*")


def asked(lines: dict[str, tuple[int, str]] | None = None, **facts: Any) -> tuple[OrderPlaced, ReturnRequest]:
    """An order, and a wish to return all of it."""
    order = placed(lines or {"A": (3, "30.00")}, **facts)
    deliver(order)
    wanted = [WantedLine(line=line.id, quantity=line.quantity) for line in order.lines]
    return order, request_return(RequestReturn(order=order.order, lines=wanted, reason="too small"))


def page(request: ReturnRequest, tail: str = "change/") -> str:
    return f"/admin/postpurchase/returnrequest/{request.pk}/{tail}"


def press(client: Client, request: ReturnRequest, name: str, **data: str) -> str:
    """Press a button, and read what the page says then."""
    return client.post(page(request, f"transition/{name}/"), data, follow=True).content.decode()


def state_of(request: ReturnRequest) -> str:
    return ReturnRequest.objects.get(id=request.id).state


def test_a_return_is_approved_received_in_part_and_its_refund_asked_for(client: Client) -> None:
    order, request = asked()
    press(client, request, "approve")
    assert state_of(request) == State.APPROVED
    line = order.lines[0].id
    assert 'value="3"' in client.get(page(request, "transition/receive/")).content.decode()
    press(client, request, "receive", **{f"received_{line}": "2", f"restock_{line}": "on"})
    assert state_of(request) == State.RECEIVED
    (back,), (refund,) = published(ReturnReceived), published(RefundRequested)
    assert back.restock == (("A", Decimal(2)),)
    assert refund.amount == Decimal("20.00")
    assert "20.00 EUR" in client.get(page(request)).content.decode()
    assert [(row.action, row.actor) for row in History.objects.order_by("at")] == [
        ("approve", "staff:7"),
        ("receive", "staff:7"),
    ]


@pytest.mark.parametrize("name", ["approve", "decline"])
def test_staff_lock_an_order_before_its_return_as_shoppers_do(client: Client, name: str) -> None:
    _, request = asked()
    with CaptureQueriesContext(connections["postpurchase"]) as captured:
        client.post(page(request, f"transition/{name}/"), {"because": "worn"})
    locked = [query["sql"] for query in captured if "FOR UPDATE" in query["sql"]]
    assert 'FROM "postpurchase_boughtorder"' in locked[0] and 'FROM "postpurchase_returnrequest"' in locked[1]


def test_what_cannot_be_sold_again_is_not_restocked(client: Client) -> None:
    order, request = asked()
    press(client, request, "approve")
    press(client, request, "receive", **{f"received_{order.lines[0].id}": "3"})
    [back] = published(ReturnReceived)
    assert back.restock == ()


@pytest.mark.parametrize("quantity", ["4", "-1", "0", "NaN", "x", ""])
def test_a_strange_quantity_is_not_received(client: Client, quantity: str) -> None:
    order, request = asked()
    press(client, request, "approve")
    press(client, request, "receive", **{f"received_{order.lines[0].id}": quantity})
    assert state_of(request) == State.APPROVED and not published(RefundRequested)


def test_declining_gives_the_shopper_a_reason(client: Client) -> None:
    _, request = asked()
    press(client, request, "decline")
    assert state_of(request) == State.REQUESTED
    press(client, request, "decline", because="worn")
    found = ReturnRequest.objects.get()
    assert (found.state, found.decision) == (State.DECLINED, "worn")
    assert "does not offer" in press(client, request, "approve")
    assert History.objects.count() == 1


def test_a_refund_that_failed_is_asked_for_again_and_only_then(client: Client) -> None:
    order, request = asked()
    assert "does not offer" in press(client, request, "retry_refund")
    press(client, request, "approve")
    press(client, request, "receive", **{f"received_{order.lines[0].id}": "3"})
    deliver(RefundFailed(order=order.order, return_request=request.id, reason="card expired"))
    text = client.get(page(request)).content.decode()
    assert "card expired" in text and "transition/receive" not in text
    press(client, request, "retry_refund")
    assert state_of(request) == State.RECEIVED and len(published(RefundRequested)) == 2
    deliver(refunded(None, order.order, "30.00", return_request=request.id))
    assert state_of(request) == State.REFUNDED


def test_a_raw_post_passes_no_state_machine(client: Client) -> None:
    _, request = asked()
    raw = {"state": "refunded", "amount": "99", "metadata": "{}", "opened_version": 1, "number": "X", "decision": "y"}
    forms = {"lines-TOTAL_FORMS": 0, "lines-INITIAL_FORMS": 0}
    assert client.post(page(request), {**raw, **forms}).status_code == 302
    found = ReturnRequest.objects.get()
    assert (found.state, found.amount, found.number, found.decision) == (State.REQUESTED, 0, request.number, "")
    assert client.post(page(request, "delete/"), {"post": "yes"}).status_code == 403


def test_several_returns_are_approved_at_once(client: Client) -> None:
    requests = [asked(number="1")[1], asked(number="2")[1]]
    chosen = {"action": "approve_selected", "_selected_action": [str(one.pk) for one in requests]}
    assert "2 done" in client.post("/admin/postpurchase/returnrequest/", chosen, follow=True).content.decode()
    assert set(ReturnRequest.objects.values_list("state", flat=True)) == {State.APPROVED}


def test_the_points_ledger_is_looked_at_and_never_written(client: Client) -> None:
    customer = new_id()
    deliver(paid(customer, "25.00"))
    entry = PointsEntry.objects.get()
    account = f"/admin/postpurchase/pointsaccount/{customer}/change/"
    assert "25.00 EUR" in client.get(account).content.decode()
    assert client.post(account, {"version": "9"}).status_code == 403
    for path in (f"{entry.pk}/change/", f"{entry.pk}/delete/", "add/"):
        answer = client.post(f"/admin/postpurchase/pointsentry/{path}", {"points": "999", "post": "yes"})
        assert answer.status_code == 403
    entry.refresh_from_db()
    assert entry.points == 25


def test_an_earn_rule_is_edited_with_its_history(client: Client) -> None:
    new = {"channel": "shop", "points_per_unit": "2"}
    assert client.post("/admin/postpurchase/earnrule/add/", new).status_code == 302
    assert client.post("/admin/postpurchase/earnrule/shop/change/", {"points_per_unit": "3"}).status_code == 302
    assert EarnRule.objects.get().points_per_unit == 3
    assert list(History.objects.order_by("at").values_list("action", flat=True)) == ["add", "change"]


def test_a_viewer_looks_and_changes_nothing(client: Client, grants: set[str]) -> None:
    _, request = asked()
    grants.clear()
    grants.add("*.*.view")
    assert "transition/" not in client.get(page(request)).content.decode()
    for name in ("approve", "decline", "receive"):
        assert client.post(page(request, f"transition/{name}/"), {"because": "x"}).status_code == 403
    assert client.post(page(request), {"metadata": "{}"}).status_code == 403
    assert state_of(request) == State.REQUESTED and not History.objects.exists()


def test_who_only_receives_does_not_decide(client: Client, grants: set[str]) -> None:
    order, request = asked()
    press(client, request, "approve")
    grants.clear()
    grants.update({"postpurchase.*.view", "postpurchase.returnrequest.receive"})
    text = client.get(page(request)).content.decode()
    assert "transition/receive" in text and "transition/decline" not in text
    assert client.post(page(request, "transition/decline/"), {"because": "x"}).status_code == 403
    press(client, request, "receive", **{f"received_{order.lines[0].id}": "3"})
    assert state_of(request) == State.RECEIVED


def test_returns_are_found_by_order_and_by_whole_address(client: Client) -> None:
    _, request = asked(number="5005", email="bob@example.org")
    for term in ("5005", request.number, "bob@example.org", str(request.pk)):
        assert request.number in client.get("/admin/postpurchase/returnrequest/", {"q": term}).content.decode()
    found = client.get("/admin/postpurchase/returnrequest/", {"q": "eve@example.org"}).content.decode()
    assert f"/{request.pk}/" not in found and "bob@example.org" not in found


def test_every_list_opens_and_searches_with_the_same_queries_whatever_is_in_it(client: Client) -> None:
    def one_more(number: int, lines: int) -> ReturnRequest:
        deliver(paid(new_id(), "25.00"))
        return asked({f"A{place}": (1, "5.00") for place in range(lines)}, number=str(number))[1]

    request = one_more(1, 1)
    few = queries_of_lists(client, "postpurchase", search="1")
    small = queries_of_page(client, "postpurchase", page(request))
    for number in range(10, 20):
        request = one_more(number, 20)
    assert queries_of_lists(client, "postpurchase", search="1") == few
    assert queries_of_page(client, "postpurchase", page(request)) == small
