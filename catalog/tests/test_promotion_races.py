"""Redemptions at the same time, with real commits: limits are never passed, and nobody waits for each other."""

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from uuid import UUID

import pytest

from catalog.commands import AddCoupon, add_coupon
from catalog.promotion.models import Coupon, CustomerUsage, Redemption, RuleUsage
from catalog.tests.promotions import deliver, request, saved
from chassis import racing
from contracts.commerce import RedemptionReleaseRequested

pytestmark = pytest.mark.django_db(databases=["catalog"], transaction=True)

THREADS = 8


race = partial(racing.race, "catalog", threads=THREADS)


def reserved() -> int:
    return Redemption.objects.filter(state="reserved").count()


def test_limits_of_rule_code_customer_and_budget_are_never_passed() -> None:
    rule = saved("R", uses_limit=7)
    code = saved("C", needs_coupon=True)
    add_coupon(AddCoupon(rule=code, code="CODE", uses_limit=5))
    person = saved("P", uses_per_customer=2)
    purse = saved("B", budget=Decimal(17), currency="EUR")
    works: list[Callable[[], None]] = []
    for number in range(24):
        works += [
            lambda: deliver(request(rule)),
            lambda: deliver(request(code, code="CODE")),
            lambda number=number: deliver(request(person, shopper=f"s{number % 3}")),
            lambda: deliver(request(purse, amount="3")),
        ]
    race(works)
    assert RuleUsage.objects.get(rule=rule).used == 7
    assert Coupon.objects.get().used == 5
    assert sorted(CustomerUsage.objects.values_list("shopper", "used")) == [("s0", 2), ("s1", 2), ("s2", 2)]
    assert RuleUsage.objects.get(rule=purse).spent == 15
    assert reserved() == 7 + 5 + 6 + 5


def test_many_rules_in_one_envelope_in_any_order_wait_for_nobody() -> None:
    rules = [saved(f"R{number}", uses_limit=1000, uses_per_customer=1000) for number in range(4)]

    def some(number: int) -> None:
        order = rules[number % 4 :] + rules[: number % 4]
        first, second = request(*order[:2], shopper="a"), request(*order[2:], shopper="b")
        deliver(first, second)
        deliver(second_release(second.saga), request(*reversed(order), shopper="a"))

    def second_release(saga: UUID) -> RedemptionReleaseRequested:
        return RedemptionReleaseRequested(saga=saga, reason="declined")

    with racing.no_deadlocks("catalog", threads=THREADS):
        race([lambda number=number: some(number) for number in range(32)])
    assert reserved() == 64
    kept = list(RuleUsage.objects.values_list("used", flat=True))
    assert kept == [48] * 4
