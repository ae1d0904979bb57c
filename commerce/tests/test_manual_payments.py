"""Payments by hand: which are offered, what an order does while its money is awaited, and what staff book."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from rest_framework.test import APIClient

from chassis.ids import new_id
from chassis.unit_of_work import unit_of_work
from commerce.cancellation.commands import request_cancellation
from commerce.cancellation.reactions import cancellation_refused
from commerce.checkout import commands
from commerce.checkout.commands import Shopper
from commerce.checkout.models import Cart
from commerce.checkout.placement import look, place
from commerce.models import Document, Order, Payment, PaymentMethod, PaymentMethodText, RefundDue, Transaction
from commerce.order.commands import hold_order, refund_order, release_order
from commerce.order.reactions import shipment_sent, stock_lost
from commerce.payment.errors import AlreadyBooked, MethodNotOffered, NotAwaited, RefundNotDue, TooMuch
from commerce.payment.manual import book_money, book_refund, stop_waiting, withdraw_refund
from commerce.tests import tendering
from commerce.tests.books import CARD, Books, cancel, published, reserve, run_jobs
from commerce.tests.conftest import Purse, a_ready_cart
from commerce.tests.test_orders_api import a_lesson, sent
from contracts.commerce import OrderRefunded, RefundFailed
from contracts.logistics import CancellationRefused, StockConfirmed

pytestmark = pytest.mark.django_db(databases=["commerce"])
TOTAL = Decimal("24.90")


@pytest.fixture(autouse=True)
def transfer(shop: str) -> PaymentMethod:
    return PaymentMethod.objects.create(channel="home", code="transfer", name="Bank transfer", instructions="To DE02")


@pytest.fixture
def invoice() -> PaymentMethod:
    return PaymentMethod.objects.create(channel="home", code="invoice", name="Invoice", goods_first=True)


def begin(cart: Cart, shopper: Shopper, method: str) -> UUID:
    saga = place(view=cart.view, cart_id=cart.id, shopper=shopper, source="", expected_total=None, method=method)[1]
    reserve(saga)
    return saga


def ordered(method: str = "transfer", cart: tuple[Cart, Shopper] | None = None) -> Order:
    saga = begin(*(cart or a_ready_cart()), method)
    run_jobs()
    return Order.objects.get(id=look(saga).order)


def book(amount: str = "24.90", reference: str = "bank-1") -> Order:
    payment = Payment.objects.get(tender="manual")
    book_money(payment.id, amount=Decimal(amount), reference=reference)
    return Order.objects.get()


def methods(cart: Cart, shopper: Shopper) -> list[dict[str, Any]]:
    address = f"/api/v1/{cart.view}/carts/{cart.id}/payment-methods"
    answer = APIClient().get(address, headers={"X-Cart-Secret": shopper.secret})
    assert answer.status_code == 200, answer.content
    found: list[dict[str, Any]] = answer.json()
    return found


def test_a_cart_is_offered_the_card_and_what_its_channel_offers(settings: Any) -> None:
    PaymentMethod.objects.create(channel="elsewhere", code="cheque", name="Cheque")
    PaymentMethod.objects.create(channel="home", code="old", name="Old", active=False)
    card, transfer = methods(*a_ready_cart())
    assert (card["code"], card["kind"], card["provider"]) == ("card", "card", "sandbox")
    assert (transfer["code"], transfer["kind"], transfer["instructions"]) == ("transfer", "manual", "To DE02")
    settings.PAYMENT_PROVIDER, settings.STRIPE_PUBLIC_KEY = "stripe", "pk_test_1"
    card, _ = methods(*a_ready_cart())
    assert (card["provider"], card["public_key"]) == ("stripe", "pk_test_1")


@pytest.mark.parametrize(
    ("limits", "offered"),
    [
        ({"countries": ["DE"]}, True),
        ({"countries": ["AT"]}, False),
        ({"least": 24, "most": 25}, True),
        ({"least": 25}, False),
        ({"most": "24.89"}, False),
    ],
)
def test_a_method_is_offered_by_country_and_by_what_is_left_to_pay(
    transfer: PaymentMethod, limits: dict[str, Any], offered: bool
) -> None:
    PaymentMethod.objects.filter(id=transfer.id).update(**limits)
    cart = a_ready_cart()
    assert [one["code"] for one in methods(*cart)] == ["card", *(["transfer"] if offered else [])]
    if not offered:
        with pytest.raises(MethodNotOffered):
            begin(*cart, "transfer")


def test_a_channel_may_say_for_what_the_card_is_offered_and_a_view_has_its_own_words(transfer: PaymentMethod) -> None:
    PaymentMethod.objects.create(channel="home", code="card", name="Credit card", most=20)
    PaymentMethodText.objects.create(method=transfer, view="en", name="Wire", instructions="Soon")
    PaymentMethodText.objects.create(method=transfer, view="de", name="Überweisung")
    assert [(one["name"], one["instructions"]) for one in methods(*a_ready_cart())] == [("Wire", "Soon")]
    cart, shopper = a_ready_cart()
    with pytest.raises(MethodNotOffered):
        place(view="en", cart_id=cart.id, shopper=shopper, source=CARD, expected_total=None)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"payment_method": "cheque"}, 400, "payment_method_not_offered"),
        ({"payment_method": "tr ansfer"}, 400, "invalid"),
        ({"payment_method": ""}, 400, "invalid"),
        ({"payment_method": ["transfer"]}, 400, "invalid"),
    ],
)
def test_a_bad_method_is_a_problem_at_its_field(body: dict[str, Any], status: int, code: str) -> None:
    cart, shopper = a_ready_cart()
    address = f"/api/v1/en/carts/{cart.id}/place"
    answer = APIClient().post(address, body, format="json", headers={"X-Cart-Secret": shopper.secret})
    assert answer.status_code == status
    problem = answer.json()
    assert "/payment_method" in str(problem) and (code == "invalid" or problem["code"] == code)
    assert Cart.objects.get().state == Cart.OPEN


def test_an_order_is_placed_at_once_over_the_api_and_says_how_to_pay(shop: str) -> None:
    cart, shopper = a_ready_cart()
    http, address = APIClient(), f"/api/v1/en/carts/{cart.id}/place"
    headers = {"X-Cart-Secret": shopper.secret, "Prefer": "wait=0"}
    assert http.post(address, {"payment_method": "transfer"}, format="json", headers=headers).status_code == 202
    reserve(Cart.objects.get().saga)
    placed = http.get(address, headers=headers).json()
    assert placed["outcome"] == "placed"
    order = http.get(f"/api/v1/en/orders/{placed['order']}", headers=headers).json()
    (payment,) = order["payments"]
    assert (order["payment_state"], order["state"]) == ("pending", "held")
    assert (payment["tender"], payment["label"], payment["instructions"]) == ("manual", "Bank transfer", "To DE02")
    assert (payment["state"], payment["amount"], payment["captured"]) == ("awaiting", "24.90", "0.00")


def test_goods_wait_for_their_money_and_go_once_it_is_all_there(shop: str) -> None:
    order = ordered()
    assert published() == [
        "commerce.stock_requested",
        "commerce.order_placed",
        "commerce.order_held",
        "commerce.stock_confirmation_requested",
    ]
    order = book("10.00")
    assert (order.payment_state, order.state, order.captured) == ("pending", "held", Decimal(10))
    order = book("14.90", "bank-2")
    assert (order.payment_state, order.state, order.captured) == ("paid", "placed", TOTAL)
    assert published()[-3:] == ["commerce.order_paid", "commerce.invoice_issued", "commerce.order_released"]
    assert [entry.amount for entry in Transaction.objects.order_by("at", "id")] == [Decimal(10), Decimal("14.9")]


def test_nothing_is_asked_of_a_provider(shop: str, books: Books) -> None:
    ordered()
    book()
    run_jobs(later=timedelta(hours=1))
    assert books.payments == {} and Payment.objects.get().provider == "manual"


@pytest.mark.parametrize("amount", ["24.91", "0", "-1"])
def test_no_more_is_booked_than_is_awaited(shop: str, amount: str) -> None:
    ordered()
    with pytest.raises(TooMuch):
        book(amount)


def test_the_same_transfer_is_not_booked_twice_nor_money_of_a_paid_order(shop: str) -> None:
    ordered()
    book("10.00")
    with pytest.raises(AlreadyBooked):
        book("10.00")
    book("14.90", "bank-2")
    with pytest.raises(NotAwaited):
        book("1.00", "bank-3")
    assert Order.objects.get().captured == TOTAL


def test_staff_may_send_the_goods_before_the_money_and_the_order_is_complete_with_both(shop: str) -> None:
    order = ordered()
    release_order(order.id)
    with unit_of_work("commerce"):
        shipment_sent(sent(order, 2))
    order.refresh_from_db()
    assert (order.fulfilment_state, order.state) == ("fulfilled", "placed")
    assert book().state == "completed"


def test_a_lost_reservation_keeps_the_order_on_hold_when_its_money_comes(shop: str) -> None:
    order = ordered()
    with unit_of_work("commerce"):
        stock_lost(StockConfirmed(saga=order.saga, order=order.id, confirmed=False))
    order = book()
    assert (order.payment_state, order.state) == ("paid", "held")


def test_what_needs_no_parcel_is_complete_once_it_is_paid(shop: str) -> None:
    cart, shopper = a_lesson()
    commands.set_delivery(
        view="en", cart_id=cart.id, shopper=shopper, email="ada@example.org", address=None, shipping_method=""
    )
    order = ordered(cart=(cart, shopper))
    assert (order.state, order.payment_state) == ("placed", "pending")
    payment = Payment.objects.get()
    book_money(payment.id, amount=payment.amount, reference="bank-1")
    assert Order.objects.get().state == "completed"


def test_goods_that_go_first_have_their_invoice_with_them_and_no_second(shop: str, invoice: PaymentMethod) -> None:
    order = ordered("invoice")
    assert (order.state, order.payment_state) == ("placed", "pending")
    assert Document.objects.get().total == TOTAL
    book()
    assert Document.objects.count() == 1 and "commerce.order_paid" in published()


def test_an_invoice_that_was_not_paid_is_credited_when_its_order_is_cancelled(
    shop: str, invoice: PaymentMethod
) -> None:
    order = ordered("invoice")
    order = cancel(order.id)
    assert (order.state, order.payment_state) == ("cancelled", "voided")
    assert [(one.kind, one.total) for one in Document.objects.order_by("issued_at", "id")] == [
        ("invoice", TOTAL),
        ("credit_note", TOTAL),
    ]


def test_one_that_staff_have_given_up_is_credited_too(shop: str, invoice: PaymentMethod) -> None:
    order = ordered("invoice")
    stop_waiting(Payment.objects.get().id)
    order = cancel(order.id)
    assert (order.state, order.payment_state) == ("cancelled", "voided")
    assert [(one.kind, one.total) for one in Document.objects.order_by("issued_at", "id")] == [
        ("invoice", TOTAL),
        ("credit_note", TOTAL),
    ]


def test_goods_that_were_sent_and_will_not_be_paid_leave_nothing_to_do(shop: str, invoice: PaymentMethod) -> None:
    order = ordered("invoice")
    Order.objects.filter(id=order.id).update(fulfilment_state="fulfilled")
    stop_waiting(Payment.objects.get().id)
    order.refresh_from_db()
    assert (order.state, order.payment_state) == ("completed", "voided")


def test_staffs_own_hold_outlasts_the_money(shop: str) -> None:
    order = ordered()
    hold_order(order.id)
    assert book().state == "held"
    assert release_order(order.id).state == "placed"


def test_an_order_that_is_cancelled_awaits_nothing(shop: str) -> None:
    order = cancel(ordered().id)
    assert (order.state, order.payment_state, Payment.objects.get().state) == ("cancelled", "voided", "voided")
    assert "commerce.payment_voided" in published() and not Document.objects.exists()
    with pytest.raises(NotAwaited):
        book()


def test_of_a_cancelled_order_what_has_come_is_to_be_sent_back(shop: str) -> None:
    ordered()
    order = cancel(book("10.00").id)
    assert (order.state, order.payment_state, order.refunded) == ("cancelled", "paid", Decimal(10))
    due = RefundDue.objects.get()
    book_refund(due.payment_id, refund=due.id, reference="back-1")
    order.refresh_from_db()
    payment = Payment.objects.get()
    assert (order.payment_state, payment.state, payment.refunded) == ("refunded", "refunded", Decimal(10))


def test_money_that_comes_while_a_cancellation_is_asked_for_lets_the_order_go_on_if_it_is_refused(shop: str) -> None:
    order = ordered()
    asked = request_cancellation(order.id, reason="too slow")
    assert book().state == "cancelling"
    with unit_of_work("commerce"):
        cancellation_refused(CancellationRefused(cancellation=asked.id, order=order.id, reason="packed"))
    assert Order.objects.get().state == "placed"


def test_staff_give_up_on_money_that_does_not_come_and_not_on_a_part_that_has(shop: str) -> None:
    ordered()
    payment = Payment.objects.get()
    stop_waiting(payment.id)
    assert Order.objects.get().payment_state == "voided"
    Payment.objects.update(state="awaiting", captured=1)
    with pytest.raises(NotAwaited):
        stop_waiting(payment.id)


def test_a_refund_is_booked_by_staff_in_parts_with_its_credit_notes(shop: str) -> None:
    ordered()
    order = book()
    request = new_id()
    refund_order(order.id, amount=Decimal("4.90"), return_request=request)
    refund_order(order.id, amount=Decimal("20.00"))
    run_jobs(later=timedelta(hours=1))
    assert "commerce.order_refunded" not in published()
    first, second = RefundDue.objects.order_by("asked_at", "id")
    book_refund(first.payment_id, refund=first.id, reference="back-1")
    assert Order.objects.get().payment_state == "partially_refunded"
    with pytest.raises(AlreadyBooked):
        book_refund(first.payment_id, refund=second.id, reference="back-1")
    with pytest.raises(RefundNotDue):
        book_refund(first.payment_id, refund=first.id, reference="back-2")
    book_refund(first.payment_id, refund=second.id, reference="back-2")
    assert Order.objects.get().payment_state == "refunded" and not RefundDue.objects.exists()
    refunds = tendering.told(OrderRefunded)
    assert [(one.return_request, one.tender) for one in refunds] == [(request, "manual"), (None, "manual")]
    assert Document.objects.filter(kind="credit_note").count() == 2


def test_a_refund_that_is_withdrawn_is_told_and_may_be_asked_for_again(shop: str) -> None:
    ordered()
    order = book()
    refund_order(order.id, amount=TOTAL, return_request=new_id())
    due = RefundDue.objects.get()
    withdraw_refund(due.payment_id, refund=due.id, reason="account is closed")
    assert [one.reason for one in tendering.told(RefundFailed)] == ["account is closed"]
    refund_order(order.id, amount=TOTAL)
    assert RefundDue.objects.get().amount == TOTAL


def test_a_gift_card_pays_a_part_and_the_rest_comes_by_hand(shop: str, purse: Purse) -> None:
    purse.held["GIFT-1"] = Decimal(10)
    cart, shopper = a_ready_cart()
    cart = tendering.pay_with(cart, shopper, code="GIFT-1")
    assert [one["code"] for one in methods(cart, shopper)] == ["card", "transfer"]
    saga = begin(cart, shopper, "transfer")
    tendering.hold(saga)
    run_jobs()
    tendering.confirm(saga)
    order = Order.objects.get()
    assert (order.payment_state, order.captured, order.state) == ("pending", Decimal(10), "held")
    order = book("14.90")
    assert (order.payment_state, order.captured, order.state) == ("paid", TOTAL, "placed")


@pytest.mark.parametrize("taken", [True, False])
def test_a_cancellation_before_the_gift_card_was_taken_credits_the_invoice_once_and_whole(
    shop: str, purse: Purse, invoice: PaymentMethod, taken: bool
) -> None:
    purse.held["GIFT-1"] = Decimal(10)
    cart, shopper = a_ready_cart()
    cart = tendering.pay_with(cart, shopper, code="GIFT-1")
    saga = begin(cart, shopper, "invoice")
    tendering.hold(saga)
    run_jobs()
    cancel(Order.objects.get().id)
    tendering.confirm(saga, confirmed=taken)
    if taken:
        tendering.give_back()
    credited = Document.objects.filter(kind="credit_note")
    assert sorted(one.total for one in credited) == [Decimal("10.00"), Decimal("14.90")]
    assert sum(one.tax for one in credited) == Document.objects.get(kind="invoice").tax
    card = Payment.objects.get(tender="gift_card")
    assert (card.state, card.set_aside) == ("refunded" if taken else "voided", 0)


def test_where_nothing_is_left_to_pay_no_method_is_offered_nor_asked_for(shop: str, purse: Purse) -> None:
    purse.held["GIFT-1"] = Decimal(100)
    cart, shopper = a_ready_cart()
    cart = tendering.pay_with(cart, shopper, code="GIFT-1")
    assert methods(cart, shopper) == []
    saga = begin(cart, shopper, "no such method")
    tendering.hold(saga)
    run_jobs()
    assert look(saga).outcome == "placed" and [one.tender for one in Payment.objects.all()] == ["gift_card"]


def test_a_deadline_before_the_order_leaves_no_payment_behind(shop: str) -> None:
    cart, shopper = a_ready_cart()
    place(view="en", cart_id=cart.id, shopper=shopper, source="", expected_total=None, method="transfer")
    run_jobs(later=timedelta(minutes=11))
    assert Cart.objects.get().state == Cart.OPEN and not Payment.objects.exists()


def test_the_payment_of_a_paid_order_is_not_voided(shop: str) -> None:
    ordered()
    book()
    with pytest.raises(NotAwaited):
        stop_waiting(Payment.objects.get().id)
