"""Rates by table, surcharges, zones by postcode, estimates in working days, and collecting at a source."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import msgspec
import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from chassis import clock
from chassis.admin.testing import sign_in_as
from chassis.ids import new_id
from contracts.catalog import ChannelChanged, ProductChanged
from contracts.logistics import ParcelLine, ShippingOption
from logistics.provides import ShippingRatesProvider
from logistics.reservation.models import Reservation
from logistics.shipping.commands import DefineMethod, DefineZone, Rate, define_method, define_zone
from logistics.shipping.errors import BadMethod, BadPostcodes, BadRate
from logistics.shipping.estimates import Pace, estimate
from logistics.shipping.models import Article, ClosedDay, ShippingMethod, ShippingRate, ShippingRule
from logistics.tests.build import CHANNEL, Checkout, deliver, stocked, units
from logistics.warehouse.commands import DefineSource, define_source
from logistics.warehouse.errors import UnknownSource

pytestmark = pytest.mark.django_db(databases=["logistics"])
TABLE = ((Decimal(0), Decimal(4)), (Decimal(5), Decimal(8)), (Decimal(20), Decimal(15)))


@pytest.fixture(autouse=True)
def zones() -> None:
    define_zone(DefineZone(channel=CHANNEL, code="home", name="Home", countries=["DE"]))
    define_zone(DefineZone(channel=CHANNEL, code="isles", name="Isles", countries=["DE"], postcodes=["25", "2749"]))


def method(*rates: Rate, code: str = "parcel", **facts: object) -> ShippingMethod:
    return define_method(DefineMethod(channel=CHANNEL, code=code, name=code, rates=rates, **facts))  # type: ignore[arg-type]


def rate(price: str = "5", **facts: object) -> Rate:
    return Rate(**{"zone": "home", "price": Decimal(price), "currency": "EUR"} | facts)  # type: ignore[arg-type]


def options(total: str = "10", postcode: str = "", **lines: str) -> tuple[ShippingOption, ...]:
    wanted = tuple(ParcelLine(sku=sku, quantity=Decimal(quantity)) for sku, quantity in lines.items())
    return ShippingRatesProvider().options(
        channel=CHANNEL, country="DE", goods_total=Decimal(total), postcode=postcode, lines=wanted
    )


def price(total: str = "10", postcode: str = "", **lines: str) -> str | None:
    found = options(total, postcode, **lines)
    return str(found[0].price) if found else None


def weigh(sku: str, kilograms: str | None, version: int = 1, product: object = None) -> ProductChanged:
    event = ProductChanged(
        product=product or new_id(),  # type: ignore[arg-type]
        sku=sku,
        name=sku,
        type="simple",
        requires_shipping=True,
        published=True,
        weight=None if kilograms is None else Decimal(kilograms),
    )
    deliver_product(event, version)
    return event


def deliver_product(event: ProductChanged, version: int) -> None:
    from chassis.subscriptions import Received
    from logistics.shipping.projection import copy_articles
    from logistics.tests.build import _message

    object.__setattr__(event, "code", event.sku)
    message = msgspec.structs.replace(_message(event, version), aggregate_id=str(event.product))
    copy_articles([Received(event=event, message=message)])


@pytest.mark.parametrize(
    ("kilograms", "expected"),
    [("0.1", "4.00"), ("4.9999", "4.00"), ("5", "8.00"), ("30", "15.00"), ("31", None)],
)
def test_a_table_over_weight_goes_by_what_catalog_says_products_weigh(kilograms: str, expected: str | None) -> None:
    method(rate(basis="weight", steps=TABLE, most=Decimal(30)))
    weigh("A", kilograms)
    assert price(A="1") == expected


def test_weights_add_up_and_what_has_none_weighs_nothing() -> None:
    method(rate(basis="weight", steps=TABLE))
    weigh("A", "2.5")
    weigh("B", None)
    assert price(A="1", B="9") == "4.00" and price(A="2") == "8.00"


def test_the_newest_weight_counts_whatever_order_it_is_told_in() -> None:
    newer = weigh("A", "7", version=3)
    weigh("A", "1", version=2, product=newer.product)
    assert Article.objects.get().weight == 7


def test_tables_over_price_and_over_quantity() -> None:
    method(rate(basis="price", steps=TABLE))
    assert [price(total) for total in ("4.99", "5", "20")] == ["4.00", "8.00", "15.00"]
    method(rate(basis="quantity", steps=TABLE, free_from=Decimal(100)))
    assert [price(A="4"), price(A="3", B="2"), price("100", A="50")] == ["4.00", "8.00", "0.00"]


def test_a_products_surcharge_is_added_also_to_free_delivery_and_its_own_methods_counts_first() -> None:
    parcel = method(rate("5", free_from=Decimal(50)))
    method(rate("9"), code="express", position=1)
    ShippingRule.objects.create(channel=CHANNEL, sku="SOFA", surcharge=Decimal(30))
    ShippingRule.objects.create(channel=CHANNEL, sku="SOFA", method=parcel, surcharge=Decimal(12), per_unit=False)
    assert [str(one.price) for one in options(SOFA="2")] == ["17.00", "69.00"]
    (free, _) = options("60", SOFA="2", A="1")
    assert (str(free.price), free.explanation) == ("12.00", ("free from 50 on", "SOFA adds 12"))


def test_a_product_that_a_method_does_not_take_leaves_the_others() -> None:
    method(rate())
    express = method(rate(), code="express")
    ShippingRule.objects.create(channel=CHANNEL, sku="PAINT", method=express, refused=True)
    assert [one.code for one in options(PAINT="1", A="1")] == ["parcel"]
    assert [one.code for one in options(A="1")] == ["express", "parcel"]


def test_the_narrowest_zone_counts() -> None:
    method(rate("5"), rate("11", zone="isles"))
    assert [price(postcode=code) for code in ("", "10115", "25 999", "27498", "27500")] == [
        "5.00",
        "5.00",
        "11.00",
        "11.00",
        "5.00",
    ]


def test_options_take_five_queries_at_most_whatever_the_cart(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(6):
        method(rate(basis="weight", steps=TABLE), code=f"m{number}", days_least=1, days_most=2)
    many = {f"S{number}": "1" for number in range(40)}
    ShippingRule.objects.bulk_create(ShippingRule(channel=CHANNEL, sku=sku, surcharge=1) for sku in many)
    for lines in ({"S1": "1"}, many):
        with django_assert_num_queries(5, using="logistics"):
            assert len(options(**lines)) == 6


FAST = Pace(handling=0, least=1, most=2, cut_off=time(14))
ANY_TIME = replace(FAST, cut_off=None)


@pytest.mark.parametrize(
    ("now", "pace", "expected"),
    [
        # Wednesday 2 December 2026 in Berlin, before and after 14:00 there
        (datetime(2026, 12, 2, 12, 59, tzinfo=UTC), FAST, (date(2026, 12, 3), date(2026, 12, 4))),
        (datetime(2026, 12, 2, 13, 0, tzinfo=UTC), FAST, (date(2026, 12, 4), date(2026, 12, 7))),
        # Friday evening leaves on Monday; Thursday the 24th and Friday the 25th are closed
        (datetime(2026, 12, 4, 20, 0, tzinfo=UTC), FAST, (date(2026, 12, 8), date(2026, 12, 9))),
        (datetime(2026, 12, 23, 9, 0, tzinfo=UTC), FAST, (date(2026, 12, 28), date(2026, 12, 29))),
        (datetime(2026, 12, 2, 9, 0, tzinfo=UTC), replace(FAST, handling=2), (date(2026, 12, 7), date(2026, 12, 8))),
        (datetime(2026, 12, 2, 23, 30, tzinfo=UTC), ANY_TIME, (date(2026, 12, 4), date(2026, 12, 7))),
        (datetime(2026, 12, 2, 9, 0, tzinfo=UTC), replace(FAST, least=None), (None, None)),
    ],
)  # fmt: skip
def test_estimates_count_working_days_in_the_channels_time(now: datetime, pace: Pace, expected: object) -> None:
    closed = {date(2026, 12, 24), date(2026, 12, 25)}
    assert estimate(pace, now=now, time_zone="Europe/Berlin", closed=closed) == expected


def test_a_calendar_without_a_working_day_ends() -> None:
    start = date(2026, 12, 2)
    closed = {start + timedelta(days=ahead) for ahead in range(800)}
    assert estimate(FAST, now=datetime(2026, 12, 2, tzinfo=UTC), time_zone="no/where", closed=closed)[0] is not None


def test_an_option_says_when_it_arrives_by_the_channels_zone_and_closed_days() -> None:
    auckland = {"time_zone": "Pacific/Auckland", "countries": ("DE",), "prices_include_tax": True}
    deliver(ChannelChanged(code=CHANNEL, name="Shop", currency="EUR", **auckland))  # type: ignore[arg-type]
    method(rate(), days_least=1, days_most=1)
    wednesday = datetime(2026, 12, 2, 12, 0, tzinfo=UTC)  # Thursday in Auckland
    with clock.travel(wednesday):
        assert options()[0].earliest == date(2026, 12, 4)
        ClosedDay.objects.create(channel=CHANNEL, day=date(2026, 12, 4))
        assert options()[0].earliest == date(2026, 12, 7)


def test_a_pickup_shows_its_place_and_takes_the_goods_that_lie_there() -> None:
    stocked({"north": {"A": 5}, "store": {"A": 2}})
    define_source(
        DefineSource(code="store", name="Store", country="DE", address={"street": "Gasse 1", "city": "Kassel"})
    )
    method(rate("0"), code="collect", kind="pickup", pickup_source="store", days_least=0, days_most=1)
    (option,) = options()
    assert option.kind == "pickup" and option.pickup_point is not None
    assert (option.pickup_point.code, option.pickup_point.city) == ("store", "Kassel")
    checkout = Checkout.new()
    deliver(checkout.request([("A", 3)], country="DE", shipping_method="collect"))
    assert units("A") == [(5, 1), (2, 2)], "what lies there first, and nobody is refused the rest"
    sources = Reservation.objects.get().sourcing["sources"]
    why = {"why": "the shopper collects it here", "verdict": "took 2 × A of 2 free"}
    assert sources[0] == {"source": "store", "chosen": True, **why}


def test_bad_tables_zones_and_methods_are_refused() -> None:
    one = (Decimal(1), Decimal(1))
    for wrong in (
        {"basis": "moon"},
        {"basis": "weight"},
        {"steps": TABLE},
        {"basis": "weight", "steps": (one,)},
        {"basis": "weight", "steps": (*TABLE, one)},
        {"basis": "weight", "steps": ((Decimal(0), Decimal("NaN")),)},
        {"basis": "weight", "steps": TABLE, "most": Decimal(3)},
        {"basis": "weight", "steps": TABLE, "most": Decimal("NaN")},
    ):
        with pytest.raises(BadRate):
            method(rate(**wrong))
    for facts in (
        {"kind": "pickup"},
        {"pickup_source": "north"},
        {"kind": "drone"},
        {"days_least": 2, "days_most": 1},
        {"days_least": 2},
        {"handling_days": -1},
        {"days_least": 1, "days_most": 999},
    ):
        with pytest.raises(BadMethod):
            method(rate(), **facts)
    with pytest.raises(UnknownSource):
        method(rate(), kind="pickup", pickup_source="moon")
    for postcodes, countries in ((["1 2"], ["DE"]), (["ab"], ["DE"]), (["12"], [])):
        with pytest.raises(BadPostcodes):
            define_zone(DefineZone(channel=CHANNEL, code="x", name="X", countries=countries, postcodes=postcodes))
    assert not ShippingMethod.objects.exists()


def test_forms_say_at_the_field_what_is_wrong(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    sign_in_as(monkeypatch, "logistics.*")
    zone = ShippingRate._meta.get_field("zone").related_model.objects.get(code="home")
    base = {
        "channel": CHANNEL, "code": "bulky", "name": "Bulky", "carrier": "", "kind": "delivery", "handling_days": "0",
        "position": "0", "active": "on", "metadata": "{}", "rates-TOTAL_FORMS": "1", "rates-INITIAL_FORMS": "0",
        "rates-0-zone": str(zone.pk), "rates-0-basis": "weight", "rates-0-price": "0", "rates-0-currency": "EUR",
        "rates-0-steps": "0 4.5\n10 9",
    }  # fmt: skip
    for wrong, sentence in (
        ({"rates-0-steps": "5 1"}, "The first step begins at 0."),
        ({"rates-0-steps": "0 x"}, "A line each"),
        ({"rates-0-steps": ""}, "1 to 100 steps"),
        ({"kind": "pickup"}, "names the source where it is collected"),
        ({"days_least": "3", "days_most": "1"}, "not more than the most"),
    ):
        page = client.post("/admin/logistics/shippingmethod/add/", {**base, **wrong})
        assert page.status_code == 200 and sentence in page.content.decode(), wrong
    assert client.post("/admin/logistics/shippingmethod/add/", base).status_code == 302
    assert ShippingRate.objects.get().steps == [["0", "4.5"], ["10", "9"]]
    made = ShippingMethod.objects.get()
    assert "10 9" in client.get(f"/admin/logistics/shippingmethod/{made.pk}/change/").content.decode()
    rule = {"channel": CHANNEL, "sku": "SOFA", "surcharge": "0", "metadata": "{}"}
    elsewhere = {"surcharge": "3", "channel": "x", "method": str(made.pk)}
    for change, status in (({}, 200), (elsewhere, 200), ({"surcharge": "3"}, 302)):
        assert client.post("/admin/logistics/shippingrule/add/", rule | change).status_code == status
    isle = {"channel": CHANNEL, "code": "i", "name": "I", "countries": "[]", "postcodes": '["25"]', "metadata": "{}"}
    assert client.post("/admin/logistics/shippingzone/add/", isle).status_code == 200
