"""The quote prices a cart in a fixed number of statements and explains itself."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from catalog.commands import (
    DefineChannel,
    DefineView,
    PriceInput,
    PublishProduct,
    SpecialInput,
    TaxRateInput,
    define_channel,
    define_view,
    publish_product,
)
from catalog.pricing.errors import UnknownChannel
from catalog.provides import Pricing
from catalog.tests import shop
from chassis import clock
from contracts.catalog import Quote, QuoteRequestLine

pytestmark = pytest.mark.django_db(databases=["catalog"])


@pytest.fixture(autouse=True)
def _shop(db: Any) -> None:
    shop.structure()


def ask(
    *lines: tuple[str, str], channel: str = "eu", view: str = "en", country: str = "", shipping: str = "0"
) -> Quote:
    return Pricing().quote(
        channel=channel,
        view=view,
        country=country,
        customer_group="",
        lines=tuple(
            QuoteRequestLine(key=str(index), sku=sku, quantity=Decimal(quantity))
            for index, (sku, quantity) in enumerate(lines)
        ),
        shipping=Decimal(shipping),
    )


def test_a_price_entered_with_tax_contains_the_tax_of_the_country() -> None:
    shop.simple("K1", "Knife", price="11.90")
    quote = ask(("k1", "2"), shipping="5.95")
    line = quote.lines[0]
    assert (line.unit_price, line.total, line.tax, line.tax_rate) == tuple(
        map(Decimal, ("11.90", "23.80", "3.80", "19"))
    )
    assert (quote.subtotal, quote.shipping, quote.tax, quote.total) == tuple(
        map(Decimal, ("23.80", "5.95", "4.75", "29.75"))
    )
    assert "19 % tax" in " ".join(line.explanation)
    assert ask(("K1", "1"), country="AT").lines[0].tax_rate == 20


def test_a_price_entered_without_tax_is_raised_by_it() -> None:
    define_channel(
        DefineChannel(
            code="us",
            name="USA",
            currency="USD",
            countries=("US",),
            prices_include_tax=False,
            tax_rates=(TaxRateInput(country="US", rate=Decimal("8.25")),),
        )
    )
    define_view(DefineView(code="us", name="US", channel="us", locale="en-US"))
    shop.simple("K1", "Knife", channels=("us",), prices=(PriceInput(channel="us", amount=Decimal("9.99")),))
    line = ask(("K1", "1"), channel="us", view="us").lines[0]
    assert (line.unit_price, line.tax) == (Decimal("10.81"), Decimal("0.82"))


def test_a_special_price_counts_inside_its_window_and_the_quote_ends_with_it() -> None:
    start = datetime(2026, 3, 1, tzinfo=UTC)
    special = SpecialInput(amount=Decimal(8), starts_at=start, ends_at=start + timedelta(minutes=10))
    shop.simple("K1", "Knife", prices=(PriceInput(channel="eu", amount=Decimal(10), specials=(special,)),))
    with clock.travel(start):
        quote = ask(("K1", "1"))
        assert quote.lines[0].unit_price == 8
        assert quote.lines[0].regular_unit_price == 10
        assert quote.expires_at == start + timedelta(minutes=10)
    with clock.travel(start + timedelta(minutes=10)):
        assert ask(("K1", "1")).lines[0].unit_price == 10


def test_what_cannot_be_sold_says_why() -> None:
    shop.configurable("C1", "Pan")
    shop.simple("N1", "No price", prices=())
    shop.simple("D1", "Draft")
    publish_product(PublishProduct(sku="D1", channels=()))
    quote = ask(("C1", "1"), ("N1", "1"), ("D1", "1"), ("X", "1"), ("C1-s1", "1"))
    assert [line.problem for line in quote.lines] == ["not_for_sale", "no_price", "not_for_sale", "unknown_sku", ""]
    assert quote.total == quote.lines[-1].total == 21


def test_a_line_names_the_product_and_the_options_in_the_view() -> None:
    shop.configurable("C1", "", texts={"": {"name": "Pan"}, "view:de": {"name": "Pfanne"}})
    line = ask(("C1-s0", "1"), view="de").lines[0]
    assert (line.name, line.options) == ("Pfanne", "Rot, S0")


def test_statements_are_as_many_for_50_lines_as_for_5() -> None:
    shop.configurable("C50", "Fifty", sizes=50)
    counts = []
    for size in (5, 50):
        with CaptureQueriesContext(connections["catalog"]) as captured:
            quote = ask(*[(f"C50-s{number}", "1") for number in range(size)])
        assert all(not line.problem for line in quote.lines)
        counts.append(len(captured))
    assert counts == [5, 5]


def test_an_unknown_channel_is_refused() -> None:
    with pytest.raises(UnknownChannel):
        ask(channel="nowhere")
