"""Gift cards that are bought: issued once when their order is paid, taken back as far as they were not spent."""

import itertools
from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import connections
from django.test import Client

from chassis import clock
from chassis.admin.testing import sign_in_as
from chassis.ids import new_id
from chassis.keyring import ring
from chassis.messages import decode_message, masked, scrubbed
from contracts.commerce import AdditionPaid, OrderCancelled, OrderLine, OrderPaid, OrderPlaced, PaidBy
from contracts.postpurchase import GIFT_CARD, GiftCardIssued, GiftCardsWithdrawn, TenderAsked
from contracts.shared import Choice
from postpurchase.credit.codes import code_hash
from postpurchase.credit.commands import block_gift_card
from postpurchase.credit.models import GiftCard
from postpurchase.loyalty.ledger import balance
from postpurchase.models import OutboxEvent, SoldGiftCard
from postpurchase.returns.commands import RequestReturn, WantedLine, request_return
from postpurchase.returns.errors import NotReturnable
from postpurchase.selling.commands import take_back
from postpurchase.selling.errors import NothingLeft
from postpurchase.tenders.accounts import Payer
from postpurchase.tenders.models import TenderLine
from postpurchase.tenders.queries import found
from postpurchase.tests.build import cancelled, deliver, euros, paid, placed, published, refunded
from postpurchase.tests.tendering import Checkout, broken_books

pytestmark = pytest.mark.django_db(databases=["postpurchase"])
SAID = {
    "amount": "50.00",
    "recipient_email": "ada@example.org",
    "recipient_name": "Ada",
    "sender_name": "Ben",
    "message": "Many happy returns",
}


def bought(*, quantity: int = 1, total: str = "50.00", **said: str) -> tuple[OrderPlaced, OrderPaid]:
    """An order of gift cards beside something else, and its payment."""
    order = placed({"GIFT": (quantity, total), "TENT": (1, "100.00")})
    card, tent = order.lines
    choices = tuple(Choice(option=option, value=value) for option, value in {**SAID, **said}.items())
    lines: tuple[OrderLine, ...] = (
        replace(card, kind="gift_card", choices=choices, requires_shipping=False),
        tent,
    )
    order = replace(order, lines=lines)
    return order, replace(paid(None, str(order.total), order=order.order), lines=lines)


def spend(card: GiftCard, amount: str) -> Checkout:
    checkout = Checkout()
    deliver(checkout.request((GIFT_CARD, card.id, amount)))
    deliver(checkout.confirmation())
    assert checkout.state == "confirmed"
    return checkout


def back() -> list[Decimal]:
    return [event.amount.amount for event in published(GiftCardsWithdrawn)]


def test_a_paid_order_brings_a_card_for_each_unit_however_often_it_is_told() -> None:
    order, payment = bought(quantity=2, total="100.00")
    for _ in range(2):
        deliver(order, payment)
    events = published(GiftCardIssued)
    assert len(events) == GiftCard.objects.count() == 2
    for event in events:
        code = ring().decrypt(event.code)
        card = GiftCard.objects.get(code_hash=code_hash(code))
        assert (card.id, card.balance, card.currency) == (event.gift_card, 50, "EUR")
        assert (event.recipient_email, event.recipient_name, event.sender_name, event.message) == (
            "ada@example.org",
            "Ada",
            "Ben",
            "Many happy returns",
        )
        asked = TenderAsked(tender=GIFT_CARD, code=code)
        assert found(asked, Payer(channel="shop", currency="EUR", customer=None)).available == 50
        assert event.label == f"•••• {code[-4:]}" and event.line == order.lines[0].id
    assert sorted(SoldGiftCard.objects.values_list("unit", "price")) == [(1, 50), (2, 50)]
    assert not broken_books()


def test_a_code_is_nowhere_in_the_clear() -> None:
    deliver(*bought())
    (event,) = published(GiftCardIssued)
    code = ring().decrypt(event.code)
    row = OutboxEvent.objects.get(type="postpurchase.gift_card_issued")
    message = decode_message(row.message)
    assert code not in row.message and "ada@example.org" in row.message
    for shown in (str(masked(message)), bytes(scrubbed(message).body).decode()):
        assert event.code not in shown and "ada@example.org" not in shown
    with connections["postpurchase"].cursor() as cursor:
        cursor.execute(
            "SELECT c::text || s::text FROM postpurchase_giftcard c JOIN postpurchase_soldgiftcard s ON true"
        )
        stored = cursor.fetchone()[0]
    assert code not in stored and "ada@example.org" not in stored.lower()


def test_an_order_without_gift_cards_brings_none() -> None:
    order = placed({"TENT": (1, "100.00")})
    deliver(order, replace(paid(None, "100.00", order=order.order), lines=order.lines))
    assert not GiftCard.objects.exists()


@pytest.mark.parametrize("gone", [False, True])
def test_cards_that_were_added_to_an_order_are_issued_beside_its_own(gone: bool) -> None:
    order, payment = bought()
    added = replace(order.lines[0], id=new_id())
    facts = {"order": order.order, "number": order.number, "channel": "shop", "customer": None, "paid_at": clock.now()}
    addition = AdditionPaid(addition=new_id(), total=euros("50.00"), lines=(added,), **facts)
    for _ in range(2):
        deliver(order, payment, *((cancelled(order),) if gone else ()), addition)
    assert GiftCard.objects.filter(state="active").count() == (0 if gone else 2)
    assert sum(back()) == (100 if gone else 0)


def test_what_a_line_costs_is_spread_over_its_cards_to_the_cent() -> None:
    deliver(*bought(quantity=3, total="100.00"))
    assert sorted(SoldGiftCard.objects.values_list("price", flat=True)) == [
        Decimal("33.33"),
        Decimal("33.33"),
        Decimal("33.34"),
    ]


@pytest.mark.parametrize("order_of_arrival", list(itertools.permutations((0, 1))))
def test_of_a_cancelled_order_no_card_pays_and_what_is_unspent_goes_back(order_of_arrival: tuple[int, int]) -> None:
    order, payment = bought(quantity=2, total="100.00")
    events: list[OrderPaid | OrderCancelled] = [payment, cancelled(order)]
    for _ in range(2):
        deliver(order, *(events[at] for at in order_of_arrival))
    assert sum(back()) == 100 and len(back()) == 1, "as one, once"
    assert set(GiftCard.objects.values_list("balance", "state")) <= {(Decimal(0), "withdrawn")}
    assert not broken_books()


def test_what_was_spent_of_a_cancelled_orders_card_does_not_go_back() -> None:
    order, payment = bought()
    deliver(order, payment)
    spend(GiftCard.objects.get(), "20.00")
    deliver(cancelled(order))
    assert back() == [30]


def test_what_a_checkout_holds_is_not_taken_from_it() -> None:
    order, payment = bought()
    deliver(order, payment)
    card = GiftCard.objects.get()
    checkout = Checkout()
    deliver(checkout.request((GIFT_CARD, card.id, "20.00")))
    deliver(cancelled(order))
    deliver(checkout.confirmation())
    assert checkout.state == "confirmed" and back() == [30] and not broken_books()


def test_a_card_that_was_bought_for_less_gives_back_a_share_of_its_price() -> None:
    order, payment = bought(total="45.00")
    deliver(order, payment)
    spend(GiftCard.objects.get(), "20.00")
    deliver(cancelled(order))
    assert back() == [27], "45 for 50, of which 30 are left"


def test_staff_take_a_card_back_and_again_when_something_has_come_to_it() -> None:
    order, payment = bought()
    deliver(order, payment)
    card = GiftCard.objects.get()
    spent = spend(card, "20.00")
    block_gift_card(card.id)
    take_back(card.id)
    card.refresh_from_db()
    assert (card.balance, card.state, back()) == (0, "withdrawn", [30])
    with pytest.raises(NothingLeft):
        take_back(card.id)
    deliver(spent.refund(TenderLine.objects.get(reservation=spent.saga).payment, "5.00"))
    take_back(card.id)
    assert back() == [30, 5] and not broken_books()
    sold = SoldGiftCard.objects.get()
    assert (sold.withdrawn, sold.returned) == (35, 35)


def test_a_withdrawn_card_pays_nothing() -> None:
    order, payment = bought()
    deliver(order, payment, cancelled(order))
    card = GiftCard.objects.get()
    asked = TenderAsked(tender=GIFT_CARD, account=card.id)
    assert found(asked, Payer(channel="shop", currency="EUR", customer=None)).problem == "blocked"
    checkout = Checkout()
    deliver(checkout.request((GIFT_CARD, card.id, "1.00")))
    assert checkout.state == "refused"


def test_gift_cards_are_not_sent_back_and_what_was_bought_beside_them_is() -> None:
    order, payment = bought()
    deliver(order, payment)
    card, tent = (WantedLine(line=line.id, quantity=Decimal(1)) for line in order.lines)
    with pytest.raises(NotReturnable):
        request_return(RequestReturn(order=order.order, lines=[tent, card], reason="x"))
    assert request_return(RequestReturn(order=order.order, lines=[tent], reason="x")).state == "requested"


def test_a_gift_card_earns_no_points_when_bought_and_its_refund_takes_none() -> None:
    customer = new_id()
    order, payment = bought()
    deliver(order, replace(payment, customer=customer))
    assert balance(customer) == 100, "of 150, for the tent"
    take_back(GiftCard.objects.get().id)
    deliver(refunded(customer, order.order, "50"))
    assert balance(customer) == 100
    deliver(refunded(customer, order.order, "25"))
    assert balance(customer) == 75
    deliver(refunded(customer, order.order, "75"))
    assert balance(customer) == 0


def test_what_a_gift_card_buys_earns_once() -> None:
    customer = new_id()
    order, payment = bought()
    deliver(order, replace(payment, customer=customer, lines=order.lines[:1], total=euros("50")))
    assert balance(customer) == 0
    deliver(replace(paid(customer, "50"), tenders=(PaidBy(tender="gift_card", amount=Decimal(50)),)))
    assert balance(customer) == 50


def test_staff_find_an_orders_cards_and_take_one_back_by_a_button(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    grants = sign_in_as(monkeypatch, "postpurchase.*")
    order, payment = bought()
    deliver(order, payment)
    sold = SoldGiftCard.objects.get()
    listed = "/admin/postpurchase/soldgiftcard/"
    page = client.get(listed, {"q": order.number}).content.decode()
    assert str(sold.card) in page and "ada@example.org" not in page
    assert str(sold.card) in client.get(listed, {"q": "ada@example.org"}).content.decode()
    assert str(sold.card) not in client.get(listed, {"q": "9999"}).content.decode()
    where = f"{listed}{sold.pk}/"
    assert "transition/take_back/" in client.get(f"{where}change/").content.decode()
    assert client.post(f"{where}change/", {"price": "999"}).status_code == 403
    client.post(f"{where}transition/take_back/")
    assert back() == [50] and GiftCard.objects.get().state == "withdrawn"
    assert "transition/take_back/" not in client.get(f"{where}change/").content.decode()
    grants.clear()
    grants.add("*.*.view")
    assert client.post(f"{where}transition/take_back/").status_code == 403
