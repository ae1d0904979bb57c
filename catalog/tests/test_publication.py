"""Publication per channel: plans that jobs carry out, archives that stay shut, and a look before."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from catalog.catalog.errors import IllegalPublication, ProductNotFound
from catalog.catalog.publication.models import Publication
from catalog.catalog.publication.preview import LIFETIME, preview_token
from catalog.catalog.publication.states import TRANSITIONS, State, moved
from catalog.catalog.queries import product_page
from catalog.commands import (
    DefinePriceList,
    ListPriceInput,
    PublishProduct,
    SchedulePublication,
    SetListPrices,
    change_publication,
    define_price_list,
    publish_product,
    schedule_publication,
    set_list_prices,
)
from catalog.product.models import Product
from catalog.tests import shop
from chassis import clock
from chassis.admin.testing import sign_in_as

pytestmark = pytest.mark.django_db(databases=["catalog"])
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _shop(db: Any) -> None:
    shop.structure()


def on_sale(slug: str = "knife") -> bool:
    try:
        product_page("en", slug)
    except ProductNotFound:
        return False
    return True


def test_a_plan_puts_a_product_on_sale_and_takes_it_off_again() -> None:
    with clock.travel(NOON):
        shop.simple("K1", "Knife", channels=())
        plan = SchedulePublication(
            sku="k1", channel="eu", starts_at=NOON + timedelta(hours=1), ends_at=NOON + timedelta(hours=2)
        )
        schedule_publication(plan)
        shop.run_jobs()
        assert not on_sale()
    with clock.travel(NOON + timedelta(hours=1)):
        shop.run_jobs()
        assert on_sale()
    with clock.travel(NOON + timedelta(hours=2)):
        shop.run_jobs()
        assert not on_sale()
        assert Publication.objects.get().state == State.ARCHIVED


def test_a_plan_that_was_replaced_does_nothing() -> None:
    with clock.travel(NOON):
        shop.simple("K1", "Knife", channels=())
        for hours in (1, 5):
            schedule_publication(SchedulePublication(sku="K1", channel="eu", starts_at=NOON + timedelta(hours=hours)))
    with clock.travel(NOON + timedelta(hours=2)):
        shop.run_jobs()
        assert not on_sale()
    with clock.travel(NOON + timedelta(hours=5)):
        shop.run_jobs()
        assert on_sale()


def test_what_staff_do_meanwhile_overrules_a_plan() -> None:
    with clock.travel(NOON):
        shop.simple("K1", "Knife", channels=())
        later = NOON + timedelta(hours=1)
        schedule_publication(
            SchedulePublication(sku="K1", channel="eu", starts_at=later, ends_at=later + timedelta(hours=1))
        )
        publish_product(PublishProduct(sku="K1", channels=("eu",)))
        assert not Publication.objects.exists()
    with clock.travel(NOON + timedelta(hours=3)):
        shop.run_jobs()
        assert on_sale()


def test_what_is_on_sale_can_be_given_an_end() -> None:
    with clock.travel(NOON):
        shop.simple("K1", "Knife")
        schedule_publication(SchedulePublication(sku="K1", channel="eu", ends_at=NOON + timedelta(hours=1)))
        assert on_sale()
    with clock.travel(NOON + timedelta(hours=1)):
        shop.run_jobs()
        assert not on_sale()


def test_what_is_archived_is_restored_before_it_is_sold_again() -> None:
    shop.simple("K1", "Knife")
    change_publication("K1", "eu", "archive")
    assert not on_sale()
    with pytest.raises(IllegalPublication):
        change_publication("K1", "eu", "publish")
    change_publication("K1", "eu", "restore")
    change_publication("K1", "eu", "publish")
    assert on_sale()


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("name", sorted({name for moves in TRANSITIONS.values() for name in moves}))
def test_a_state_moves_as_its_table_says_and_not_otherwise(state: State, name: str) -> None:
    if name in TRANSITIONS[state]:
        assert moved(state, name) == TRANSITIONS[state][name]
    else:
        with pytest.raises(IllegalPublication):
            moved(state, name)


@pytest.mark.parametrize(
    "plan",
    [
        {"starts_at": NOON + timedelta(hours=2), "ends_at": NOON + timedelta(hours=1)},
        {"ends_at": NOON - timedelta(hours=1)},
        {"starts_at": datetime(2026, 4, 1)},  # noqa: DTZ001
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(plan: dict[str, Any]) -> None:
    with clock.travel(NOON):
        shop.simple("K1", "Knife", channels=())
        with pytest.raises(IllegalPublication):
            schedule_publication(SchedulePublication(sku="K1", channel="eu", **plan))


def test_who_holds_a_link_sees_a_draft_with_its_variants_until_the_link_ends(client: Client) -> None:
    shop.configurable("C1", "Pan", channels=())
    product = Product.objects.get(sku="C1")
    token, _ = preview_token(product.id, "de")
    answer = client.get(f"/api/v1/de/preview/{token}")
    body = json.loads(answer.content)
    assert (body["name"], len(body["variants"]), body["preview"]) == ("Pan", 3, True)
    assert "no-store" in answer["Cache-Control"]
    assert client.get(f"/api/v1/en/preview/{token}").status_code == 404
    assert client.get("/api/v1/de/preview/made-up").status_code == 404
    assert Product.objects.get(sku="C1").channels == []
    with clock.travel(clock.now() + LIFETIME + timedelta(seconds=1)):
        assert client.get(f"/api/v1/de/preview/{token}").status_code == 404


def test_staff_see_what_shoppers_see_by_view_and_group_and_what_they_would_see_of_a_draft(
    client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    grants = sign_in_as(monkeypatch, "catalog.product.view")
    shop.simple("P1", "Pot", price="40", texts={"": {"name": "Pot", "description": "<script>alert(1)</script>"}})
    define_price_list(DefinePriceList(code="trade", name="Trade", channel="eu", groups=("wholesale",)))
    set_list_prices(SetListPrices(price_list="trade", prices=(ListPriceInput(sku="P1", amount=Decimal(33)),)))
    address = f"/admin/catalog/product/{Product.objects.get(sku='P1').pk}/seen/"
    seen = client.get(address)
    assert seen.context["live"] and "40.00 EUR" in seen.content.decode()
    assert "<script>alert" not in seen.content.decode()
    assert "33.00 EUR" in client.get(f"{address}?view=de&group=wholesale").content.decode()
    publish_product(PublishProduct(sku="P1", channels=()))
    seen = client.get(address)
    assert not seen.context["live"] and "does not show it" in seen.content.decode() and "Pot" in seen.content.decode()
    grants.clear()
    assert client.get(address).status_code in (302, 403)
