"""R2: parallel checkouts over real HTTP never pass a limit of a coupon, a customer or a budget, and use each up.

Two worker processes of commerce and of catalog take turns with the events, two web processes with the calls.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.accounts import settle
from tests.effort import ROUNDS, Tally, crowd
from tests.processes import eventually
from tests.shelves import BATCH, promote, stock
from tests.shoppers import DECLINED_CARD, GOOD_CARD, Shopper, leave, queue_of, together
from tests.stack import Stack

pytestmark = [pytest.mark.processes, pytest.mark.timeout(7200)]

SKU = "COUPON-MUG"


@pytest.fixture(scope="module")
def goods(shop: Stack) -> Stack:
    """The shop with more mugs than anybody wants: only coupons are scarce."""
    stock(shop, **{SKU: 1_000_000})
    return shop


def test_a_coupon_is_used_as_often_as_it_may_and_nobody_is_refused_while_a_use_is_left(
    goods: Stack, tally: Tally
) -> None:
    tally.facts = {"rounds": ROUNDS, "shoppers": [20, 6]}
    for number in _rounds(goods, "CODE", uses_limit=[5, 2]):
        uses = crowd(number, full=5, small=2)
        shoppers = _with_coupon(goods, f"CODE-{number}", crowd(number, full=20, small=6))
        cards = [DECLINED_CARD if n % 5 == 0 else GOOD_CARD for n in range(len(shoppers))]
        outcomes = _all_place(shoppers, cards, tally)
        again = [one for one, outcome in zip(shoppers, outcomes, strict=True) if outcome != "placed"]
        _until_used(goods, f"CODE-{number}", uses, again, tally)
        leave(shoppers)
    tally.violations += settle(goods)
    tally.close()


def test_a_customer_has_a_coupon_as_often_as_it_allows_whatever_carts_are_ordered_at_once(
    goods: Stack, tally: Tally
) -> None:
    tally.facts = {"rounds": ROUNDS, "carts": [8, 4], "per_customer": 2}
    for number in _rounds(goods, "MINE", rule={"uses_per_customer": 2}):
        mine = _with_coupon(goods, f"MINE-{number}", crowd(number, full=8, small=4), email=f"ada{number}@example.org")
        other = _with_coupon(goods, f"MINE-{number}", 1, email=f"bob{number}@example.org")
        _all_place([*mine, *other], [GOOD_CARD] * (len(mine) + 1), tally)
        _until_used(goods, f"MINE-{number}", 3, mine, tally)
        placed = _orders_of(goods, f"MINE-{number}")
        tally.check(placed == 3, f"MINE-{number}: {placed} orders of 2 and 1")
        leave([*mine, *other])
    tally.violations += settle(goods)
    tally.close()


def test_a_budget_is_never_passed_and_is_spent_as_far_as_it_goes(goods: Stack, tally: Tally) -> None:
    """Two euros each of a budget of nine: four orders."""
    tally.facts = {"rounds": ROUNDS, "shoppers": [12, 6]}
    for number in _rounds(goods, "PURSE", rule={"budget": "9"}):
        shoppers = _with_coupon(goods, f"PURSE-{number}", crowd(number, full=12, small=6))
        outcomes = _all_place(shoppers, [GOOD_CARD] * len(shoppers), tally)
        again = [one for one, outcome in zip(shoppers, outcomes, strict=True) if outcome != "placed"]
        _until_used(goods, f"PURSE-{number}", 4, again, tally)
        leave(shoppers)
    tally.violations += settle(goods)
    tally.close()


def test_a_coupon_without_a_limit_is_a_row_that_nobody_writes_or_locks(goods: Stack, tally: Tally) -> None:
    """PostgreSQL marks a row with who wrote (xmin) and who locked it (xmax): after all orders both are as before."""
    tally.facts = {"rounds": ROUNDS, "shoppers": [20, 6]}
    for number in _rounds(goods, "ALL"):
        before = _marks(goods, f"ALL-{number}")
        shoppers = _with_coupon(goods, f"ALL-{number}", crowd(number, full=20, small=6))
        outcomes = _all_place(shoppers, [GOOD_CARD] * len(shoppers), tally)
        tally.check(set(outcomes) == {"placed"}, f"ALL-{number}: {outcomes}")
        marks = _marks(goods, f"ALL-{number}")
        tally.check(marks == before, f"ALL-{number}: {before} became {marks}")
        leave(shoppers)
    tally.violations += settle(goods)
    tally.close()


def _rounds(shop: Stack, name: str, *, uses_limit: list[int] | None = None, rule: Any = None) -> Iterator[int]:
    """Rounds with a coupon of their own each, made for many rounds at a time."""
    for number in range(ROUNDS):
        if number % BATCH == 0:
            wanted = [
                {
                    "code": f"{name}-{each}",
                    "uses_limit": crowd(each, full=uses_limit[0], small=uses_limit[1]) if uses_limit else None,
                    "rule": rule or {},
                }
                for each in range(number, min(number + BATCH, ROUNDS))
            ]
            promote(shop, *wanted)
        yield number


def _with_coupon(shop: Stack, code: str, count: int, *, email: str = "ada@example.org") -> list[Shopper]:
    first = Shopper.at(shop.base).open()
    first.add(SKU)
    return queue_of(shop, {}, count, first=first.deliver(email).enter(code))


def _attempt(shopper: Shopper, card: str = GOOD_CARD) -> str:
    """One try to order: its outcome, or the code of what the shop refused before it reserved anything."""
    response = shopper.call_place(card)
    answer = response.json()
    if "outcome" not in answer:
        return str(answer["code"])
    if answer["outcome"] != "pending":
        return str(answer["outcome"])
    return str(eventually(lambda: _settled(shopper), "an outcome", within=60))


def _settled(shopper: Shopper) -> str:
    outcome = str(shopper.look()["outcome"])
    return "" if outcome == "pending" else outcome


def _all_place(shoppers: list[Shopper], cards: list[str], tally: Tally) -> list[str]:
    results = together(len(shoppers), lambda n: _attempt(shoppers[n], cards[n]))
    for result in results:
        tally.count(result if isinstance(result, str) else type(result).__name__)
        # price_changed: the coupon was used up before this cart was quoted again, and its shopper is told.
        expected = result in ("placed", "failed", "declined", "price_changed")
        tally.check(expected, f"an attempt ended in {result!r}")
    return results


def _until_used(shop: Stack, code: str, uses: int, refused: list[Shopper], tally: Tally) -> None:
    """Those who were refused try again, until the uses are taken: a declined payment's comes back in a moment."""

    def used_up() -> bool:
        for shopper in refused:
            if _orders_of(shop, code) >= uses:
                return True
            tally.count(f"{_attempt(shopper)} on retry")
        return _orders_of(shop, code) >= uses

    try:
        eventually(used_up, f"{code} used up by those who tried again", within=60)
    except AssertionError as error:
        tally.check(False, str(error))
    ordered = _orders_of(shop, code)
    tally.check(ordered == uses, f"{code}: {ordered} orders of {uses}")


def _orders_of(shop: Stack, code: str) -> int:
    return shop.count("commerce", "commerce_order", "coupons @> to_jsonb(%s::text)", code)


def _marks(shop: Stack, code: str) -> tuple[Any, ...]:
    (row,) = shop.query(
        "catalog",
        """SELECT c.xmin::text, c.xmax::text, r.xmin::text, r.xmax::text, u.xmin::text, u.xmax::text
           FROM catalog_coupon c JOIN catalog_promotionrule r ON r.id = c.rule_id
           JOIN catalog_ruleusage u ON u.rule_id = r.id WHERE c.code = %s""",
        code,
    )
    return row
