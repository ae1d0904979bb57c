"""Content pages and blocks per view; links between products; the sitemap; structured data."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.catalog.errors import InvalidProduct, InvalidValue, UnknownReference
from catalog.commands import DefineContent, DefineView, LinksInput, define_content, define_view
from catalog.tests import kinds, shop
from chassis import clock

pytestmark = pytest.mark.django_db(databases=["catalog"])
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _shop(db: Any) -> None:
    shop.structure()


def about(**more: Any) -> None:
    texts = {"": {"title": "About us", "body": "<p>Knives.</p>"}, "view:de": {"title": "Über uns"}}
    define_content(DefineContent(**{"code": "about", "texts": texts, **more}))


def test_a_page_is_read_at_its_address_in_each_view_with_fallback(client: Client) -> None:
    about()
    german = client.get("/api/v1/de/content/pages/ueber-uns").json()
    assert (german["title"], german["body"]) == ("Über uns", "<p>Knives.</p>")
    assert client.get("/api/v1/en/content/pages/about-us").json()["title"] == "About us"
    assert client.get("/api/v1/en/content/pages/ueber-uns").status_code == 404


def test_a_former_address_leads_to_the_present_one(client: Client) -> None:
    about()
    about(slugs={"en": "who-we-are"})
    moved = client.get("/api/v1/en/content/pages/about-us")
    assert (moved.status_code, moved["Location"]) == (301, "/api/v1/en/content/pages/who-we-are")


def test_content_is_shown_in_its_views_and_in_its_time_only(client: Client) -> None:
    about(views=("en",), starts_at=NOON, ends_at=NOON + timedelta(hours=1), in_menu=True)
    for moment, status in ((-1, 404), (0, 200), (59, 200), (60, 404)):
        with clock.travel(NOON + timedelta(minutes=moment)):
            assert client.get("/api/v1/en/content/pages/about-us").status_code == status
    with clock.travel(NOON):
        assert client.get("/api/v1/en/content/pages").json()["items"] == [{"slug": "about-us", "title": "About us"}]
        assert client.get("/api/v1/de/content/pages/ueber-uns").status_code == 404
        assert client.get("/api/v1/de/content/pages").json()["items"] == []


def test_a_block_is_read_by_its_code(client: Client) -> None:
    define_content(
        DefineContent(code="hero", kind="block", texts={"": {"body": "Hello"}, "view:de": {"body": "Hallo"}})
    )
    assert client.get("/api/v1/de/content/blocks/hero").json()["body"] == "Hallo"
    assert client.get("/api/v1/de/content/blocks/none").status_code == 404
    assert client.get("/api/v1/de/content/pages/hero").status_code == 404


def test_a_menu_takes_as_many_statements_for_ninety_pages_as_for_one(client: Client) -> None:
    counts = []
    for number in range(90):
        about(code=f"page-{number}", in_menu=True)
        if number in (0, 89):
            with CaptureQueriesContext(connections["catalog"]) as captured:
                items = client.get("/api/v1/en/content/pages").json()["items"]
            counts.append(len(captured))
    assert len(items) == 90 and counts[0] == counts[1]


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "poem"},
        {"texts": {"": {"body": "no title"}}},
        {"texts": {"": {"title": "x", "colour": "red"}}},
        {"starts_at": NOON, "ends_at": NOON},
        {"starts_at": datetime(2026, 1, 1)},  # noqa: DTZ001
    ],
)
def test_content_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidValue):
        about(**wrong)


def test_products_lead_to_others_in_order_with_what_is_sold_only(client: Client) -> None:
    for sku in ("A", "B", "C"):
        shop.simple(sku, f"Knife {sku}")
    shop.simple("D", "Draft", channels=())
    links = LinksInput(related=("C", "D", "A"), cross_sell=("B",))
    shop.simple("K", "Main", links=links)
    found = client.get("/api/v1/en/products/main/links", {"kind": "related"}).json()["items"]
    assert [card["sku"] for card in found] == ["C", "A"] and found[0]["price"]["amount"] == "10.00"
    assert client.get("/api/v1/en/products/main/links", {"kind": "up_sell"}).json()["items"] == []
    assert client.get("/api/v1/en/products/main/links", {"kind": "member"}).status_code == 400
    shop.simple("K", "Main")
    assert client.get("/api/v1/en/products/main/links", {"kind": "cross_sell"}).json()["items"]
    with pytest.raises(UnknownReference):
        shop.simple("K", "Main", links=LinksInput(related=("NOPE",)))
    with pytest.raises(InvalidProduct):
        shop.simple("K", "Main", links=LinksInput(related=("K",)))


def test_a_sitemap_lists_what_the_view_shows_at_its_storefront(client: Client) -> None:
    shop.simple("K", "Knife")
    about()
    assert client.get("/api/v1/de/sitemap.xml").status_code == 404
    define_view(
        DefineView(
            code="de", name="Deutsch", channel="eu", locale="de-DE", root="root", base_url="https://s.example/de"
        )
    )
    index = client.get("/api/v1/de/sitemap.xml").content.decode()
    assert "/api/v1/de/sitemaps/0</loc>" in index and "/api/v1/de/sitemaps/1</loc>" in index
    first = client.get("/api/v1/de/sitemaps/0").content.decode()
    assert "<loc>https://s.example/de/categories/kueche</loc>" in first
    assert "<loc>https://s.example/de/pages/ueber-uns</loc>" in first
    assert "<loc>https://s.example/de/products/knife</loc>" in client.get("/api/v1/de/sitemaps/1").content.decode()
    assert client.get("/api/v1/de/sitemaps/2").status_code == 404
    shop.run_jobs()
    assert client.get("/api/v1/de/products/knife").json()["canonical"] == "https://s.example/de/products/knife"


def test_structured_data_has_price_and_stock_of_the_moment(client: Client) -> None:
    shop.simple("K", "Knife", price="10")
    kinds.stocked(K=3)
    data = client.get("/api/v1/en/products/knife/structured-data").json()
    assert (data["@type"], data["offers"]["price"], data["offers"]["availability"]) == (
        "Product",
        "10.00",
        "https://schema.org/InStock",
    )
    kinds.stocked(K=0)
    offer = client.get("/api/v1/en/products/knife/structured-data").json()["offers"]
    assert offer["availability"].endswith("OutOfStock")
    shop.simple("K", "Knife", slugs={"en": "blade"})
    moved = client.get("/api/v1/en/products/knife/structured-data")
    assert (moved.status_code, moved["Location"]) == (301, "/api/v1/en/products/blade/structured-data")
