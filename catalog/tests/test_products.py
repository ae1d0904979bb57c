"""Product pages follow what staff and logistics change."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from catalog.catalog.availability import keep_availability
from catalog.catalog.errors import InvalidProduct, InvalidValue, SlugTaken, UnknownReference
from catalog.catalog.queries import Body, product_page
from catalog.commands import (
    DefineCategory,
    DefineView,
    PriceInput,
    PublishProduct,
    SaveProduct,
    SetPrice,
    SpecialInput,
    define_category,
    define_view,
    publish_product,
    save_product,
    save_products,
    set_price,
)
from catalog.product.models import Product, ProductDocument
from catalog.tests import shop
from chassis import clock
from chassis.errors import StaleVersion
from chassis.ids import new_id
from chassis.messages import Message
from chassis.subscriptions import Received
from chassis.unit_of_work import unit_of_work
from contracts.logistics import AvailabilityChanged

pytestmark = pytest.mark.django_db(databases=["catalog"])


@pytest.fixture(autouse=True)
def _shop(db: Any) -> None:
    shop.structure()


def page(slug: str, view: str = "en") -> dict[str, Any]:
    body = product_page(view, slug)
    assert isinstance(body, Body)
    return json.loads(body.content)


def available(sku: str, in_stock: bool, version: int, quantity: str = "3") -> Received[AvailabilityChanged]:
    event = AvailabilityChanged(channel="eu", sku=sku, available=Decimal(quantity), in_stock=in_stock)
    message = Message(
        id=new_id(),
        type="logistics.availability_changed",
        version=1,
        occurred_at=clock.now(),
        aggregate_type="stock",
        aggregate_id=sku,
        aggregate_version=version,
    )
    return Received(event=event, message=message)


def test_a_price_change_is_on_the_page_at_once() -> None:
    shop.simple("K1", "Bread knife", price="10")
    set_price(SetPrice(sku="k1", price=PriceInput(channel="eu", amount=Decimal("12.50"))))
    assert page("bread-knife")["price"]["amount"] == "12.50"


def test_a_special_price_starts_and_ends_by_a_job_due_at_its_boundary() -> None:
    start = datetime(2026, 3, 1, tzinfo=UTC)
    special = SpecialInput(amount=Decimal(8), starts_at=start, ends_at=start + timedelta(days=1))
    with clock.travel(start - timedelta(hours=1)):
        shop.simple("K1", "Bread knife", prices=(PriceInput(channel="eu", amount=Decimal(10), specials=(special,)),))
        shop.run_jobs()
        assert page("bread-knife")["price"]["amount"] == "10.00"
    with clock.travel(start):
        assert shop.run_jobs() >= 1
        price = page("bread-knife")["price"]
        assert (price["amount"], price["regular"], price["reduced"]) == ("8.00", "10.00", True)
    with clock.travel(start + timedelta(days=1)):
        shop.run_jobs()
        assert page("bread-knife")["price"]["amount"] == "10.00"


def test_a_page_is_not_kept_beyond_the_end_of_its_price() -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    with clock.travel(now):
        special = SpecialInput(amount=Decimal(8), ends_at=now + timedelta(seconds=7))
        shop.simple("K1", "Bread knife", prices=(PriceInput(channel="eu", amount=Decimal(10), specials=(special,)),))
        body = product_page("en", "bread-knife")
    assert isinstance(body, Body) and body.max_age == 7


def test_a_view_falls_back_to_channel_and_global_field_by_field() -> None:
    texts = {
        "": {"name": "Bread knife", "description": "Cuts bread"},
        "channel:eu": {"description": "Cuts European bread"},
        "view:de": {"name": "Brotmesser"},
    }
    shop.simple("K1", "", texts=texts)
    german = page("brotmesser", "de")
    assert (german["name"], german["description"]) == ("Brotmesser", "Cuts European bread")
    assert page("bread-knife")["name"] == "Bread knife"


def test_options_are_labelled_in_the_language_of_the_view() -> None:
    shop.configurable("C1", "Pan")
    assert page("pan", "de")["axes"][0]["options"] == [{"code": "red", "label": "Rot", "swatch": ""}]
    assert page("pan")["axes"][0]["options"][0]["label"] == "Red"


def test_a_former_address_leads_to_the_present_one() -> None:
    shop.simple("K1", "Bread knife")
    shop.simple("K1", "Bread knife", slugs={"en": "the-knife"})
    moved = product_page("en", "bread-knife")
    assert getattr(moved, "slug", "") == "the-knife"
    assert page("bread-knife", "de")["sku"] == "K1"


def test_two_products_of_one_name_have_two_addresses() -> None:
    shop.simple("K1", "Knife")
    shop.simple("K2", "Knife")
    assert page("knife")["sku"] == "K1"
    assert page("knife-k2")["sku"] == "K2"


def test_an_address_that_another_has_is_refused() -> None:
    shop.simple("K1", "Knife")
    with pytest.raises(SlugTaken):
        shop.simple("K2", "Other", slugs={"en": "knife"})
    assert not Product.objects.filter(sku="K2").exists()


def test_statements_are_as_many_for_50_variants_as_for_5() -> None:
    shop.configurable("C5", "Five", sizes=5)
    shop.configurable("C50", "Fifty", sizes=50)
    counts = []
    for sku, name, sizes in (("C5", "Five", 5), ("C50", "Fifty", 50)):
        with CaptureQueriesContext(connections["catalog"]) as saving:
            shop.configurable(sku, name, sizes=sizes)
        with CaptureQueriesContext(connections["catalog"]) as reading:
            assert len(page(name.lower())["variants"]) == sizes
        counts.append((len(saving), len(reading)))
    assert counts[0] == counts[1]
    assert counts[0][1] == 1


def test_stock_on_the_page_follows_the_newest_event_only() -> None:
    shop.simple("K1", "Knife")
    with unit_of_work("catalog"):
        keep_availability([available("K1", True, 2, "3"), available("k1", False, 1, "0")])
        keep_availability([available("K1", False, 1, "0")])
    assert page("knife")["availability"] == {"K1": {"available": "3.0000", "in_stock": True}}


def test_an_unpublished_product_has_no_page_and_says_so_to_others() -> None:
    shop.simple("K1", "Knife")
    publish_product(PublishProduct(sku="K1", channels=()))
    assert not ProductDocument.objects.exists()
    told = shop.events("catalog.product_changed")
    assert [message.aggregate_version for message in told] == [1, 2]
    assert b'"published":false' in bytes(told[-1].body)


def test_a_variant_that_is_gone_is_off_sale_but_kept() -> None:
    shop.configurable("C1", "Pan", sizes=3)
    shop.configurable("C1", "Pan", sizes=2)
    assert len(page("pan")["variants"]) == 2
    assert Product.objects.get(sku="C1-s2").channels == []


def test_a_stale_edit_is_refused() -> None:
    shop.simple("K1", "Knife")
    shop.simple("K1", "Knife", expected_version=1)
    with pytest.raises(StaleVersion):
        shop.simple("K1", "Knife", expected_version=1)


def test_a_value_that_does_not_fit_its_attribute_is_refused() -> None:
    with pytest.raises(InvalidValue):
        shop.simple("K1", "Knife", color="purple")
    with pytest.raises(UnknownReference):
        shop.simple("K1", "Knife", values={"": {"weightlessness": 1}})
    with pytest.raises(InvalidProduct):
        shop.simple("K1", "Knife", values={"view:de": {"color": "red"}})


def test_a_batch_is_saved_whole_or_not_at_all() -> None:
    good = SaveProduct(sku="A", texts={"": {"name": "A"}})
    with pytest.raises(InvalidProduct):
        save_products([good, SaveProduct(sku="B", texts={})])
    assert not Product.objects.exists()


def test_a_sku_in_another_case_is_the_same_product() -> None:
    first = save_product(SaveProduct(sku="Abc", texts={"": {"name": "A"}}))
    assert save_product(SaveProduct(sku="ABC", texts={"": {"name": "B"}})) == first


def test_a_renamed_category_reaches_its_products_by_a_job() -> None:
    shop.simple("K1", "Knife")
    define_category(DefineCategory(code="knives", parent="kitchen", texts={"": {"name": "Blades"}}))
    shop.run_jobs()
    assert [category["name"] for category in page("knife")["categories"]] == ["Blades"]


def test_a_new_view_shows_the_products_that_are_there() -> None:
    shop.simple("K1", "Bread knife")
    define_view(DefineView(code="fr", name="French", channel="eu", locale="fr-FR", root="root"))
    shop.run_jobs()
    assert page("bread-knife", "fr")["sku"] == "K1"
    assert [category["slug"] for category in page("bread-knife", "fr")["categories"]] == ["knives"]
