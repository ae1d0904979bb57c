"""What rows of a Magento database mean here, on shops that nobody has seen before."""

import json
import random
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from catalog.catalog.queries import category_tree, product_page, view_facts
from catalog.legacy.models import MagentoFinding
from catalog.legacy.tables import MIRROR
from catalog.pricing.models import Price
from catalog.product.models import Attribute, Category, Channel, Product, ProductDocument, Slug, View
from catalog.tests import shop
from catalog.tests.magento_rows import Database, deliver, make
from chassis.ids import migrated_id

pytestmark = pytest.mark.django_db(databases=["catalog"], transaction=True)


PRICE_SCOPE = 17
MARCH = "2026-03-0{}T00:00:00"


@pytest.fixture
def db_rows() -> Database:
    """Two websites: yen with two views, euro with one; prices per website."""
    database = Database()
    database.schema()
    database.put(
        "core_config_data", config_id=PRICE_SCOPE, scope="default", scope_id=0, path="catalog/price/scope", value=1
    )
    database.website(5, "nippon", (21, "ja"), (22, "en_jp"), currency__options__base="JPY",
                     general__locale__code="ja_JP", general__locale__timezone="Asia/Tokyo",
                     general__country__default="JP")  # fmt: skip
    database.website(6, "europa", (23, "el"), currency__options__base="EUR", general__locale__code="el_GR",
                     tax__calculation__price_includes_tax="1", general__locale__timezone="Europe/Athens")  # fmt: skip
    database.category(899, 0, "899", name="All")
    database.category(900, 899, "899/900", name="Root")
    return database


def product(id_: int) -> Product:
    return Product.objects.get(id=migrated_id("shop", "product", id_))


def findings(kind: str = "product") -> set[tuple[str, str]]:
    return set(MagentoFinding.objects.filter(kind=kind).values_list("owner", "code"))


def prices(id_: int) -> dict[str, Decimal]:
    rows = Price.objects.filter(product=product(id_), kind="base")
    return dict(rows.values_list("channel", "amount"))


def page(view: str, slug: str) -> dict[str, Any]:
    found: Any = product_page(view, slug)
    return json.loads(found.content)


def failed() -> list[Any]:
    return [kind.failed for kind in MIRROR.summary("shop").kinds if kind.failed]


def test_websites_and_stores_become_channels_and_views(db_rows: Database) -> None:
    db_rows.store(24, "closed", website=6, active=0)
    db_rows.send()
    channels = {c.code: (c.currency, c.time_zone, c.prices_include_tax, c.countries) for c in Channel.objects.all()}
    assert channels == {
        "nippon": ("JPY", "Asia/Tokyo", False, ["JP"]), "europa": ("EUR", "Europe/Athens", True, ["US"]),
    }  # fmt: skip
    views = {v.code: (v.channel.code, v.locale, v.active) for v in View.objects.select_related("channel")}
    assert views == {"ja": ("nippon", "ja-JP", True), "en_jp": ("nippon", "ja-JP", True),
                     "el": ("europa", "el-GR", True), "closed": ("europa", "el-GR", False)}  # fmt: skip
    assert failed() == []
    assert {view.root_id for view in View.objects.all()} == {migrated_id("shop", "category", 900)}
    assert Channel.objects.get(code="nippon").id == migrated_id("shop", "website", 5)


def test_a_store_that_is_gone_or_renamed_is_closed_or_renamed(db_rows: Database) -> None:
    db_rows.product(1, "A", name={0: "A", 22: "A in English"})
    db_rows.send()
    db_rows.store(22, "english", website=5)
    db_rows.drop("store", 23)
    db_rows.send()
    assert dict(View.objects.values_list("code", "active")) == {"ja": True, "english": True, "el": False}
    assert product(1).texts["view:english"]["name"] == "A in English"
    assert page("english", "thing-1")["name"] == "A in English"


def test_a_code_that_is_somebody_elses_is_refused_with_a_reason(db_rows: Database) -> None:
    shop.structure()
    db_rows.website(8, "eu", (30, "x"))
    db_rows.send()
    assert any("eu is the code of another channel" in reason for several in failed() for _, reason in several)
    assert Channel.objects.get(code="eu").name == "Europe"


def test_texts_and_values_are_resolved_by_scope_and_empty_ones_are_told_of(db_rows: Database) -> None:
    db_rows.product(
        1, "茶碗", name={0: "茶碗", 22: "Tea bowl"}, description={0: "<p>&reg;</p>", 22: None, 23: ""},
        motto={0: "all", 21: "nippon", 22: "nippon", 23: "all"}, shade={0: 41, 21: 42}, uses="45,,46,99",
    )  # fmt: skip
    db_rows.send()
    row = product(1)
    assert (row.sku, row.texts) == ("茶碗", {"": {"name": "茶碗", "description": "<p>&reg;</p>"},
                                             "view:en_jp": {"name": "Tea bowl"}})  # fmt: skip
    assert row.values == {"": {"motto": "all", "shade": "41", "uses": ["45", "46"]},
                          "channel:nippon": {"motto": "nippon"}}  # fmt: skip
    notes = set(MagentoFinding.objects.filter(owner="1").values_list("code", "detail"))
    assert notes == {("blank_in_view", "description in en_jp"), ("blank_in_view", "description in el"),
                     ("value_outside_scope", "shade in ja"), ("unknown_option", "uses 99")}  # fmt: skip


def test_prices_belong_to_websites_and_are_global_when_the_shop_says_so(db_rows: Database) -> None:
    db_rows.product(1, "A", websites=(5, 6), price={0: "1200", 23: "9.990000"})
    db_rows.product(2, "B", websites=(5, 6), price={23: "5"})
    db_rows.product(3, "C", price={0: "-1"})
    db_rows.send()
    assert prices(1) == {"nippon": Decimal(1200), "europa": Decimal("9.99")}
    assert page("ja", "thing-1")["price"]["amount"] == "1200"
    assert prices(2) == {"europa": Decimal(5)} and prices(3) == {}
    assert ("3", "price_refused") in findings()
    db_rows.put(
        "core_config_data", config_id=PRICE_SCOPE, scope="default", scope_id=0, path="catalog/price/scope", value="0"
    )
    db_rows.send()
    assert prices(1) == {"nippon": Decimal(1200), "europa": Decimal(1200)}
    assert {c.currency for c in Channel.objects.all()} == {"USD"}


def test_a_special_price_lasts_until_the_end_of_its_last_day_where_the_shop_is(db_rows: Database) -> None:
    db_rows.product(
        1, "A", special_price="8", special_from_date="2026-03-01T00:00:00", special_to_date="2026-03-02T00:00:00"
    )
    db_rows.product(2, "B", special_price="8", special_from_date=None)
    db_rows.product(
        3, "C", special_price="8", special_from_date="2026-03-05T00:00:00", special_to_date="2026-03-02T00:00:00"
    )
    db_rows.send()
    special = Price.objects.get(product=product(1), channel="nippon", kind="special")
    assert special.starts_at == datetime(2026, 2, 28, 15, tzinfo=UTC)
    assert special.ends_at == datetime(2026, 3, 2, 15, tzinfo=UTC)
    assert Price.objects.get(product=product(2), channel="nippon", kind="special").ends_at is None
    assert not Price.objects.filter(product=product(3), kind="special").exists()
    assert ("3", "window_without_time") in findings()


def test_status_and_visibility_decide_by_view(db_rows: Database) -> None:
    db_rows.product(1, "EVERYWHERE", websites=(5, 6))
    db_rows.product(2, "ONE", websites=(5, 6), status={0: 2, 21: 1})
    db_rows.product(3, "SEARCHED", visibility=3)
    db_rows.product(4, "LISTED", visibility=2)
    db_rows.product(5, "HIDDEN", visibility={0: 4, 22: 1})
    db_rows.product(6, "NOWHERE", websites=())
    for id_ in (1, 2, 3, 4, 5):
        db_rows.place(id_, 900)
    db_rows.send()
    documents = set(ProductDocument.objects.values_list("view", "product_id"))
    views = {id_: {view for view, product_ in documents if product_ == product(id_).id} for id_ in range(1, 7)}
    assert views == {1: {"ja", "en_jp", "el"}, 2: {"ja"}, 3: {"ja", "en_jp"}, 4: {"ja", "en_jp"}, 5: {"ja"}, 6: set()}
    assert product(2).channels == ["nippon"] and product(6).channels == []
    assert ("6", "no_website") in findings()
    made = {d.product_id: d for d in ProductDocument.objects.filter(view="ja")}
    assert made[product(3).id].categories == [] and made[product(3).id].words
    assert made[product(4).id].categories and made[product(4).id].words == ""
    assert made[product(4).id].source["searched"] is False


def test_children_are_variants_of_their_product_and_what_cannot_be_stays_a_product(db_rows: Database) -> None:
    for id_, shade in ((11, 41), (12, 42), (13, 42), (14, None)):
        db_rows.product(id_, f"C-{id_}", visibility=1, status={0: 1, 22: 2} if id_ == 12 else 1, shade=shade)
    db_rows.configurable(10, "C", 11, 12, 13, 14, 15)
    db_rows.send()
    assert [(v.sku, v.kind) for v in Product.objects.filter(parent=product(10)).order_by("position")] == [
        ("C-11", "variant"), ("C-12", "variant"),
    ]  # fmt: skip
    assert (product(13).kind, product(14).kind) == ("simple", "simple")
    assert {("13", "variant_twice"), ("14", "variant_without_option"), ("10", "variant_not_carried")} <= findings()
    assert [v["sku"] for v in page("ja", "thing-10")["variants"]] == ["C-11", "C-12"]
    assert [v["sku"] for v in page("en_jp", "thing-10")["variants"]] == ["C-11"]
    assert product(11).id == migrated_id("shop", "product", 11)


def test_a_product_becomes_a_variant_and_one_of_its_own_again(db_rows: Database) -> None:
    db_rows.product(11, "C-11", shade=41)
    db_rows.product(12, "C-12", shade=42)
    db_rows.send()
    assert page("ja", "thing-11")["sku"] == "C-11"
    db_rows.configurable(10, "C", 11, 12)
    db_rows.send()
    assert product(11).kind == "variant" and product(11).parent_id == product(10).id
    assert not ProductDocument.objects.filter(product_id=product(11).id).exists()
    assert ("11", "variant_with_page") in findings()
    db_rows.drop("catalog_product_super_link", 10011)
    db_rows.send()
    assert product(11).kind == "simple" and product(11).parent_id is None
    assert page("ja", "thing-11")["sku"] == "C-11"
    assert [v["sku"] for v in page("ja", "thing-10")["variants"]] == ["C-12"]
    assert failed() == []


def test_a_child_of_two_products_is_the_first_ones(db_rows: Database) -> None:
    db_rows.product(11, "X-11", visibility=1, shade=41)
    db_rows.configurable(10, "X", 11)
    db_rows.configurable(9, "W", 11)
    db_rows.send()
    assert product(11).parent_id == product(9).id
    assert ("10", "variant_of_another") in findings()
    db_rows.drop("catalog_product_super_link", 9011)
    db_rows.send()
    assert product(11).parent_id == product(10).id and failed() == []


def test_types_that_are_not_carried_are_left_out_and_told_of(db_rows: Database) -> None:
    for id_, type_ in enumerate(("giftcard", "subscription_of_an_extension"), 1):
        db_rows.product(id_, f"T{id_}", type_=type_)
    db_rows.value("product", 77, "name", "of nobody")
    db_rows.send()
    assert not Product.objects.exists()
    assert {(str(n), "product_type_not_carried") for n in range(1, 3)} | {("77", "no_entity")} == findings()
    (kind,) = [k for k in MIRROR.summary("shop").kinds if k.kind == "product"]
    assert (kind.things, kind.carried, kind.left_out) == (3, 0, 3)


def test_a_deleted_product_is_off_sale_and_its_sku_is_free_for_another(db_rows: Database) -> None:
    db_rows.product(1, "A")
    db_rows.send()
    db_rows.drop("catalog_product_entity", 1)
    db_rows.send()
    assert product(1).channels == [] and not ProductDocument.objects.exists()
    db_rows.product(2, "a", url_key="thing-1")
    db_rows.send()
    assert product(2).sku == "a" and page("ja", "thing-1")["sku"] == "a"
    assert failed() == []


def test_a_sku_and_a_type_may_change(db_rows: Database) -> None:
    db_rows.product(1, "OLD")
    db_rows.send()
    db_rows.product(1, "NEW", type_="virtual")
    db_rows.send()
    assert (product(1).sku, product(1).kind, product(1).requires_shipping) == ("NEW", "virtual", False)
    assert failed() == []


def test_one_url_key_of_two_products_and_of_two_categories_gives_two_addresses(db_rows: Database) -> None:
    db_rows.product(1, "A", url_key="same")
    db_rows.product(2, "B", url_key="same")
    db_rows.product(3, "Ü", url_key=None, name="Ünïcode 製品")
    for id_, parent in ((910, 900), (920, 900), (911, 910), (921, 920)):
        path = f"899/900/{id_}" if parent == 900 else f"899/900/{parent}/{id_}"
        db_rows.category(id_, parent, path, name="Tops", url_key="tops" if parent != 900 else f"top{id_}",
                         is_active={0: 1, 23: 0} if id_ == 920 else 1)  # fmt: skip
    db_rows.send()
    assert page("ja", "same")["sku"] == "A" and page("ja", "same-b")["sku"] == "B"
    assert ("2", "address_taken") in findings()
    slugs = dict(Slug.objects.filter(view="ja", kind="category", current=True).values_list("target", "slug"))
    assert slugs[migrated_id("shop", "category", 911)] == "top910-tops"
    assert slugs[migrated_id("shop", "category", 921)] == "top920-tops"
    assert {c["slug"] for c in category_tree(view_facts("ja"))} == {"top910", "top920"}
    assert {c["slug"] for c in category_tree(view_facts("el"))} == {"top910"}
    assert failed() == []


def test_attributes_of_every_kind(db_rows: Database) -> None:
    db_rows.attribute("weee", "static", "weee", GLOBAL_SCOPE)
    db_rows.attribute("made_by_class", "varchar", "select", GLOBAL_SCOPE, source_model="Acme\\Source\\Planets")
    db_rows.attribute("elsewhere", "varchar", "text", GLOBAL_SCOPE, backend_table="acme_values")
    db_rows.attribute("count", "int", "text", GLOBAL_SCOPE)
    db_rows.product(1, "A", made_by_class="mars")
    db_rows.value("product", 1, "count", "12", backend="int")
    db_rows.value("product", 1, "elsewhere", "x")
    db_rows.send()
    kinds = dict(Attribute.objects.values_list("code", "kind"))
    assert kinds == {"shade": "select", "girth": "select", "uses": "multi_select", "motto": "text",
                     "price_type": "number", "links_purchased_separately": "number", "links_title": "text",
                     "made_by_class": "text", "count": "number"}  # fmt: skip
    assert product(1).values == {"": {"made_by_class": "mars", "count": 12}}
    codes = [code for _, code in findings("attribute")]
    assert codes.count("unsupported_attribute") == 2
    assert ("1", "attribute_not_carried") in findings()


GLOBAL_SCOPE = "1"


def test_an_option_and_an_attribute_that_come_late_put_products_right(db_rows: Database) -> None:
    db_rows.product(1, "A", shade=47)
    db_rows.send()
    assert product(1).values == {} and ("1", "unknown_option") in findings()
    db_rows.option(47, "shade", "Dusk")
    db_rows.send()
    assert product(1).values == {"": {"shade": "47"}} and findings() == set()


def test_a_changed_row_changes_its_product_and_no_other(db_rows: Database) -> None:
    for id_ in range(1, 6):
        db_rows.product(id_, f"P{id_}")
    db_rows.send()
    before = dict(Product.objects.values_list("sku", "version"))
    told = len(shop.events("catalog.product_changed"))
    db_rows.value("product", 3, "name", "Changed")
    db_rows.send()
    after = dict(Product.objects.values_list("sku", "version"))
    assert {sku for sku in after if after[sku] != before[sku]} == {"P3"}
    assert len(shop.events("catalog.product_changed")) == told + 1


def fill(rows: Database) -> None:
    """A bit of everything."""
    rows.category(910, 900, "899/900/910", name={0: "Bowls", 22: "Bowls (en)"}, url_key="bowls")
    for id_ in range(11, 17):
        rows.product(id_, f"C-{id_}", visibility=1, shade=41 + id_ % 2, girth=43 + id_ // 2 % 2)
    rows.configurable(10, "C", 11, 12, 13, 14, axes=("shade", "girth"))
    rows.configurable(20, "D", 15, 16, name={0: "D", 23: "Δ"})
    for id_ in range(30, 45):
        rows.product(id_, f"S-{id_}", websites=(5, 6), price={0: id_, 23: id_ + 1}, uses="45,46", tax_class_id=31)
        rows.place(id_, 910, position=id_)
    rows.drop("catalog_product_entity", 31)
    rows.value("product", 32, "name", "Twice changed")
    rows.value("product", 32, "name", "Thrice changed")
    rows.drop("catalog_product_super_link", 20016)


def state() -> Any:
    with connections["catalog"].cursor() as cursor:
        cursor.execute("""SELECT id, sku, kind, parent_id, position, axes, texts::text, "values"::text, tax_class,
                                 channels, shown::text FROM catalog_product ORDER BY id""")
        products = cursor.fetchall()
        cursor.execute("SELECT view, product_id, slug, content, categories FROM catalog_productdocument ORDER BY 1, 2")
        documents = cursor.fetchall()
        cursor.execute("SELECT product_id, channel, kind, amount FROM catalog_price ORDER BY 1, 2, 3")
        amounts = cursor.fetchall()
        cursor.execute("SELECT code, parent_id, texts::text, active FROM catalog_category ORDER BY 1")
        categories = cursor.fetchall()
        cursor.execute("SELECT kind, owner, code, detail FROM catalog_magentofinding ORDER BY 1, 2, 3, 4")
        return products, documents, amounts, categories, cursor.fetchall()


def forget() -> None:
    from django.core.management import call_command

    call_command("flush", database="catalog", interactive=False, verbosity=0)


@pytest.mark.parametrize("seed", range(4))
def test_rows_in_any_order_repeated_and_in_pieces_give_the_same_catalogue(db_rows: Database, seed: int) -> None:
    fill(db_rows)
    changes = list(db_rows.changes)
    deliver(changes)
    wanted = state()
    assert len(wanted[0]) == 22 and failed() == []
    forget()
    dice = random.Random(seed)
    shuffled = changes + dice.sample(changes, len(changes) // 3)
    dice.shuffle(shuffled)
    # 31 may have been here before it was deleted, and is then off sale.
    deliver(shuffled, chunk=37, make_between=True)
    assert failed() == []
    gone = migrated_id("shop", "product", 31)
    assert [[row for row in rows if gone not in row] for rows in state()] == list(wanted)


def test_making_everything_again_changes_nothing(db_rows: Database) -> None:
    from chassis.unit_of_work import unit_of_work

    fill(db_rows)
    db_rows.send()
    before = state(), dict(Product.objects.values_list("id", "version")), len(shop.events("catalog.product_changed"))
    with unit_of_work("catalog"):
        for kind in MIRROR.kinds:
            MIRROR.touch_all("shop", kind)
    make()
    after = state(), dict(Product.objects.values_list("id", "version")), len(shop.events("catalog.product_changed"))
    assert after == before


def test_the_number_of_statements_does_not_grow_with_the_products(db_rows: Database) -> None:
    db_rows.send()

    def statements(ids: range) -> int:
        for id_ in ids:
            db_rows.product(id_, f"N-{id_}")
        with CaptureQueriesContext(connections["catalog"]) as seen:
            db_rows.send()
        return len(seen)

    few = statements(range(100, 105))  # the first also reads what is remembered afterwards
    assert statements(range(200, 290)) <= few
    assert Category.objects.count() == 1


def test_tier_prices_are_price_lists_of_each_website_and_group(db_rows: Database) -> None:
    for id_, name in ((0, "NOT LOGGED IN"), (2, "Großkunden")):
        db_rows.put("customer_group", customer_group_id=id_, customer_group_code=name, tax_class_id=3)
    db_rows.product(1, "A", websites=(5, 6), price="100.000000", cost="40.000000", msrp="120.000000")
    db_rows.tier(1, "90.000000", quantity=10)
    db_rows.tier(1, "80.000000", quantity=10, website=5)
    db_rows.tier(1, "0.000000", group=2, percent="15.00")
    db_rows.tier(1, "70.000000", group=0, website=6)
    db_rows.tier(1, "60.000000", group=9, website=6)
    db_rows.send()
    rows = Price.objects.filter(kind="list").select_related("price_list")
    assert {(p.price_list.code, p.price_list.channel, tuple(p.price_list.groups), p.min_quantity, p.amount, p.percent)
            for p in rows if p.price_list} == {
        ("shop-5-all", "nippon", (), 10, 80, None),
        ("shop-5-grosskunden", "nippon", ("grosskunden",), 1, None, 15),
        ("shop-6-grosskunden", "europa", ("grosskunden",), 1, None, 15),
        ("shop-6-guests", "europa", ("@guests",), 1, 70, None),
    }  # fmt: skip
    assert findings() == {("1", "tier_in_another_currency"), ("1", "unknown_customer_group")}
    assert set(Price.objects.filter(kind="cost").values_list("amount", flat=True)) == {40}
    assert page("el", "thing-1")["price"]["amount"] == "70.00"
    assert page("el", "thing-1")["price"]["compare_at"] == "120.00"
    db_rows.put("customer_group", customer_group_id=9, customer_group_code="Late", tax_class_id=3)
    db_rows.send()
    assert findings() == {("1", "tier_in_another_currency")}
    assert Price.objects.filter(price_list__code="shop-6-late").count() == 1
