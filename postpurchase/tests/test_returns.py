"""Returns: who may ask, how many, what goes back, and every step of the state machine."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import connections
from django.test import Client

from chassis import clock
from chassis.ids import new_id
from chassis.messages import decode_message
from contracts.catalog import ViewChanged
from contracts.commerce import OrderPlaced, RefundFailed
from contracts.postpurchase import (
    AnnouncedLine,
    RefundRequested,
    ReturnApproved,
    ReturnDeclined,
    ReturnReceived,
    ReturnRequested,
)
from contracts.shared import Component
from postpurchase.messaging import OutboxEvent
from postpurchase.returns.commands import (
    ReceivedLine,
    ReceiveReturn,
    RequestReturn,
    WantedLine,
    approve,
    decline,
    receive,
    request_return,
    retry_refund,
)
from postpurchase.returns.errors import (
    BadQuantity,
    IllegalTransition,
    NothingReceived,
    OrderWasCancelled,
    TooMany,
    UnknownLine,
    UnknownReturn,
    WindowClosed,
)
from postpurchase.returns.models import BoughtOrder, ReturnLine, ReturnRequest
from postpurchase.returns.states import TRANSITIONS, State
from postpurchase.tests.build import (
    HandlerFailed,
    cancelled,
    deliver,
    goods_added,
    lines_cancelled,
    placed,
    published,
    refunded,
)

pytestmark = pytest.mark.django_db(databases=["postpurchase"])


@pytest.fixture
def order() -> OrderPlaced:
    event = placed({"A": (3, "10.00"), "B": (1, "5.00")})
    deliver(event)
    return event


def ask(order: OrderPlaced, quantity: str = "1", *, line: int = 0) -> ReturnRequest:
    wanted = WantedLine(line=order.lines[line].id, quantity=Decimal(quantity))
    return request_return(RequestReturn(order=order.order, lines=[wanted], reason="too small"))


def come(request: ReturnRequest) -> ReturnRequest:
    approve(request.id)
    return receive(ReceiveReturn(request=request.id))


def test_what_was_added_to_an_order_later_can_be_returned_too(order: OrderPlaced) -> None:
    more = goods_added(order, "C", 2, "8.00")
    deliver(more)
    wanted = WantedLine(line=more.lines[0].id, quantity=Decimal(2))
    request = request_return(RequestReturn(order=order.order, lines=[wanted], reason="too small"))
    assert come(request).amount == Decimal("8.00")


def test_what_was_added_waits_for_its_order() -> None:
    event = placed({"A": (3, "10.00")})
    with pytest.raises(HandlerFailed, match="not known yet"):
        deliver(goods_added(event, "C", 2, "8.00"))
    assert not BoughtOrder.objects.exists()


def test_a_return_that_came_back_is_restocked_and_asked_to_be_refunded(order: OrderPlaced) -> None:
    request = come(ask(order, "2"))
    (back,), (refund,) = published(ReturnReceived), published(RefundRequested)
    assert (back.order, back.channel, back.restock) == (order.order, "shop", (("A", Decimal(2)),))
    assert (refund.return_request, refund.amount, refund.currency) == (request.id, Decimal("6.67"), "EUR")
    deliver(refunded(None, order.order, "6.67", return_request=request.id))
    assert ReturnRequest.objects.get().state == State.REFUNDED


def test_a_wish_to_return_and_what_staff_decide_are_told(order: OrderPlaced) -> None:
    first, second = ask(order, "2"), ask(order, line=1)
    approve(first.id)
    decline(second.id, because="worn")
    wished, _ = published(ReturnRequested)
    assert (wished.return_request, wished.number, wished.order, wished.channel, wished.customer, wished.reason) == (
        *(first.id, first.number, order.order, "shop", order.customer, "too small"),
    )
    assert wished.lines == (AnnouncedLine(line=order.lines[0].id, sku="A", quantity=Decimal(2)),)
    [approved], [declined] = published(ReturnApproved), published(ReturnDeclined)
    assert (approved.return_request, approved.number, approved.order) == (first.id, first.number, order.order)
    assert (declined.return_request, declined.number, declined.reason) == (second.id, second.number, "worn")
    versions = [row.version for row in ReturnRequest.objects.order_by("created_at")]
    assert told_versions("return_approved", "return_declined") == versions == [2, 2]


def test_a_decision_that_is_refused_tells_nothing(order: OrderPlaced) -> None:
    request = ask(order)
    decline(request.id, because="worn")
    with pytest.raises(IllegalTransition):
        approve(request.id)
    assert not published(ReturnApproved)


def told_versions(*names: str) -> list[int]:
    rows = OutboxEvent.objects.filter(type__in=[f"postpurchase.{name}" for name in names]).order_by("seq")
    return [decode_message(row.message).aggregate_version for row in rows]


def test_one_by_one_returns_never_refund_more_than_was_paid(order: OrderPlaced) -> None:
    for _ in range(3):
        come(ask(order))
    amounts = [event.amount for event in published(RefundRequested)]
    assert amounts == [Decimal("3.33"), Decimal("3.34"), Decimal("3.33")] and sum(amounts) == 10


def test_more_than_was_bought_cannot_be_returned(order: OrderPlaced) -> None:
    with pytest.raises(TooMany):
        ask(order, "3.5")
    ask(order, "2")
    with pytest.raises(TooMany):
        ask(order, "2")
    twice = [WantedLine(line=order.lines[1].id, quantity=Decimal(1))] * 2
    with pytest.raises(TooMany):
        request_return(RequestReturn(order=order.order, lines=twice, reason="x"))
    assert ReturnRequest.objects.count() == 1


def test_what_was_declined_or_did_not_come_can_be_asked_for_again(order: OrderPlaced) -> None:
    decline(ask(order, "3").id, because="worn")
    request = ask(order, "3")
    approve(request.id)
    came = ReceivedLine(line=order.lines[0].id, quantity=Decimal(1), restock=False)
    receive(ReceiveReturn(request=request.id, lines=[came]))
    assert published(ReturnReceived)[0].restock == ()
    with pytest.raises(TooMany):
        ask(order, "3")
    ask(order, "2")


def test_bad_requests_are_refused(order: OrderPlaced) -> None:
    for quantity in ("0", "-1", "NaN", "0.00001", "1e9"):
        with pytest.raises(BadQuantity):
            ask(order, quantity)
    with pytest.raises(BadQuantity):
        request_return(RequestReturn(order=order.order, lines=[], reason="x"))
    stranger = WantedLine(line=new_id(), quantity=Decimal(1))
    with pytest.raises(UnknownLine):
        request_return(RequestReturn(order=order.order, lines=[stranger], reason="x"))
    with pytest.raises(UnknownReturn):
        approve(new_id())
    with clock.travel(timedelta(days=61)), pytest.raises(WindowClosed):
        ask(order)


@pytest.mark.parametrize("first", ["placed", "cancelled"])
def test_a_cancelled_order_has_nothing_to_return(first: str) -> None:
    event = placed({"A": (1, "1")})
    both = [event, cancelled(event)]
    for each in both if first == "placed" else reversed(both):
        deliver(each)
    with pytest.raises(OrderWasCancelled):
        ask(event)


def test_an_empty_parcel_is_not_received(order: OrderPlaced) -> None:
    request = ask(order)
    approve(request.id)
    with pytest.raises(NothingReceived):
        receive(ReceiveReturn(request=request.id, lines=[]))
    too_many = ReceivedLine(line=order.lines[0].id, quantity=Decimal(2))
    with pytest.raises(TooMany):
        receive(ReceiveReturn(request=request.id, lines=[too_many]))
    assert ReturnRequest.objects.get().state == State.APPROVED and not published(RefundRequested)


def test_a_failed_refund_is_shown_and_can_be_asked_again(order: OrderPlaced) -> None:
    request = come(ask(order))
    deliver(RefundFailed(order=order.order, return_request=request.id, reason="card expired"))
    failed = ReturnRequest.objects.get()
    assert (failed.state, failed.problem) == (State.REFUND_FAILED, "card expired")
    retry_refund(request.id)
    deliver(refunded(None, order.order, "3.33", return_request=request.id))
    deliver(RefundFailed(order=order.order, return_request=request.id, reason="late"))
    done = ReturnRequest.objects.get()
    assert (done.state, done.problem) == (State.REFUNDED, "")
    assert len(published(RefundRequested)) == 2 and len(published(ReturnReceived)) == 1


def test_a_refund_over_several_tenders_closes_the_return_with_its_last_part(order: OrderPlaced) -> None:
    request = come(ask(order, "3"))
    part = refunded(None, order.order, "4.00", return_request=request.id)
    deliver(part)
    deliver(part)
    assert ReturnRequest.objects.get().state == State.RECEIVED
    deliver(RefundFailed(order=order.order, return_request=request.id, reason="card expired"))
    retry_refund(request.id)
    assert [event.amount for event in published(RefundRequested)] == [Decimal("10.00"), Decimal("6.00")]
    deliver(refunded(None, order.order, "6.00", return_request=request.id))
    assert ReturnRequest.objects.get().state == State.REFUNDED


def test_the_email_is_not_readable_in_the_database(order: OrderPlaced) -> None:
    with connections["postpurchase"].cursor() as cursor:
        cursor.execute("SELECT email, email_hash FROM postpurchase_boughtorder")
        assert not any("ann" in value for value in cursor.fetchone())
    assert BoughtOrder.objects.get().email == "ann@example.org"


@pytest.mark.parametrize("target", State)
@pytest.mark.parametrize("current", State)
def test_every_pair_of_states_is_allowed_or_refused_as_the_map_says(
    order: OrderPlaced, current: State, target: State
) -> None:
    request = ask(order)
    ReturnRequest.objects.update(state=current.value)
    request.refresh_from_db()
    if target in TRANSITIONS[current]:
        request.become(target)
    else:
        with pytest.raises(IllegalTransition):
            request.become(target)
    expected = target if target in TRANSITIONS[current] else current
    assert ReturnRequest.objects.get().state == expected


@pytest.mark.django_db(databases=["postpurchase"], transaction=True)
def test_parallel_requests_never_pass_what_was_bought() -> None:
    order = placed({"A": (3, "10.00")})
    deliver(order)
    start = threading.Barrier(5)

    def run(_: int) -> bool:
        try:
            start.wait(30)
            ask(order)
            return True
        except TooMany:
            return False
        finally:
            connections["postpurchase"].close()

    with ThreadPoolExecutor(5) as pool:
        assert sum(pool.map(run, range(5))) == 3
    assert sum(ReturnLine.objects.values_list("quantity", flat=True)) == 3


def post(order: OrderPlaced, headers: dict[str, str] | None = None, **changes: Any) -> tuple[int, dict]:
    body = {
        "order_number": "1001",
        "email": " Ann@Example.org",
        "reason": "too small",
        "lines": [{"line": str(order.lines[0].id), "quantity": "1"}],
    } | changes
    answer = Client().post("/api/v1/shop-en/returns", body, content_type="application/json", headers=headers or {})
    return answer.status_code, answer.json()


@pytest.fixture
def view() -> None:
    deliver(ViewChanged(code="shop-en", name="English", channel="shop", locale="en"))


def test_a_guest_returns_by_order_number_and_email_and_reads_it_with_the_token(view: None, order: OrderPlaced) -> None:
    status, body = post(order)
    assert (status, body["state"], body["number"]) == (201, "requested", "SHOP-R000001")
    path = f"/api/v1/shop-en/returns/{body['id']}"
    answer = Client().get(path, headers={"Return-Token": body["token"]})
    assert (answer.status_code, answer.json()["order_number"], answer["ETag"]) == (200, "1001", '"v1"')
    for headers in ({}, {"Return-Token": "wrong"}, {"Return-Token": "é"}):
        assert Client().get(path, headers=headers).status_code == 404


@pytest.mark.parametrize("changes", [{"email": "eve@example.org"}, {"email": ""}, {"order_number": "9"}], ids=str)
def test_a_stranger_learns_nothing(view: None, order: OrderPlaced, changes: dict[str, str]) -> None:
    status, body = post(order, **changes)
    assert (status, body["code"]) == (404, "unknown_order") or (changes["email"] == "" and status == 400)
    assert not ReturnRequest.objects.exists()


def test_the_same_key_makes_one_return(view: None, order: OrderPlaced) -> None:
    assert post(order, {"Idempotency-Key": "k1"})[0] == 201
    assert post(order, {"Idempotency-Key": "k1"})[0] == 409
    assert ReturnRequest.objects.count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"lines": []},
        {"lines": [{"line": "x", "quantity": "1"}]},
        {"lines": [{"line": str(UUID(int=1)), "quantity": "1"}]},
        {"lines": None},
        {"reason": None},
        {"lines": [{"line": str(UUID(int=1)), "quantity": "1e30"}]},
    ],
    ids=str,
)
def test_bad_bodies_are_refused(view: None, order: OrderPlaced, changes: dict[str, Any]) -> None:
    status, body = post(order, **changes)
    assert status == 400 and body["code"]


def test_of_a_returned_bundle_the_parts_go_back_to_the_shelf() -> None:
    event = placed({"SET": (2, "50.00")})
    parts = tuple(
        Component(sku=sku, product=new_id(), name=sku, quantity=Decimal(many), requires_shipping=sku != "PDF")
        for sku, many in (("TENT", 1), ("MUG", 2), ("PDF", 1))
    )
    event = replace(event, lines=(replace(event.lines[0], components=parts),))
    deliver(event)
    come(ask(event, "2"))
    (back,) = published(ReturnReceived)
    assert back.restock == (("TENT", Decimal(2)), ("MUG", Decimal(4)))


def test_what_was_cancelled_before_it_was_sent_cannot_be_returned(order: OrderPlaced) -> None:
    deliver(lines_cancelled(order, "2"))
    deliver(order)  # told again, as a rebuilding does
    with pytest.raises(TooMany, match="1 of A"):
        ask(order, "2")
    assert ask(order, "1").number


def test_lines_that_are_cancelled_before_the_order_is_known_wait_for_it() -> None:
    order = placed({"A": (3, "10.00")})
    with pytest.raises(AssertionError, match="not known yet"):
        deliver(lines_cancelled(order, "2"))
