"""kill -9 at every named point of the place-order saga, and the books looked at afterwards."""

import contextlib
import os
import random
import time

import httpx
import pytest
from tests.races.test_place_order import seed

from commerce.checkout.saga import PlaceOrder
from tests.accounts import contradictions, unsettled
from tests.processes import eventually
from tests.shoppers import DECLINED_CARD, Shopper
from tests.stack import Stack

pytestmark = [pytest.mark.processes, pytest.mark.timeout(1500)]

DO = [name for name in PlaceOrder.failpoints() if ".do." in name]
UNDO = [name for name in PlaceOrder.failpoints() if ".undo." in name]
JOBS = [f"job.commerce.{kind}.{when}" for kind in ("authorise", "capture") for when in ("before_call", "after_call")]


def test_every_step_has_its_failpoints() -> None:
    for step in PlaceOrder.steps:
        assert f"saga.place_order.{step.name}.do.before" in DO
        assert (f"saga.place_order.{step.name}.undo.after" in UNDO) == (step.undo is not None)


def settle(stack: Stack, *, within: float = 90) -> None:
    end = time.monotonic() + within
    while unsettled(stack) and time.monotonic() < end:
        stack.processes.restart_dead()
        time.sleep(0.2)
    assert not unsettled(stack)
    eventually(lambda: not contradictions(stack), f"books that fit; they say {contradictions(stack)}", within=30)


def attempt(stack: Stack, shopper: Shopper, card: str) -> None:
    """Place, whatever the call itself comes to while processes die under it."""
    with contextlib.suppress(httpx.HTTPError):
        shopper.http.post(f"/carts/{shopper.cart}/place", json={"payment_source": card}, timeout=8)


def test_a_kill_at_every_point_leaves_an_order_with_its_money_or_neither(stack: Stack) -> None:
    seed(stack, MUG=1000)
    reached = []
    for point in DO + UNDO + JOBS:
        for leftover in stack.folder.glob("failpoints.*"):
            leftover.unlink()
        card = DECLINED_CARD if ".undo." in point else "4242424242424242"
        shopper = Shopper.at(stack.base).fill({"MUG": 1})
        stack.failpoints.write_text(f"{point}=kill:1\n")
        attempt(stack, shopper, card)
        end = time.monotonic() + 40
        while time.monotonic() < end and unsettled(stack):
            stack.processes.restart_dead()
            time.sleep(0.1)
        reached += [point] if list(stack.folder.glob(f"failpoints.{point}.*")) else []
        stack.failpoints.write_text("")
        stack.processes.restart_dead()
        eventually(stack._answers, "the web process back", within=40)
        settle(stack)
        state = stack.query("commerce", "SELECT state FROM commerce_cart WHERE id = %s", shopper.cart)[0][0]
        # Killed inside the call that starts the saga, its transaction never was: the cart is still open.
        assert state == ("open" if card == DECLINED_CARD else "ordered") or ".reserve_stock.do." in point, point
    never = [point for point in DO + JOBS if point not in reached]
    assert never == [], f"never reached: {never}"


def test_random_kills_while_many_shop(stack: Stack) -> None:
    rounds = int(os.environ.get("ROUNDS", "4"))
    dice = random.Random(4)
    seed(stack, MUG=100000, TENT=100000)
    for _ in range(rounds):
        shoppers = [Shopper.at(stack.base).fill({"MUG": 1, "TENT": 2}) for _ in range(6)]
        victims = dice.sample(["relay", "worker-commerce", "worker-logistics", "provider", "wipe"], 2)
        import threading

        threads = [
            threading.Thread(target=attempt, args=(stack, s, dice.choice(["4242424242424242", DECLINED_CARD])))
            for s in shoppers
        ]
        for thread in threads:
            thread.start()
        time.sleep(dice.random() * 0.3)
        for victim in victims:
            if victim == "wipe":
                import redis

                redis.Redis.from_url(stack.broker.url).flushall()
            else:
                stack.processes.kill(victim)
        time.sleep(0.5)
        for victim in victims:
            if victim != "wipe":
                stack.processes.start(victim)
        for thread in threads:
            thread.join()
    settle(stack)
