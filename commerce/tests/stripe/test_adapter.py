"""Stripe's adapter and the official library, against the double's HTTP: what is asked, and what an answer means."""

import logging
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from chassis import clock
from commerce.environment import PROVIDERS as NAMES
from commerce.payment.providers.interface import OurPayment, ProviderRefused, ProviderUnanswered
from commerce.payment.providers.registry import PROVIDERS
from commerce.payment.providers.stripe import Stripe
from commerce.payment.providers.stripe_objects import minor, picture
from commerce.tests import books
from commerce.tests.stripe.account import AUTHENTICATE, CHALLENGED, PAYS
from commerce.tests.stripe.conftest import Deliver
from commerce.tests.stripe.server import Double

POOR = "pm_card_visa_chargeDeclinedInsufficientFunds"


def ours(
    *, reference: str = "ref-1", amount: str = "24.90", currency: str = "EUR", source: str = PAYS, provider_id: str = ""
) -> OurPayment:
    made = books.ours(reference, Decimal(amount), currency=currency, provider_id=provider_id)
    return OurPayment(**{**vars(made), "source": source})


def held(reference: str = "ref-1") -> OurPayment:
    """A payment that Stripe holds."""
    theirs = Stripe().authorise(ours(reference=reference), key="k")
    return ours(reference=reference, provider_id=theirs.id)


def test_a_card_that_pays_is_held_and_not_taken(double: Double) -> None:
    theirs = Stripe().authorise(ours(), key="k")
    assert (theirs.status, theirs.captured) == ("authorised", 0)
    assert (theirs.amount, theirs.currency) == (Decimal("24.90"), "EUR")
    assert theirs.reference == "ref-1" and theirs.holding


def test_a_decline_is_an_answer_with_the_banks_word(double: Double) -> None:
    theirs = Stripe().authorise(ours(source=POOR), key="k")
    assert (theirs.status, theirs.decline_code, theirs.id) == ("declined", "insufficient_funds", "pi_1")


def test_three_d_secure_names_the_page_to_go_to(double: Double) -> None:
    theirs = Stripe().authorise(ours(source=CHALLENGED), key="k")
    assert (theirs.status, theirs.action_url) == ("requires_action", f"{AUTHENTICATE}/pi_1")


def test_a_card_token_that_stripe_does_not_know_is_a_refusal_that_does_not_repeat_it(double: Double) -> None:
    with pytest.raises(ProviderRefused, match="resource_missing") as refusal:
        Stripe().authorise(ours(source="pm_secret"), key="k")
    assert "pm_secret" not in str(refusal.value) and refusal.value.__cause__ is None


@pytest.mark.parametrize("failure", ["lose", 409, 429, 500])
def test_what_is_not_answered_is_in_doubt_and_says_nothing_secret(double: Double, failure: str | int) -> None:
    double.fail = [failure]
    with pytest.raises(ProviderUnanswered) as doubt:
        Stripe().authorise(ours(), key="k")
    assert "secret" not in str(doubt.value)


def test_a_wrong_key_leaves_everything_in_doubt(double: Double, settings: Any) -> None:
    settings.STRIPE_API_KEY = "sk_test_wrong"
    with pytest.raises(ProviderUnanswered):
        Stripe().find(ours(provider_id="pi_1"))


@pytest.mark.parametrize("searchable", [True, False])
def test_a_payment_whose_answer_was_lost_is_found_by_our_reference(double: Double, searchable: bool) -> None:
    double.searchable = searchable
    double.fail = ["lose"]
    with pytest.raises(ProviderUnanswered):
        Stripe().authorise(ours(), key="k")
    for other in ("ref-2", "ref-3", "ref-4"):
        held(other)
    found = Stripe().find(ours())
    assert found is not None and (found.id, found.status) == ("pi_1", "authorised")
    assert Stripe().find(ours(reference="never-asked")) is None


def test_one_that_is_older_than_the_list_reaches_is_searched_for(double: Double) -> None:
    held()
    double.account.intents["pi_1"]["created"] -= 86_400
    found = Stripe().find(ours())
    assert found is not None and found.id == "pi_1"
    assert ("GET", "/v1/payment_intents/search") in double.asked


def test_one_reference_is_held_once_however_often_and_by_whichever_job_it_is_asked(double: Double) -> None:
    first, again = Stripe().authorise(ours(), key="job-1"), Stripe().authorise(ours(), key="job-2")
    assert first.id == again.id and len(double.account.intents) == 1


def test_a_part_is_captured_and_parts_of_it_refunded_once_each(double: Double) -> None:
    payment, provider = held(), Stripe()
    taken = provider.capture(payment, amount=Decimal("20.00"), key="k")
    assert (taken.status, taken.captured, taken.amount) == ("captured", Decimal("20.00"), Decimal("24.90"))
    one = provider.refund(payment, amount=Decimal("7.50"), reference="r-1", key="k1")
    assert provider.refund(payment, amount=Decimal("7.50"), reference="r-1", key="another day's") == one
    assert provider.refund(payment, amount=Decimal("12.50"), reference="r-2", key="k2") != one
    assert [made["amount"] for made in double.account.refunds.values()] == [750, 1250]
    with pytest.raises(ProviderRefused, match="charge_already_refunded"):
        provider.refund(payment, amount=Decimal("0.01"), reference="r-3", key="k3")


def test_a_refund_whose_answer_was_lost_is_found_and_not_made_twice(double: Double) -> None:
    payment, provider = held(), Stripe()
    provider.capture(payment, amount=Decimal("24.90"), key="k")
    double.fail = [500]
    with pytest.raises(ProviderUnanswered):
        provider.refund(payment, amount=Decimal("5.00"), reference="r", key="k")
    assert provider.refund(payment, amount=Decimal("5.00"), reference="r", key="k") == "re_1"
    double._answers.clear()  # as after a day
    assert provider.refund(payment, amount=Decimal("5.00"), reference="r", key="k") == "re_1"


def test_what_is_held_is_let_go_once(double: Double) -> None:
    payment = held()
    assert Stripe().void(payment, key="k").status == "voided"
    with pytest.raises(ProviderRefused, match="payment_intent_unexpected_state"):
        Stripe().void(payment, key="k:again")


@pytest.mark.parametrize(
    ("amount", "currency", "units"),
    [
        ("24.90", "EUR", 2490),
        ("24.900000", "EUR", 2490),
        ("500", "JPY", 500),
        ("500", "KRW", 500),
        ("1.250", "KWD", 1250),
        ("300", "ISK", 30000),
        ("7000", "UGX", 700000),
        ("7000", "MGA", 7000),
    ],
)
def test_amounts_are_whole_numbers_of_stripes_own_units(amount: str, currency: str, units: int) -> None:
    assert minor(Decimal(amount), currency) == units
    intent = {"id": "pi", "amount": units, "currency": currency.lower(), "metadata": {}, "status": "requires_capture"}
    assert picture(intent).amount == Decimal(amount)


@pytest.mark.parametrize(
    ("amount", "currency"), [("1.255", "KWD"), ("0.5", "JPY"), ("300.50", "ISK"), ("1.005", "EUR")]
)
def test_what_stripe_cannot_take_exactly_is_refused_before_it_is_asked(amount: str, currency: str) -> None:
    with pytest.raises(ProviderRefused, match="amount_not_representable"):
        minor(Decimal(amount), currency)


def test_an_intent_that_is_not_confirmed_yet_is_no_decline(double: Double) -> None:
    held()
    created = double.account.events[0]["data"]["object"]
    assert created["status"] == "requires_payment_method" and picture(created).status == "new"


def test_nothing_that_the_library_sends_is_logged(double: Double, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        held()
    assert PAYS not in caplog.text and "sk_test" not in caplog.text and "client_secret" not in caplog.text


@pytest.mark.parametrize("mark", [None, "", "nonsense", "t=1,v1=é", "t=9999999999999999999,v1=00", "t=x,v1=00"])
def test_a_webhook_without_a_good_signature_is_refused_as_a_problem(
    double: Double, client: Client, mark: str | None
) -> None:
    headers = {} if mark is None else {"stripe-signature": mark}
    answer = client.post("/api/webhooks/stripe", b"\xff{}", content_type="application/json", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "bad_signature")
    assert answer["content-type"].startswith("application/problem+json")


def test_a_signature_by_another_secret_or_too_old_is_refused(double: Double, deliver: Deliver) -> None:
    event = {"id": "evt_1", "data": {"object": {"object": "charge"}}}
    assert deliver(event) == 204
    assert deliver(event, secret="whsec_guessed") == 401
    assert deliver(event, age=600) == 401


@pytest.mark.parametrize("secret", ["", " "])
def test_without_a_secret_no_webhook_of_stripe_is_believed(
    double: Double, deliver: Deliver, settings: Any, secret: str
) -> None:
    settings.STRIPE_WEBHOOK_SECRET = secret
    assert deliver({"id": "evt_1", "data": {"object": {"object": "charge"}}}, secret=secret) == 401


@pytest.mark.parametrize("event", [[], {}, {"id": "e", "data": []}, {"id": "e", "data": {"object": None}}])
def test_a_signed_body_that_is_not_understood_is_a_problem_and_no_failure(
    double: Double, deliver: Deliver, event: object
) -> None:
    assert deliver(event) == 400


def test_the_settings_know_the_same_providers_as_the_registry() -> None:
    assert set(NAMES) == set(PROVIDERS)


def test_a_statement_has_every_payment_of_ours_with_what_went_back(double: Double) -> None:
    provider, began = Stripe(), clock.now() - timedelta(seconds=2)
    taken, kept, voided = payments = [held(f"ref-{number}") for number in range(3)]
    provider.capture(taken, amount=Decimal("20.00"), key="k")
    provider.void(voided, key="v")
    provider.refund(taken, amount=Decimal("5.00"), reference="r", key="k")
    double.account.intents["pi_9"] = {**double.account.intents[kept.provider_id], "id": "pi_9", "metadata": {}}
    booked = {one.reference: one for one in provider.statement(began)}
    assert set(booked) == {payment.reference for payment in payments}, "and nothing of another shop's"
    assert (booked["ref-0"].captured, booked["ref-0"].refunded) == (Decimal("20.00"), Decimal("5.00"))
    assert booked["ref-1"].holding and booked["ref-1"].refunded == 0
    assert (booked["ref-2"].kept, booked["ref-2"].refunded) == (0, 0), "what was let go was never taken"
    assert list(provider.statement(clock.now() + timedelta(hours=1))) == []
