"""R1: shoppers at once and fewer units, over real HTTP: as many orders as units, nobody refused while one is free."""

import pytest

from tests.accounts import settle
from tests.effort import ROUNDS, Tally, crowd
from tests.processes import eventually
from tests.shelves import BATCH, stock
from tests.shoppers import DECLINED_CARD, GOOD_CARD, Shopper, leave, queue_of, together
from tests.stack import Stack

pytestmark = [pytest.mark.processes, pytest.mark.timeout(7200)]


def test_as_many_orders_as_units_and_nobody_refused_while_one_is_free(shop: Stack, tally: Tally) -> None:
    tally.facts = {"rounds": ROUNDS, "shoppers": [50, 8]}
    for number in range(ROUNDS):
        units = crowd(number, full=10, small=2)
        sku = _fresh(shop, "HOT", number, full=10, small=2)
        shoppers = queue_of(shop, {sku: 1}, crowd(number, full=50, small=8))
        # Every fifth is declined: they hold a unit for a moment, and those refused meanwhile must get it after all.
        cards = [DECLINED_CARD if n % 5 == 0 else GOOD_CARD for n in range(len(shoppers))]
        outcomes = _all_place(shoppers, cards, tally)
        refused = [shopper for shopper, outcome in zip(shoppers, outcomes, strict=True) if outcome == "failed"]
        _retry(shop, sku, refused, units, tally)
        sold = _sold(shop, sku)
        tally.check(sold == units, f"{sku}: {sold} sold of {units} ({outcomes})")
        leave(shoppers)
    tally.violations += settle(shop)
    tally.close()


def test_two_additions_of_one_sku_to_a_cart_are_reserved_together(shop: Stack, tally: Tally) -> None:
    """Each cart takes two of a SKU, added at once by two calls; of seven units three pairs are sold, and one stays."""
    tally.facts = {"rounds": ROUNDS, "shoppers": [12, 5]}
    for number in range(ROUNDS):
        sku = _fresh(shop, "PAIR", number, full=7, small=7)
        first = Shopper.at(shop.base).open()
        results = together(2, lambda _, first=first, sku=sku: first.add(sku))
        tally.check(results == [None, None], f"{sku}: {results}")
        shoppers = queue_of(shop, {}, crowd(number, full=12, small=5), first=first.deliver())
        outcomes = _all_place(shoppers, [GOOD_CARD] * len(shoppers), tally)
        refused = [shopper for shopper, outcome in zip(shoppers, outcomes, strict=True) if outcome == "failed"]
        _retry(shop, sku, refused[:1], 6, tally)
        sold = _sold(shop, sku)
        tally.check(sold == 6, f"{sku}: {sold} sold of 7 in pairs ({outcomes})")
        single = Shopper.at(shop.base).fill({sku: 1})
        tally.check(single.place()["outcome"] == "placed", f"{sku}: the odd unit was refused")
        leave([*shoppers, single])
    tally.violations += settle(shop)
    tally.close()


def test_carts_that_take_two_skus_in_opposite_order_share_them_without_waiting_for_each_other(
    shop: Stack, tally: Tally
) -> None:
    tally.facts = {"rounds": ROUNDS, "shoppers": [12, 6]}
    for number in range(ROUNDS):
        units = crowd(number, full=5, small=2)
        left, right = (_fresh(shop, name, number, full=5, small=2) for name in ("LEFT", "RIGHT"))
        half = crowd(number, full=6, small=3)
        shoppers = queue_of(shop, {left: 1, right: 1}, half) + queue_of(shop, {right: 1, left: 1}, half)
        outcomes = _all_place(shoppers, [GOOD_CARD] * len(shoppers), tally)
        placed = outcomes.count("placed")
        tally.check(placed == units, f"{left}, {right}: {placed} orders of {units} ({outcomes})")
        tally.check((_sold(shop, left), _sold(shop, right)) == (units, units), f"{left}, {right}: not sold out")
        leave(shoppers)
    tally.violations += settle(shop)
    deadlocks = shop.query("logistics", "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    tally.check(deadlocks == [(0,)], f"{deadlocks} deadlocks in logistics")
    tally.close()


def _fresh(shop: Stack, name: str, number: int, *, full: int, small: int) -> str:
    """A SKU of this round alone, split over two sources; seeded for many rounds at a time."""
    if number % BATCH == 0:
        rounds = range(number, min(number + BATCH, ROUNDS))
        stock(shop, **{f"{name}-{each}": crowd(each, full=full, small=small) for each in rounds})
    return f"{name}-{number}"


def _all_place(shoppers: list[Shopper], cards: list[str], tally: Tally) -> list[str]:
    """Everybody orders at one signal; the outcomes."""
    results = together(len(shoppers), lambda n: str(shoppers[n].place(cards[n])["outcome"]))
    for result in results:
        tally.count(result if isinstance(result, str) else type(result).__name__)
        tally.check(result in ("placed", "failed", "declined"), f"an attempt ended in {result!r}")
    return results


def _retry(shop: Stack, sku: str, refused: list[Shopper], units: int, tally: Tally) -> None:
    """Those who were refused try again, until the units are sold: a declined payment's comes back in a moment."""

    def sold_out() -> bool:
        for shopper in refused:
            if _sold(shop, sku) >= units:
                return True
            outcome = str(shopper.place()["outcome"])
            tally.count(f"{outcome} on retry")
        return _sold(shop, sku) >= units

    try:
        eventually(sold_out, f"{sku} sold out by those who tried again", within=30)
    except AssertionError as error:
        tally.check(False, str(error))


def _sold(shop: Stack, sku: str) -> int:
    rows = shop.query("commerce", "SELECT coalesce(sum(quantity), 0) FROM commerce_orderline WHERE sku = %s", sku)
    return int(rows[0][0])
