"""How a channel reckons with tax, as its quotes and pages show it."""

from decimal import Decimal
from typing import Any

import pytest

from catalog.commands import (
    AreaInput,
    DefineChannel,
    DefineTaxPolicy,
    DefineTaxZone,
    DefineView,
    PriceInput,
    TaxRateInput,
    define_channel,
    define_tax_policy,
    define_tax_zone,
    define_view,
)
from catalog.pricing.errors import InvalidRate, InvalidTaxPolicy
from catalog.pricing.models import TaxRate
from catalog.provides import Pricing
from catalog.tests import shop
from contracts.catalog import Quote, QuoteRequestLine

pytestmark = pytest.mark.django_db(databases=["catalog"])


@pytest.fixture(autouse=True)
def _shop(db: Any) -> None:
    shop.structure()
    shop.simple("K1", "Knife", price="119")


def ask(sku: str = "K1", *, channel: str = "eu", shipping: str = "0", quantity: str = "1", **more: Any) -> Quote:
    wanted = {"country": "", "view": "en" if channel == "eu" else channel, "customer_group": "", **more}
    line = QuoteRequestLine(key="a", sku=sku, quantity=Decimal(quantity))
    return Pricing().quote(channel=channel, lines=(line,), shipping=Decimal(shipping), **wanted)


def policy(**more: Any) -> None:
    define_tax_policy(DefineTaxPolicy(**{"channel": "eu", **more}))


def america(*rates: TaxRateInput) -> None:
    """A channel that enters without tax, with zones for California and a part of it."""
    define_tax_zone(DefineTaxZone(code="ca", areas=(AreaInput(country="US", region="CA"),)))
    define_tax_zone(DefineTaxZone(code="la", areas=(AreaInput(country="US", region="CA", postcodes="90*"),)))
    define_channel(
        DefineChannel(
            code="us", name="USA", currency="USD", countries=("US",), prices_include_tax=False, tax_rates=rates
        )
    )
    define_view(DefineView(code="us", name="US", channel="us", locale="en-US"))
    shop.simple("U1", "Spoon", channels=("us",), prices=(PriceInput(channel="us", amount=Decimal(100)),))


def test_states_and_post_codes_have_rates_of_their_own() -> None:
    america(
        TaxRateInput(zone="ca", code="state", rate=Decimal("7.25")),
        TaxRateInput(zone="la", code="city", rate=Decimal("2.25")),
    )
    totals = [ask("U1", channel="us", **where).total for where in (
        {}, {"country": "US", "region": "CA"}, {"country": "US", "region": "CA", "postcode": "90001"},
    )]  # fmt: skip
    assert totals == [100, Decimal("107.25"), Decimal("109.50")]
    quote = ask("U1", channel="us", country="US", region="CA", postcode="90001")
    assert {tax.code: tax.amount for tax in quote.taxes} == {"city + state": Decimal("9.50")}


def test_a_compound_tax_is_taken_on_the_other() -> None:
    america(
        TaxRateInput(zone="ca", code="gst", rate=Decimal(5)),
        TaxRateInput(zone="ca", code="qst", rate=Decimal(10), priority=1),
    )
    line = ask("U1", channel="us", country="US", region="CA").lines[0]
    assert [(tax.code, tax.amount) for tax in line.taxes] == [("gst", 5), ("qst", Decimal("10.50"))]
    assert (line.net_total, line.total, line.tax_rate) == (100, Decimal("115.50"), Decimal("15.5"))
    assert "is raised by 5 % (gst) and 10.5 % (qst) tax" in line.explanation[-1]


def test_goods_and_shipping_can_be_entered_differently() -> None:
    america(TaxRateInput(country="US", rate=Decimal(10)))
    assert ask("U1", channel="us", shipping="11").shipping_tax == 1
    policy(channel="us", shipping_with_tax=False)
    quote = ask("U1", channel="us", shipping="10")
    assert (quote.shipping, quote.shipping_tax, quote.total, quote.tax) == (11, 1, 121, 11)
    assert quote.shipping_explanation == ("is raised by 10 % tax (standard, US)",)


def test_a_price_is_the_same_abroad_or_contains_the_home_tax() -> None:
    assert ask(country="AT").total == 119
    policy(same_price_abroad=False)
    assert ask(country="AT").total == 120
    assert "it contains 19 % tax, which is taken out" in ask(country="AT").lines[0].explanation[1]


def test_a_vat_number_of_another_country_frees_from_tax_where_the_channel_says_so() -> None:
    austrian, german, wrong = "ATU12345675", "DE136695976", "ATU12345676"
    assert not ask(country="AT", vat_number=austrian).tax_exempt
    policy(exempt="abroad", same_price_abroad=False)
    quote = ask(country="AT", vat_number=austrian, shipping="11.90")
    assert (quote.total, quote.tax, quote.shipping, quote.tax_exempt) == (110, 0, 10, True)
    assert quote.tax_note == "no tax is due from DE with a VAT number of AT" in quote.lines[0].explanation
    for country, number in (("DE", austrian), ("AT", german), ("AT", wrong), ("AT", "x" * 200), ("AT", "\0")):
        assert not ask(country=country, vat_number=number).tax_exempt
    assert "not well-formed" in ask(country="AT", vat_number=wrong).tax_note
    policy(exempt="everybody")
    assert ask(country="DE", vat_number=german).total == 100


def test_tax_is_rounded_as_the_channel_says() -> None:
    america(TaxRateInput(country="US", rate=Decimal(19)))
    shop.simple("U2", "Pin", channels=("us",), prices=(PriceInput(channel="us", amount=Decimal("0.13")),))
    assert ask("U2", channel="us", quantity="3").tax == Decimal("0.07")
    policy(channel="us", rounding="unit")
    assert ask("U2", channel="us", quantity="3").tax == Decimal("0.06")


def test_pages_show_prices_with_or_without_tax_whatever_they_are_entered_with() -> None:
    from catalog.tests.test_products import page

    assert (page("knife")["price"]["amount"], page("knife")["price"]["includes_tax"]) == ("119.00", True)
    policy(display="without_tax")
    shop.run_jobs()
    assert (page("knife")["price"]["amount"], page("knife")["price"]["includes_tax"]) == ("100.00", False)
    assert not ask().shows_tax and ask().total == 119


def test_what_is_no_rate_or_policy_is_refused_and_nothing_changes() -> None:
    before = TaxRate.objects.count()
    for wrong in (
        TaxRateInput(country="DE", rate=Decimal(101)), TaxRateInput(rate=Decimal(1)),
        TaxRateInput(zone="nowhere", rate=Decimal(1)), TaxRateInput(zone="x", country="DE", rate=Decimal(1)),
    ):  # fmt: skip
        with pytest.raises(InvalidRate):
            define_channel(DefineChannel(code="eu", name="Europe", currency="EUR", tax_rates=(wrong,)))
    with pytest.raises(InvalidRate):
        define_tax_zone(DefineTaxZone(code="x", areas=(AreaInput(country="Germany"),)))
    with pytest.raises(InvalidTaxPolicy):
        policy(rounding="sometimes")
    assert TaxRate.objects.count() == before
