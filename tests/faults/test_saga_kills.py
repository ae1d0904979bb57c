"""R4: kill -9 at every named point of the place-order saga and of its jobs, and the books looked at afterwards."""

import contextlib

import httpx
import pytest

from commerce.checkout.saga import PlaceOrder
from commerce.jobs import JOBS as KINDS
from tests.accounts import settle
from tests.effort import HURRY, Tally, lasting
from tests.processes import eventually
from tests.shelves import gift_card, promote, stock
from tests.shoppers import DECLINED_CARD, GOOD_CARD, SILENT_CARD, Shopper, leave, queue_of, together
from tests.stack import Stack

pytestmark = [pytest.mark.processes, pytest.mark.timeout(7200)]

SAGA = PlaceOrder.failpoints()
BESIDE = {
    "commerce.refund": "of an order that is paid, long after its checkout",
    "commerce.add_to_order_deadline": "of goods that are added to an order; killed in test_addition_kills.py",
    "commerce.forget_webhooks": "tidies up once a day",
    "commerce.forget_carts": "deletes what nobody came back to",
    "commerce.make_legacy": "makes orders of history from rows; killed in tests/magento/test_kills.py",
}
"""Jobs of commerce that no checkout comes to, and why; every other one is killed, a new one too."""
JOBS = [point for kind in KINDS if kind.name not in BESIDE for point in kind.failpoints()]
INBOX = [
    f"inbox.{label}.{when}"
    for label in ("commerce", "logistics", "catalog", "postpurchase")
    for when in ("before_apply", "before_ack")
]
RELAY = ["relay.packed", "relay.sent"]
POINTS = SAGA + JOBS + INBOX + RELAY
ABREAST = 9
"""Points per batch in the first pass: most of a kill's time is waiting for leases to end. Later passes take one."""
TRIES = 4


def test_every_step_has_its_failpoints() -> None:
    for step in PlaceOrder.steps:
        assert f"saga.place_order.{step.name}.do.before" in SAGA
        assert (f"saga.place_order.{step.name}.undo.after" in SAGA) == (step.undo is not None)


def test_a_job_that_is_left_out_is_one_of_commerce() -> None:
    assert BESIDE.keys() < {kind.name for kind in KINDS}
    assert {"job.commerce.authorise.before_call", "job.commerce.capture.after_record"} < set(JOBS)


def test_a_kill_at_every_point_leaves_an_order_with_its_money_or_neither(shop: Stack, tally: Tally) -> None:
    tally.facts = {"points": len(POINTS)}
    stock(shop, KILL=1_000_000)
    promote(shop, {"code": "KILL", "uses_limit": 1_000_000})
    card = gift_card(shop, "1000000")
    for number in lasting(0.2):
        size = ABREAST if number == 0 else 1
        for start in range(0, len(POINTS), size):
            _kill_at(shop, POINTS[start : start + size], tally, card)
        tally.count("passes")
    tally.close()


def _kill_at(shop: Stack, points: list[str], tally: Tally, card: str) -> None:
    """Arm the points, let shoppers walk into them, and see what is left when all is running again."""
    for leftover in shop.folder.glob("failpoints.*"):
        leftover.unlink()
    shop.failpoints.write_text("".join(f"{point}=kill:1\n" for point in points))
    left = points
    for _ in range(TRIES):
        # A point may be missed when another one of the batch kills the process on the way to it.
        shop.wait_for_web()
        _walk_into(shop, left, tally, card)
        left = [point for point in points if not list(shop.folder.glob(f"failpoints.{point}.*"))]
        if not left:
            break
    tally.count("kills", len(points) - len(left))
    tally.check(not left, f"never reached: {left}")
    shop.failpoints.write_text("")
    shop.wait_for_web()


def _walk_into(shop: Stack, points: list[str], tally: Tally, card: str) -> None:
    # Each with a coupon and one gift card for all, so that their steps are walked into too; a card pays the rest.
    first = Shopper.at(shop.base).fill({"KILL": 1}).enter("KILL").pay_with(card, most="3.00")
    shoppers = queue_of(shop, {}, len(points), first=first)
    together(len(points), lambda n: _attempt(shop, shoppers[n], points[n]))
    tally.violations += [f"{', '.join(points)}: {sentence}" for sentence in settle(shop, hurry=HURRY)]
    for point, shopper in zip(points, shoppers, strict=True):
        # Whatever has become of the call, whoever comes again with a card that works has an order.
        outcome = eventually(lambda shopper=shopper: _again(shop, shopper), f"an outcome after {point}", within=150)
        tally.count(outcome)
        tally.check(outcome == "placed", f"{point}: coming again ended in {outcome}")
    leave(shoppers)


def _attempt(shop: Stack, shopper: Shopper, point: str) -> None:
    """Place, whatever the call itself comes to while processes die under it."""
    late = any(part in point for part in (".authorise.undo.", ".void.", "_deadline."))
    card = SILENT_CARD if late else DECLINED_CARD if ".undo." in point else GOOD_CARD
    with contextlib.suppress(httpx.HTTPError):
        shopper.call_place(card, patience=8)
    if late:
        # The outcome is in doubt and the deadline comes: only then is there something to void.
        shop.hasten_deadline(shopper.cart)
    if ".reconcile." in point:
        shop.hasten_looks()


def _again(shop: Stack, shopper: Shopper) -> str:
    """The outcome of coming again; none while it is pending or the web process is away.

    Granian ends when a process that it has just started dies too; a supervisor starts it again, and here we do.
    """
    shop.processes.restart_dead()
    try:
        outcome = str(shopper.place()["outcome"])
    except httpx.HTTPError:
        return ""
    return "" if outcome == "pending" else outcome
