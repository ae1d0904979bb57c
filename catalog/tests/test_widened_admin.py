"""The admin of what hangs on products: reviews, content, downloads, plans, rules; by commands only."""

from typing import Any

import pytest
from django.test import Client

from catalog.catalog.content.models import Content
from catalog.catalog.downloads.models import DownloadFile, DownloadGrant
from catalog.catalog.exchange.models import ProductImport, RejectedRow
from catalog.catalog.publication.models import Publication
from catalog.catalog.reviews.models import Review
from catalog.messaging import History
from catalog.product.models import Category, Product, Slug
from catalog.tests import kinds, shop
from chassis import clock
from chassis.admin.testing import queries_of_lists, queries_of_page, sign_in_as
from chassis.ids import new_id

pytestmark = pytest.mark.django_db(databases=["catalog"])


@pytest.fixture(autouse=True)
def _shop(db: Any, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    shop.structure()
    shop.simple("K1", "Knife")
    return sign_in_as(monkeypatch, "catalog.*")


def address(row: Any, tail: str = "change/") -> str:
    return f"/admin/catalog/{row._meta.model_name}/{row.pk}/{tail}"


def review(number: int = 0) -> Review:
    return Review.objects.create(
        product=Product.objects.get(sku="K1"),
        view="en",
        channel="eu",
        customer=new_id(),
        nickname=f"Ada {number}",
        text="Cuts.",
        rating=4,
        created_at=clock.now(),
    )


def grant() -> DownloadGrant:
    return DownloadGrant.objects.create(
        order=new_id(),
        order_number="EU-1",
        line=new_id(),
        channel="eu",
        file=DownloadFile.objects.filter(is_sample=False).first(),
        granted_at=clock.now(),
    )


def test_a_review_is_approved_by_a_button_that_leaves_history(client: Client) -> None:
    row = review()
    client.post(address(row, "transition/approve/"), {"answer": "Thanks."})
    row.refresh_from_db()
    assert (row.state, row.answer) == ("approved", "Thanks.")
    assert History.objects.get(aggregate_id=str(row.pk)).action == "approve"
    client.post(address(row), {"state": "pending", "rating": "5"})
    row.refresh_from_db()
    assert (row.state, row.rating) == ("approved", 4)
    client.post(address(row, "transition/approve/"))
    assert History.objects.filter(aggregate_id=str(row.pk)).count() == 1


def test_reviews_are_judged_many_at_once(client: Client) -> None:
    rows = [review(number) for number in range(3)]
    client.post("/admin/catalog/review/", {"action": "reject_selected", "_selected_action": [row.pk for row in rows]})
    assert set(Review.objects.values_list("state", flat=True)) == {"rejected"}


def test_content_is_written_by_its_command_so_that_a_page_has_an_address(client: Client) -> None:
    facts = {"code": "about", "kind": "page", "views": "", "active": "on", "position": "0"}
    client.post("/admin/catalog/content/add/", {**facts, "texts": '{"": {"title": "About us"}}'})
    row = Content.objects.get()
    assert Slug.objects.get(target=row.id, view="en", current=True).slug == "about-us"
    client.post("/admin/catalog/content/add/", {**facts, "code": "bad", "texts": '{"": {"colour": "red"}}'})
    client.post("/admin/catalog/content/add/", {**facts, "code": "bad", "texts": "[1]"})
    assert Content.objects.count() == 1
    changed = {**facts, "texts": '{"": {"title": "Us"}}', "opened_version": str(row.version)}
    client.post(address(row), changed)
    row.refresh_from_db()
    assert row.texts[""]["title"] == "Us" and row.version == 2
    client.post(address(row), {**changed, "texts": '{"": {"title": "Stale"}}'})
    row.refresh_from_db()
    assert row.texts[""]["title"] == "Us"


def test_a_plan_an_archive_and_a_rule_are_buttons(client: Client) -> None:
    product = Product.objects.get(sku="K1")
    client.post(address(product, "transition/archive/"), {"channel": "eu"})
    assert Product.objects.get(sku="K1").channels == []
    client.post(address(product, "transition/plan/"), {"channel": "eu", "starts_at": "2099-01-01 08:00"})
    assert Publication.objects.get().state == "archived"
    client.post(address(product, "transition/restore/"), {"channel": "eu"})
    client.post(address(product, "transition/plan/"), {"channel": "eu", "starts_at": "2099-01-01 08:00"})
    assert Publication.objects.get().state == "scheduled"
    category = Category.objects.get(code="knives")
    client.post(address(category, "transition/rule/"), {"rule": '{"kind": "simple"}'})
    client.post(address(category, "transition/rule/"), {"rule": '{"nonsense": 1}'})
    assert Category.objects.get(code="knives").rule == {"kind": "simple"}


def test_a_right_to_a_download_is_taken_back_and_given_anew(client: Client) -> None:
    kinds.downloadable()
    row = grant()
    client.post(address(row, "transition/revoke/"))
    row.refresh_from_db()
    assert row.revoked_at is not None
    client.post(address(row, "transition/renew/"))
    row.refresh_from_db()
    assert row.revoked_at is None


def test_a_product_page_links_to_its_previews_and_opens_for_every_kind(client: Client) -> None:
    for make in (kinds.bundle, kinds.engraved, kinds.grouped, kinds.downloadable, kinds.gift_card):
        page = client.get(address(Product.objects.get(id=make())))
        assert page.status_code == 200 and "/api/v1/de/preview/" in page.content.decode()


def test_a_viewer_decides_nothing(client: Client, _shop: set[str]) -> None:
    row = review()
    _shop.clear()
    _shop.add("*.*.view")
    assert client.get(address(row)).status_code == 200
    assert client.post(address(row, "transition/approve/")).status_code == 403
    assert client.post("/admin/catalog/content/add/", {}).status_code == 403


def test_lists_and_pages_take_as_many_queries_for_many_rows_as_for_one(client: Client) -> None:
    kinds.downloadable()
    set_of_two = Product.objects.get(id=kinds.bundle())
    review(), grant()
    run = ProductImport.objects.create(file_name="a", file_hash="a")
    RejectedRow.objects.create(run=run, number=1, row={}, reason="no")
    few = queries_of_lists(client, "catalog", search="K")
    page, imported = (queries_of_page(client, "catalog", address(row)) for row in (set_of_two, run))
    for number in range(2, 9):
        review(number), grant()
        RejectedRow.objects.create(run=run, number=number, row={}, reason="no")
    assert queries_of_lists(client, "catalog", search="K") == few
    assert queries_of_page(client, "catalog", address(set_of_two)) == page
    assert queries_of_page(client, "catalog", address(run)) == imported
