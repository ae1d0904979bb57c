"""Gift cards in an order: shown as delivered when they are issued, and refunded by post-purchase's word alone."""

from decimal import Decimal
from uuid import UUID

import pytest
from rest_framework.test import APIClient

from chassis.ids import new_id
from chassis.unit_of_work import unit_of_work
from commerce.checkout.commands import Shopper
from commerce.models import Order
from commerce.order import reactions
from commerce.order.commands import refund_order
from commerce.payment.errors import RefundTooLarge
from commerce.tests.books import Books, cancel, run_jobs
from commerce.tests.test_choices import cart_of, ready
from commerce.tests.test_orders_api import ordered
from contracts.postpurchase import GiftCardIssued, GiftCardsWithdrawn
from contracts.shared import Amount, Choice

pytestmark = pytest.mark.django_db(databases=["commerce"])
SAID = (Choice(option="amount", value="50"), Choice(option="recipient_email", value="ada@example.org"))


@pytest.fixture
def bought(shop: str, books: Books) -> tuple[Order, Shopper]:
    """Two gift cards of 50 and a mug of 10, delivered for 4.90, paid."""
    cart, shopper = cart_of(("GIFT", 2, SAID), ("MUG", 1, ()))
    order = ordered(ready(cart, shopper), shopper)
    run_jobs()
    return Order.objects.get(id=order.id), shopper


def of(order: Order, sku: str) -> UUID:
    return order.lines.get(sku=sku).id


def issue(order: Order) -> GiftCardIssued:
    event = GiftCardIssued(
        gift_card=new_id(),
        order=order.id,
        order_number=order.number,
        line=of(order, "GIFT"),
        channel=order.channel,
        amount=Amount(amount=Decimal("50.00"), currency="EUR"),
        label="•••• 7F3K",
        code="sealed",
        recipient_email="ada@example.org",
    )
    for _ in range(2):
        with unit_of_work("commerce"):
            reactions.gift_card_issued(event)
    return event


def withdraw(order: Order, amount: str) -> None:
    """Post-purchase has taken so much off the order's cards, and says it twice."""
    event = GiftCardsWithdrawn(
        withdrawal=new_id(),
        order=order.id,
        order_number=order.number,
        channel=order.channel,
        amount=Amount(amount=Decimal(amount), currency="EUR"),
    )
    for _ in range(2):
        with unit_of_work("commerce"):
            reactions.gift_cards_withdrawn(event)
    run_jobs()
    order.refresh_from_db()


def test_the_senders_order_shows_each_card_as_delivered(bought: tuple[Order, Shopper]) -> None:
    order, shopper = bought
    issue(order)
    path = f"/api/v1/en/orders/{order.id}"
    body = APIClient().get(path, headers={"X-Cart-Secret": shopper.secret}).json()
    shipped = {line["sku"]: line["shipped"] for line in body["lines"]}
    assert Decimal(shipped["GIFT"]) == 1 and Decimal(shipped["MUG"]) == 0
    (told,) = [event for event in body["timeline"] if event["what"] == "gift_card.issued"]
    assert told["facts"] == {"amount": "50.00", "currency": "EUR", "card": "•••• 7F3K"}
    assert "sealed" not in str(body)


def test_a_refund_leaves_out_what_is_on_gift_cards(bought: tuple[Order, Shopper]) -> None:
    order, _ = bought
    assert (order.total, order.on_gift_cards, order.refundable) == (Decimal("114.90"), 100, Decimal("14.90"))
    with pytest.raises(RefundTooLarge):
        refund_order(order.id, amount=Decimal("14.91"))
    refund_order(order.id, amount=Decimal("14.90"))
    run_jobs()
    order.refresh_from_db()
    assert (order.refunded, order.payment_state, order.refundable) == (Decimal("14.90"), "partially_refunded", 0)


def test_what_was_taken_off_a_card_goes_back_once(bought: tuple[Order, Shopper], books: Books) -> None:
    order, _ = bought
    withdraw(order, "30.00")
    assert (order.refunded, order.on_gift_cards, order.refundable) == (30, 70, Decimal("14.90"))
    assert [payment["refunded"] for payment in books.payments.values()] == [30]
    withdraw(order, "70.00")
    refund_order(order.id, amount=Decimal("14.90"))
    run_jobs()
    order.refresh_from_db()
    assert (order.payment_state, order.on_gift_cards) == ("refunded", 0)


def test_a_cancelled_order_gives_back_what_is_on_cards_when_it_was_taken_off_them(
    bought: tuple[Order, Shopper], books: Books
) -> None:
    order, _ = bought
    cancel(order.id)
    run_jobs()
    order.refresh_from_db()
    assert (order.state, order.refunded, order.payment_state) == ("cancelled", Decimal("14.90"), "partially_refunded")
    withdraw(order, "80.00")
    assert [payment["refunded"] for payment in books.payments.values()] == [Decimal("94.90")]
    assert (order.captured - order.refunded, order.on_gift_cards) == (20, 20), "what was spent stays"
