"""Pages, addresses, reviews, wishlists and taxes of a Magento database, and what they come to here."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from catalog.catalog.content.models import Content
from catalog.catalog.errors import NoForwarding
from catalog.catalog.forwarding.queries import destination
from catalog.catalog.queries import view_facts
from catalog.catalog.reviews.models import Review
from catalog.catalog.wishlists.models import Wishlist
from catalog.legacy.models import MagentoFinding
from catalog.legacy.tables import MIRROR
from catalog.pricing.models import TaxPolicy, TaxRate
from catalog.tests.magento_rows import Database
from chassis.ids import migrated_id

pytestmark = pytest.mark.django_db(databases=["catalog"], transaction=True)


@pytest.fixture
def rows() -> Iterator[Database]:
    """Two websites, one of them with two views, and two products."""
    database = Database()
    database.schema()
    database.website(5, "nippon", (21, "ja"), (22, "en_jp"))
    database.website(6, "europa", (23, "el"), tax__calculation__price_includes_tax="1")
    database.category(899, 0, "899", name="All")
    database.category(900, 899, "899/900", name="Root")
    database.category(901, 900, "899/900/901", name="Tea", url_key="tea")
    for id_ in (1, 2):
        database.product(id_, f"CUP-{id_}", websites=(5, 6))
    yield database
    assert [kind.failed for kind in MIRROR.summary("shop").kinds if kind.failed] == []


def ours(entity: str, old: int | str) -> Any:
    return migrated_id("shop", entity, old)


def told(kind: str, owner: int | str) -> set[str]:
    return set(MagentoFinding.objects.filter(kind=kind, owner=str(owner)).values_list("code", flat=True))


def content(rows: Database, kind: str, id_: int, identifier: str, stores: tuple[int, ...], **more: Any) -> None:
    key = f"{kind.removeprefix('cms_')}_id"
    facts = {"title": "T", "content": "<p>x</p>", "is_active": 1, **more}
    rows.put(kind, **{key: id_}, identifier=identifier, **facts)
    for store in stores:
        rows.put(f"{kind}_store", **{key: id_}, store_id=store)


def test_pages_of_one_identifier_are_one_with_texts_for_each_view(rows: Database) -> None:
    content(rows, "cms_page", 1, "about", (0,), title="About", meta_description="All of us")
    content(rows, "cms_page", 2, "about", (21, 22), title="私たち", content="{{widget type='x'}}")
    content(rows, "cms_page", 3, "about", (23,), is_active=0)
    content(rows, "cms_block", 1, "about", (23,), title="Block")
    rows.send()
    page = Content.objects.get(id=ours("cms_page", "about"))
    assert (page.code, page.kind, page.views, page.active) == ("page-about", "page", [], True)
    assert {scope: text["title"] for scope, text in page.texts.items()} == {
        "": "About", "view:ja": "私たち", "view:en_jp": "私たち",
    }  # fmt: skip
    assert told("cms_page", "about") == {"inactive_version", "directives_in_text", "blank_in_view"}
    block = Content.objects.get(id=ours("cms_block", "about"))
    assert (block.code, block.views, block.kind) == ("about", ["el"], "block")


def test_a_page_that_is_gone_is_not_shown_and_one_that_is_renamed_is_another(rows: Database) -> None:
    content(rows, "cms_page", 1, "help/faq", (0,))
    rows.send()
    rows.put("cms_page", page_id=1, identifier="faq", title="T", content="", is_active=1)
    rows.send()
    assert dict(Content.objects.values_list("code", "active")) == {"page-help/faq": False, "page-faq": True}


def address(rows: Database, id_: int, path: str, target: str, **more: Any) -> None:
    facts = {"entity_type": "custom", "entity_id": 0, "redirect_type": 0, "store_id": 21, **more}
    rows.put("url_rewrite", url_rewrite_id=id_, request_path=path, target_path=target, **facts)


def lead(path: str, view: str = "ja") -> Any:
    found = destination(view_facts(view), path)
    return found.kind, found.slug or found.url, found.permanent


def test_addresses_lead_where_they_led_to(rows: Database) -> None:
    address(rows, 1, "cup.html", "catalog/product/view/id/1", entity_type="product", entity_id=1)
    address(rows, 2, "old-cup.html", "cup.html", entity_type="product", entity_id=1, redirect_type=301)
    address(rows, 3, "drinks", "tea.html", redirect_type=302)
    address(rows, 4, "tea.html", "catalog/category/view/id/901", entity_type="category", entity_id=901)
    address(rows, 5, "gift", "catalog/product/view/id/2")
    address(rows, 6, "help", "cms/page/view/page_id/1", entity_type="cms-page", entity_id=1)
    address(rows, 7, "lost", "cup-of-nobody", redirect_type=301)
    address(rows, 8, "itself", "/itself/", redirect_type=301)
    address(rows, 9, "late", "x", entity_type="product", entity_id=8)
    content(rows, "cms_page", 1, "help", (0,))
    rows.send()
    assert lead("old-cup.html") == ("product", "thing-1", True)
    assert lead("drinks") == ("category", "tea", False)
    assert (lead("gift"), lead("help")) == (("product", "thing-2", True), ("content", "help", True))
    with pytest.raises(NoForwarding):
        lead("lost")
    with pytest.raises(NoForwarding):
        lead("cup.html", "el")
    assert (told("address", 7), told("address", 8), told("address", 9)) == (
        {"leads_to_nothing"}, {"leads_to_itself"}, {"leads_to_nothing"},
    )  # fmt: skip
    assert told("address", 3) == set()
    rows.product(8, "LATE", websites=(5,))
    rows.send()
    assert lead("late") == ("product", "thing-8", True) and told("address", 9) == set()


def review(rows: Database, id_: int, product: int, *, customer: int | None = None, store: int = 21, status: int = 1,
           votes: tuple[int, ...] = (4,), shown: tuple[int, ...] = (0, 21)) -> None:  # fmt: skip
    rows.put("review", review_id=id_, created_at="2025-03-01 10:00:00", entity_id=1, entity_pk_value=product,
             status_id=status)  # fmt: skip
    rows.put("review_detail", detail_id=id_, review_id=id_, store_id=store, title=" Nice ", detail="W", nickname="A",
             customer_id=customer)  # fmt: skip
    for number in shown:
        rows.put("review_store", review_id=id_, store_id=number)
    for rating, value in enumerate(votes, 1):
        rows.put("rating_option_vote", vote_id=id_ * 10 + rating, review_id=id_, rating_id=rating, value=value)


def test_reviews_have_one_rating_and_an_author_has_one_review_of_a_product(rows: Database) -> None:
    review(rows, 1, 1, customer=7, votes=(5, 4))
    review(rows, 2, 1, customer=7, status=2, votes=())
    review(rows, 3, 2, customer=7, status=3, store=0, shown=(0, 23, 21))
    review(rows, 4, 9)
    rows.send()
    found = {row.external_id["shop"]: row for row in Review.objects.all()}
    assert {key: (row.rating, row.state, row.channel) for key, row in found.items()} == {
        "1": (5, "approved", "nippon"), "2": (None, "pending", "nippon"), "3": (4, "rejected", "nippon"),
    }  # fmt: skip
    assert [found[key].customer for key in "123"] == [None, ours("customer", 7), ours("customer", 7)]
    assert told("review", 1) == {"several_ratings", "another_of_the_customer"}
    assert (told("review", 3), told("review", 4)) == ({"shown_in_one_channel"}, {"no_product"})
    rows.drop("review", 2)
    rows.drop("review_detail", 2)
    rows.product(9, "LATE")
    rows.send()
    assert Review.objects.get(id=ours("review", 1)).customer == ours("customer", 7)
    assert Review.objects.filter(id=ours("review", 4)).exists() and told("review", 4) == set()


def test_a_wishlist_holds_the_variant_that_was_chosen(rows: Database) -> None:
    rows.product(11, "C-11", visibility=1, shade=41, websites=(5,))
    rows.configurable(10, "C", 11, websites=(5,))
    rows.put("wishlist", wishlist_id=3, customer_id=7, shared=1, sharing_code="opens")
    for id_, product, store in ((31, 10, 21), (32, 1, 21), (33, 2, 23), (34, 99, 21)):
        rows.put("wishlist_item", wishlist_item_id=id_, wishlist_id=3, product_id=product, store_id=store, qty="1.0000",
                 added_at="2025-01-02 03:04:05", description=None)  # fmt: skip
    asked = '{"qty":1,"super_attribute":{"93":"41"},"options":{"4":"x"}}'
    rows.put("wishlist_item_option", option_id=1, wishlist_item_id=31, code="info_buyRequest", value=asked)
    rows.put("wishlist_item_option", option_id=2, wishlist_item_id=31, code="simple_product", value="11")
    rows.send()
    lists = {row.channel: row for row in Wishlist.objects.prefetch_related("items__product")}
    skus = {channel: {item.product.sku for item in row.items.all()} for channel, row in lists.items()}
    assert skus == {"nippon": {"C-11", "CUP-1"}, "europa": {"CUP-2"}}
    assert {row.customer for row in lists.values()} == {ours("customer", 7)}
    assert (lists["nippon"].share, lists["europa"].share) == ("opens", "")
    assert told("wishlist", 3) == {"choices_not_carried", "no_product", "shared_in_one_channel"}
    rows.drop("wishlist_item", 33)
    rows.send()
    assert set(Wishlist.objects.values_list("channel", flat=True)) == {"nippon"}


def test_taxes_of_guests_are_everybodys_and_a_policy_is_made_of_the_settings(rows: Database) -> None:
    rows.setting("shipping/origin/country_id", "GR")
    rows.setting("tax/calculation/algorithm", "UNIT_BASE_CALCULATION")
    rows.setting("tax/calculation/cross_border_trade_enabled", "1", scope="websites", scope_id=6)
    rows.put("customer_group", customer_group_id=0, customer_group_code="NOT LOGGED IN", tax_class_id=3)
    rows.put("tax_calculation_rate", tax_calculation_rate_id=1, tax_country_id="GR", tax_region_id=0, tax_postcode="*",
             code="GR 24", rate="24.0000", zip_is_range=None)  # fmt: skip
    rows.put("tax_calculation_rule", tax_calculation_rule_id=4, code="VAT", priority=2, calculate_subtotal=1)
    for id_, customers in ((1, 3), (2, 8)):
        rows.put("tax_calculation", tax_calculation_id=id_, tax_calculation_rate_id=1, tax_calculation_rule_id=4,
                 customer_tax_class_id=customers, product_tax_class_id=31)  # fmt: skip
    rows.send()
    found = {(r.channel, r.code, r.tax_class, r.rate, r.priority, r.on_subtotal) for r in TaxRate.objects.all()}
    assert found == {(channel, "VAT", "books", Decimal(24), 2, True) for channel in ("nippon", "europa")}
    assert told("tax_rule", 4) == {"of_other_customers"}
    policies = {
        p.channel: (p.home_country, p.rounding, p.display, p.same_price_abroad) for p in TaxPolicy.objects.all()
    }
    assert policies == {"nippon": ("GR", "unit", "entered", False), "europa": ("GR", "unit", "without_tax", True)}
    rows.drop("tax_calculation", 1)
    rows.send()
    assert not TaxRate.objects.exists()
