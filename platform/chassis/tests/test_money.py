from decimal import ROUND_DOWN, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.money import CurrencyMismatch, Money, exponent

AMOUNTS = st.decimals(min_value=-(10**12), max_value=10**12, places=2)


def test_exponent_follows_iso_4217() -> None:
    assert (exponent("EUR"), exponent("VND"), exponent("KWD"), exponent("CLF")) == (2, 0, 3, 4)


def test_totals_are_rounded_half_away_from_zero_at_the_currency() -> None:
    assert Money.of("2.345", "EUR").quantized() == Money.of("2.35", "EUR")
    assert Money.of("-2.345", "EUR").quantized() == Money.of("-2.35", "EUR")
    assert Money.of("1234.5", "VND").quantized() == Money.of("1235", "VND")
    assert Money.of("2.349", "EUR").quantized(rounding=ROUND_DOWN) == Money.of("2.34", "EUR")


def test_two_currencies_never_meet() -> None:
    with pytest.raises(CurrencyMismatch):
        Money.of(1, "EUR") + Money.of(1, "USD")
    with pytest.raises(CurrencyMismatch):
        assert Money.of(1, "EUR") < Money.of(2, "USD")


@pytest.mark.parametrize("currency", ["eur", "EU", "EURO", "ÄÖÜ", "E1R", ""])
def test_a_currency_is_three_capital_letters(currency: str) -> None:
    with pytest.raises(ValueError):
        Money.of(1, currency)


def test_floats_and_infinities_are_refused() -> None:
    with pytest.raises(TypeError):
        Money(1.5, "EUR")  # type: ignore[arg-type]
    with pytest.raises(ValueError):
        Money(Decimal("NaN"), "EUR")
    with pytest.raises(TypeError):
        Money.of(1, "EUR") * 1.5  # type: ignore[operator]


def test_a_large_sum_keeps_every_digit_whatever_the_context() -> None:
    big = Money.of("99999999999999.999999", "EUR")
    assert str(big + big) == "199999999999999.999998 EUR"
    assert str(big * Decimal("9999999.9999")) == "999999999989999999990.0000000001 EUR"


@given(amount=AMOUNTS, weights=st.lists(st.integers(0, 1000), min_size=1, max_size=12))
def test_parts_of_a_split_add_up_to_the_whole(amount: Decimal, weights: list[int]) -> None:
    whole = Money(amount, "EUR")
    parts = whole.split(weights)
    assert Money.total(parts, currency="EUR") == whole
    assert all(part.amount.as_tuple().exponent == -2 for part in parts)
    if any(weights):
        assert all(not part for part, weight in zip(parts, weights, strict=True) if weight == 0)


def test_split_gives_the_odd_cents_to_the_largest_remainders_first() -> None:
    assert [str(part.amount) for part in Money.of("1.00", "EUR").split([1, 1, 1])] == ["0.34", "0.33", "0.33"]
    assert [str(part.amount) for part in Money.of("-0.05", "EUR").split([1, 2])] == ["-0.02", "-0.03"]
    assert [int(part.amount) for part in Money.of("100", "VND").split([0, 0, 0])] == [34, 33, 33]
