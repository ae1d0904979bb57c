"""Cancelling an order or a part of it: nothing goes back before logistics has said that the goods are still there."""

from decimal import Decimal
from typing import Any

import pytest
from rest_framework.test import APIClient

from chassis.ids import new_id
from chassis.messages import decode_event, decode_message
from chassis.unit_of_work import unit_of_work
from commerce.cancellation.commands import request_cancellation
from commerce.cancellation.errors import CancellationPending, NotCancellable, NotPaidYet
from commerce.cancellation.reactions import cancellation_confirmed, cancellation_refused
from commerce.document.pdf import pdf
from commerce.models import Cancellation, Document, Order, OrderLine, OutboxEvent
from commerce.order.commands import hold_order, refund_order
from commerce.order.errors import IllegalTransition
from commerce.order.reactions import shipment_sent
from commerce.tests.books import Books, cancel, run_jobs
from commerce.tests.conftest import a_ready_cart
from commerce.tests.test_orders_api import an_order, ordered, sent
from contracts.commerce import CancellationRequested, OrderLinesCancelled
from contracts.logistics import CancellationConfirmed, CancellationRefused

pytestmark = pytest.mark.django_db(databases=["commerce"])


def refuse(asked: Cancellation) -> Order:
    with unit_of_work("commerce"):
        cancellation_refused(CancellationRefused(cancellation=asked.id, order=asked.order_id, reason="already_sent"))
    return Order.objects.get(id=asked.order_id)


def told(kind: type) -> list[Any]:
    events = [decode_event(decode_message(row.message)) for row in OutboxEvent.objects.order_by("seq")]
    return [event for event in events if isinstance(event, kind)]


def several(**lines: int) -> Order:
    cart, shopper = a_ready_cart(lines=lines)
    return ordered(cart, shopper)


def test_an_order_is_cancelling_until_logistics_has_answered(shop: str, books: Books) -> None:
    order, shopper = an_order()
    request_cancellation(order.id, reason="changed my mind")
    order.refresh_from_db()
    assert (order.state, order.refunded) == ("cancelling", 0)
    [asked] = told(CancellationRequested)
    assert (asked.whole, asked.lines, asked.saga) == (True, (), order.saga)
    secret = {"X-Cart-Secret": shopper.secret}
    body = APIClient().get(f"/api/v1/{shop}/orders/{order.id}", headers=secret).json()
    assert (body["state"], body["cancellations"][0]["state"]) == ("cancelling", "requested")
    with unit_of_work("commerce"):
        answer = CancellationConfirmed(cancellation=asked.cancellation, order=order.id)
        cancellation_confirmed(answer)
        cancellation_confirmed(answer)  # said twice
    run_jobs()
    order.refresh_from_db()
    assert (order.state, order.payment_state, order.refunded) == ("cancelled", "refunded", order.total)


def test_a_refused_cancellation_gives_nothing_back_and_leaves_the_order_as_it_was(shop: str, books: Books) -> None:
    order, _ = an_order()
    asked = request_cancellation(order.id, reason="changed my mind")
    with unit_of_work("commerce"):
        shipment_sent(sent(order, 2))  # what logistics refuses for may be heard first
    order = refuse(asked)
    run_jobs()
    assert (order.state, order.fulfilment_state, order.refunded) == ("completed", "fulfilled", 0)
    assert Cancellation.objects.get().refusal == "already_sent"


def test_a_held_order_whose_cancellation_is_refused_is_still_on_hold(shop: str, books: Books) -> None:
    order, _ = an_order()
    hold_order(order.id)
    assert refuse(request_cancellation(order.id, reason="")).state == "held"


def test_nothing_else_is_asked_for_while_a_cancellation_is_not_decided(shop: str, books: Books) -> None:
    order = several(MUG=2, TENT=1)
    mug = order.lines.get(sku="MUG")
    request_cancellation(order.id, reason="", lines={mug.id: Decimal(1)})
    for lines in (None, {mug.id: Decimal(1)}):
        with pytest.raises(CancellationPending):
            request_cancellation(order.id, reason="", lines=lines)


def test_a_part_gives_back_what_it_cost_and_is_credited_by_its_lines(shop: str, books: Books) -> None:
    order = several(MUG=3, TENT=1)
    mug = order.lines.get(sku="MUG")
    taxes = [{"code": "vat", "percent": "19", "amount": "4.79"}]
    OrderLine.objects.filter(id=mug.id).update(tax=Decimal("4.79"), taxes=taxes)
    order = cancel(order.id, lines={mug.id: Decimal(1)})
    run_jobs()
    order.refresh_from_db()
    assert (order.state, order.refunded, order.payment_state) == ("placed", 10, "partially_refunded")
    [event] = told(OrderLinesCancelled)
    assert [(line.line, line.quantity) for line in event.lines] == [(mug.id, 1)] and event.amount.amount == 10
    note = Document.objects.get(kind="credit_note")
    assert [(line["sku"], line["quantity"], line["total"]) for line in note.lines] == [("MUG", "1", "10.00")]
    assert pdf(note).startswith(b"%PDF-")
    assert note.taxes == [{"code": "vat", "percent": "19", "amount": "1.60"}]


def test_shares_of_a_line_in_parts_add_up_to_the_line(shop: str, books: Books) -> None:
    order = several(MUG=3, TENT=1)
    mug = order.lines.get(sku="MUG")
    OrderLine.objects.filter(id=mug.id).update(total=Decimal("10.00"))
    for _ in range(3):
        cancel(order.id, lines={mug.id: Decimal(1)})
    given = [line["total"] for one in Cancellation.objects.all() for line in one.lines]
    assert given == ["3.33", "3.34", "3.33"] and Order.objects.get().refunded == 10


def test_a_part_is_never_paid_back_twice(shop: str, books: Books) -> None:
    order = several(MUG=2, TENT=1)
    refund_order(order.id, amount=order.total - 4)
    mug = order.lines.get(sku="MUG")
    order = cancel(order.id, lines={mug.id: Decimal(1)})
    assert order.refunded == order.total
    run_jobs()
    assert Document.objects.filter(kind="credit_note").count() == 2
    assert sum(one.total for one in Document.objects.filter(kind="credit_note")) == order.total


def test_all_that_is_left_is_the_whole_order(shop: str, books: Books) -> None:
    order = several(MUG=2, TENT=1)
    mug, tent = order.lines.get(sku="MUG"), order.lines.get(sku="TENT")
    cancel(order.id, lines={mug.id: Decimal(1)})
    order = cancel(order.id, lines={mug.id: Decimal(1), tent.id: Decimal(1)})
    assert (order.state, order.refunded) == ("cancelled", order.total), "delivery is given back too"


def test_an_order_is_complete_when_the_rest_of_it_is_cancelled(shop: str, books: Books) -> None:
    order = several(MUG=2, TENT=1)
    tent = order.lines.get(sku="TENT")
    with unit_of_work("commerce"):
        shipment_sent(sent(order, 2))
    order = cancel(order.id, lines={tent.id: Decimal(1)})
    assert (order.state, order.fulfilment_state) == ("completed", "fulfilled")


def test_a_parcel_completes_an_order_of_which_the_rest_was_cancelled(shop: str, books: Books) -> None:
    order = several(MUG=2, TENT=1)
    cancel(order.id, lines={order.lines.get(sku="TENT").id: Decimal(1)})
    with unit_of_work("commerce"):
        shipment_sent(sent(order, 2))
    order.refresh_from_db()
    assert (order.state, order.fulfilment_state) == ("completed", "fulfilled")


def test_a_sets_parts_are_asked_for(shop: str, books: Books) -> None:
    order = several(SET=2, MUG=1)
    line = order.lines.get(sku="SET")
    request_cancellation(order.id, reason="", lines={line.id: Decimal(1)})
    [asked] = told(CancellationRequested)
    assert [(one.line, one.sku, one.quantity) for one in asked.lines] == [(line.id, "TENT", 1), (line.id, "MUG", 2)]


@pytest.mark.parametrize("quantity", ["-1", "3", "0"])
def test_a_strange_quantity_is_refused(shop: str, books: Books, quantity: str) -> None:
    order = several(MUG=2, TENT=1)
    with pytest.raises(NotCancellable):
        request_cancellation(order.id, reason="", lines={order.lines.get(sku="MUG").id: Decimal(quantity)})


def test_a_line_of_another_order_or_without_a_parcel_is_refused(shop: str, books: Books) -> None:
    order = several(MUG=2, LESSON=1)
    for line in (new_id(), order.lines.get(sku="LESSON").id):
        with pytest.raises(NotCancellable):
            request_cancellation(order.id, reason="", lines={line: Decimal(1)})


def test_a_part_of_an_order_that_is_not_paid_waits(shop: str, books: Books) -> None:
    books.capture_only = Decimal(1)
    order = several(MUG=2)
    with pytest.raises(NotPaidYet):
        request_cancellation(order.id, reason="", lines={order.lines.get().id: Decimal(1)})


def test_a_completed_order_is_not_cancelled(shop: str, books: Books) -> None:
    order, _ = an_order()
    with unit_of_work("commerce"):
        shipment_sent(sent(order, 2))
    for lines in (None, {order.lines.get().id: Decimal(1)}):
        with pytest.raises(IllegalTransition):
            request_cancellation(order.id, reason="", lines=lines)


def test_a_parcel_counts_for_what_is_left_of_each_line_not_for_what_was_cancelled() -> None:
    engraved = OrderLine(sku="MUG", quantity=Decimal(2), cancelled=Decimal(1), shipped=Decimal(0), components=[])
    plain = OrderLine(sku="MUG", quantity=Decimal(1), cancelled=Decimal(0), shipped=Decimal(0), components=[])
    left = plain.send("MUG", engraved.send("MUG", Decimal(2)))
    assert (left, engraved.left, plain.left) == (0, 0, 0)
    parts = [{"sku": "CUP", "quantity": "2", "requires_shipping": True}]
    bundle = OrderLine(sku="SET", quantity=Decimal(2), cancelled=Decimal(1), shipped=Decimal(0), components=parts)
    assert bundle.send("CUP", Decimal(3)) == 1 and bundle.left == 0
