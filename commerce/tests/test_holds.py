"""An order on hold: others are told, nothing is forgotten meanwhile, and its release completes what is complete."""

from decimal import Decimal
from typing import Any

import pytest

from chassis.messages import Message, decode_event, decode_message
from chassis.unit_of_work import unit_of_work
from commerce.cancellation.commands import request_cancellation
from commerce.checkout import commands
from commerce.checkout.placement import place
from commerce.messaging import OutboxEvent
from commerce.models import Order
from commerce.order.commands import hold_order, refund_order, release_order
from commerce.order.reactions import shipment_sent, stock_lost
from commerce.republish import REPUBLISH
from commerce.tests.books import CARD, Books, cancel, run_jobs
from commerce.tests.test_orders_api import a_lesson, an_order, sent
from commerce.tests.test_place_order import an_order_not_captured, not_captured
from contracts.commerce import OrderCompleted, OrderHeld, OrderReleased, PaymentVoided
from contracts.logistics import StockConfirmed

pytestmark = pytest.mark.django_db(databases=["commerce"])


def told(kind: type) -> list[tuple[Any, Message]]:
    messages = [decode_message(row.message) for row in OutboxEvent.objects.order_by("seq")]
    return [(event, one) for one in messages if isinstance(event := decode_event(one), kind)]


def now(order: Order) -> int:
    return Order.objects.get(id=order.id).version


def send(order: Order, quantity: int, number: str = "T1") -> None:
    with unit_of_work("commerce"):
        shipment_sent(sent(order, quantity, number=number))


def test_hold_and_release_are_told_under_the_orders_versions(shop: str, books: Books) -> None:
    order, _ = an_order()
    hold_order(order.id)
    release_order(order.id)
    [(held, first)], [(released, second)] = told(OrderHeld), told(OrderReleased)
    assert held.order == released.order == order.id and held.channel == first.channel == "home"
    assert order.version < first.aggregate_version < second.aggregate_version
    order.refresh_from_db()
    assert (order.state, order.version) == ("placed", second.aggregate_version)
    assert not told(OrderCompleted)


def test_an_order_whose_parcels_left_while_it_was_held_is_complete_once_released(shop: str, books: Books) -> None:
    order, _ = an_order()
    send(order, 1)
    hold_order(order.id)
    send(order, 1, "T2")
    order.refresh_from_db()
    assert (order.state, order.fulfilment_state) == ("held", "fulfilled") and not told(OrderCompleted)
    assert release_order(order.id).state == Order.objects.get().state == "completed"
    [(event, message)], [(_, released)] = told(OrderCompleted), told(OrderReleased)
    assert (event.order, event.number) == (order.id, order.number)
    assert message.aggregate_version == released.aggregate_version == now(order)


def test_an_order_that_is_sent_without_a_hold_completes_with_its_last_parcel(shop: str, books: Books) -> None:
    order, _ = an_order()
    send(order, 1)
    assert Order.objects.get().state == "placed"
    send(order, 1, "T2")
    assert Order.objects.get().state == "completed" and len(told(OrderCompleted)) == 1


@pytest.mark.parametrize("refunded", [False, True])
def test_what_needs_no_parcel_and_is_paid_while_held_is_complete_once_released(
    shop: str, books: Books, refunded: bool
) -> None:
    cart, shopper = a_lesson()
    commands.set_delivery(
        view=shop, cart_id=cart.id, shopper=shopper, email="ada@example.org", address=None, shipping_method=""
    )
    _, saga = place(view=shop, cart_id=cart.id, shopper=shopper, source=CARD, expected_total=None)
    order = hold_order(not_captured(saga).id)
    run_jobs()
    order.refresh_from_db()
    assert (order.state, order.payment_state, order.fulfilment_state) == ("held", "paid", "not_needed")
    if refunded:
        refund_order(order.id, amount=Decimal("30.00"))
        run_jobs()
    assert release_order(order.id).state == "completed"
    assert len(told(OrderCompleted)) == 1


def test_lost_stock_holds_the_order_and_tells(shop: str, books: Books) -> None:
    order, _ = an_order()
    with unit_of_work("commerce"):
        stock_lost(StockConfirmed(saga=order.saga, order=order.id, confirmed=False))
    [(event, message)] = told(OrderHeld)
    order.refresh_from_db()
    assert (event.order, message.aggregate_version, order.state) == (order.id, order.version, "held")


def test_what_a_provider_let_go_of_is_told(shop: str, books: Books) -> None:
    order = an_order_not_captured(shop)
    cancel(order.id)
    assert not told(PaymentVoided), "asked for, not done"
    run_jobs()
    [(event, message)] = told(PaymentVoided)
    order.refresh_from_db()
    assert (event.order, event.amount.amount, message.aggregate_version) == (order.id, order.total, order.version)


def test_holds_and_releases_can_be_told_again(shop: str, books: Books) -> None:
    on_hold, free, never = (an_order()[0] for _ in range(3))
    hold_order(on_hold.id)
    hold_order(free.id)
    release_order(free.id)
    assert [(one.event.order, one.aggregate_version) for one in REPUBLISH[OrderHeld]()] == [(on_hold.id, now(on_hold))]
    assert [(one.event.order, one.aggregate_version) for one in REPUBLISH[OrderReleased]()] == [(free.id, now(free))]
    request_cancellation(on_hold.id, reason="")
    assert [one.event.order for one in REPUBLISH[OrderHeld]()] == [on_hold.id], "it is still on hold if that is refused"
    assert [one.event.order for one in REPUBLISH[OrderReleased]()] == [free.id]
    assert never.state == "placed"
