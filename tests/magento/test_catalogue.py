"""The whole catalogue of the real shop, migrated once for this module and looked at from all sides."""

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from catalog.legacy.models import MagentoFinding
from catalog.legacy.tables import MIRROR
from catalog.pricing.models import Price
from catalog.product.models import Category, Channel, Media, Product, ProductCategory, ProductDocument, View
from chassis import clients
from chassis.ids import migrated_id
from chassis.unit_of_work import unit_of_work
from contracts.dialect import CatalogDialect
from tests.magento import catalogue
from tests.magento.oracle import compare
from tests.magento.server import MagentoServer, dumps_folder

pytestmark = [pytest.mark.magento, pytest.mark.timeout(1200)]


@pytest.fixture(scope="module", autouse=True)
def migrated(
    magento: MagentoServer, django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any
) -> Iterator[None]:
    """The shop, extracted and applied; every test of this module reads it, and leaves it as it was."""
    from django.test import override_settings

    with django_db_blocker.unblock(), catalogue.clean():
        with override_settings(STATE_FOLDER=tmp_path_factory.mktemp("state")):
            catalogue.move(magento.url)
            yield


def product(old_id: int) -> Product:
    return Product.objects.get(id=migrated_id("magento", "product", old_id))


TIERS = "tier_in_another_currency"


def findings(old_id: int) -> set[tuple[str, str]]:
    """What is told of a product, beside the tiers that many have for all websites."""
    told = MagentoFinding.objects.filter(kind="product", owner=str(old_id)).exclude(code=TIERS)
    return set(told.values_list("code", "detail"))


def get(path: str) -> Any:
    answer = Client().get(f"/api/v1/{path}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def rest(name: str) -> Iterator[tuple[str, str, Any]]:
    """(store, path, body) of what the running Magento answered."""
    with gzip.open(dumps_folder() / "oracle" / "rest" / f"{name}.jsonl.gz", "rt") as lines:
        for line in lines:
            answer = json.loads(line)
            if answer["status"] == 200:
                store, _, path = answer["get"].partition("/V1/")
                yield store, path, answer["body"]


def test_every_value_agrees_with_magento_in_every_view_or_is_explained() -> None:
    result = compare()
    assert result.unexplained == []
    assert result.equal > 165_000
    assert {reason: n for reason, n in result.explained.items() if reason not in BY_DESIGN} == {
        "unknown_option": 12, "views_of_a_website_differ": 12, "sku_trimmed": 4, "value_outside_scope": 1,
        "blank_in_view": 1,
    }  # fmt: skip


BY_DESIGN = {"admin_is_no_view", "no_page_no_address", "not_in_the_website", "its_product_is_not_sold",
             "window_without_price", "links_carry_the_price"}  # fmt: skip


def test_a_value_that_disagrees_is_reported() -> None:
    bag = product(1)
    Product.objects.filter(id=bag.id).update(texts={**bag.texts, "": {**bag.texts[""], "name": "Damaged"}})
    try:
        wrong = compare().unexplained
    finally:
        Product.objects.filter(id=bag.id).update(texts=bag.texts)
    assert {(view, code, ours) for id_, view, code, _, ours in wrong if id_ == "1"} == {
        ("admin", "name", "Damaged"), ("default", "name", "Damaged"), ("fr", "name", "Damaged"),
    }  # fmt: skip


def test_prices_websites_pictures_places_and_variants_agree_with_the_running_magento() -> None:
    ours = {row.external_id["magento"]: row for row in Product.objects.filter(external_id__has_key="magento")}
    prices = {(p.product_id, p.channel): p.amount for p in Price.objects.filter(kind="base")}
    looked = Counter[str]()
    for store, _, body in rest("products"):
        row = ours[str(body["id"])]
        more = body["extension_attributes"]
        if store != "all" and row.kind not in ("configurable", "grouped") and not row.details.get("dynamic_price"):
            channel = View.objects.get(code=store).channel.code
            assert prices[row.id, channel] == Decimal(str(body["price"])), (store, body["sku"])
            looked["price"] += 1
        gallery = [(e["file"], e["disabled"]) for e in body["media_gallery_entries"]]
        mine = [(m.path.removeprefix("catalog/product"), m.hidden) for m in media(row)]
        assert sorted(mine) == sorted(gallery), body["sku"]
        looked["pictures"] += len(gallery)
        links = {f"magento-{link['category_id']}": link["position"] for link in more.get("category_links", ())}
        places = ProductCategory.objects.filter(product=row).values_list("category__code", "position")
        if not row.parent_id:
            assert dict(places) == links, body["sku"]
            looked["places"] += len(links)
        if row.kind == "configurable":
            variants = {int(v.external_id["magento"]) for v in Product.objects.filter(parent=row)}
            assert variants == set(more["configurable_product_links"]), body["sku"]
            looked["variants"] += len(variants)
    assert looked["price"] > 480 and looked["pictures"] > 1000 and looked["places"] > 500 and looked["variants"] > 5000


def media(row: Product) -> list[Media]:
    return list(Media.objects.filter(product=row).order_by("position"))


def test_the_category_trees_agree_with_the_running_magento() -> None:
    def theirs(node: dict[str, Any]) -> Any:
        children = sorted(node["children_data"], key=lambda child: (child["position"], child["id"]))
        return node["name"], [theirs(child) for child in children if child["is_active"]]

    def ours(node: dict[str, Any]) -> Any:
        return node["name"], [ours(child) for child in node["children"]]

    def by_name(node: Any) -> Any:
        return node[0], sorted((by_name(child) for child in node[1]), key=str)

    trees = {store: body for store, path, body in rest("categories") if path == "categories"}
    assert set(trees) >= {"default", "de", "fr"}
    for store in ("default", "de", "fr"):
        mine = ("Default Category", [ours(node) for node in get(f"{store}/categories")["items"]])
        assert by_name(mine) == by_name(theirs(trees[store])), store


def test_channels_and_views_are_websites_and_stores() -> None:
    channels = {
        c.code: (c.currency, c.prices_include_tax, c.countries, c.time_zone, c.active) for c in Channel.objects.all()
    }
    assert channels == {
        "base": ("USD", False, ["US"], "America/Chicago", True),
        "eu": ("EUR", True, ["FR"], "America/Chicago", True),
    }
    views = {v.code: (v.channel.code, v.locale, v.active) for v in View.objects.select_related("channel")}
    assert views == {
        "default": ("base", "en-US", True), "de": ("base", "de-DE", True), "fr": ("eu", "fr-FR", True),
        "b2b_old": ("base", "en-US", False),
    }  # fmt: skip
    assert Client().get("/api/v1/b2b_old/categories").status_code == 404


def test_a_shopper_lists_a_category_searches_and_sees_a_configurable_product() -> None:
    (women,) = [c for c in get("default/categories")["items"] if c["name"] == "Women"]
    (tops,) = [c for c in women["children"] if c["name"] == "Tops"]
    assert tops["slug"] == "tops-women"
    listing = get("default/categories/tops-women?limit=96")
    assert listing["total"] == len(listing["items"]) > 40
    colours = next(f for f in listing["facets"] if f["code"] == "color")
    assert {"Black", "Blue"} <= {value["label"] for value in colours["values"]}
    blue = next(value for value in colours["values"] if value["label"] == "Blue")
    assert blue["swatch"] == "#1857f7"
    assert get(f"default/categories/tops-women?filter.color={blue['value']}")["total"] == blue["count"]
    found = get("default/search?q=breathe-easy+tank")["items"]
    assert found[0]["name"] == "Breathe-Easy Tank"
    page = get(f"default/products/{found[0]['slug']}")
    assert [axis["code"] for axis in page["axes"]] == ["color", "size"] or {a["code"] for a in page["axes"]} == {
        "color",
        "size",
    }
    assert len(page["variants"]) == 15
    assert page["price"]["currency"] == "USD" and Decimal(page["price"]["amount"]) == Decimal("34")
    german = get(f"de/products?sku={page['sku']}")
    assert {axis["label"] for axis in german["axes"]} == {"Farbe", "Größe"}
    assert "Lila" in {o["label"] for axis in german["axes"] for o in axis["options"]}


def test_two_categories_of_one_name_have_addresses_of_their_own_and_inactive_ones_none() -> None:
    tops = Category.objects.filter(texts__0__isnull=True, code__in=["magento-12", "magento-21", "magento-43"])
    assert {row.texts[""]["name"] for row in tops} == {"Tops"}
    german = {c["slug"] for c in get("de/categories")["items"]}
    assert {"herren", "damen"} <= german
    closed = list(Category.objects.filter(active=False))
    shown = json.dumps(get("default/categories"))
    assert closed and not any(str(row.id) in shown for row in closed)


def test_special_prices_count_in_their_window() -> None:
    def reduced(old_id: int) -> bool:
        return bool(get(f"default/products?sku={product(old_id).sku}")["price"]["reduced"])

    # Ended in 2020; until 2031; from 2030; open-ended; only an end.
    assert [reduced(old_id) for old_id in (1, 2, 3, 4, 15)] == [False, True, False, True, True]


def test_odd_rows_are_carried_or_told_of() -> None:
    assert findings(2) == {("unknown_option", "material 99999")}
    assert product(2).values[""]["material"] == ["32", "33", "36", "38"]
    assert product(4).values[""]["material"] == ["37", "38"]
    assert "material" not in product(5).values[""]
    assert "color" not in product(6).values[""]
    assert findings(6) == {("unknown_option", "color 99999")}
    assert MagentoFinding.objects.filter(kind="product", owner="6", code=TIERS, detail="10 in eu").exists()
    assert "manufacturer" not in product(7).values[""] and findings(7) == set()
    assert findings(8) == {("value_in_wrong_table", "manufacturer in varchar")}
    assert findings(9) == {("value_outside_scope", "warranty_months in de")}
    assert "description" not in product(12).texts[""] and product(12).texts["view:default"]["description"]
    assert product(14).texts[""]["name"] == "  Push It Messenger Bag "
    assert product(20).sku == "24-UG01" and findings(20) == {("sku_trimmed", "24-UG01 ")}
    assert findings(45) == {("blank_in_view", "name in de")} and product(45).kind == "bundle"
    assert findings(2053) >= {("no_website", "")} and product(2053).channels == []


def test_odd_products_are_carried_to_the_letter() -> None:
    assert {row.sku for row in Product.objects.filter(sku__in=['ÜBER/SKU "1"', "0012345", "12345"])} == {
        'ÜBER/SKU "1"', "0012345", "12345",
    }  # fmt: skip
    amounts = set(Price.objects.values_list("amount", flat=True))
    assert {Decimal("1234567.8912"), Decimal(0)} <= amounts
    names = [row.texts.get("", {}).get("name", "") for row in Product.objects.all()]
    assert {"O'Reilly &quot;Über&quot; Mug &amp; Saucer ☕", "Gobi HeatTec&reg; Tee-XS-Red"} <= set(names)
    assert Product.objects.filter(tax_class="none").exists()
    assert Product.objects.filter(kind="virtual", requires_shipping=False).count() == 1


def test_a_product_disabled_in_one_view_is_sold_in_the_others() -> None:
    hidden = [
        row for row in Product.objects.exclude(kind="variant") if row.shown.get("fr") == "nowhere" and row.channels
    ]
    split = [row for row in hidden if set(row.channels) == {"base"} and row.shown.get("default") != "nowhere"]
    assert hidden
    for row in split:
        assert set(ProductDocument.objects.filter(product_id=row.id).values_list("view", flat=True)) <= {
            "default",
            "de",
        }


def test_the_report_lists_every_entity_type_and_finding() -> None:
    out = StringIO()
    call_command("migration", "report", wait=5, json="-", stdout=out)
    found = json.loads(out.getvalue())
    kinds = {
        kind["kind"]: kind for domain in found["domains"] if domain["domain"] == "catalog" for kind in domain["kinds"]
    }
    assert (kinds["product"]["things"], kinds["product"]["carried"], kinds["product"]["left_out"]) == (2055, 2055, 0)
    assert all(kind["waiting"] == 0 and kind["failed"] == [] for kind in kinds.values())
    entities = {entity["entity"]: entity for entity in found["entities"]}
    assert entities["products"]["kept"]["catalog"] == entities["products"]["sent"] == 2055
    assert entities["configurable options"]["unkept"] == {"catalog_product_super_attribute_label": 294}
    assert entities["carts"]["why"] == "a later release"
    out = StringIO()
    call_command("migration", "report", stdout=out)
    assert "2,055 of 2,055 product carried, 0 left out, 0 waiting, 0 failed" in out.getvalue()
    assert Product.objects.count() == 2055


def test_no_secret_of_the_shops_settings_is_kept() -> None:
    paths = {
        row["path"] for rows in MIRROR.rows_of("magento", "setting").values() for row in rows.all("core_config_data")
    }
    assert "catalog/price/scope" in paths
    assert not any("password" in path or "key" in path or path.startswith("web/") for path in paths)


def test_making_everything_again_and_extracting_again_change_nothing(magento: MagentoServer) -> None:
    before, versions = catalogue.state(), catalogue.versions()
    with unit_of_work("catalog"):
        for kind in MIRROR.kinds:
            MIRROR.touch_all("magento", kind)
    assert catalogue.move(magento.url, tables=["store", "eav_attribute", "catalog_product_entity"]).sent == 0
    assert catalogue.versions() == versions
    assert catalogue.state() == before


@pytest.mark.parametrize(
    ("path", "page"),
    [("joust-duffle-bag.html", "products/"), ("gear.html", "categories/"), ("no-such-page.html", None)],
)
def test_old_addresses_lead_to_pages_of_ours(path: str, page: str | None) -> None:
    ask = clients.client(CatalogDialect).old_address
    found = ask(source="magento", store="", path=path)
    assert (found is not None) == (page is not None)
    if found is not None:
        assert found.url == "", "no view says where its storefront is"
        View.objects.filter(code="default").update(base_url="https://shop.example/")
        led = ask(source="magento", store="default", path=path)
        View.objects.filter(code="default").update(base_url="")
        assert led is not None and led.url.startswith(f"https://shop.example/{page}")
