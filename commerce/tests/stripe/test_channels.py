"""A channel chooses which provider its card payments use; what was paid stays with its own."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from chassis.admin.testing import sign_in_as
from commerce.checkout.placement import look, place
from commerce.models import Payment, PaymentMethod
from commerce.payment.methods import offered
from commerce.tests.books import CARD, Books, reserve, run_jobs
from commerce.tests.conftest import a_ready_cart
from commerce.tests.stripe.server import Double
from commerce.tests.stripe.test_orders import asked_for

pytestmark = pytest.mark.django_db(databases=["commerce"])


def ways(channel: str = "home") -> list[tuple[str, str]]:
    return [(one.code, one.provider) for one in offered(channel=channel, view="en", country="DE", amount=Decimal(20))]


def test_a_channels_cards_go_to_its_provider_and_all_others_to_the_shops(
    shop: str, double: Double, books: Books
) -> None:
    card = PaymentMethod.objects.create(channel="home", code="card", name="Card", provider="sandbox")
    assert (ways(), ways("other")) == ([("card", "sandbox")], [("card", "stripe")])
    cart, shopper = a_ready_cart()
    saga = place(view="en", cart_id=cart.id, shopper=shopper, source=CARD, expected_total=None)[1]
    reserve(saga)
    run_jobs()
    assert look(saga).outcome == "placed" and len(books.payments) == 1 and not double.account.intents
    card.provider = ""
    card.save()
    asked_for()
    run_jobs()
    assert sorted(Payment.objects.values_list("provider", "state")) == [("sandbox", "captured"), ("stripe", "captured")]


def test_a_card_whose_provider_is_not_set_up_is_not_offered(shop: str, settings: Any) -> None:
    settings.STRIPE_API_KEY = ""
    PaymentMethod.objects.create(channel="home", code="card", name="Card", provider="stripe")
    assert ways() == []


@pytest.mark.parametrize(
    ("code", "provider", "said"),
    [
        ("card", "stripe", "It is not set up here"),
        ("card", "paypal", "It is not set up here"),
        ("transfer", "sandbox", "Only the card has a provider"),
        ("card", "sandbox", ""),
        ("card", "", ""),
    ],
)
def test_staff_choose_among_the_providers_that_are_set_up(
    client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch, code: str, provider: str, said: str
) -> None:
    sign_in_as(monkeypatch, "commerce.*")
    settings.STRIPE_API_KEY = ""
    form = {"channel": "home", "code": code, "name": "Card", "position": "0", "provider": provider, "active": "on"}
    inline = {"texts-TOTAL_FORMS": "0", "texts-INITIAL_FORMS": "0", "countries": "[]", "metadata": "{}"}
    page = client.post("/admin/commerce/paymentmethod/add/", {**form, **inline}, follow=True).content.decode()
    assert said in page and PaymentMethod.objects.exists() == (not said)
