"""Real races: threads with connections of their own against PostgreSQL, outcomes counted.

Every round is random and names its seed when it fails. SIXFOLD_RACE_ROUNDS makes them many.
"""

import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.db import connections
from django.db.models import Sum

from chassis import clock, racing
from chassis.ids import new_id
from chassis.jobs.runner import JobRunner
from chassis.unit_of_work import unit_of_work
from contracts.commerce import StockRequested
from contracts.logistics import AvailabilityChanged, StockReservationFailed, StockReserved
from logistics.reservation.holding import claim, hold, requested
from logistics.reservation.models import Allocation, Reservation
from logistics.reservation.states import State
from logistics.sourcing.models import SourcingPolicy
from logistics.tests.build import CHANNEL, Checkout, deliver, published, stocked, units
from logistics.tests.test_several_deliveries import Split
from logistics.warehouse.availability import availability
from logistics.warehouse.commands import AdjustStock, StockChange, adjust_stock
from logistics.warehouse.ledger import differences
from logistics.warehouse.models import StockItem

ROUNDS = range(int(os.environ.get("SIXFOLD_RACE_ROUNDS", "3")))
pytestmark = pytest.mark.django_db(databases=["logistics"], transaction=True)


@pytest.fixture(autouse=True)
def no_deadlocks(transactional_db: None) -> Iterator[None]:
    with racing.no_deadlocks("logistics"):
        yield


race = partial(racing.race, "logistics")


def answers() -> tuple[set, set]:
    """Sagas that were reserved, and sagas that were refused."""
    return (
        {event.saga for event in published(StockReserved)},
        {event.saga for event in published(StockReservationFailed)},
    )


def assert_books_agree() -> None:
    """What items call reserved is what open reservations hold, and what was told last is so."""
    for item in StockItem.objects.all():
        held = Allocation.objects.filter(item=item).aggregate(total=Sum("held"))["total"] or 0
        assert item.reserved == held, item
        assert item.reserved <= item.on_hand, f"{item} is oversold"
    assert differences() == []
    told = {event.sku: event.available for event in published(AvailabilityChanged)}
    for sku, available in told.items():
        free = sum(on_hand - reserved for on_hand, reserved in units(sku))
        assert available == free == availability(channel=CHANNEL, skus=[sku])[0].available, sku


@pytest.mark.parametrize("seed", ROUNDS)
def test_shoppers_racing_for_ten_units_get_exactly_ten(seed: int) -> None:
    stocked({"north": {"A": 4}, "south": {"A": 6}})
    race([lambda: deliver(Checkout.new().request([("A", 1)]))] * 50)
    reserved, refused = answers()
    assert (len(reserved), len(refused)) == (10, 40)
    assert_books_agree()


@pytest.mark.parametrize("strategy", ["priority", "fewest_shipments"])
@pytest.mark.parametrize("seed", ROUNDS)
def test_random_carts_of_many_lines_never_oversell_and_nobody_is_refused_what_is_free(seed: int, strategy: str) -> None:
    SourcingPolicy.objects.create(channel=CHANNEL, strategy=strategy)
    dice = random.Random(seed)
    skus = ["A", "B", "C", "D"]
    stocked({source: {sku: dice.randint(0, 5) for sku in skus} for source in ("north", "south", "west")})
    adjust_stock(AdjustStock(changes=[StockChange(source="west", sku="A", on_hand=Decimal(10))], reason="received"))
    carts: dict[object, StockRequested] = {}
    for _ in range(60):
        lines = [(dice.choice(skus), dice.randint(1, 3)) for _ in range(dice.randint(1, 4))]
        event = Checkout.new().request(lines)
        carts[event.saga] = event
    race([lambda event=event: deliver(event) for event in carts.values()])
    reserved, refused = answers()
    assert reserved | refused == set(carts) and not reserved & refused, f"seed {seed}: an answer is missing"
    wanted = sum(line.quantity for saga in reserved for line in carts[saga].lines)
    assert wanted == StockItem.objects.aggregate(total=Sum("reserved"))["total"]
    assert_books_agree()
    # Stock only fell during the race, so a cart that would still fit now was refused while its units were free.
    free = {sku: sum(on_hand - reserved for on_hand, reserved in units(sku)) for sku in skus}
    for saga in refused:
        needs: dict[str, Decimal] = {}
        for line in carts[saga].lines:
            needs[line.sku] = needs.get(line.sku, Decimal(0)) + line.quantity
        assert any(needs[sku] > free[sku] for sku in needs), f"seed {seed}: refused though it fits"


@pytest.mark.parametrize("seed", ROUNDS)
def test_envelopes_of_claims_releases_and_confirmations_end_with_true_books(seed: int) -> None:
    """Mixed envelopes in any order; with stock taken and put back, each saga ends in one state."""
    dice = random.Random(seed)
    skus = ["A", "B", "C"]
    stocked({source: dict.fromkeys(skus, 8) for source in ("north", "south")})
    checkouts = [Checkout.new() for _ in range(60)]
    fate = {checkout: dice.choice(["release", "keep", "release_first"]) for checkout in checkouts}
    waves: list[list[object]] = [[], []]
    for checkout in checkouts:
        request = checkout.request([(dice.choice(skus), dice.randint(1, 2)) for _ in range(3)])
        steps = [request] if fate[checkout] == "keep" else [request, checkout.release()]
        if fate[checkout] == "release_first":
            steps.reverse()
        waves[0].append(steps[0])
        waves[1].extend(steps[1:])
    # Both waves at once and mixed: a release may meet its request in flight, before or after it.
    events = waves[0] + waves[1]
    dice.shuffle(events)
    envelopes = [events[start : start + 4] for start in range(0, len(events), 4)]
    corrections = [
        lambda: adjust_stock(
            AdjustStock(
                changes=[StockChange(source="south", sku=sku, change=Decimal(1)) for sku in reversed(skus)],
                reason="received",
            )
        )
    ] * 5
    race([lambda envelope=envelope: deliver(*envelope) for envelope in envelopes] + corrections)
    for checkout in checkouts:
        state = Reservation.objects.get(id=checkout.saga).state
        expected = {State.RESERVED, State.FAILED} if fate[checkout] == "keep" else {State.RELEASED}
        assert state in expected, f"seed {seed}: {fate[checkout]} ended {state}"
    assert sum(on_hand for on_hand, _ in units("A")) == 21
    assert_books_agree()


@pytest.mark.parametrize("seed", ROUNDS)
def test_a_refused_shopper_who_asks_again_gets_the_unit_that_a_declined_payment_returned(seed: int) -> None:
    """Ten units, forty shoppers, every third payment declines: in the end ten orders, nobody with less."""
    stocked({"north": {"A": 10}})
    dice = random.Random(seed)
    won: list[Checkout] = []
    lock = threading.Lock()

    def shop(declines: bool) -> None:
        for _ in range(100):
            checkout = Checkout.new()
            deliver(checkout.request([("A", 1)]))
            state = Reservation.objects.get(id=checkout.saga).state
            if state == State.RESERVED and declines:
                deliver(checkout.release())
                return
            if state == State.RESERVED:
                deliver(checkout.confirmation())
                with lock:
                    won.append(checkout)
                return
            with lock:
                if len(won) == 10:
                    return

    fates = [dice.random() < 0.33 for _ in range(40)]
    race([lambda declines=declines: shop(declines) for declines in fates])
    assert len(won) == 10
    assert units("A") == [(10, 10)]
    assert_books_agree()


@pytest.mark.parametrize("seed", ROUNDS)
def test_expiry_and_confirmation_at_the_same_moment_agree(seed: int) -> None:
    stocked({"north": {"A": 30}})
    checkouts = [Checkout.new() for _ in range(30)]
    for checkout in checkouts:
        deliver(checkout.request([("A", 1)]))
    with clock.travel(timedelta(minutes=16)):
        runners: list[Callable[[], None]] = [lambda: JobRunner("logistics").run_due() and None] * 5
        race(runners + [lambda c=checkout: deliver(c.confirmation()) for checkout in checkouts])
    assert Reservation.objects.filter(state=State.CONFIRMED).count() == 30
    assert units("A") == [(30, 30)]
    assert_books_agree()


def test_a_claim_that_waited_for_a_release_gets_the_released_unit() -> None:
    """Told apart from the random races because its window is narrow: the unit returns while the claim waits."""
    stocked({"north": {"A": 1}})
    first, second = Checkout.new(), Checkout.new()
    deliver(first.request([("A", 1)]))
    released, waiting = threading.Event(), threading.Event()

    def release_slowly() -> None:
        try:
            with unit_of_work("logistics"):
                deliver(first.release())
                released.set()
                assert waiting.wait(30)
                time.sleep(0.3)
        finally:
            connections["logistics"].close()

    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(release_slowly)
        assert released.wait(30)
        waiting.set()
        # Not through the inbox: it would try a failed claim again and hide this.
        with unit_of_work("logistics"):
            row = requested(
                second.saga, channel=CHANNEL, cart=new_id(), lines=[("A", Decimal(1), True)], expires_at=clock.now()
            )
            assert claim(hold([row]), row) == []
        slow.result()
    assert units("A") == [(1, 1)]


@pytest.mark.parametrize("seed", ROUNDS)
def test_carts_to_two_places_racing_over_two_goods_take_all_of_both_or_none(seed: int) -> None:
    """Each claims A for one place and B for the other, half of them the other way round."""
    stocked({"north": {"A": 4, "B": 9}, "south": {"A": 6, "B": 1}})
    chance = random.Random(seed)
    wanted = [chance.choice([("A", "B"), ("B", "A")]) for _ in range(40)]
    race(
        [lambda home=home, there=there: deliver(Split.new().asks([(home, 1)], [(there, 1)])) for home, there in wanted]
    )
    reserved, refused = answers()
    assert (len(reserved), len(refused)) == (10, 30), f"seed {seed}"
    rows = Allocation.objects.values_list("reservation", "delivery").distinct()
    assert len(rows) == 20 and units("A") == [(4, 4), (6, 6)] and units("B") == [(9, 9), (1, 1)]
    assert_books_agree()


@pytest.mark.parametrize("seed", ROUNDS)
def test_carts_with_one_good_for_two_places_take_every_unit_and_no_more(seed: int) -> None:
    stocked({"north": {"A": 5}, "south": {"A": 5}})
    race([lambda: deliver(Split.new().asks([("A", 1)], [("A", 1)]))] * 20)
    reserved, refused = answers()
    assert (len(reserved), len(refused)) == (5, 15), f"seed {seed}"
    assert_books_agree()
