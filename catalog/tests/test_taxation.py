"""Tax and totals: what holds for every cart, by any method."""

from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.pricing.areas import Area, Place, Rate, due, in_postcodes
from catalog.pricing.taxation import Item, Method, Rounding, Tax, Worked, levels, percent_of, taxes_by_code, work_out

CENT = Decimal("0.01")
VAT = Tax(code="vat", percent=Decimal(19))


def one(unit: str, *taxes: Tax, quantity: int = 1, method: Any = None, **more: Any) -> Worked:
    item = Item(key="a", unit=Decimal(unit), quantity=Decimal(quantity), taxes=taxes, **more)
    return work_out([item], method or Method(currency="EUR", with_tax=True))[0]


def methods(**more: Any) -> list[Method]:
    return [Method(currency="EUR", rounding=rounding, **more) for rounding in Rounding]


def test_taxes_of_one_priority_add_up_and_a_higher_one_is_taken_on_them() -> None:
    gst, qst = Tax(code="gst", percent=Decimal(5)), Tax(code="qst", percent=Decimal("9.975"))
    assert percent_of([gst, qst]) == Decimal("14.975")
    compound = Tax(code="qst", percent=Decimal("9.975"), priority=1)
    assert [level.percent for level in levels([gst, compound])] == [5, Decimal("10.47375")]
    assert percent_of([gst, Tax(code="qst", percent=Decimal("9.975"), priority=1, on_subtotal=True)]) == Decimal(
        "14.975"
    )


def test_three_ways_to_round_the_same_cart() -> None:
    def tax(rounding: Rounding) -> list[Decimal]:
        items = [
            Item(key=key, unit=Decimal("0.13"), quantity=Decimal(n), taxes=(VAT,)) for key, n in (("a", 3), ("b", 1))
        ]
        return [line.tax for line in work_out(items, Method(currency="EUR", with_tax=False, rounding=rounding))]

    # Exactly 0.0247 a piece: 0.0741 and 0.0247, together 0.0988.
    assert tax(Rounding.UNIT) == [Decimal("0.06"), Decimal("0.02")]
    assert tax(Rounding.LINE) == [Decimal("0.07"), Decimal("0.02")]
    assert tax(Rounding.TOTAL) == [Decimal("0.07"), Decimal("0.03")]


def test_a_price_with_another_countrys_tax_keeps_what_is_without_it() -> None:
    austrian = Tax(code="vat", percent=Decimal(20))
    line = one("119", austrian, contained=(VAT,))
    assert (line.net_total, line.tax, line.gross_total) == (100, 20, 120)
    exempt = one("119", contained=(VAT,))
    assert (exempt.net_total, exempt.tax, exempt.payable) == (100, 0, 100)


def test_tax_is_taken_before_or_after_a_discount_as_the_method_says() -> None:
    after, before = (
        one("100", VAT, discount=Decimal(50), method=Method(currency="EUR", with_tax=False, after_discount=when))
        for when in (True, False)
    )
    assert (after.tax, after.payable) == (Decimal("9.50"), Decimal("59.50"))
    assert (before.tax, before.payable) == (19, 69)
    with_tax = one("119", VAT, discount=Decimal("59.50"))
    assert (with_tax.tax, with_tax.payable) == (Decimal("9.50"), Decimal("59.50"))


def test_yen_have_no_hundredths() -> None:
    line = one("999", Tax(code="vat", percent=Decimal(10)), method=Method(currency="JPY", with_tax=True))
    assert (line.tax, line.gross_total) == (91, 999)


taxes = st.lists(
    st.builds(
        Tax,
        code=st.sampled_from(["a", "b", "c"]),
        percent=st.decimals(0, 40, places=4),
        priority=st.integers(0, 2),
        on_subtotal=st.booleans(),
    ),
    max_size=3,
    unique_by=lambda tax: (tax.code, tax.priority),
).map(tuple)
units = st.decimals(min_value=0, max_value=10**5, places=4)


@st.composite
def carts(draw: st.DrawFn, *, same_taxes: bool = False) -> list[Item]:
    shared = draw(taxes)
    found = []
    for key in range(draw(st.integers(1, 6))):
        unit, quantity = draw(units), Decimal(draw(st.integers(1, 50)))
        part = draw(st.sampled_from([Decimal(0), Decimal("0.1"), Decimal("0.5"), Decimal(1)]))
        discount = (unit.quantize(CENT) * quantity * part).quantize(CENT)
        found.append(
            Item(
                key=str(key),
                unit=unit,
                quantity=quantity,
                taxes=shared if same_taxes else draw(taxes),
                contained=None if same_taxes else draw(st.none() | taxes),
                discount=discount,
            )
        )
    return found


any_method = st.builds(
    Method,
    currency=st.sampled_from(["EUR", "JPY", "KWD"]),
    with_tax=st.booleans(),
    rounding=st.sampled_from(list(Rounding)),
    after_discount=st.booleans(),
)


@given(cart=carts(), method=any_method)
def test_every_figure_is_at_the_currencys_exponent_and_a_lines_figures_add_up(cart: list[Item], method: Method) -> None:
    for item, line in zip(cart, work_out(cart, method), strict=True):
        figures = (line.net_unit, line.gross_unit, line.net_total, line.gross_total, line.tax, line.payable)
        assert all(method.rounded(figure) == figure for figure in figures)
        assert sum((share.amount for share in line.taxes), Decimal(0)) == line.tax
        if not line.discount:
            assert line.net_total + line.tax == line.gross_total == line.payable
        if method.with_tax:
            assert line.gross_total == method.rounded(line.gross_unit * item.quantity)
            assert line.payable == line.gross_total - line.discount
        else:
            assert line.net_total == method.rounded(line.net_unit * item.quantity)
            assert line.payable == line.net_total - line.discount + line.tax


@given(cart=carts(), method=any_method)
def test_a_discount_never_raises_tax_or_what_is_paid(cart: list[Item], method: Method) -> None:
    whole = [Item(key=i.key, unit=i.unit, quantity=i.quantity, taxes=i.taxes, contained=i.contained) for i in cart]
    least = method.rounded(Decimal(1)) if method.rounding is Rounding.TOTAL else Decimal(0)
    for less, full in zip(work_out(cart, method), work_out(whole, method), strict=True):
        assert less.tax <= full.tax + least
        assert less.payable <= full.payable + least


@given(cart=carts(same_taxes=True), with_tax=st.booleans())
def test_rounded_on_the_total_all_lines_together_are_within_half_a_cent_of_the_exact_tax(
    cart: list[Item], with_tax: bool
) -> None:
    method = Method(currency="EUR", with_tax=with_tax, rounding=Rounding.TOTAL)
    exact: dict[str, Decimal] = {}
    for item in cart:
        left = max((method.rounded(item.unit) * item.quantity) - item.discount, Decimal(0))
        whole = percent_of(item.taxes)
        for level in levels(item.taxes):
            part = left * level.percent / (100 + whole) if with_tax else left * level.percent / 100
            exact[level.code] = exact.get(level.code, Decimal(0)) + part
    worked = work_out(cart, method)
    if with_tax:
        assert abs(sum(line.tax for line in worked) - sum(exact.values())) <= CENT / 2 + Decimal("1e-9")
    else:
        for code, amount in taxes_by_code(worked).items():
            assert abs(amount - exact[code]) <= CENT / 2 + Decimal("1e-9")


@given(cart=carts(), with_tax=st.booleans())
def test_rounded_per_line_no_line_knows_of_another(cart: list[Item], with_tax: bool) -> None:
    for rounding in (Rounding.UNIT, Rounding.LINE):
        method = Method(currency="EUR", with_tax=with_tax, rounding=rounding)
        assert work_out(cart, method) == [work_out([item], method)[0] for item in cart]


@given(cart=carts(same_taxes=True))
def test_what_is_entered_without_tax_and_what_comes_of_it_entered_with_tax_cost_the_same(cart: list[Item]) -> None:
    for item in cart:
        single = Item(key="a", unit=item.unit, quantity=Decimal(1), taxes=item.taxes)
        net = work_out([single], Method(currency="EUR", with_tax=False))[0]
        again = Item(key="a", unit=net.gross_unit, quantity=Decimal(1), taxes=item.taxes)
        gross = work_out([again], Method(currency="EUR", with_tax=True))[0]
        assert gross.payable == net.payable
        # Each level was rounded by itself there, all of them at once here.
        assert abs(gross.net_total - net.net_total) <= CENT * len(item.taxes or (1,))


@given(found=taxes)
def test_more_taxes_are_never_less(found: tuple[Tax, ...]) -> None:
    sums = [percent_of(found[:count]) for count in range(len(found) + 1)]
    assert all(before <= after for before, after in pairwise(sums))


def rate(percent: int, *, code: str = "vat", tax_class: str = "standard", **area: str) -> Rate:
    return Rate(
        tax_class=tax_class, tax=Tax(code=code, percent=Decimal(percent)), area=Area(**{"country": "US", **area})
    )


def test_of_one_tax_the_most_exact_area_counts_and_different_taxes_all_do() -> None:
    rates = [
        rate(1), rate(2, region="CA"), rate(3, region="CA", postcodes="90*"), rate(4, region="CA", postcodes="90210"),
        rate(9, code="city", postcodes="90000..90999"), rate(7, country="DE"),
    ]  # fmt: skip

    def at(**place: str) -> list[int]:
        found = due(rates, Place(**{"country": "US", **place})).get("standard", ())
        return sorted(int(tax.percent) for tax in found)

    assert at() == [1]
    assert at(region="CA") == [2]
    assert at(region="CA", postcode="90001-1234") == [3, 9]
    assert at(region="CA", postcode="90210") == [4, 9]
    assert at(country="DE") == [7] and at(country="FR") == []


@pytest.mark.parametrize(
    ("postcode", "pattern", "means"),
    [("00-001", "00-001", True), ("SW1A 1AA", "sw1a*", True), ("", "9*", False), ("abc", "1..2", False),
     ("1234", "1000..2000", True), ("12345", "1000..2000", False), ("²", "1..3", False)],
)  # fmt: skip
def test_post_codes_are_one_or_begin_alike_or_lie_between(postcode: str, pattern: str, means: bool) -> None:
    assert in_postcodes(postcode, pattern) is means
