"""A cart that goes to several places: taxes and freight of each, prices and promotions of the whole."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from catalog.pricing.taxation import Method
from catalog.promotion.evaluation import Discount
from catalog.provides import Pricing
from catalog.quote.stops import shared_out
from catalog.tests import shop
from catalog.tests.promotions import saved
from chassis.ids import new_id
from contracts.catalog import Quote, QuoteDelivery, QuoteRequestLine

pytestmark = pytest.mark.django_db(databases=["catalog"])
VIENNA = QuoteDelivery(key="vienna", country="AT", shipping=Decimal("9.90"))


@pytest.fixture(autouse=True)
def _shop(db: Any) -> None:
    shop.structure()
    shop.simple("K1", "Knife", price="11.90")


def ask(*lines: tuple[str, str], country: str = "DE", shipping: str = "0", to: Any = (), **more: Any) -> Quote:
    """Lines as (delivery, quantity) of one SKU."""
    return Pricing().quote(
        channel="eu",
        view="en",
        country=country,
        customer_group="",
        lines=tuple(
            QuoteRequestLine(key=f"{index}", sku="K1", quantity=Decimal(many), delivery=delivery, whole="K1")
            for index, (delivery, many) in enumerate(lines)
        ),
        shipping=Decimal(shipping),
        deliveries=to,
        **more,
    )


def test_each_line_has_the_taxes_of_where_its_delivery_goes() -> None:
    quote = ask(("", "1"), ("vienna", "2"), to=(VIENNA,))
    home, abroad = quote.lines
    alone = ask(("", "2"), country="AT").lines[0]
    assert (home.tax_rate, abroad.tax_rate) == (19, 20)
    assert (abroad.total, abroad.tax, abroad.unit_price) == (alone.total, alone.tax, alone.unit_price)
    assert (home.delivery, abroad.delivery) == ("", "vienna")


def test_freight_is_told_by_delivery_and_taxed_where_it_goes() -> None:
    quote = ask(("", "1"), ("vienna", "1"), shipping="5.95", to=(VIENNA,))
    there = ask(("", "1"), country="AT", shipping="9.90")
    assert [(one.key, one.shipping) for one in quote.deliveries] == [("", Decimal("5.95")), ("vienna", there.shipping)]
    assert [one.tax for one in quote.deliveries] == [Decimal("0.95"), there.shipping_tax]
    assert quote.shipping == sum(one.shipping for one in quote.deliveries)
    assert quote.total == quote.subtotal + quote.shipping
    assert quote.tax == sum(line.tax for line in quote.lines) + sum(one.tax for one in quote.deliveries)


def test_a_promotion_counts_once_for_the_whole_cart() -> None:
    saved("Five", {"type": "amount", "amount": "5", "each": "cart"}, currency="EUR")
    assert sum(line.discount for line in ask(("", "1"), ("vienna", "1"), to=(VIENNA,)).lines) == 5


def test_a_line_whose_parts_go_to_several_places_has_its_promotion_once() -> None:
    saved("Half", {"type": "percent", "percent": "50", "most": "1"}, currency="EUR")
    together = ask(("", "3"))
    apart = ask(("", "1"), ("vienna", "2"), country="AT", to=(VIENNA,))
    alone = ask(("", "3"), country="AT")
    assert together.lines[0].discount == Decimal("5.95")
    assert sum(line.discount for line in apart.lines) == alone.lines[0].discount
    assert all(line.discount > 0 for line in apart.lines)


def test_free_shipping_frees_every_delivery() -> None:
    saved("Free", {"type": "free_shipping"})
    quote = ask(("", "1"), ("vienna", "1"), shipping="5.95", to=(VIENNA,))
    assert quote.shipping == 0 and [one.shipping for one in quote.deliveries] == [0, 0]
    assert not any(one.tax for one in quote.deliveries)


def test_what_is_off_delivery_isshared_out_to_the_cent() -> None:
    method = Method(currency="EUR", with_tax=True)
    for amount in ("0.01", "0.02", "7.33", "9.99", "10.00"):
        off = Discount(rule=new_id(), label="Off", code="", amount=Decimal(amount))
        shares = shared_out([off], {"": Decimal("3.33"), "a": Decimal("3.33"), "b": Decimal("3.34")}, method)
        assert sum(one.amount for several in shares.values() for one in several) == Decimal(amount)
        assert all(sum(one.amount for one in several) <= Decimal("3.34") for several in shares.values())


def test_a_vat_number_frees_only_the_delivery_abroad() -> None:
    quote = ask(("", "1"), ("vienna", "1"), to=(VIENNA,), vat_number="ATU13585627")
    alone = ask(("", "1"), country="AT", vat_number="ATU13585627")
    assert [line.tax for line in quote.lines] == [Decimal("1.90"), alone.lines[0].tax]
    assert quote.tax_exempt is False and quote.tax_note


def test_statements_are_as_many_for_50_lines_as_for_5() -> None:
    def statements(lines: int) -> int:
        with CaptureQueriesContext(connections["catalog"]) as queries:
            ask(*[("", "1"), ("vienna", "1")] * lines, to=(VIENNA,))
        return len(queries)

    assert statements(3) == statements(25)
