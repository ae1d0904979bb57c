"""What hangs on Magento's products, and what shoppers and staff wrote: carried and compared with its own answers.

The shop is cut down to its first products and those planted for this; what it has none of is added first.
"""

import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from catalog.catalog.content.models import Content
from catalog.catalog.downloads.models import DownloadFile
from catalog.catalog.forwarding.models import Forwarding
from catalog.catalog.reviews.models import Review
from catalog.catalog.wishlists.models import Wishlist
from catalog.legacy.models import MagentoFinding, MagentoRow
from catalog.legacy.tables import MIRROR
from catalog.pricing.models import TaxPolicy, TaxRate, TaxZone
from catalog.product.composition import OptionChoice, ProductLink, ProductOption
from catalog.product.models import Product, Slug
from catalog.provides import Pricing
from chassis.ids import migrated_id
from contracts.catalog import QuoteRequestLine
from contracts.shared import Choice
from strangler.source import Source
from tests.magento import catalogue
from tests.magento.server import MagentoServer, dumps_folder, magento_server, require_magento

pytestmark = [pytest.mark.magento, pytest.mark.timeout(1200)]

MULTI = ("checkbox", "multi")
# The last of the plain products that are kept; 2053 and above are planted.
LAST = 150
ADDED = (
    f"DELETE FROM catalog_product_entity WHERE entity_id > {LAST} AND entity_id < 2053",
    "INSERT INTO catalog_product_option_title (option_id, store_id, title) VALUES (2, 2, 'Geschenkpapier')",
    "INSERT INTO catalog_product_option_price (option_id, store_id, price, price_type) VALUES (1, 3, 4.5, 'fixed')",
    "INSERT INTO catalog_product_option (option_id, product_id, type, is_require, sort_order)"
    " VALUES (90, 2055, 'file', 0, 9)",
    "INSERT INTO catalog_product_bundle_option_value (option_id, store_id, title, parent_product_id)"
    " VALUES (5, 2, 'Tasche', 2056)",
    "INSERT INTO catalog_product_bundle_selection_price VALUES (9, 2, 0, 7.5, 2056)",
    "INSERT INTO downloadable_link_title (link_id, store_id, title) VALUES (6, 2, 'Folge 1')",
    "UPDATE review_detail SET customer_id = 4 WHERE review_id IN (1, 2, 3)",
    "DELETE FROM rating_option_vote WHERE review_id = 5",
    "INSERT INTO rating_option_vote (option_id, remote_ip, remote_ip_long, entity_pk_value, rating_id, review_id,"
    " percent, value) VALUES (5, '192.0.2.77', 1, 6, 1, 4, 100, 5)",
    "INSERT INTO cms_page (page_id, title, identifier, content, is_active) VALUES (70, 'Über Luma', 'about-us',"
    " '<p>Deutsch</p>', 1), (71, 'Draft', 'draft', '', 0)",
    "INSERT INTO cms_page_store VALUES (70, 2), (71, 0)",
    "UPDATE wishlist SET shared = 1 WHERE wishlist_id = 2",
    "UPDATE wishlist_item SET description = 'for mum' WHERE wishlist_item_id = 3",
    "INSERT INTO wishlist_item (wishlist_item_id, wishlist_id, product_id, store_id, added_at, qty)"
    " VALUES (80, 3, 5, 3, '2026-01-02 03:04:05', 1)",
    "INSERT INTO wishlist (wishlist_id, customer_id, shared, sharing_code) VALUES (90, 12, 0, 'nothing')",
    "INSERT INTO tax_calculation_rate VALUES (6, 'US', 43, '10*', 'NY-10', 9.5, NULL, NULL, NULL),"
    " (7, 'US', 9999, '*', 'NOWHERE', 1, NULL, NULL, NULL), (8, 'DE', 0, '10000-20000', 'DE-ZIP', 7, 1, 10000, 20000)",
    "INSERT INTO tax_calculation (tax_calculation_rate_id, tax_calculation_rule_id, customer_tax_class_id,"
    " product_tax_class_id) VALUES (6, 1, 3, 2), (7, 1, 3, 2), (8, 2, 3, 2)",
)  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def shop(django_db_setup: None, django_db_blocker: Any, magento: MagentoServer) -> Iterator[MagentoServer]:
    """The small shop, carried once."""
    require_magento()
    with magento_server() as server, django_db_blocker.unblock(), catalogue.clean():
        server.execute(*ADDED)
        catalogue.move(server.url)
        yield server


def ours(entity: str, old_id: int | str) -> Any:
    return migrated_id("magento", entity, old_id)


def product(old_id: int) -> Product:
    return Product.objects.get(id=ours("product", old_id))


def told(kind: str, owner: int | str = "") -> set[tuple[str, str]]:
    found = MagentoFinding.objects.filter(kind=kind, **({"owner": str(owner)} if owner != "" else {}))
    return set(found.values_list("code", "detail"))


def rest(name: str, part: str = "") -> Iterator[tuple[str, Any]]:
    """(store, body) of what the running Magento answered."""
    with gzip.open(dumps_folder() / "oracle" / "rest" / f"{name}.jsonl.gz", "rt") as lines:
        for line in lines:
            answer = json.loads(line)
            if answer["status"] == 200 and part in answer["get"]:
                yield answer["get"].partition("/")[0], answer["body"]


def carried() -> Iterator[tuple[str, Product, dict[str, Any]]]:
    """(store, ours, theirs) for every product that both have."""
    rows = {row.external_id["magento"]: row for row in Product.objects.filter(external_id__has_key="magento")}
    for store, body in rest("products"):
        if str(body.get("id")) in rows:
            yield store, rows[str(body["id"])], body


def get(path: str, status: int = 200) -> Any:
    answer = Client().get(f"/api/v1/{path}")
    assert answer.status_code == status, answer.content
    return answer.json()


def test_nothing_failed_and_every_kind_of_product_is_carried() -> None:
    assert [kind.failed for kind in MIRROR.summary("magento").kinds if kind.failed] == []
    assert not told("product") & {("product_type_not_carried", type_) for type_ in ("bundle", "grouped")}
    counts = Counter(Product.objects.exclude(kind="variant").values_list("kind", flat=True))
    assert (counts["bundle"], counts["grouped"], counts["downloadable"]) == (2, 1, 6)


def test_bundles_have_the_options_selections_and_prices_that_magento_answers() -> None:
    looked = 0
    for store, row, body in carried():
        if row.kind != Product.BUNDLE:
            continue
        theirs = [
            (
                o["title"],
                o["required"],
                o["type"] in MULTI,
                [_selection(p, row, o) for p in o["product_links"]],
            )
            for o in sorted(body["extension_attributes"]["bundle_product_options"], key=lambda o: o["position"])
        ]
        found = ProductOption.objects.filter(product=row).order_by("position")
        mine = [(o.labels[""], o.required, o.kind == "multi_select", [_choice(c) for c in _choices(o)]) for o in found]
        assert mine == theirs, (store, row.sku)
        looked += len(mine)
    assert looked == 4 * 6


def _selection(link: dict[str, Any], row: Product, option: dict[str, Any]) -> tuple[Any, ...]:
    """Its price is the product's own in a bundle of dynamic price; else what it adds, times how many of it."""
    fixed = not row.details["dynamic_price"]
    added = Decimal(str(link["price"])) * link["qty"] if fixed else Decimal(0)
    single = option["type"] in ("select", "radio")
    return (link["sku"], link["qty"], link["is_default"], single and bool(link["can_change_quantity"]),
            link["price_type"] or 0 if fixed and added else 0, added)  # fmt: skip


def _choice(choice: OptionChoice) -> tuple[Any, ...]:
    sku = choice.component.sku if choice.component else ""
    percent = 1 if choice.percent is not None else 0
    added = choice.percent if choice.percent is not None else Decimal(choice.prices.get("base", 0))
    return sku, choice.quantity, choice.is_default, choice.quantity_changes, percent, added


def _choices(option: ProductOption) -> list[OptionChoice]:
    return list(option.choices.select_related("component").order_by("position"))


def test_what_is_chosen_costs_what_it_cost_in_magentos_orders() -> None:
    sold: dict[tuple[Any, ...], Decimal] = {}
    for _, body in rest("orders"):
        for line in body.get("items", ()):
            choices = _chosen((line.get("product_option") or {}).get("extension_attributes") or {})
            if line["product_type"] in ("bundle", "simple", "downloadable") and choices:
                sold[line["product_id"], choices] = Decimal(str(line["base_price"]))
    found = {}
    for (id_, choices), price in sold.items():
        row = product(id_)
        asked = tuple(Choice(option=o, value=v) for o, v in choices if row.has_choices)
        (line,) = Pricing().quote(
            channel="base", view="default", country="US", customer_group="general", shipping=Decimal(0),
            lines=(QuoteRequestLine(key="a", sku=row.sku, quantity=Decimal(1), choices=asked),),
        ).lines  # fmt: skip
        assert line.net_unit_price == price, (row.sku, choices, line)
        found[row.sku] = price
    assert [found[sku] for sku in ("FIXED-BUNDLE", "CUSTOM-TEE", "24-WG080", "240-LV09")] == [
        99, 27, Decimal("57.2"), 27,
    ]  # fmt: skip
    assert len(found) > 7


def _chosen(asked: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """What a line of an order was chosen to be, in our words."""
    links = (asked.get("downloadable_option") or {}).get("downloadable_links", ())
    return (
        *(("files", f"link-{id_}") for id_ in links),
        *(
            (f"bundle-{one['option_id']}", str(id_))
            for one in asked.get("bundle_options", ())
            for id_ in one["option_selections"]
        ),
        *((str(one["option_id"]), one["option_value"]) for one in asked.get("custom_options", ())),
    )


def test_a_bundle_has_a_page_with_its_questions() -> None:
    assert get("default/products/fixed-price-gym-kit")["price"]["amount"] == "99.00"
    kit = get("default/products/sprite-yoga-companion-kit")
    assert [o["label"] for o in kit["options"]] == [
        "Sprite Stasis Ball", "Sprite Foam Yoga Brick", "Sprite Yoga Strap", "Sprite Foam Roller",
    ]  # fmt: skip
    # From its cheapest parts, some of which a catalogue rule reduces by a fifth.
    assert Decimal(kit["price"]["amount"]) == Decimal("21.60") + 5 + Decimal("13.60") + Decimal("15.20")
    assert get("de/products/fixed-price-gym-kit")["options"][0]["label"] == "Tasche"
    (bag, _) = ProductOption.objects.filter(product=product(2056)).order_by("position")
    assert {channel: Decimal(text) for channel, text in _choices(bag)[0].prices.items()} == {
        "base": 0, "eu": Decimal("7.5"),
    }  # fmt: skip


def test_groups_have_their_members() -> None:
    looked = 0
    for _, row, body in carried():
        if row.kind == Product.GROUPED:
            theirs = [
                (one["linked_product_sku"], one["extension_attributes"]["qty"])
                for one in sorted(body["product_links"], key=lambda one: one["position"])
            ]
            members = ProductLink.objects.filter(product=row, kind="member").order_by("position")
            assert [(m.target.sku, m.quantity) for m in members.select_related("target")] == theirs
            looked += len(theirs)
    assert looked == 4 * 3


def test_products_lead_to_those_that_magento_says_in_its_order() -> None:
    kept = set(Product.objects.values_list("sku", flat=True))
    names = {"related": "related", "upsell": "up_sell", "crosssell": "cross_sell"}
    links: dict[Any, list[tuple[int, str]]] = defaultdict(list)
    for link in ProductLink.objects.exclude(kind="member").select_related("target"):
        links[link.product_id, link.kind].append((link.position, link.target.sku))
    looked = 0
    for _, row, body in carried():
        for theirs, kind in names.items():
            wanted = [
                (one["position"], one["linked_product_sku"]) for one in body["product_links"]
                if one["link_type"] == theirs and one["linked_product_sku"].strip() in kept
            ]  # fmt: skip
            places = dict((sku.strip(), position) for position, sku in wanted)
            mine = [sku for _, sku in sorted(links[row.id, kind])]
            assert set(mine) == set(places), (row.sku, kind)
            assert [places[sku] for sku in mine] == sorted(places.values()), (row.sku, kind)
            looked += len(mine)
    assert looked > 4 * 100
    assert told("composition") == set()


def test_custom_options_are_those_that_magento_answers() -> None:
    tee = next(body for store, row, body in carried() if row.sku == "CUSTOM-TEE" and store == "all")
    mine = list(ProductOption.objects.filter(product=product(2055)).order_by("position"))
    assert [(o.code, o.labels[""], o.required) for o in mine] == [
        (str(o["option_id"]), o["title"], o["is_require"]) for o in tee["options"]
    ]
    by_title = {o.labels[""]: o for o in mine}
    engraving, wrap = by_title["Engraving text"], by_title["Gift wrap"]
    assert (engraving.kind, engraving.max_length, engraving.prices) == (
        "text", 20, {"base": "5.000000", "eu": "4.500000"},
    )  # fmt: skip
    assert by_title["Delivery date"].kind == "date"
    theirs = next(o for o in tee["options"] if o["title"] == "Gift wrap")["values"]
    assert [
        (c.labels[""], "percent" if c.percent is not None else "fixed", c.percent or Decimal(c.prices["base"]))
        for c in _choices(wrap)
    ] == [(v["title"], v["price_type"], Decimal(str(v["price"]))) for v in theirs]
    assert wrap.labels["view:de"] == "Geschenkpapier"
    assert told("product", 2055) == {
        ("option_sku_not_carried", "1: ENGR"), ("option_sku_not_carried", "value 1: GW1"),
        ("option_sku_not_carried", "value 2: GW2"), ("option_not_carried", "90: file"),
    }  # fmt: skip


def test_downloads_have_the_links_and_samples_that_magento_answers() -> None:
    looked = 0
    for _, row, body in carried():
        if row.kind != Product.DOWNLOADABLE:
            continue
        more = body["extension_attributes"]
        theirs = [(f"link-{o['id']}", o["title"], o["link_file"]) for o in more["downloadable_product_links"]]
        samples = [(f"sample-{o['id']}", o["title"], o["sample_file"]) for o in more["downloadable_product_samples"]]
        mine = [(f.code, f.labels[""], f.path) for f in DownloadFile.objects.filter(product=row).order_by("position")]
        folder = "private/downloadable/files"
        assert mine == [
            *((code, title, f"{folder}/links{file}") for code, title, file in theirs),
            *((code, title, f"{folder}/samples{file}") for code, title, file in samples),
        ], row.sku
        looked += len(mine)
    assert looked == 4 * (8 + 18)
    (question,) = ProductOption.objects.filter(product=product(52))
    assert [(c.code, Decimal(c.prices["base"])) for c in _choices(question)] == [
        (f"link-{id_}", 9) for id_ in (6, 7, 8)
    ]  # fmt: skip
    assert _choices(question)[0].labels["view:de"] == "Folge 1"


def test_reviews_come_with_state_rating_and_author(shop: MagentoServer) -> None:
    with Source(shop.url) as source:
        theirs = source.rows(
            "SELECT r.*, d.title, d.detail, d.nickname, d.store_id FROM review r JOIN review_detail d USING (review_id)"
        )
        votes = defaultdict(list)
        for vote in source.rows("SELECT review_id, value FROM rating_option_vote"):
            votes[vote["review_id"]].append(vote["value"])
    states = {1: "approved", 2: "pending", 3: "rejected"}
    mine = {int(row.external_id["magento"]): row for row in Review.objects.all()}
    known = set(Product.objects.values_list("id", flat=True))
    assert set(mine) == {r["review_id"] for r in theirs if ours("product", r["entity_pk_value"]) in known}
    for one in theirs:
        if row := mine.get(one["review_id"]):
            values = votes[one["review_id"]]
            assert (row.title, row.text, row.nickname, row.state) == (
                one["title"].strip(), one["detail"], one["nickname"].strip(), states[one["status_id"]],
            )  # fmt: skip
            if len(values) == 1:
                assert row.rating == values[0]
            assert row.channel == ("eu" if one["store_id"] == 3 else "base")
    assert (mine[4].rating, mine[5].rating) == (4, None)  # three and five; only words
    assert told("review", 4) == {("several_ratings", "5, 3")} and told("review", 5) == {("no_rating", "only words")}
    by = ours("customer", 4)
    assert {id_: mine[id_].customer for id_ in (1, 2, 3)} == {1: None, 2: by, 3: by}
    assert {code for code, _ in told("review", 1)} == {"another_of_the_customer"}
    bag = get(f"default/products?sku={product(1).sku}")
    approved = [row.rating for row in mine.values() if row.product_id == product(1).id and row.state == "approved"]
    assert bag["rating"]["count"] == len(approved)
    assert Decimal(bag["rating"]["average"]) == (Decimal(sum(approved)) / len(approved)).quantize(Decimal("0.01"))
    kept = " ".join(MagentoRow.objects.filter(table="rating_option_vote").values_list("after", flat=True))
    assert kept and "remote_ip" not in kept and "192.0.2.77" not in kept


def test_pages_and_blocks_are_those_that_magento_answers() -> None:
    (pages,) = (body["items"] for _, body in rest("settings", "cmsPage"))
    (blocks,) = (body["items"] for _, body in rest("settings", "cmsBlock"))
    mine = {row.external_id["magento"]: row for row in Content.objects.filter(kind="page")}
    for page in pages:
        row = mine[page["identifier"]]
        scope = "view:de" if page["identifier"] == "ueber-uns" else ""
        text = row.texts[scope]
        assert (text["title"], text.get("body", ""), row.active) == (page["title"], page["content"], page["active"])
        assert text.get("meta_description", "") == (page.get("meta_description") or "")
    assert mine["ueber-uns"].views == ["de"] and mine["about-us"].views == []
    named = {row.code: row for row in Content.objects.filter(kind="block")}
    assert set(named) == {block["identifier"] for block in blocks}
    for block in blocks:
        row = named[block["identifier"]]
        assert (row.texts[""]["title"], row.texts[""]["body"]) == (block["title"], block["content"])
    assert (len(pages), len(blocks)) == (7, 17)
    assert get("default/content/pages/about-us")["title"] == "About us"
    assert get("de/content/pages/about-us")["body"] == "<p>Deutsch</p>"
    get("default/content/pages/ueber-uns", status=404)
    get("default/content/pages/draft", status=404)
    assert ("directives_in_text", "7: widget") in told("cms_page")
    assert ("heading_not_carried", "1: Whoops, our bad...") in told("cms_page")
    assert ("keywords_not_carried", "1: Page keywords") in told("cms_page")


def test_every_address_leads_to_the_page_that_magento_showed_under_it(shop: MagentoServer) -> None:
    with Source(shop.url) as source:
        rows = source.rows("SELECT * FROM url_rewrite WHERE store_id IN (1, 2, 3) ORDER BY url_rewrite_id")
    views = {1: "default", 2: "de", 3: "fr"}
    kinds = {"product": "product", "category": "category", "cms-page": "content"}
    current = {(s.view, s.target): s.slug for s in Slug.objects.filter(current=True)}
    pages = {70: "about-us", **{row["page_id"]: row["identifier"] for row in _pages(shop)}}
    parents = dict(Product.objects.exclude(parent=None).values_list("id", "parent"))
    looked = Counter[str]()
    for row in rows:
        kind, view = kinds.get(row["entity_type"]), views[row["store_id"]]
        if kind is None:
            continue
        entity = "cms_page" if kind == "content" else kind
        target = ours(entity, pages[row["entity_id"]] if kind == "content" else row["entity_id"])
        slug = current.get((view, parents.get(target, target)))
        if slug is None:
            looked["without a page"] += 1
            if looked["without a page"] < 40:
                get(f"{view}/forwarding?path={row['request_path']}", status=404)
            continue
        if looked[kind] < 60 or row["redirect_type"]:
            found = get(f"{view}/forwarding?path={row['request_path']}")
            assert (found["kind"], found["slug"], found["permanent"]) == (kind, slug, True), row
        looked[kind] += 1
    assert looked["product"] > 200 and looked["category"] > 80 and looked["content"] > 15
    assert Forwarding.objects.filter(view="default").count() == sum(row["store_id"] == 1 for row in rows)


def _pages(shop: MagentoServer) -> list[dict[str, Any]]:
    with Source(shop.url) as source:
        return list(source.rows("SELECT page_id, identifier FROM cms_page"))


def test_redirects_of_ones_own_lead_on_or_elsewhere() -> None:
    (men,) = (c for c in get("default/categories")["items"] if c["name"] == "Men")
    found = get("default/forwarding?path=/old-shop/mens.html")
    assert (found["kind"], found["slug"], found["permanent"]) == ("category", men["slug"], True)
    assert get("default/forwarding?path=promo") == {
        "kind": "url", "slug": None, "url": "https://example.com/promo?x=1&y=2", "permanent": False,
    }  # fmt: skip
    assert get("default/forwarding?path=very/old/page.php", status=404)["code"] == "no_forwarding"
    nowhere = {detail for code, detail in told("address") if code == "leads_to_nothing"}
    assert "very/old/page.php to no-such-target" in nowhere
    assert sum("a category that is not here" in detail for detail in nowhere) == 1


def test_wishlists_belong_to_the_customers_that_identity_knows() -> None:
    lists = {row.id: row for row in Wishlist.objects.prefetch_related("items__product")}
    assert set(lists) == {ours("wishlist", key) for key in ("2/1", "3/1", "3/2")}
    first = lists[ours("wishlist", "2/1")]
    assert (first.customer, first.channel, first.share) == (
        ours("customer", 4), "base", "UJaGKe8sNaJAgMDDg0y36hbqY3JiJhEv",
    )  # fmt: skip
    assert {item.product_id for item in first.items.all()} == {ours("product", 1), ours("product", 4)}
    other = lists[ours("wishlist", "3/2")]
    assert (other.customer, other.channel, other.share) == (ours("customer", 10), "eu", "")
    assert [item.added_at for item in other.items.all()] == [datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)]
    assert told("wishlist", 2) == {
        ("comment_not_carried", "item 3"), ("quantity_not_carried", "item 3: 2.0000"),
        ("quantity_not_carried", "item 4: 2.0000"),
    }  # fmt: skip
    assert told("wishlist", 90) == {("empty", "")}


def test_taxes_are_due_where_and_on_what_magento_says() -> None:
    (rates,) = (body["items"] for _, body in rest("settings", "taxRates"))
    (rules,) = (body["items"] for _, body in rest("settings", "taxRules"))
    zones = {zone.code: zone for zone in TaxZone.objects.prefetch_related("areas")}
    for rate in rates:
        zone = zones[f"magento-{rate['id']}"]
        places = {(area.country, area.region, area.postcodes) for area in zone.areas.all()}
        assert zone.name == rate["code"]
        assert (rate["tax_country_id"], rate.get("region_name") or "", "") in places
    percents = {str(rate["id"]): Decimal(str(rate["rate"])) for rate in rates}
    for channel in ("base", "eu"):
        mine = {
            (r.code, r.zone.code, r.tax_class, r.rate, r.priority, r.on_subtotal)
            for r in TaxRate.objects.filter(channel=channel).select_related("zone")
        }
        theirs = {
            (rule["code"], f"magento-{id_}", "taxable-goods", percents[str(id_)], rule["priority"],
             rule["calculate_subtotal"])
            for rule in rules for id_ in rule["tax_rate_ids"]
        }  # fmt: skip
        added = {
            ("Rule1", "magento-6", "taxable-goods", Decimal("9.5"), 0, False),
            ("EU VAT", "magento-8", "taxable-goods", Decimal(7), 0, False),
        }
        assert mine == theirs | added
    names = {area.region for area in zones["magento-6"].areas.all()}
    assert names == {"NY", "New York"} and {a.postcodes for a in zones["magento-6"].areas.all()} == {"10*"}
    assert [a.postcodes for a in zones["magento-8"].areas.all()] == ["10000..20000"]
    assert told("tax_rate", 7) == {("unknown_region", "9999")}
    assert {code for code, _ in told("tax_rate", 1)} == {"of_no_rule"}
    assert told("tax_rule", 1) == {("rate_not_carried", "rate 7 of class 2")}


def test_a_price_abroad_is_taxed_as_in_magentos_orders() -> None:
    """Goods are sent from California, where no tax is due: what France takes comes on a price entered with tax."""
    policies = {row.channel: row for row in TaxPolicy.objects.all()}
    assert {(p.home_country, p.home_region, p.rounding, p.same_price_abroad) for p in policies.values()} == {
        ("US", "CA", "total", False),
    }  # fmt: skip
    assert {p.display for p in policies.values()} == {"entered"}
    looked = 0
    for _, body in rest("orders"):
        if body["store_id"] != 3 or body["billing_address"]["country_id"] != "FR":
            continue
        for line in body["items"]:
            row = Product.objects.filter(id=ours("product", line["product_id"])).first()
            plain = line["product_type"] == "simple" and line["base_price"] == line.get("base_original_price")
            # A variant whose product was cut off is sold on no page.
            if row is None or not plain or "eu" not in row.channels or row.shown.get("fr") == Product.NOWHERE:
                continue
            one = QuoteRequestLine(key="a", sku=row.sku, quantity=Decimal(1))
            (mine,) = Pricing().quote(
                channel="eu", view="fr", country="FR", customer_group="general", shipping=Decimal(0), lines=(one,)
            ).lines  # fmt: skip
            theirs = (Decimal(str(line["base_price"])), Decimal(str(line["base_price_incl_tax"])))
            assert (mine.net_unit_price, mine.unit_price) == theirs, mine
            looked += 1
    assert looked > 3


def test_a_second_extraction_changes_nothing_and_a_change_only_what_it_is_about(shop: MagentoServer) -> None:
    before = _versions()
    assert catalogue.move(shop.url).sent == 0
    assert _versions() == before
    shop.execute(
        "UPDATE catalog_product_bundle_option SET required = 0 WHERE option_id = 4",
        "DELETE FROM review WHERE review_id = 4",
        "DELETE FROM wishlist WHERE wishlist_id = 3",
        "DELETE FROM url_rewrite WHERE request_path = 'promo'",
        "UPDATE cms_page SET is_active = 0 WHERE page_id = 70",
    )
    catalogue.move(shop.url)
    after = _versions()
    assert {id_ for id_ in after if after[id_] != before.get(id_)} == {
        ours("product", 45), ours("cms_page", "about-us"),
    }  # fmt: skip
    assert not ProductOption.objects.get(product=product(45), code="bundle-4").required
    assert not Review.objects.filter(id=ours("review", 4)).exists()
    assert {row.id for row in Wishlist.objects.all()} == {ours("wishlist", "2/1")}
    get("default/forwarding?path=promo", status=404)
    assert get("de/content/pages/about-us")["title"] == "About us"


def _versions() -> dict[Any, int]:
    found: dict[Any, int] = {}
    for model in (Product, Content, Review, Wishlist):
        found |= dict(model.objects.values_list("id", "version"))
    return found
