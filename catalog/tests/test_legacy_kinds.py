"""Bundles, groups, downloads, custom options and links of a Magento database, and what they come to here."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from catalog.catalog.downloads.models import DownloadFile
from catalog.catalog.queries import product_page
from catalog.legacy.models import MagentoFinding
from catalog.legacy.tables import MIRROR
from catalog.pricing.models import Price
from catalog.product.composition import OptionChoice, ProductLink, ProductOption
from catalog.product.models import Product
from catalog.tests import magento_kinds as kinds
from catalog.tests.magento_rows import Database
from chassis.ids import migrated_id
from chassis.unit_of_work import unit_of_work

pytestmark = pytest.mark.django_db(databases=["catalog"], transaction=True)


@pytest.fixture
def rows() -> Iterator[Database]:
    """Two websites with prices of their own, and three products to put together."""
    database = Database()
    database.schema()
    database.setting("catalog/price/scope", "1")
    database.website(5, "nippon", (21, "ja"), (22, "en_jp"), currency__options__base="JPY")
    database.website(6, "europa", (23, "el"), currency__options__base="EUR")
    database.category(899, 0, "899", name="All")
    database.category(900, 899, "899/900", name="Root")
    kinds.link_types(database)
    for id_ in (1, 2, 3):
        database.product(id_, f"PART-{id_}", websites=(5, 6))
    yield database
    assert [kind.failed for kind in MIRROR.summary("shop").kinds if kind.failed] == []


def product(id_: int) -> Product:
    return Product.objects.get(id=migrated_id("shop", "product", id_))


def options(id_: int) -> list[ProductOption]:
    return list(ProductOption.objects.filter(product=product(id_)).order_by("position"))


def choices(option: ProductOption) -> list[OptionChoice]:
    return list(option.choices.select_related("component").order_by("position"))


def findings(id_: int, kind: str = "composition") -> set[tuple[str, str]]:
    return set(MagentoFinding.objects.filter(kind=kind, owner=str(id_)).values_list("code", "detail"))


def page(view: str, slug: str) -> Any:
    found: Any = product_page(view, slug)
    return json.loads(found.content)


def test_custom_options_are_asked_with_titles_and_prices_of_each_store(rows: Database) -> None:
    text = kinds.custom_option(rows, 1, "field", {0: "Engraving", 22: "Words"}, prices={0: "5", 23: "4"}, longest=20,
                               sku="ENGR")  # fmt: skip
    wrap = kinds.custom_option(rows, 1, "checkbox", {0: "Wrap"}, required=0, position=1)
    plain = kinds.custom_value(rows, wrap, {0: "Plain", 21: "無地"}, {0: "0"})
    rich = kinds.custom_value(rows, wrap, {0: "Rich"}, {0: "12.5"}, percent=True)
    kinds.custom_option(rows, 1, "file", {0: "Picture"}, position=2)
    rows.send()
    engraving, wrapping = options(1)
    assert (engraving.code, engraving.kind, engraving.max_length, engraving.required) == (str(text), "text", 20, True)
    assert engraving.labels == {"": "Engraving", "view:en_jp": "Words"}
    assert engraving.prices == {"nippon": "5", "europa": "4"}
    assert (wrapping.kind, wrapping.required) == ("multi_select", False)
    assert [(c.code, c.labels, c.prices, c.percent) for c in choices(wrapping)] == [
        (str(plain), {"": "Plain", "view:ja": "無地"}, {}, None), (str(rich), {"": "Rich"}, {}, Decimal("12.5")),
    ]  # fmt: skip
    told = findings(1, "product")
    assert ("option_sku_not_carried", f"{text}: ENGR") in told
    assert "option_not_carried" in {code for code, _ in told}
    assert product(1).has_choices


def test_a_title_that_changes_later_changes_its_product_only(rows: Database) -> None:
    option = kinds.custom_option(rows, 1, "drop_down", {0: "Size"})
    value = kinds.custom_value(rows, option, {0: "Big"}, {0: "1"})
    rows.send()
    before = dict(Product.objects.values_list("sku", "version"))
    rows.put("catalog_product_option_type_title", option_type_title_id=rows.number(), option_type_id=value,
             store_id=23, title="Μεγάλο")  # fmt: skip
    rows.send()
    assert choices(options(1)[0])[0].labels["view:el"] == "Μεγάλο"
    after = dict(Product.objects.values_list("sku", "version"))
    assert {sku for sku in after if after[sku] != before[sku]} == {"PART-1"}


def test_percent_in_one_website_and_an_amount_in_another_is_told_and_not_sold_wrongly(rows: Database) -> None:
    option = kinds.custom_option(rows, 1, "field", {0: "Name"}, prices={0: "10"}, percent=True, required=0)
    rows.put("catalog_product_option_price", option_price_id=rows.number(), option_id=option, store_id=23, price="2",
             price_type="fixed")  # fmt: skip
    rows.send()
    assert options(1)[0].prices == {"europa": "2"}
    assert ("surcharge_differs", f"option {option}: percent in nippon") in findings(1, "product")


def test_a_bundle_of_dynamic_price_costs_what_its_parts_cost(rows: Database) -> None:
    rows.product(9, "KIT", type_="bundle", websites=(5,), price_type=0, price=None)
    ball = kinds.bundle_option(rows, 9, "radio", {0: "Ball", 21: "ボール"})
    kinds.selection(rows, 9, ball, 1, is_default=1, selection_can_change_qty=1)
    kinds.selection(rows, 9, ball, 2, is_default=1, selection_qty="2.0000", selection_price_value="7")
    kinds.selection(rows, 9, ball, 77)
    extra = kinds.bundle_option(rows, 9, "multi", {0: "Extra"}, required=0)
    kinds.selection(rows, 9, extra, 3, selection_can_change_qty=1)
    rows.send()
    first, second = options(9)
    assert (first.kind, first.required, first.labels) == ("select", True, {"": "Ball", "view:ja": "ボール"})
    found = [
        (c.component and c.component.sku, c.quantity, c.is_default, c.quantity_changes, c.prices)
        for c in choices(first)
    ]
    assert found == [("PART-1", 1, True, True, {}), ("PART-2", 2, False, False, {})]
    assert (second.kind, choices(second)[0].quantity_changes) == ("multi_select", False)
    assert {code for code, _ in findings(9)} == {"part_not_carried", "second_default"}
    assert not Price.objects.filter(product=product(9)).exists()
    assert page("ja", "thing-9")["price"]["amount"] == "10"


def test_a_bundle_of_fixed_price_adds_what_a_website_says_for_all_that_is_chosen(rows: Database) -> None:
    rows.product(9, "KIT", type_="bundle", websites=(5, 6), price_type=1, price="99", special_price="80")
    bag = kinds.bundle_option(rows, 9, "select", {0: "Bag"})
    plain = kinds.selection(rows, 9, bag, 1, selection_price_value="3", selection_can_change_qty=1)
    rows.put("catalog_product_bundle_selection_price", selection_id=plain, website_id=6, parent_product_id=9,
             selection_price_type=0, selection_price_value="2.5")  # fmt: skip
    kinds.selection(rows, 9, bag, 2, selection_price_type=1, selection_price_value="5", selection_qty="2.0000")
    rows.tier(9, "10", quantity=3)
    rows.send()
    first, second = choices(options(9)[0])
    assert {channel: Decimal(text) for channel, text in first.prices.items()} == {"nippon": 3, "europa": Decimal("2.5")}
    assert (second.percent, second.quantity) == (10, 2)
    specials = Price.objects.filter(product=product(9), kind="special")
    assert {price.amount for price in specials} == {Decimal("79.2")}
    tiers = Price.objects.filter(product=product(9), kind="list")
    assert {(price.percent, price.min_quantity) for price in tiers} == {(10, 3)}


def test_a_group_has_members_in_order_with_quantities(rows: Database) -> None:
    rows.product(8, "SET", type_="grouped", websites=(5,), price=None)
    kinds.link(rows, 8, 2, "super", position=2, quantity="3.0000")
    kinds.link(rows, 8, 1, "super", position=1, quantity="0")
    kinds.link(rows, 8, 66, "super", position=3)
    rows.send()
    members = ProductLink.objects.filter(product=product(8), kind="member").order_by("position")
    assert [(m.target.sku, m.quantity) for m in members.select_related("target")] == [("PART-1", 0), ("PART-2", 3)]
    assert findings(8) == {("part_not_carried", "66")}
    assert [m["sku"] for m in page("ja", "thing-8")["members"]] == ["PART-1", "PART-2"]


def test_links_lead_to_pages_whenever_these_come(rows: Database) -> None:
    kinds.link(rows, 1, 3, "relation", position=2)
    kinds.link(rows, 1, 2, "relation", position=1)
    kinds.link(rows, 1, 5, "up_sell")
    kinds.link(rows, 1, 2, "acme")
    rows.send()
    assert findings(1) == {("link_not_carried", "up_sell 5"), ("link_not_carried", "99 2")}
    rows.product(5, "LATER", websites=(5,))
    rows.send()
    found = ProductLink.objects.filter(product=product(1)).order_by("kind", "position").select_related("target")
    assert [(one.kind, one.target.sku) for one in found] == [
        ("related", "PART-2"), ("related", "PART-3"), ("up_sell", "LATER"),
    ]  # fmt: skip
    assert findings(1) == {("link_not_carried", "99 2")}


def test_a_link_to_what_became_a_variant_leads_to_its_product(rows: Database) -> None:
    kinds.link(rows, 1, 2, "cross_sell")
    rows.send()
    rows.value("product", 2, "shade", 41)
    rows.configurable(4, "FAMILY", 2, websites=(5, 6))
    rows.send()
    (link,) = ProductLink.objects.filter(product=product(1)).select_related("target")
    assert link.target.sku == "FAMILY"
    assert findings(1) == {("link_to_variant", "2 of FAMILY")}


def test_links_and_parts_that_are_gone_are_gone_here(rows: Database) -> None:
    id_ = kinds.link(rows, 1, 2, "relation")
    rows.send()
    rows.drop("catalog_product_link", id_)
    rows.send()
    assert not ProductLink.objects.exists()


def test_downloads_have_files_in_private_storage_and_addresses_are_told_of(rows: Database) -> None:
    rows.product(7, "BOOK", type_="downloadable", websites=(5,))
    link = kinds.download(rows, 7, {0: "Part one", 21: "一"}, price="6", number_of_downloads=3,
                          sample_file="/s/a.pdf", sample_type="file")  # fmt: skip
    kinds.download(rows, 7, {0: "Elsewhere"}, link_type="url", link_file=None, link_url="https://example.com/x")
    rows.put("downloadable_sample", sample_id=4, product_id=7, sample_url=None, sample_file="/t.pdf",
             sample_type="file", sort_order=0)  # fmt: skip
    rows.put("downloadable_sample_title", title_id=4, sample_id=4, store_id=0, title="Trailer")
    rows.send()
    files = {file.code: file for file in DownloadFile.objects.filter(product=product(7))}
    assert set(files) == {f"link-{link}", f"link-{link}-sample", "sample-4"}
    first = files[f"link-{link}"]
    assert (first.path, first.most_downloads) == (f"private/downloadable/files/links/a/{link}.pdf", 3)
    assert first.labels == {"": "Part one", "view:ja": "一"}
    assert files["sample-4"].is_sample and files["sample-4"].path == "private/downloadable/files/samples/t.pdf"
    assert {code for code, _ in findings(7, "product")} == {"file_elsewhere"}
    assert not product(7).has_choices and not product(7).requires_shipping


def test_links_that_are_sold_singly_are_chosen_and_paid_each(rows: Database) -> None:
    rows.product(7, "SERIES", type_="downloadable", websites=(5,), price=None, links_purchased_separately=1,
                 links_title={0: "Episodes", 22: "Parts"})  # fmt: skip
    one = kinds.download(rows, 7, {0: "One"}, price="9")
    two = kinds.download(rows, 7, {0: "Two"}, price="11")
    rows.send()
    (question,) = options(7)
    assert (question.code, question.kind, question.required) == ("files", "multi_select", True)
    assert question.labels == {"": "Episodes", "view:en_jp": "Parts"}
    assert [(c.code, Decimal(c.prices["nippon"])) for c in choices(question)] == [
        (f"link-{one}", 9), (f"link-{two}", 11),
    ]  # fmt: skip
    assert {price.amount for price in Price.objects.filter(product=product(7), kind="base")} == {0}


def test_making_all_of_it_again_changes_nothing(rows: Database) -> None:
    kinds.custom_option(rows, 1, "field", {0: "Name"})
    rows.product(9, "KIT", type_="bundle", price_type=0, price=None)
    kinds.selection(rows, 9, kinds.bundle_option(rows, 9, "radio", {0: "Ball"}), 1)
    kinds.link(rows, 2, 3, "relation")
    rows.send()
    before = dict(Product.objects.values_list("sku", "version"))
    ids = set(ProductOption.objects.values_list("id", flat=True))
    with unit_of_work("catalog"):
        for kind in MIRROR.kinds:
            MIRROR.touch_all("shop", kind)
    rows.send()
    assert dict(Product.objects.values_list("sku", "version")) == before
    assert set(ProductOption.objects.values_list("id", flat=True)) == ids
