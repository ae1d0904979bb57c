"""R4: a checkout's deadline comes while its payment is in doubt: an order with its money, or neither."""

import contextlib
import random
import time

import httpx
import pytest

from tests.accounts import settle
from tests.effort import ROUNDS, Tally
from tests.processes import eventually
from tests.shelves import stock
from tests.shoppers import GOOD_CARD, LOST_ANSWER_CARD, SILENT_CARD, Shopper, leave, queue_of, together
from tests.stack import Stack

pytestmark = [pytest.mark.processes, pytest.mark.timeout(7200)]
ABREAST = 40
"""How many rounds run side by side: most of this test is waiting for money that might still turn up."""
FATES = ("booked late", "booked, the answer lost", "nothing booked, no answer", "in time")


def test_a_deadline_meets_a_payment_in_doubt(shop: Stack, tally: Tally) -> None:
    """Authorised late, its answer lost, or never; the deadline is drawn near at a moment of the dice."""
    tally.facts = {"rounds": ROUNDS}
    dice = random.Random(ROUNDS)
    stock(shop, DOUBT=1_000_000)
    for start in range(0, ROUNDS, ABREAST):
        fates = [FATES[n % len(FATES)] for n in range(start, min(start + ABREAST, ROUNDS))]
        pauses = [dice.random() * 2.5 for _ in fates]
        shoppers = queue_of(shop, {"DOUBT": 1}, len(fates))
        ended = together(len(fates), lambda n, s=shoppers, f=fates, p=pauses: _attempt(shop, s[n], f[n], p[n]))
        assert ended == [None] * len(fates), ended
        tally.violations += settle(shop, within=200)
        for shopper, fate in zip(shoppers, fates, strict=True):
            answer = shopper.look()
            tally.count(f"{fate}: {answer['outcome']}")
            orders = shop.count("commerce", "commerce_order", "cart = %s", shopper.cart)
            tally.check(orders == (answer["outcome"] == "placed"), f"{fate}: {answer} with {orders} orders")
            tally.check(answer["outcome"] in ("placed", "failed"), f"{fate}: {answer}")
        leave(shoppers)
    tally.close()


def _attempt(shop: Stack, shopper: Shopper, fate: str, pause: float) -> None:
    cards = {"booked, the answer lost": LOST_ANSWER_CARD, "nothing booked, no answer": SILENT_CARD}
    if fate == "booked late":
        with shop.provider() as provider:
            # For whichever authorisation comes next: which of the crowd it meets does not matter.
            move = {"op": "authorise", "behaviour": "delay", "seconds": 1.5}
            provider.post("/script", json={"next": [move]}).raise_for_status()
    with contextlib.suppress(httpx.TimeoutException):
        shopper.call_place(cards.get(fate, GOOD_CARD), patience=0.5)
    time.sleep(pause)
    eventually(lambda: shop.hasten_deadline(shopper.cart), "a checkout with a deadline", within=60)
