"""What can be sold: the provider, the public address, the copies of channels and views."""

from decimal import Decimal

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from contracts.catalog import ChannelChanged, ViewChanged
from contracts.logistics import AvailabilityChanged, SkuAvailability
from logistics.provides import AvailabilityProvider
from logistics.tests.build import CHANNEL, deliver, published, stocked
from logistics.warehouse.commands import (
    AdjustStock,
    DefineSource,
    LinkChannel,
    StockChange,
    adjust_stock,
    define_source,
    link_channel,
)
from logistics.warehouse.errors import BadQuantity, UnknownReason, UnknownSource
from logistics.warehouse.models import Channel, StockItem, StockMovement, View

pytestmark = pytest.mark.django_db(databases=["logistics"])


@pytest.fixture
def view() -> None:
    deliver(ViewChanged(code="shop-en", name="English", channel=CHANNEL, locale="en"))


def get(query: str, view: str = "shop-en") -> tuple[int, dict]:
    answer = Client().get(f"/api/v1/{view}/availability{query}")
    return answer.status_code, answer.json()


def test_the_provider_answers_every_sku_in_order_with_one_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    stocked({"north": {"A": 2}, "south": {"A": 3}})
    with django_assert_num_queries(1, using="logistics"):
        answer = AvailabilityProvider().of(channel=CHANNEL, skus=("missing", "A"))
    assert answer == (
        SkuAvailability(sku="missing", available=Decimal(0), in_stock=False),
        SkuAvailability(sku="A", available=Decimal(5), in_stock=True, status="in_stock"),
    )


def test_the_public_address_answers_for_the_views_channel(view: None) -> None:
    stocked({"north": {"A": 2}})
    stocked({"far": {"A": 9}}, channel="elsewhere")
    assert get("?sku=A&sku=B&sku=A") == (
        200,
        {
            "items": [
                {"sku": "A", "available": "2", "in_stock": True, "status": "in_stock", "available_from": None},
                {"sku": "B", "available": "0", "in_stock": False, "status": "out_of_stock", "available_from": None},
            ]
        },
    )


@pytest.mark.parametrize("query", ["", "?sku=", "?" + "&".join(f"sku={n}" for n in range(101)), "?sku=%00"])
def test_bad_queries_are_refused(view: None, query: str) -> None:
    status, problem = get(query)
    assert status == 400 and problem["code"] in ("invalid", "unstorable_value")


def test_an_unknown_view_is_not_found() -> None:
    status, problem = get("?sku=A", view="nowhere")
    assert (status, problem["code"]) == (404, "unknown_view")


def test_copies_keep_the_newest_version_whatever_comes_last() -> None:
    def channel(name: str) -> ChannelChanged:
        return ChannelChanged(
            code="shop",
            name=name,
            currency="EUR",
            time_zone="Europe/Berlin",
            countries=("DE",),
            prices_include_tax=True,
        )

    deliver(channel("new"), aggregate_version=3)
    deliver(channel("old"), aggregate_version=2)
    assert Channel.objects.get().name == "new"
    deliver(channel("newest"), aggregate_version=4)
    assert Channel.objects.get().name == "newest"
    english = ViewChanged(code="shop-en", name="English", channel="shop", locale="en")
    deliver(ViewChanged(code="shop-en", name="x", channel="shop", locale="en", active=False), aggregate_version=2)
    deliver(english, aggregate_version=1)
    assert not View.objects.get().active


def test_a_source_switched_off_takes_its_stock_out_of_sale() -> None:
    stocked({"north": {"A": 2}, "south": {"A": 3}})
    define_source(DefineSource(code="south", name="South", enabled=False))
    assert published(AvailabilityChanged)[-1].available == 2
    link_channel(LinkChannel(channel="second", source="north"))
    assert published(AvailabilityChanged)[-1].channel == "second"


def test_adjustments_write_the_ledger_and_nothing_when_nothing_moved() -> None:
    stocked({"north": {"A": 2}})
    change = StockChange(source="north", sku="A", on_hand=Decimal("1.5"))
    adjust_stock(AdjustStock(changes=[change], reason="stock_take", reference="count 7"))
    adjust_stock(AdjustStock(changes=[change], reason="stock_take"))
    moved = StockMovement.objects.order_by("moved_at").values_list("quantity", "on_hand", "reason", "reference")
    assert list(moved) == [
        (2, 2, "received", ""),
        (Decimal("-0.5"), Decimal("1.5"), "stock_take", "count 7"),
    ]
    assert sum(quantity for quantity, *_ in moved) == StockItem.objects.get().on_hand


def test_an_adjustment_is_all_or_nothing() -> None:
    stocked({"north": {"A": 2}})
    good = StockChange(source="north", sku="A", change=Decimal(1))
    for bad, error in (
        (StockChange(source="nowhere", sku="A", change=Decimal(1)), UnknownSource),
        (StockChange(source="north", sku="A", change=Decimal("0.00001")), BadQuantity),
        (StockChange(source="north", sku="A", on_hand=Decimal("NaN")), BadQuantity),
        (StockChange(source="north", sku="A", on_hand=Decimal(10) ** 8), BadQuantity),
    ):
        with pytest.raises(error):
            adjust_stock(AdjustStock(changes=[good, bad], reason="received"))
    with pytest.raises(UnknownReason):
        adjust_stock(AdjustStock(changes=[good], reason="because"))
    assert StockItem.objects.get().on_hand == 2


def test_an_import_of_many_items_takes_no_more_queries_than_of_few(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    define_source(DefineSource(code="north", name="North"))
    link_channel(LinkChannel(channel=CHANNEL, source="north"))
    changes = [StockChange(source="north", sku=f"S{n}", on_hand=Decimal(n)) for n in range(500)]
    with django_assert_max_num_queries(20, using="logistics"):
        adjust_stock(AdjustStock(changes=changes, reason="import"))
    assert len(published(AvailabilityChanged)) == 500
