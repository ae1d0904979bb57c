"""The saga step by step, with logistics' answers written by hand and the provider's books in memory."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connections

from chassis.jobs.runner import JobRunner
from chassis.sagas import Done, Failed
from chassis.sagas.runner import answer, fail, resume
from chassis.unit_of_work import unit_of_work
from commerce.checkout import commands
from commerce.checkout.errors import CartFrozen, Incomplete, PriceChanged
from commerce.checkout.models import Cart
from commerce.checkout.placement import look, place
from commerce.checkout.saga import PlaceOrder
from commerce.models import Job, NumberSequence, Order, Payment, SagaInstance
from commerce.order.commands import refund_order
from commerce.payment import outcomes
from commerce.payment.errors import NotRefundable, RefundTooLarge
from commerce.payment.providers.interface import OurPayment, ProviderPayment
from commerce.tests import conftest
from commerce.tests.books import CARD, Books, begin, cancel, published, reserve, run_jobs
from commerce.tests.conftest import a_ready_cart

pytestmark = pytest.mark.django_db(databases=["commerce"])


def test_from_cart_to_paid_order(shop: str, books: Books) -> None:
    _cart, saga = begin(shop)
    assert look(saga).outcome == "pending"
    reserve(saga)
    run_jobs()
    placement = look(saga)
    assert placement.outcome == "placed"
    order = Order.objects.get(id=placement.order)
    assert order.total == Decimal("24.90") and order.payment_state == "paid" and order.captured == order.total
    assert Payment.objects.get(saga=saga).source == ""
    assert [t.kind for t in Payment.objects.get(saga=saga).transactions.order_by("id")] == ["authorise", "capture"]
    assert published() == [
        "commerce.stock_requested",
        "commerce.order_placed",
        "commerce.stock_confirmation_requested",
        "commerce.order_paid",
        "commerce.invoice_issued",
    ]
    answer(PlaceOrder, saga, "confirm_stock", Done())
    assert SagaInstance.objects.get(id=saga).state == "completed"


def test_order_numbers_of_channels_that_begin_alike_differ() -> None:
    assert NumberSequence.take("home-de") != NumberSequence.take("home-at")
    assert NumberSequence.take("home-de") == "HOME-DE-100002"


@pytest.mark.django_db(databases=["commerce"], transaction=True)
def test_no_connection_is_held_while_the_provider_is_asked(
    shop: str, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[bool] = []

    authorise = books.authorise

    def look_at_connection(ours: OurPayment, *, key: str) -> ProviderPayment:
        held.append(connections["commerce"].connection is not None)
        return authorise(ours, key=key)

    monkeypatch.setattr(books, "authorise", look_at_connection)
    _, saga = begin(shop)
    reserve(saga)
    run_jobs()
    assert held == [False] and look(saga).outcome == "placed"


def test_a_second_call_joins_the_first(shop: str, books: Books) -> None:
    cart, shopper = a_ready_cart(view=shop)
    first = place(view=shop, cart_id=cart.id, shopper=shopper, source=CARD, expected_total=None)[1]
    assert place(view=shop, cart_id=cart.id, shopper=shopper, source=CARD, expected_total=None)[1] == first
    with pytest.raises(CartFrozen):
        commands.add_line(view=shop, cart_id=cart.id, shopper=shopper, sku="MUG", quantity=Decimal(1))


def test_too_little_stock_opens_the_cart_again(shop: str, books: Books) -> None:
    cart, saga = begin(shop)
    answer(PlaceOrder, saga, "reserve_stock", Failed("failed", "out_of_stock", {"missing": ["MUG"]}))
    assert look(saga).outcome == "failed" and look(saga).reason == "out_of_stock"
    assert Cart.objects.get(id=cart.id).state == Cart.OPEN
    assert books.payments == {}


def test_declined_payment_releases_stock(shop: str, books: Books) -> None:
    books.decline = True
    cart, saga = begin(shop)
    reserve(saga)
    run_jobs()
    assert look(saga).outcome == "declined"
    assert "commerce.stock_release_requested" in published()
    assert Cart.objects.get(id=cart.id).state == Cart.OPEN and not Order.objects.exists()


def test_a_refused_card_is_a_decline_with_its_reason(shop: str, books: Books) -> None:
    books.refuse = "authorise"
    cart, saga = begin(shop)
    reserve(saga)
    run_jobs()
    assert look(saga).outcome == "declined" and look(saga).reason == "card_unknown"
    assert Payment.objects.get(saga=saga).state == "declined"
    assert Cart.objects.get(id=cart.id).state == Cart.OPEN


def test_a_refused_refund_may_be_asked_for_again(shop: str, books: Books) -> None:
    _, saga = begin(shop)
    reserve(saga)
    run_jobs()
    order = Order.objects.get()
    books.refuse = "refund"
    refund_order(order.id, amount=order.total)
    run_jobs()
    order.refresh_from_db()
    assert order.refunded == 0 and order.payment_state == "paid"
    books.refuse = ""
    refund_order(order.id, amount=order.total)
    run_jobs()
    order.refresh_from_db()
    assert order.payment_state == "refunded"


def test_a_refund_without_an_answer_is_never_given_up(shop: str, books: Books) -> None:
    _, saga = begin(shop)
    reserve(saga)
    run_jobs()
    order = Order.objects.get()
    books.lose = ["refund"]
    refund_order(order.id, amount=order.total)
    for attempt in range(25):
        run_jobs(later=timedelta(minutes=attempt))
    order.refresh_from_db()
    assert order.refunded == order.total, "what may have gone back is not free again"
    books.lose = []
    run_jobs(later=timedelta(hours=1))
    order.refresh_from_db()
    assert order.payment_state == "refunded"


def test_a_lost_answer_is_found_by_reference_and_not_charged_twice(shop: str, books: Books) -> None:
    books.lose = ["authorise"]
    _, saga = begin(shop)
    reserve(saga)
    run_jobs()
    assert look(saga).outcome == "pending"
    run_jobs(later=timedelta(seconds=5))
    assert look(saga).outcome == "placed"
    assert len(books.payments) == 1


def test_a_deadline_in_doubt_asks_the_provider_before_it_undoes(shop: str, books: Books) -> None:
    books.lose = ["authorise"]
    cart, saga = begin(shop)
    reserve(saga)
    run_jobs()
    fail(PlaceOrder, saga, outcome="failed", reason="deadline")
    assert SagaInstance.objects.get(id=saga).state == "compensating"
    assert "commerce.stock_release_requested" not in published()
    run_jobs()
    assert SagaInstance.objects.get(id=saga).state == "compensated"
    assert books.payments[str(saga)]["status"] == "voided"
    assert Cart.objects.get(id=cart.id).state == Cart.OPEN
    run_jobs(later=timedelta(seconds=10))
    assert books.payments[str(saga)]["status"] == "voided" and not Order.objects.exists()


def test_an_authorisation_that_was_under_way_while_voided_is_found_and_voided(shop: str, books: Books) -> None:
    _, saga = begin(shop)
    reserve(saga)
    fail(PlaceOrder, saga, outcome="failed", reason="deadline")
    run_jobs()
    assert books.payments == {}
    books.authorise(Payment.objects.get(saga=saga).ours, key="x")
    run_jobs(later=timedelta(seconds=40))
    assert books.payments[str(saga)]["status"] == "voided"


def test_an_expired_reservation_never_becomes_an_order(shop: str, books: Books) -> None:
    _, saga = begin(shop)
    reserve(saga, minutes=-1)
    run_jobs()
    run_jobs()
    assert look(saga).outcome == "failed" and look(saga).reason == "reservation_expired"
    assert books.payments[str(saga)]["status"] == "voided" and not Order.objects.exists()


def test_a_price_that_changed_must_be_confirmed(shop: str, books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    cart, shopper = a_ready_cart(view=shop)
    monkeypatch.setitem(conftest.PRICES, "MUG", Decimal("11.00"))
    with pytest.raises(PriceChanged) as refusal:
        place(view=shop, cart_id=cart.id, shopper=shopper, source=CARD, expected_total=None)
    change = {"what": "price", "sku": "MUG", "before": "10.00", "now": "11.00"}
    assert refusal.value.extra == {"shown": "24.90", "total": "26.90", "changes": [change]}
    _, saga = place(view=shop, cart_id=cart.id, shopper=shopper, source=CARD, expected_total=Decimal("26.90"))
    assert look(saga).outcome == "pending"


def test_an_incomplete_cart_says_what_is_missing(shop: str) -> None:
    cart, secret = commands.open_cart(view=shop, shopper=commands.Shopper())
    with pytest.raises(Incomplete) as refusal:
        place(view=shop, cart_id=cart.id, shopper=commands.Shopper(secret=secret), source=CARD, expected_total=None)
    assert refusal.value.extra["missing"] == ["email", "delivery", "shipping_method"]


def test_never_more_refunded_than_captured(shop: str, books: Books) -> None:
    _, saga = begin(shop)
    reserve(saga)
    run_jobs()
    order = Order.objects.get()
    refund_order(order.id, amount=Decimal("20.00"))
    with pytest.raises(RefundTooLarge):
        refund_order(order.id, amount=Decimal("5.00"))
    refund_order(order.id, amount=Decimal("4.90"))
    run_jobs()
    order.refresh_from_db()
    assert order.payment_state == "refunded" and order.refunded == order.captured
    assert books.payments[str(saga)]["refunded"] == Decimal("24.90")


def test_cancelling_before_the_capture_voids_at_the_provider(shop: str, books: Books) -> None:
    order = an_order_not_captured(shop)
    cancel(order.id)
    order.refresh_from_db()
    assert order.payment_state == "authorised", "the provider has not said so yet"
    run_jobs()
    order.refresh_from_db()
    assert order.payment_state == "voided" and books.payments[str(order.saga)]["status"] == "voided"


@pytest.mark.parametrize("late", [False, True])
def test_a_capture_under_way_while_cancelling_is_recorded_and_refunded(shop: str, books: Books, late: bool) -> None:
    order = an_order_not_captured(shop)
    cancel(order.id)
    if late:
        books.payments[str(order.saga)]["pending"] = order.total
        Job.objects.filter(kind="commerce.capture").delete()
        run_jobs()
        assert Payment.objects.get().state == "voiding"
        books.payments[str(order.saga)]["pending"] = Decimal(0)
    books.capture(Payment.objects.get().ours, amount=order.total, key="under way")
    run_jobs(later=timedelta(minutes=1))
    order.refresh_from_db()
    assert order.payment_state == "refunded" and order.refunded == order.captured == order.total
    assert books.payments[str(order.saga)]["refunded"] == order.total
    assert "commerce.order_paid" not in published()
    run_jobs(later=timedelta(hours=1))
    assert books.payments[str(order.saga)]["refunded"] == order.total


def an_order_not_captured(view: str) -> Order:
    """An order whose capture job has not run."""
    _, saga = begin(view)
    return not_captured(saga)


def not_captured(saga: Any) -> Order:
    """The order of a checkout that has just begun."""
    reserve(saga)
    runner = JobRunner("commerce")
    (job,) = [job for job in runner.lease(1) if job.kind == "commerce.authorise"]
    runner.run_one(job)
    return Order.objects.get()


def test_another_amount_than_was_asked_for_buys_nothing(shop: str, books: Books) -> None:
    books.amount = Decimal("2.49")
    _, saga = begin(shop)
    reserve(saga)
    run_jobs()
    assert look(saga).outcome == "failed" and look(saga).reason == "payment_mismatch"
    assert books.payments[str(saga)]["status"] == "voided" and not Order.objects.exists()


def test_a_retry_by_staff_asks_again_for_payment_and_void(shop: str, books: Books) -> None:
    _, saga = begin(shop)
    reserve(saga)
    Job.objects.filter(kind="commerce.authorise").update(state="failed")
    resume(PlaceOrder, saga)
    assert Payment.objects.count() == 1
    books.challenge = True
    run_jobs()
    assert look(saga).outcome == "requires_action"
    fail(PlaceOrder, saga, outcome="failed", reason="deadline")
    Job.objects.filter(kind="commerce.void").update(state="failed")
    with unit_of_work("commerce"):
        row = SagaInstance.objects.get(id=saga)
        row.steps = {**row.steps, "authorise": "undoing"}
        row.save()
    resume(PlaceOrder, saga)
    run_jobs()
    assert look(saga).outcome == "failed" and books.payments[str(saga)]["status"] == "voided"


def test_a_lost_webhook_of_a_late_capture_is_made_up_for(shop: str, books: Books) -> None:
    order = an_order_not_captured(shop)
    books.payments[str(order.saga)]["pending"] = order.total
    run_jobs()
    order.refresh_from_db()
    assert order.payment_state == "authorised"
    books.payments[str(order.saga)] |= {"pending": Decimal(0), "captured": order.total, "status": "captured"}
    run_jobs(later=timedelta(seconds=40))
    order.refresh_from_db()
    assert order.payment_state == "paid"


def test_an_order_is_refunded_only_when_all_its_money_went_back(shop: str, books: Books) -> None:
    _, saga = begin(shop)
    reserve(saga)
    run_jobs()
    order = Order.objects.get()
    [first] = refund_order(order.id, amount=Decimal("20.00"))
    refund_order(order.id, amount=Decimal("4.90"))
    outcomes.refunded(
        Payment.objects.get().id,
        refund=first,
        amount=Decimal("20.00"),
        provider_reference=f"r-{first}",
        return_request=None,
    )
    order.refresh_from_db()
    assert order.payment_state == "partially_refunded"
    run_jobs()
    order.refresh_from_db()
    assert order.payment_state == "refunded"


def test_a_partly_captured_payment_is_not_refunded(shop: str, books: Books) -> None:
    _, saga = begin(shop)
    books.capture_only = Decimal("10.00")
    reserve(saga)
    run_jobs()
    order = Order.objects.get()
    assert order.captured == 10
    with pytest.raises(NotRefundable):
        refund_order(order.id, amount=Decimal("5.00"))
    order.refresh_from_db()
    assert order.refunded == 0


def test_what_was_taken_in_part_goes_back_when_the_rest_is_voided(shop: str, books: Books) -> None:
    _, saga = begin(shop)
    books.capture_only = Decimal("10.00")
    reserve(saga)
    run_jobs()
    order = cancel(Order.objects.get().id)
    run_jobs()
    order.refresh_from_db()
    assert books.payments[str(saga)]["refunded"] == 10
    assert (order.state, order.captured, order.refunded, order.payment_state) == ("cancelled", 10, 10, "refunded")


def test_cancelling_gives_the_money_back_and_says_so(shop: str, books: Books) -> None:
    _, saga = begin(shop)
    reserve(saga)
    run_jobs()
    order = cancel(Order.objects.get().id)
    run_jobs()
    order.refresh_from_db()
    assert order.state == "cancelled" and order.payment_state == "refunded"
    assert "commerce.order_cancelled" in published()
