"""What Stripe tells long after a payment was made: disputes, refunds that came back, money it holds no longer."""

from datetime import timedelta
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest
from django.test import Client

from chassis import clock
from chassis.admin.testing import sign_in_as
from chassis.messages import decode_event, decode_message
from commerce.checkout.placement import look
from commerce.models import Dispute, Order, OrderEvent, OutboxEvent, Payment, RefundDue, Transaction
from commerce.order.commands import refund_order
from commerce.payment.errors import RefundNotDue, RefundTooLarge
from commerce.payment.manual import book_refund, withdraw_refund
from commerce.payment.providers.stripe import Stripe
from commerce.payment.providers.stripe_objects import INSTALLATION
from commerce.tests.books import cancel, run_jobs
from commerce.tests.stripe.conftest import Deliver
from commerce.tests.stripe.server import Double
from commerce.tests.stripe.test_orders import asked_for
from contracts.commerce import DisputeClosed, PaymentDisputed

pytestmark = pytest.mark.django_db(databases=["commerce"])


@pytest.fixture
def order(shop: str, double: Double) -> Order:
    """Paid, 24.90."""
    asked_for()
    run_jobs()
    return Order.objects.get()


def entries() -> dict[str, Decimal]:
    return {one.kind: one.amount for one in Transaction.objects.exclude(kind__in=("authorise", "capture"))}


def told(*kinds: type) -> list[Any]:
    events = [decode_event(decode_message(row.message)) for row in OutboxEvent.objects.order_by("seq")]
    return [event for event in events if isinstance(event, kinds)]


def booked(double: Double) -> Any:
    (one,) = Stripe().statement(clock.now() - timedelta(minutes=5))
    return one


@pytest.mark.parametrize("arrival", list(permutations((0, 1))))
def test_a_lost_dispute_is_money_gone_and_the_order_stays_as_it_is(
    order: Order, double: Double, deliver: Deliver, arrival: tuple[int, ...]
) -> None:
    news = [double.account.dispute("pi_1"), double.account.close("dp_1", "lost")]
    for at in arrival:
        assert [deliver(news[at]) for _ in range(2)] == [204, 204]
    payment, after = Payment.objects.get(), Order.objects.get()
    assert (payment.lost, payment.refundable, payment.state) == (Decimal("24.90"), 0, "captured")
    assert (after.state, after.payment_state, after.captured, after.refunded) == (
        order.state,
        order.payment_state,
        order.captured,
        order.refunded,
    )
    assert entries() == {"dispute": Decimal("24.90"), "chargeback": Decimal("24.90")}
    assert [type(event) for event in told(PaymentDisputed, DisputeClosed)] == [PaymentDisputed, DisputeClosed]
    assert Dispute.objects.get().state == "lost" and (booked(double).lost, booked(double).kept) == (payment.lost, 0)
    with pytest.raises(RefundTooLarge):
        refund_order(order.id, amount=Decimal("0.01"))


def test_a_dispute_that_is_won_leaves_the_money_and_one_decided_anew_brings_it_back(
    order: Order, double: Double, deliver: Deliver
) -> None:
    deliver(double.account.dispute("pi_1"))
    assert (Payment.objects.get().lost, Dispute.objects.get().state) == (0, "open")
    deliver(double.account.close("dp_1", "lost"))
    deliver(double.account.close("dp_1", "won"))
    assert (Payment.objects.get().lost, Dispute.objects.get().state) == (0, "won")
    assert entries()["chargeback_back"] == Decimal("24.90") and booked(double).lost == 0
    assert [event.won for event in told(DisputeClosed)] == [False, True]


def test_staff_see_a_dispute_and_the_shopper_does_not(
    order: Order, double: Double, deliver: Deliver, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in_as(monkeypatch, "commerce.*")
    deliver(double.account.dispute("pi_1", units=1000))
    page = client.get("/admin/commerce/dispute/", {"state": "open"}).content.decode()
    assert "dp_1" in page and order.number in page and "10.00 EUR" in page
    assert "dp_1" in client.get(f"/admin/commerce/order/{order.id}/change/").content.decode()
    dispute = Dispute.objects.get()
    assert client.post(f"/admin/commerce/dispute/{dispute.id}/change/", {"state": "won"}).status_code == 403
    assert OrderEvent.objects.get(what="payment.disputed").internal


def test_of_a_partly_lost_payment_the_rest_goes_back(order: Order, double: Double, deliver: Deliver) -> None:
    deliver(double.account.dispute("pi_1", units=1000))
    deliver(double.account.close("dp_1", "lost"))
    cancel(order.id)
    run_jobs()
    assert [made["amount"] for made in double.account.refunds.values()] == [1490]


def a_refund(order: Order, amount: str) -> None:
    refund_order(order.id, amount=Decimal(amount))
    run_jobs()


def test_a_refund_that_comes_back_is_due_again_and_is_sent_by_hand(
    order: Order, double: Double, deliver: Deliver
) -> None:
    a_refund(order, "24.90")
    news = double.account.fail_refund("re_1")
    assert [deliver(news) for _ in range(2)] == [204, 204]
    payment, after = Payment.objects.get(), Order.objects.get()
    assert (payment.refunded, payment.set_aside, payment.state) == (0, Decimal("24.90"), "captured")
    assert (after.refunded, after.payment_state) == (Decimal("24.90"), "refunded")
    assert booked(double).refunded == payment.refunded
    due = RefundDue.objects.get()
    with pytest.raises(RefundNotDue):
        withdraw_refund(payment.id, refund=due.id, reason="x")
    book_refund(payment.id, refund=due.id, reference="bank-1")
    payment.refresh_from_db()
    assert (payment.refunded, payment.set_aside, payment.state) == (Decimal("24.90"), 0, "refunded")
    assert entries() == dict.fromkeys(("refund", "refund_failed", "refund_by_hand"), Decimal("24.90"))
    assert not RefundDue.objects.exists() and Order.objects.get().payment_state == "refunded"


def test_an_order_is_refunded_as_a_whole_also_when_a_part_of_it_came_back(
    order: Order, double: Double, deliver: Deliver
) -> None:
    a_refund(order, "4.90")
    deliver(double.account.fail_refund("re_1"))
    a_refund(order, "20.00")
    assert Order.objects.get().payment_state == "refunded"


def test_news_of_a_refund_that_is_not_booked_yet_comes_again(order: Order, double: Double, deliver: Deliver) -> None:
    refund_order(order.id, amount=Decimal("5.00"))  # its job has not run
    theirs = double.account.refund(
        {"payment_intent": "pi_1", "amount": "500", "metadata": {"sixfold_reference": "another's"}}
    )
    news = double.account.fail_refund(theirs["id"])
    assert deliver(news) == 404
    run_jobs()
    assert deliver(news) == 204 and Payment.objects.get().refunded == 5


def test_what_stripe_holds_no_longer_holds_the_order_until_staff_decide(
    shop: str, double: Double, deliver: Deliver
) -> None:
    double.fail = ["", "", 500]  # it is held, looked up, and not captured
    saga = asked_for()
    run_jobs()
    assert look(saga).outcome == "placed" and Order.objects.get().payment_state == "authorised"
    double.account.expire("pi_1")
    assert deliver(double.account.events[-1]) == 204
    assert Payment.objects.get().state == "authorised", "an old picture proves nothing: it is looked up"
    run_jobs(later=timedelta(minutes=1))
    order, payment = Order.objects.get(), Payment.objects.get()
    assert (payment.state, payment.decline_code) == ("voided", "lapsed")
    assert (order.state, order.payment_state) == ("held", "voided")
    assert entries() == {"failure": Decimal("24.90")}


def test_two_shops_of_one_account_do_not_see_each_others_payments(
    order: Order, double: Double, deliver: Deliver
) -> None:
    assert double.account.intents["pi_1"]["metadata"][INSTALLATION]
    other = {"sixfold_reference": "0192", INSTALLATION: "another shop's"}
    double.account.intents["pi_2"] = {**double.account.intents["pi_1"], "id": "pi_2", "metadata": other}
    assert booked(double).id == "pi_1"
    event = {"id": "evt_9", "type": "payment_intent.succeeded", "data": {"object": double.account.intents["pi_2"]}}
    assert deliver(event) == 204, "it is not asked to come again"
    assert deliver(double.account.dispute("pi_2")) == 204 and not Dispute.objects.exists()


def test_payments_that_bear_no_mark_are_of_before_there_were_any(order: Order, double: Double) -> None:
    del double.account.intents["pi_1"]["metadata"][INSTALLATION]
    assert booked(double).id == "pi_1"


@pytest.mark.parametrize(
    "about",
    [
        {"object": "dispute", "payment_intent": "pi_1"},
        {"object": "dispute", "payment_intent": "pi_1", "id": "dp", "amount": "x", "currency": "eur", "status": "lost"},
        {"object": "refund", "status": "failed", "metadata": {"sixfold_reference": "r"}},
    ],
)
def test_signed_nonsense_about_disputes_and_refunds_is_a_problem_and_no_failure(
    double: Double, deliver: Deliver, about: dict[str, Any]
) -> None:
    assert deliver({"id": "evt_1", "data": {"object": about}}) == 400
