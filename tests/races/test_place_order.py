"""R1 and R3: parallel shoppers over real HTTP against two web processes, outcomes counted.

ROUNDS says how often each race is run (`make races ROUNDS=1000`).
"""

import os

import pytest

from tests.accounts import contradictions, unsettled
from tests.processes import eventually
from tests.shoppers import DECLINED_CARD, Shopper, together
from tests.stack import Stack

pytestmark = [pytest.mark.processes, pytest.mark.timeout(1500)]
ROUNDS = int(os.environ.get("ROUNDS", "3"))
SHOPPERS = 50
UNITS = 10


def settle(stack: Stack) -> None:
    eventually(lambda: not unsettled(stack), "every saga and money job finished", within=60)
    eventually(lambda: not contradictions(stack), f"books that fit; they say {contradictions(stack)}", within=20)


def seed(stack: Stack, **stock: int) -> None:
    stack.run("-m", "tests.seed", *(f"{sku}={count}" for sku, count in stock.items()))
    eventually(
        lambda: (
            stack.query("commerce", "SELECT 1 FROM commerce_viewcopy")
            and stack.query("commerce", "SELECT 1 FROM commerce_channelcopy")
        ),
        "commerce knowing the channel and its view",
    )


def test_as_many_orders_as_units_and_nobody_refused_while_one_is_free(stack: Stack) -> None:
    seed(stack, **{f"HOT-{number}": UNITS for number in range(ROUNDS)})
    for number in range(ROUNDS):
        sku = f"HOT-{number}"
        shoppers = [Shopper.at(stack.base).fill({sku: 1}) for _ in range(SHOPPERS)]
        cards = [DECLINED_CARD if n % 5 == 0 else "4242424242424242" for n in range(SHOPPERS)]

        def buy(n: int, shoppers: list[Shopper] = shoppers, cards: list[str] = cards) -> str:
            return str(shoppers[n].place(cards[n])["outcome"])

        outcomes = together(SHOPPERS, buy)
        assert not [o for o in outcomes if isinstance(o, Exception)], outcomes
        placed = outcomes.count("placed")
        # A declined payment held a unit for a moment; those who were refused meanwhile try again.
        for n, outcome in enumerate(outcomes):
            if outcome == "failed" and placed < UNITS:
                placed += shoppers[n].place()["outcome"] == "placed"
        assert placed == UNITS, outcomes
        sold = stack.query("commerce", "SELECT coalesce(sum(quantity), 0) FROM commerce_orderline WHERE sku = %s", sku)
        assert sold[0][0] == UNITS
    settle(stack)


def test_one_cart_placed_by_many_calls_at_once_is_one_order_and_one_charge(stack: Stack) -> None:
    seed(stack, MUG=1000)
    for _ in range(ROUNDS):
        shopper = Shopper.at(stack.base).fill({"MUG": 2})
        answers = together(12, lambda _, shopper=shopper: shopper.place())
        assert {answer["outcome"] for answer in answers} == {"placed"}
        assert len({answer["order"] for answer in answers}) == 1
    settle(stack)
    orders = stack.query("commerce", "SELECT count(*) FROM commerce_order")[0][0]
    assert orders == ROUNDS == len(stack.books())


@pytest.mark.parametrize("last4", ["0077", "0085", "0093", "0341", "0119", "0126", "0500"])
def test_whatever_the_provider_does_one_cart_is_one_order_with_its_money(stack: Stack, last4: str) -> None:
    seed(stack, MUG=1000)
    shopper = Shopper.at(stack.base).fill({"MUG": 1})
    assert shopper.place(f"400000000000{last4}", patience=60)["outcome"] == "placed"
    settle(stack)
    eventually(
        lambda: stack.query("commerce", "SELECT payment_state FROM commerce_order") == [("paid",)],
        "the order paid",
        within=40,
    )
    assert len(stack.books()) == 1


def test_three_d_secure_waits_for_the_shopper(stack: Stack) -> None:
    import httpx

    seed(stack, MUG=10)
    shopper = Shopper.at(stack.base).fill({"MUG": 1})
    answer = shopper.place("4000000000003220")
    assert answer["outcome"] == "requires_action"
    provider_id = answer["action_url"].rsplit("/", 1)[-1]
    httpx.post(
        f"http://127.0.0.1:{stack.provider_port}/v1/payments/{provider_id}/challenge",
        json={"outcome": "pass"},
        headers={"Authorization": "Bearer stack-key"},
    ).raise_for_status()
    eventually(lambda: shopper.place()["outcome"] == "placed", "the order placed after the challenge")
    settle(stack)
