"""Real races: threads with connections of their own against PostgreSQL, all after the same value.

Every round is random and names its seed when it fails. SIXFOLD_RACE_ROUNDS makes them many.
"""

import os
import random
import threading
from collections.abc import Iterator
from functools import partial

import pytest

from chassis import racing
from chassis.ids import new_id
from contracts.postpurchase import GIFT_CARD, POINTS, STORE_CREDIT, TenderRefused, TenderReserved
from postpurchase.loyalty.ledger import balance
from postpurchase.tenders import states
from postpurchase.tests.build import deliver, paid, published, refunded
from postpurchase.tests.tendering import Checkout, a_card, a_credit, broken_books, figures, points_of

ROUNDS = range(int(os.environ.get("SIXFOLD_RACE_ROUNDS", "3")))
pytestmark = pytest.mark.django_db(databases=["postpurchase"], transaction=True)


@pytest.fixture(autouse=True)
def no_deadlocks(transactional_db: None) -> Iterator[None]:
    with racing.no_deadlocks("postpurchase"):
        yield


race = partial(racing.race, "postpurchase")


@pytest.mark.parametrize("seed", ROUNDS)
def test_checkouts_racing_for_one_gift_card_spend_it_once(seed: int) -> None:
    card = a_card("50.00")
    checkouts = [Checkout() for _ in range(40)]
    race([lambda one=one: deliver(one.request((GIFT_CARD, card.id, "5.00"))) for one in checkouts])
    reserved = {event.saga for event in published(TenderReserved)}
    refused = {event.saga for event in published(TenderRefused)}
    assert (len(reserved), len(refused)) == (10, 30) and not reserved & refused
    race([lambda one=one: deliver(one.confirmation()) for one in checkouts])
    assert figures(GIFT_CARD, card.id) == (0, 0) and broken_books() == []


@pytest.mark.parametrize("seed", ROUNDS)
def test_the_refused_who_ask_again_get_what_declined_payments_returned(seed: int) -> None:
    """A card of 50, thirty shoppers after 5 each, every third payment declines: in the end ten orders."""
    dice = random.Random(seed)
    card, won, lock = a_card("50.00"), [], threading.Lock()

    def shop(declines: bool) -> None:
        for _ in range(100):
            checkout = Checkout()
            deliver(checkout.request((GIFT_CARD, card.id, "5.00")))
            if checkout.state == states.RESERVED and declines:
                deliver(checkout.release())
                return
            if checkout.state == states.RESERVED:
                deliver(checkout.confirmation())
                with lock:
                    won.append(checkout)
                return
            if len(won) == 10:
                return

    fates = [dice.random() < 0.33 for _ in range(30)]
    race([lambda declines=declines: shop(declines) for declines in fates])
    assert len(won) == 10 and figures(GIFT_CARD, card.id) == (0, 0) and broken_books() == []


@pytest.mark.parametrize("seed", ROUNDS)
def test_claims_releases_confirmations_earnings_and_refunds_at_once_end_with_true_books(seed: int) -> None:
    """Mixed envelopes over shared accounts of all three kinds, in any order."""
    dice = random.Random(seed)
    customers = [new_id() for _ in range(2)]
    accounts = {c: {STORE_CREDIT: a_credit(c, "40.00").id, POINTS: points_of(c, 3000)} for c in customers}
    cards = [a_card("30.00").id for _ in range(3)]
    fate = {}
    events: list[object] = []
    for _ in range(40):
        customer = dice.choice(customers)
        checkout = Checkout(customer=customer)
        tenders = [(GIFT_CARD, dice.choice(cards)), *accounts[customer].items()]
        dice.shuffle(tenders)
        wanted = [(tender, account, f"{dice.randint(1, 4)}.00") for tender, account in tenders]
        fate[checkout] = dice.choice(["release", "confirm", "keep"])
        events.append(checkout.request(*wanted[: dice.randint(1, 3)]))
        if fate[checkout] == "release":
            events.append(checkout.release())
    orders = [new_id() for _ in range(10)]
    events += [paid(customers[0], "10", order=order) for order in orders]
    events += [refunded(customers[0], order, "10") for order in orders]
    dice.shuffle(events)
    envelopes = [events[at : at + 4] for at in range(0, len(events), 4)]
    race([lambda envelope=envelope: deliver(*envelope) for envelope in envelopes])
    assert broken_books() == [], f"seed {seed}"
    race([lambda one=one: deliver(one.confirmation()) for one in fate if fate[one] == "confirm"])
    assert broken_books() == [], f"seed {seed}"
    for checkout, end in fate.items():
        expected = {
            "release": {states.RELEASED},
            "keep": {states.RESERVED, states.REFUSED},
            "confirm": {states.CONFIRMED, states.REFUSED},
        }
        assert checkout.state in expected[end], f"seed {seed}: {end} ended {checkout.state}"
    assert all(balance(customer) >= 0 for customer in customers)
