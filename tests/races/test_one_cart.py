"""R3: one cart gives one order and one charge, whatever clients repeat and whichever of answer and webhook is first."""

from collections import Counter

import httpx
import pytest

from tests.accounts import settle
from tests.effort import FULL_ROUNDS, ROUNDS, Tally, crowd
from tests.processes import eventually
from tests.shelves import stock
from tests.shoppers import (
    CHALLENGED_CARD,
    DUPLICATE_WEBHOOKS_CARD,
    EARLY_WEBHOOK_CARD,
    LOST_ANSWER_CARD,
    Shopper,
    leave,
    queue_of,
    together,
)
from tests.stack import Stack

pytestmark = [pytest.mark.processes, pytest.mark.timeout(7200)]
ODD_CARDS = {
    "webhook three times": DUPLICATE_WEBHOOKS_CARD,
    "webhooks out of order": "4000000000000085",
    "webhook before the answer": EARLY_WEBHOOK_CARD,
    "capture booked later": "4000000000000341",
    "booked, the answer lost": LOST_ANSWER_CARD,
    "failed once": "4000000000000500",
}
ABREAST = 12
"""How many rounds run side by side: the slow cards are silence mostly."""


def test_one_cart_placed_by_many_calls_at_once_is_one_order_and_one_charge(shop: Stack, tally: Tally) -> None:
    """Some calls share an Idempotency-Key, some have one each, some none, and some callers lose patience at once."""
    tally.facts = {"rounds": ROUNDS, "shoppers": [12, 4]}
    stock(shop, ONCE=1_000_000)
    for number in range(ROUNDS):
        shopper = Shopper.at(shop.base).fill({"ONCE": 2})
        answers = together(crowd(number, full=12, small=4), lambda n, shopper=shopper: _repeat(shopper, n))
        for answer in answers:
            tally.count(answer if isinstance(answer, str) else repr(answer))
            tally.check(answer in ("placed", "gave up"), f"cart {shopper.cart}: a call ended in {answer!r}")
        tally.check(shopper.place()["outcome"] == "placed", f"cart {shopper.cart} was not ordered")
        _check_one(shop, shopper, tally)
        leave([shopper])
    tally.violations += settle(shop)
    tally.close()


def test_whatever_the_provider_does_one_cart_is_one_order_with_its_money(shop: Stack, tally: Tally) -> None:
    """The first rounds have every card; later ones one each, in turn."""
    tally.facts = {"rounds": ROUNDS, "cards": sorted(ODD_CARDS)}
    stock(shop, ODD=1_000_000)
    cards = [list(ODD_CARDS) if n < FULL_ROUNDS else [list(ODD_CARDS)[n % len(ODD_CARDS)]] for n in range(ROUNDS)]
    for start in range(0, ROUNDS, ABREAST):
        names = [name for round in cards[start : start + ABREAST] for name in round]
        shoppers = queue_of(shop, {"ODD": 1}, len(names))

        def order(n: int, shoppers: list[Shopper] = shoppers, names: list[str] = names) -> str:
            return str(shoppers[n % len(names)].place(ODD_CARDS[names[n % len(names)]])["outcome"])

        # Everybody calls twice at once, so that two calls, the provider's answer and its webhooks all meet.
        for n, outcome in enumerate(together(2 * len(names), order)):
            name = names[n % len(names)]
            tally.count(f"{name}: {outcome}")
            tally.check(outcome == "placed", f"{name}: {outcome!r}")
        for shopper in shoppers:
            _check_one(shop, shopper, tally)
        leave(shoppers)
    tally.violations += settle(shop)
    tally.close()


def test_a_challenge_is_passed_or_failed_while_the_shopper_asks_again(shop: Stack, tally: Tally) -> None:
    """R4: who passes 3-D Secure has an order and is charged, who fails has neither, and both may order again."""
    tally.facts = {"rounds": ROUNDS, "shoppers": [4, 1]}
    stock(shop, SECURE=1_000_000)
    for number in range(ROUNDS):
        shoppers = queue_of(shop, {"SECURE": 1}, crowd(number, full=4, small=1))
        answers = together(len(shoppers), lambda n, shoppers=shoppers: shoppers[n].place(CHALLENGED_CARD))
        tally.check({a["outcome"] for a in answers} == {"requires_action"}, f"not challenged: {answers}")

        def meet(
            n: int, shoppers: list[Shopper] = shoppers, answers: list[dict[str, str]] = answers, number: int = number
        ) -> str:
            who = n // 2
            if n % 2:  # the shopper in a second window
                return str(shoppers[who].place()["outcome"])
            with shop.provider() as provider:
                address = f"/payments/{answers[who]['action_url'].rsplit('/', 1)[-1]}/challenge"
                provider.post(address, json={"outcome": "fail" if (who + number) % 2 else "pass"}).raise_for_status()
            return "answered"

        met = together(2 * len(shoppers), meet)
        tally.check(not [one for one in met if isinstance(one, Exception)], f"{met}")
        for who, shopper in enumerate(shoppers):
            _end_of_challenge(shop, shopper, (who + number) % 2 == 0, tally)
        leave(shoppers)
    tally.violations += settle(shop)
    tally.close()


def _end_of_challenge(shop: Stack, shopper: Shopper, passed: bool, tally: Tally) -> None:
    # A call that comes after a failed challenge begins anew, with a card that works: then there is an order too.
    outcome = _final(shopper)
    tally.count(f"{'passed' if passed else 'failed'}: {outcome}")
    tally.check(outcome == "placed" if passed else outcome in ("declined", "placed"), f"{shopper.cart}: {outcome}")
    orders = shop.count("commerce", "commerce_order", "cart = %s", shopper.cart)
    tally.check(orders == (outcome == "placed"), f"{shopper.cart}: {outcome} with {orders} orders")


def _final(shopper: Shopper) -> str:
    """What the shopper is told when it is over."""

    def over() -> str | None:
        outcome = str(shopper.look()["outcome"])
        return None if outcome in ("pending", "requires_action") else outcome

    return str(eventually(over, f"an outcome for cart {shopper.cart}", within=60))


def _repeat(shopper: Shopper, n: int) -> str:
    """One of many calls for the same cart; what it came to."""
    try:
        if n % 4 == 0:
            response = shopper.call_place(key="the-same")
        elif n % 4 == 1:
            response = shopper.call_place(key=f"own-{n}")
        elif n % 4 == 2:
            response = shopper.call_place(patience=0.05)
        else:
            response = shopper.call_place()
    except httpx.TimeoutException:
        return "gave up"
    body = response.json()
    if body.get("code") == "idempotency_in_progress":  # told to come again
        return str(shopper.place()["outcome"])
    if body.get("outcome") == "pending":
        return _final(shopper)
    return str(body.get("outcome", f"{response.status_code} {body}"))


def _check_one(shop: Stack, shopper: Shopper, tally: Tally) -> None:
    """One order, one payment that holds money, one charge at the provider."""
    orders = shop.query("commerce", "SELECT saga FROM commerce_order WHERE cart = %s", shopper.cart)
    tally.check(len(orders) == 1, f"cart {shopper.cart} gave {len(orders)} orders")
    sagas = shop.query("commerce", "SELECT id FROM commerce_sagainstance WHERE key = %s", shopper.cart)
    with shop.provider() as provider:
        charges: Counter[str] = Counter()
        for (saga,) in sagas:
            for payment in provider.get("/payments", params={"reference": str(saga)}).json()["payments"]:
                charges[payment["status"]] += 1
    tally.check(sum(charges.values()) == 1, f"cart {shopper.cart} is charged as {dict(charges)}")
