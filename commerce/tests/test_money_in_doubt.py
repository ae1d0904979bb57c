"""What comes late: an authorisation nobody waits for, a question about an attempt that is long over."""

from datetime import timedelta

import pytest

from chassis import clock
from chassis.jobs.runner import JobRunner
from chassis.retention import sweep
from chassis.sagas import Done
from chassis.sagas.runner import answer, fail
from commerce.checkout.placement import look, standing
from commerce.checkout.saga import PlaceOrder
from commerce.models import Order, Payment, SagaInstance, WebhookReceipt
from commerce.payment import outcomes
from commerce.payment.jobs import REFUND
from commerce.tests.books import Books, begin, reserve, run_jobs

pytestmark = pytest.mark.django_db(databases=["commerce"])


def test_an_authorisation_told_of_long_after_the_void_is_voided_too(shop: str, books: Books) -> None:
    _, saga = begin(shop)
    reserve(saga)
    fail(PlaceOrder, saga, outcome="failed", reason="deadline")
    run_jobs(later=timedelta(hours=1))
    payment = Payment.objects.get(saga=saga)
    assert payment.state == "voided"
    books.authorise(payment.ours, key="x")
    outcomes.apply(payment.id, books.of(str(saga)))
    run_jobs(later=timedelta(minutes=1))
    assert books.payments[str(saga)]["status"] == "voided"


def test_the_same_amount_in_another_currency_buys_nothing(shop: str, books: Books) -> None:
    _, saga = begin(shop)
    reserve(saga)
    payment = Payment.objects.get(saga=saga)
    books.authorise(payment.ours, key="x")
    books.payments[str(saga)]["currency"] = "CHF"
    run_jobs()
    assert look(saga).reason == "payment_mismatch" and not Order.objects.exists()
    assert books.payments[str(saga)]["status"] == "voided"


def test_pauses_stay_short_after_any_number_of_attempts() -> None:
    assert REFUND.delay(1) == timedelta(seconds=0.5) and REFUND.delay(5000) == timedelta(seconds=30)


def test_an_attempt_that_retention_swept_away_still_has_its_answer(shop: str, books: Books) -> None:
    cart, saga = begin(shop)
    reserve(saga)
    run_jobs()
    answer(PlaceOrder, saga, "confirm_stock", Done())
    order = Order.objects.get()
    other, lost = begin(shop)
    fail(PlaceOrder, lost, outcome="failed", reason="deadline")
    run_jobs()
    with clock.travel(clock.now() + timedelta(days=91)):
        assert sweep("commerce") is None
        assert not SagaInstance.objects.filter(id__in=[saga, lost]).exists()
        placed, failed = standing(cart.id, saga), standing(other.id, lost)
    assert (placed.outcome, placed.order, placed.number) == ("placed", str(order.id), order.number)
    assert (failed.outcome, failed.order, failed.finished) == ("failed", None, True)


def test_receipts_of_webhooks_go_when_the_inbox_forgets(shop: str) -> None:
    WebhookReceipt.objects.create(id="old", received_at=clock.now() - timedelta(days=91))
    WebhookReceipt.objects.create(id="new", received_at=clock.now())
    JobRunner("commerce").plan()
    run_jobs()
    assert list(WebhookReceipt.objects.values_list("id", flat=True)) == ["new"]
