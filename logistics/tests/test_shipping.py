"""Shipping options: flat and free over a threshold, per channel and country."""

from decimal import Decimal

import pytest
from pytest_django import DjangoAssertNumQueries

from logistics.provides import ShippingRatesProvider
from logistics.shipping.commands import DefineMethod, DefineZone, Rate, define_method, define_zone
from logistics.shipping.errors import BadCountry, BadRate, UnknownZone

pytestmark = pytest.mark.django_db(databases=["logistics"])


@pytest.fixture(autouse=True)
def rates() -> None:
    define_zone(DefineZone(channel="shop", code="home", name="Home", countries=["DE", "AT"]))
    define_zone(DefineZone(channel="shop", code="world", name="World"))
    flat = [
        Rate(zone="home", price=Decimal("4.9"), currency="EUR", free_from=Decimal(50)),
        Rate(zone="world", price=Decimal("19.905"), currency="EUR"),
    ]
    define_method(DefineMethod(channel="shop", code="flat", name="Parcel", rates=flat))
    express = [Rate(zone="home", price=Decimal(12), currency="EUR")]
    define_method(DefineMethod(channel="shop", code="express", name="Express", rates=express, position=1))


def prices(country: str, total: str = "10", channel: str = "shop") -> list[tuple[str, str]]:
    options = ShippingRatesProvider().options(channel=channel, country=country, goods_total=Decimal(total))
    return [(option.code, str(option.price)) for option in options]


def test_a_country_of_a_zone_gets_the_zones_rates_in_order() -> None:
    assert prices("DE") == [("flat", "4.90"), ("express", "12.00")]


def test_every_other_country_gets_the_rest_of_the_world_rounded_to_the_cent() -> None:
    assert prices("VN") == [("flat", "19.91")]


@pytest.mark.parametrize(("total", "price"), [("49.99", "4.90"), ("50", "0.00"), ("50.01", "0.00")])
def test_delivery_is_free_from_the_threshold_on(total: str, price: str) -> None:
    assert prices("AT", total)[0] == ("flat", price)


def test_another_channel_has_no_options() -> None:
    assert prices("DE", channel="other") == []


def test_a_method_switched_off_or_without_its_rate_is_not_offered() -> None:
    define_method(DefineMethod(channel="shop", code="flat", name="Parcel", rates=[]))
    define_method(DefineMethod(channel="shop", code="express", name="Express", rates=[], active=False))
    assert prices("DE") == []


def test_bad_rates_and_zones_are_refused_and_change_nothing() -> None:
    def method(**rate: object) -> DefineMethod:
        known = {"zone": "home", "price": Decimal(1), "currency": "EUR"} | rate
        return DefineMethod(channel="shop", code="flat", name="Parcel", rates=[Rate(**known)])  # type: ignore[arg-type]

    for wrong, error in (
        ({"price": Decimal(-1)}, BadRate),
        ({"price": Decimal("NaN")}, BadRate),
        ({"currency": "eur"}, BadRate),
        ({"zone": "moon"}, UnknownZone),
    ):
        with pytest.raises(error):
            define_method(method(**wrong))
    with pytest.raises(BadCountry):
        define_zone(DefineZone(channel="shop", code="home", name="Home", countries=["Germany"]))
    assert prices("DE") == [("flat", "4.90"), ("express", "12.00")]


def test_options_without_lines_take_three_queries(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(3, using="logistics"):
        prices("DE")
