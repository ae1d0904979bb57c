"""Orders that Stripe pays: jobs and webhooks against the double, whichever comes first."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from chassis.sagas.runner import fail
from commerce.checkout.models import Cart
from commerce.checkout.placement import look, place
from commerce.checkout.saga import PlaceOrder
from commerce.models import Order, Payment, Transaction, WebhookReceipt
from commerce.order.commands import refund_order
from commerce.payment.providers.interface import OurPayment, ProviderPayment
from commerce.payment.providers.registry import PROVIDERS
from commerce.payment.providers.stripe import Stripe
from commerce.tests.books import cancel, reserve, run_jobs
from commerce.tests.conftest import a_ready_cart
from commerce.tests.stripe.account import AUTHENTICATE, CHALLENGED, PAYS
from commerce.tests.stripe.conftest import Deliver
from commerce.tests.stripe.server import Double

pytestmark = pytest.mark.django_db(databases=["commerce"])


def asked_for(source: str = PAYS) -> UUID:
    """A checkout whose stock is reserved: its payment is due."""
    cart, shopper = a_ready_cart()
    saga = place(view="en", cart_id=cart.id, shopper=shopper, source=source, expected_total=None)[1]
    reserve(saga)
    return saga


def ledger(saga: UUID) -> list[tuple[str, Decimal]]:
    entries = Transaction.objects.filter(payment__saga=saga).order_by("at", "id")
    return [(entry.kind, entry.amount.quantize(Decimal("0.01"))) for entry in entries]


PAID = [("authorise", Decimal("24.90")), ("capture", Decimal("24.90"))]


def test_an_order_is_paid_refunded_in_part_and_the_rest_with_its_cancellation(shop: str, double: Double) -> None:
    saga = asked_for()
    run_jobs()
    order = Order.objects.get()
    payment = Payment.objects.get()
    assert (order.payment_state, payment.provider, payment.provider_id) == ("paid", "stripe", "pi_1")
    assert ledger(saga) == PAID and payment.source == ""
    refund_order(order.id, amount=Decimal("4.90"))
    run_jobs()
    cancel(order.id)
    run_jobs()
    order.refresh_from_db()
    assert order.payment_state == "refunded"
    assert [made["amount"] for made in double.account.refunds.values()] == [490, 2000]


def test_a_declined_card_opens_the_cart_again(shop: str, double: Double) -> None:
    saga = asked_for("pm_card_visa_chargeDeclined")
    run_jobs()
    assert (look(saga).outcome, look(saga).reason) == ("declined", "generic_decline")
    assert Cart.objects.get().state == Cart.OPEN and not Order.objects.exists()


def test_three_d_secure_that_is_passed_makes_the_order(shop: str, double: Double, deliver: Deliver) -> None:
    saga = asked_for(CHALLENGED)
    run_jobs()
    assert (look(saga).outcome, look(saga).action_url) == ("requires_action", f"{AUTHENTICATE}/pi_1")
    double.account.authenticate("pi_1", passed=True)
    assert deliver(double.account.events[-1]) == 204
    run_jobs()
    assert look(saga).outcome == "placed" and ledger(saga) == PAID


def test_three_d_secure_that_is_failed_is_a_decline(shop: str, double: Double, deliver: Deliver) -> None:
    saga = asked_for(CHALLENGED)
    run_jobs()
    double.account.authenticate("pi_1", passed=False)
    deliver(double.account.events[-1])
    assert (look(saga).outcome, look(saga).reason) == ("declined", "payment_intent_authentication_failure")


def test_three_d_secure_whose_webhook_is_lost_is_seen_by_a_look(shop: str, double: Double) -> None:
    saga = asked_for(CHALLENGED)
    run_jobs()
    double.account.authenticate("pi_1", passed=True)
    run_jobs(later=timedelta(seconds=40))
    assert look(saga).outcome == "placed"


@pytest.mark.parametrize("searchable", [True, False])
def test_a_lost_answer_is_found_by_reference_and_charged_once(shop: str, double: Double, searchable: bool) -> None:
    double.fail, double.searchable = ["lose"], searchable
    saga = asked_for()
    run_jobs()
    assert look(saga).outcome == "pending"
    run_jobs(later=timedelta(seconds=5))
    assert look(saga).outcome == "placed" and len(double.account.intents) == 1 and ledger(saga) == PAID


def test_money_in_doubt_at_the_deadline_is_asked_for_by_reference_and_let_go(shop: str, double: Double) -> None:
    double.fail = ["lose"]
    saga = asked_for()
    run_jobs()
    fail(PlaceOrder, saga, outcome="failed", reason="deadline")
    run_jobs(later=timedelta(seconds=5))
    assert double.account.intents["pi_1"]["status"] == "canceled"
    assert Payment.objects.get().state == "voided" and not Order.objects.exists()


def test_a_webhook_before_the_apis_own_answer(
    shop: str, double: Double, deliver: Deliver, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Overtaken(Stripe):
        def authorise(self, ours: OurPayment, *, key: str) -> ProviderPayment:
            answer = super().authorise(ours, key=key)
            assert [deliver(event) for event in double.account.events] == [204, 204]
            return answer

    monkeypatch.setitem(PROVIDERS, "stripe", Overtaken())
    saga = asked_for()
    run_jobs()
    assert look(saga).outcome == "placed" and ledger(saga) == PAID and Order.objects.count() == 1


def test_webhooks_thrice_and_the_wrong_way_round_change_nothing(shop: str, double: Double, deliver: Deliver) -> None:
    saga = asked_for(CHALLENGED)
    run_jobs()
    double.account.authenticate("pi_1", passed=True)
    run_jobs(later=timedelta(seconds=40))
    events: list[dict[str, Any]] = double.account.events
    assert len(events) == 4  # created, requires_action, amount_capturable_updated, succeeded
    for event in events[::-1]:
        assert [deliver(event) for _ in range(3)] == [204, 204, 204]
    assert Order.objects.get().payment_state == "paid" and ledger(saga) == PAID
    assert WebhookReceipt.objects.count() == 4


def test_a_webhook_about_a_payment_that_is_not_written_yet_comes_again(
    shop: str, double: Double, deliver: Deliver
) -> None:
    saga = asked_for()
    run_jobs()
    event = double.account.events[-1]
    event["data"]["object"]["metadata"] = {"sixfold_reference": "of another"}
    assert deliver(event) == 404 and not WebhookReceipt.objects.exists()
    assert ledger(saga) == PAID


def test_payments_made_before_another_provider_was_chosen_stay_with_theirs(
    shop: str, double: Double, settings: Any
) -> None:
    asked_for()
    run_jobs()
    settings.PAYMENT_PROVIDER = "sandbox"
    refund_order(Order.objects.get().id, amount=Decimal("24.90"))
    run_jobs()
    assert len(double.account.refunds) == 1 and Order.objects.get().payment_state == "refunded"
