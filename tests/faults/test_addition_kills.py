"""kill -9 at every named point of the saga that adds to an order: goods with their money, or the order as it was."""

import contextlib
import json
from dataclasses import dataclass

import httpx
import pytest

from chassis.sagas.runner import deadline_kind
from commerce.addition.saga import AddToOrder
from tests.accounts import missing_effects, settle
from tests.effort import HURRY, Tally, lasting
from tests.processes import eventually
from tests.shelves import stock
from tests.shoppers import DECLINED_CARD, GOOD_CARD, SILENT_CARD, Shopper, customer, leave, queue_of, together
from tests.stack import Stack

pytestmark = [pytest.mark.processes, pytest.mark.timeout(7200)]

# What an offer redeems is counted by the steps of a checkout, and those are killed in test_saga_kills.py.
POINTS = [point for point in AddToOrder.failpoints() if "coupon" not in point]
POINTS += deadline_kind(AddToOrder).failpoints()
ABREAST = 7
TRIES = 4


@dataclass
class Buyer:
    """Somebody with an order and an offer for it."""

    shopper: Shopper
    order: str
    addition: str

    def pay(self, card: str, *, wait: int = 2) -> httpx.Response:
        """Take the offer."""
        headers = {"Prefer": f"wait={wait}"}
        address = f"/orders/{self.order}/additions/{self.addition}/pay"
        return self.shopper.http.post(address, json={"payment_source": card}, headers=headers, timeout=8)


def test_every_step_has_its_failpoints() -> None:
    for step in AddToOrder.steps:
        assert f"saga.add_to_order.{step.name}.do.before" in AddToOrder.failpoints()


def test_a_kill_at_every_point_leaves_goods_with_their_money_or_the_order_as_it_was(shop: Stack, tally: Tally) -> None:
    tally.facts = {"points": len(POINTS)}
    stock(shop, FIRST=1_000_000, MORE=1_000_000)
    token = customer(shop, "more@example.org")
    for number in lasting(0.1):
        size = ABREAST if number == 0 else 1
        for start in range(0, len(POINTS), size):
            _kill_at(shop, POINTS[start : start + size], tally, token)
        tally.count("passes")
    eventually(lambda: not missing_effects(shop), "all effects of orders and of what was added", within=120)
    tally.close()


def _kill_at(shop: Stack, points: list[str], tally: Tally, token: str) -> None:
    for leftover in shop.folder.glob("failpoints.*"):
        leftover.unlink()
    left = points
    for _ in range(TRIES):
        shop.failpoints.write_text("")
        shop.wait_for_web()
        buyers = _buyers(shop, len(left), token)
        shop.failpoints.write_text("".join(f"{point}=kill:1\n" for point in left))
        _walk_into(shop, left, buyers, tally)
        left = [point for point in points if not list(shop.folder.glob(f"failpoints.{point}.*"))]
        if not left:
            break
    tally.count("kills", len(points) - len(left))
    tally.check(not left, f"never reached: {left}")
    shop.failpoints.write_text("")
    shop.wait_for_web()


def _buyers(shop: Stack, count: int, token: str) -> list[Buyer]:
    first = Shopper.at(shop.base, token=token).fill({"FIRST": 1})
    shoppers = queue_of(shop, {}, count, first=first)
    for shopper in shoppers:
        shopper.http.headers["Authorization"] = f"Bearer {token}"
    orders = [str(answer["order"]) for answer in together(count, lambda n: shoppers[n].place())]
    assert settle(shop, hurry=HURRY) == []
    offers = json.loads(shop.run("-m", "tests.adding", json.dumps({order: {"MORE": 1} for order in orders})))
    return [Buyer(shopper, order, offers[order]) for shopper, order in zip(shoppers, orders, strict=True)]


def _walk_into(shop: Stack, points: list[str], buyers: list[Buyer], tally: Tally) -> None:
    together(len(points), lambda n: _attempt(shop, buyers[n], points[n]))
    tally.violations += [f"{', '.join(points)}: {sentence}" for sentence in settle(shop, hurry=HURRY)]
    for point, buyer in zip(points, buyers, strict=True):
        lines = shop.count("commerce", "commerce_orderline", "order_id = %s", buyer.order)
        [(state,)] = shop.query("commerce", "SELECT state FROM commerce_addition WHERE id = %s", buyer.addition)
        tally.check((lines, state) in ((1, "open"), (2, "done")), f"{point}: {lines} lines and it is {state}")
        outcome = eventually(lambda buyer=buyer: _again(shop, buyer), f"an outcome after {point}", within=150)
        tally.count(outcome)
        tally.check(outcome == "added", f"{point}: coming again ended in {outcome}")
    tally.violations += [f"{', '.join(points)}, again: {sentence}" for sentence in settle(shop, hurry=HURRY)]
    leave([buyer.shopper for buyer in buyers])


def _attempt(shop: Stack, buyer: Buyer, point: str) -> None:
    """Pay, whatever the call itself comes to while processes die under it."""
    late = ".authorise.undo." in point or "_deadline." in point
    card = SILENT_CARD if late else DECLINED_CARD if ".undo." in point else GOOD_CARD
    with contextlib.suppress(httpx.HTTPError):
        buyer.pay(card)
    if late:
        shop.query(
            "commerce",
            """UPDATE commerce_job SET due_at = clock_timestamp() WHERE kind = 'commerce.add_to_order_deadline'
               AND key LIKE (SELECT saga::text || '%%' FROM commerce_addition WHERE id = %s)""",
            buyer.addition,
        )


def _again(shop: Stack, buyer: Buyer) -> str:
    """The outcome of coming again; none while it is pending or the web process is away."""
    shop.processes.restart_dead()
    try:
        outcome = str(buyer.pay(GOOD_CARD).json()["attempt"]["outcome"])
    except (httpx.HTTPError, KeyError, TypeError):
        return ""
    return "" if outcome == "pending" else outcome
