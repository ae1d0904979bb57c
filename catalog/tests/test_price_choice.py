"""Which price counts: stated by examples, and for any prices at all."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from catalog.pricing.choice import BASE, GUESTS, LIST, SPECIAL, Entered, current, next_boundary, tiers

NOW = datetime(2026, 3, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def base(amount: str = "10") -> Entered:
    return Entered(kind=BASE, amount=Decimal(amount))


def listed(amount: str | None = None, **more: Any) -> Entered:
    return Entered(kind=LIST, amount=None if amount is None else Decimal(amount), price_list="L", **more)


def cost(*prices: Entered, group: str = GUESTS, quantity: int = 1, at: datetime = NOW) -> Decimal:
    found = current(prices, at=at, group=group, quantity=Decimal(quantity))
    assert found is not None
    return found.amount


def test_the_lowest_of_special_and_list_counts_if_it_is_below_the_base_price() -> None:
    assert cost(base(), Entered(kind=SPECIAL, amount=Decimal(9)), listed("8")) == 8
    assert cost(base(), Entered(kind=SPECIAL, amount=Decimal(7)), listed("8")) == 7
    assert cost(base(), listed("12")) == 10


def test_a_list_is_for_its_groups_only_and_guests_are_one() -> None:
    for_trade = listed("8", groups=frozenset({"trade"}))
    assert (cost(base(), for_trade), cost(base(), for_trade, group="trade")) == (10, 8)
    for_guests = listed("9", groups=frozenset({GUESTS}))
    assert (cost(base(), for_guests), cost(base(), for_guests, group="trade")) == (9, 10)


def test_a_list_that_replaces_is_the_regular_price_also_where_it_is_dearer() -> None:
    contract = listed("12", replaces=True, groups=frozenset({"trade"}))
    price = current([base(), contract], at=NOW, group="trade")
    assert price and (price.amount, price.regular, price.by) == (12, 12, contract)
    assert cost(base(), contract, Entered(kind=SPECIAL, amount=Decimal(11)), group="trade") == 11


def test_only_the_lists_of_the_highest_priority_count() -> None:
    assert cost(base(), listed("5"), listed("9", priority=1)) == 9
    assert cost(base(), listed("5"), listed("9", priority=1, ends_at=NOW)) == 5


def test_a_tier_counts_from_its_quantity_on_and_percent_are_off_the_base_price() -> None:
    prices = [
        base(),
        listed("9", min_quantity=Decimal(3)),
        listed(percent=Decimal("33.3333"), min_quantity=Decimal(10)),
    ]
    assert [cost(*prices, quantity=n) for n in (1, 2, 3, 9, 10)] == [10, 10, 9, 9, Decimal("6.666670")]
    steps = [(step.min_quantity, step.amount) for step in tiers(prices, at=NOW)]
    assert steps == [(3, 9), (10, Decimal("6.666670"))]


def test_a_step_that_changes_nothing_is_none() -> None:
    prices = [base(), listed("8"), listed("9", min_quantity=Decimal(5))]
    assert tiers(prices, at=NOW) == []


def test_without_a_base_price_nothing_is_sold() -> None:
    assert current([listed("5")], at=NOW) is None


amounts = st.decimals(min_value=0, max_value=10**6, places=6)
windows = st.tuples(*[st.none() | st.integers(-48, 48)] * 2).filter(
    lambda pair: None in pair or pair[0] < pair[1]  # type: ignore[operator]
)


@st.composite
def entered(draw: st.DrawFn) -> Entered:
    first, last = draw(windows)
    percent = draw(st.none() | st.decimals(min_value="0.0001", max_value=100, places=4))
    kind = draw(st.sampled_from([SPECIAL, LIST]))
    percent = percent if kind == LIST else None
    return Entered(
        kind=kind,
        amount=draw(amounts) if percent is None else None,
        percent=percent,
        min_quantity=draw(st.sampled_from([Decimal(1), Decimal(2), Decimal(5)])),
        starts_at=None if first is None else NOW + first * HOUR,
        ends_at=None if last is None else NOW + last * HOUR,
        groups=frozenset(draw(st.sets(st.sampled_from([GUESTS, "trade"])))) if kind == LIST else frozenset(),
        priority=draw(st.integers(0, 2)),
        replaces=draw(st.booleans()) if kind == LIST else False,
    )


several = st.lists(entered(), max_size=6)


@given(base=amounts, others=several, quantity=st.integers(1, 9), group=st.sampled_from([GUESTS, "trade", "other"]))
def test_a_price_is_never_above_the_regular_one_and_both_were_entered(
    base: Decimal, others: list[Entered], quantity: int, group: str
) -> None:
    prices = [Entered(kind=BASE, amount=base), *others]
    price = current(prices, at=NOW, group=group, quantity=Decimal(quantity))
    assert price is not None
    possible = {p.of(base) for p in prices if p.is_for(group) and p.counts(NOW)}
    assert price.amount <= price.regular and {price.amount, price.regular} <= possible


@given(base=amounts, others=several)
def test_until_the_next_boundary_a_price_stays_what_it_is(base: Decimal, others: list[Entered]) -> None:
    prices = [Entered(kind=BASE, amount=base), *others]
    price = current(prices, at=NOW)
    assert price is not None
    end = next_boundary(prices, at=NOW) or NOW + 100 * HOUR
    assert price.valid_until is None or price.valid_until >= end
    later = current(prices, at=(price.valid_until or end) - timedelta(microseconds=1))
    assert later and (later.amount, later.regular) == (price.amount, price.regular)


@given(base=amounts, others=several, quantity=st.integers(1, 9))
def test_the_tiers_say_what_any_quantity_costs(base: Decimal, others: list[Entered], quantity: int) -> None:
    prices = [Entered(kind=BASE, amount=base), *others]
    shown = cost(*prices)
    for step in tiers(prices, at=NOW):
        if step.min_quantity <= quantity:
            shown = step.amount
    assert cost(*prices, quantity=quantity) == shown
