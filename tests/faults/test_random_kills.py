"""R4, R7: parts of the shop are killed at random while people shop; no cart is half at the end, nothing is lost."""

import contextlib
import random
import time

import httpx
import pytest

from tests.accounts import missing_effects, settle
from tests.effort import HURRY, Tally, lasting
from tests.processes import eventually
from tests.shelves import stock
from tests.shoppers import (
    DECLINED_CARD,
    DUPLICATE_WEBHOOKS_CARD,
    EARLY_WEBHOOK_CARD,
    GOOD_CARD,
    LOST_ANSWER_CARD,
    Shopper,
    leave,
    queue_of,
    together,
)
from tests.stack import Stack

pytestmark = [pytest.mark.processes, pytest.mark.timeout(7200)]
SHOPPERS = 6
CARDS = [GOOD_CARD, GOOD_CARD, DECLINED_CARD, EARLY_WEBHOOK_CARD, DUPLICATE_WEBHOOKS_CARD, LOST_ANSWER_CARD]
PROCESSES = [
    "web",
    "relay",
    "provider",
    "worker-commerce",
    "worker-logistics",
    "worker-postpurchase",
    "worker-platform",
]
SERVERS = ["broker", "broker wiped", "PostgreSQL"]


def test_random_kills_of_anything_while_many_shop(shop: Stack, tally: Tally) -> None:
    dice = random.Random(4)
    tally.facts = {"shoppers": SHOPPERS}
    stock(shop, WILD=1_000_000, TAME=1_000_000)
    carts = 0
    for number in lasting(0.5, least=len(SERVERS)):
        shoppers = queue_of(shop, {"WILD": 1, "TAME": 2}, SHOPPERS)
        carts += SHOPPERS
        # Every server in turn, so that a short run has met each; with it one or two processes by the dice.
        victims = [SERVERS[number % len(SERVERS)], *dice.sample(PROCESSES, dice.choice([1, 2]))]
        cards = [dice.choice(CARDS) for _ in shoppers]
        pauses = dice.random() * 0.4, dice.random()

        def act(
            n: int,
            shoppers: list[Shopper] = shoppers,
            cards: list[str] = cards,
            victims: list[str] = victims,
            pauses: tuple[float, float] = pauses,
        ) -> None:
            if n < SHOPPERS:
                _order(shoppers[n], cards[n])
            else:
                _strike(shop, victims, *pauses)

        results = together(SHOPPERS + 1, act)
        assert results == [None] * len(results), results
        for victim in victims:
            tally.count(f"{victim} killed" if victim != "broker wiped" else victim)
        shop.wait_for_web()
        leave(shoppers)
        if number % 20 == 19:
            tally.violations += settle(shop, hurry=HURRY)
    tally.facts |= {"rounds": number + 1, "carts": carts}
    tally.violations += settle(shop, hurry=HURRY)
    _count_ends(shop, tally)
    _see_effects(shop, tally)
    tally.close()


def _order(shopper: Shopper, card: str) -> None:
    """Call once; what comes of it is looked at in the end."""
    with contextlib.suppress(httpx.HTTPError):
        shopper.call_place(card, patience=8)


def _strike(shop: Stack, victims: list[str], before: float, after: float) -> None:
    """Kill the victims, and start them again a moment later."""
    time.sleep(before)
    for victim in victims:
        _kill(shop, victim)
    time.sleep(after)
    for victim in victims:
        _start(shop, victim)


def _kill(shop: Stack, victim: str) -> None:
    if victim == "broker":
        shop.kill_broker()
    elif victim == "broker wiped":
        shop.wipe_broker()
    elif victim == "PostgreSQL":
        shop.kill_postgres()
    else:
        shop.processes.kill(victim)


def _start(shop: Stack, victim: str) -> None:
    if victim == "broker":
        shop.start_broker()
    elif victim == "PostgreSQL":
        shop.start_postgres()
    elif victim != "broker wiped":
        shop.processes.start(victim)


def _count_ends(shop: Stack, tally: Tally) -> None:
    """How the carts ended; none of them in between."""
    for state, count in shop.query("commerce", "SELECT state, count(*) FROM commerce_cart GROUP BY state"):
        tally.count(f"carts {state}", count)
        tally.check(state in ("open", "ordered"), f"{count} carts are {state}")


def _see_effects(shop: Stack, tally: Tally) -> None:
    """Every order has had every effect in every other domain, once."""
    try:
        eventually(lambda: not missing_effects(shop), "all effects of all orders, once each", within=150)
    except AssertionError:
        tally.violations += missing_effects(shop)
    tally.count("orders with all their effects", shop.count("commerce", "commerce_order"))
