"""Orders of an older shop: what was sent may come back within the policy; they earn and lose no points."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import NAMESPACE_URL, UUID, uuid5

import pytest
from rest_framework.test import APIClient

from chassis import clock
from chassis.ids import new_id
from contracts.commerce import OrderCarried
from contracts.postpurchase import RefundRequested, ReturnApproved, ReturnReceived
from postpurchase.loyalty.ledger import balance
from postpurchase.loyalty.models import PointsEntry
from postpurchase.returns.commands import (
    ReceiveReturn,
    RequestReturn,
    WantedLine,
    approve,
    receive,
    request_return,
)
from postpurchase.returns.errors import NotReturnable, TooMany, WindowClosed
from postpurchase.returns.models import BoughtOrder, ReturnRequest, ViewCopy
from postpurchase.returns.states import State
from postpurchase.tests.build import carried, deliver, paid, published, refunded

pytestmark = pytest.mark.django_db(databases=["postpurchase"])
BOWL = uuid5(NAMESPACE_URL, "BOWL")


def ask(order: UUID, quantity: int = 1) -> ReturnRequest:
    lines = [WantedLine(line=BOWL, quantity=Decimal(quantity))]
    return request_return(RequestReturn(order=order, lines=lines, reason="too small"))


def test_what_was_sent_is_returned_and_its_share_is_asked_for() -> None:
    event = carried({"BOWL": (2, 1, "2800")})
    deliver(event)
    request = ask(event.order)
    approve(request.id)
    receive(ReceiveReturn(request=request.id))
    assert len(published(ReturnApproved)) == 1
    [received] = published(ReturnReceived)
    assert received.restock == (("BOWL", Decimal(1)),)
    [asked] = published(RefundRequested)
    assert (asked.order, asked.amount, asked.currency) == (event.order, 1400, "EUR")
    deliver(replace(refunded(None, event.order, "1400", return_request=request.id), historical=True))
    request.refresh_from_db()
    assert request.state == State.REFUNDED


def test_a_guest_asks_with_the_number_and_address_of_the_older_shop() -> None:
    ViewCopy.objects.create(code="en", channel="shop", active=True, version=1)
    event = carried({"BOWL": (2, 1, "2800")})
    deliver(event)
    body = {
        "order_number": "000000001",
        "email": "Ann@example.org",
        "reason": "too small",
        "lines": [{"line": str(BOWL), "quantity": "1"}],
    }
    answer = APIClient().post("/api/v1/en/returns", body, "json")
    assert answer.status_code == 201, answer.content
    assert ReturnRequest.objects.get().order_id == event.order
    again = APIClient().post("/api/v1/en/returns", body, "json")
    assert (again.status_code, again.json()["code"]) == (409, "too_many")


def test_what_was_never_sent_or_given_back_there_cannot_come_back() -> None:
    event = carried({"BOWL": (3, 2, "3000")})
    deliver(event)
    with pytest.raises(TooMany, match="2 of BOWL"):
        ask(event.order, 3)
    ask(event.order)
    deliver(carried({"BOWL": (3, 1, "3000")}, order=event.order), aggregate_version=2)
    with pytest.raises(TooMany, match="0 of BOWL"):
        ask(event.order)


def test_an_older_word_of_an_order_changes_nothing() -> None:
    newer = carried({"BOWL": (3, 1, "3000")})
    deliver(newer, aggregate_version=2)
    deliver(carried({"BOWL": (3, 3, "3000")}, order=newer.order), aggregate_version=1)
    assert BoughtOrder.objects.get().lines.get().cancelled == 2
    deliver(newer, aggregate_version=2)
    assert BoughtOrder.objects.count() == 1


def test_several_orders_of_one_envelope_are_kept() -> None:
    first = carried({"BOWL": (1, 1, "10")})
    second = carried({"CUP": (1, 1, "10")}, customer=new_id())
    deliver(first, second, first)
    assert set(BoughtOrder.objects.values_list("id", flat=True)) == {first.order, second.order}


def test_the_time_for_a_return_runs_from_when_it_was_placed_there() -> None:
    event = carried({"BOWL": (2, 2, "2800")}, placed_at=clock.now() - timedelta(days=61))
    deliver(event)
    with pytest.raises(WindowClosed):
        ask(event.order)


def test_a_gift_card_of_the_older_shop_is_not_sent_back() -> None:
    event: OrderCarried = carried({"BOWL": (1, 1, "50")}, kind="gift_card")
    deliver(event)
    with pytest.raises(NotReturnable):
        ask(event.order)


def test_it_earns_no_points_and_its_refund_takes_none() -> None:
    customer, other = new_id(), new_id()
    event = carried({"BOWL": (2, 2, "2800")}, customer=customer)
    deliver(event, paid(customer, "30", order=other))
    deliver(replace(refunded(customer, event.order, "1400"), historical=True))
    assert balance(customer) == 30 and PointsEntry.objects.count() == 1
