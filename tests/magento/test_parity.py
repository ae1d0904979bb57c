"""Both shops held against each other: nothing differs without a reason, and whatever is damaged is found and named."""

import csv
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client, override_settings

from chassis import domains
from chassis.admin.testing import sign_in_as
from config.parity.comparing import Outcome, compare
from config.parity.entities import BY_NAME, ENTITIES
from config.parity.rounds import Round, look
from config.parity.sides import Sides, both
from strangler.parity import Comparison, FieldDifference, blocks_advancing
from tests.effort import HURRY
from tests.magento.fixtures import require_or_skip
from tests.magento.parity import DOMAINS, audit_roles, carry_all, execute
from tests.magento.server import MagentoServer, magento_server

pytestmark = [pytest.mark.magento, pytest.mark.timeout(2400), pytest.mark.usefixtures("shop")]


@pytest.fixture(scope="module")
def shop(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[MagentoServer]:
    """A copy of the shop of its own, carried once by all domains. The last tests damage it.

    In a hurry of a part of its products: `MINUTES=5` takes all of them.
    """
    require_or_skip()
    with pytest.MonkeyPatch.context() as monkeypatch, magento_server() as server, django_db_blocker.unblock():
        if HURRY:
            server.execute("DELETE FROM catalog_product_entity WHERE entity_id > 300")
        with override_settings(STATE_FOLDER=tmp_path_factory.mktemp("state")):
            try:
                carry_all(server.url)
                audit_roles(monkeypatch)
                yield server
            finally:
                for label in ("platform", *DOMAINS):
                    call_command("flush", database=domains.get(label).alias, interactive=False, verbosity=0,
                                 allow_cascade=False, inhibit_post_migrate=True)  # fmt: skip


@pytest.fixture
def sides(shop: MagentoServer) -> Iterator[Sides]:
    with both(shop.url, name="magento") as opened:
        yield opened


@pytest.fixture(scope="module")
def whole(shop: MagentoServer) -> dict[str, Outcome]:
    """Everything, compared once."""
    with both(shop.url, name="magento") as sides:
        return {entity.name: compare(sides, entity, entity.keys(sides)) for entity in ENTITIES}


def unexplained(outcome: Outcome) -> list[Any]:
    return [one.difference for one in outcome.found if not one.difference.reason]


@pytest.mark.parametrize("name", list(BY_NAME))
def test_nothing_differs_without_a_reason(whole: dict[str, Outcome], name: str) -> None:
    outcome = whole[name]
    assert unexplained(outcome)[:20] == []
    assert outcome.unexplained == 0
    assert outcome.records > 0 and outcome.fields >= outcome.records


@pytest.mark.parametrize("name", list(BY_NAME))
def test_what_the_old_shop_has_is_looked_at_whole(whole: dict[str, Outcome], sides: Sides, name: str) -> None:
    assert whole[name].records == len(BY_NAME[name].keys(sides))


def test_sums_of_both_sides_agree_where_nothing_was_left_out(whole: dict[str, Outcome]) -> None:
    for name in ("orders", "invoices", "creditmemos", "customers"):
        figures = whole[name].figures
        assert len(figures) > 1 and all(theirs == ours for theirs, ours in figures.values()), name
    by_source = {name for name in whole["stock"].figures if name.startswith("quantity in ")}
    assert len(by_source) > 1
    assert any(name.startswith("tier ") for name in whole["prices"].figures)


def run(shop: MagentoServer, *options: str) -> str:
    """The command's exit status and last words."""
    try:
        call_command("strangle", "parity", "--source", shop.url, "--patience", "0", *options)
    except CommandError as error:
        return f"{error.returncode}: {error}"
    return "0"


def test_a_sample_is_kept_and_told_in_files(shop: MagentoServer, tmp_path: Path, whole: dict[str, Outcome]) -> None:
    told, lines = tmp_path / "parity.json", tmp_path / "parity.csv"
    assert run(shop, "--entity", "prices, orders", "--sample", "25", "--json", str(told), "--csv", str(lines)) == "0"
    found = {one["entity"]: one for one in json.loads(told.read_text())}
    assert {name: one["records"] for name, one in found.items()} == {"prices": 25, "orders": 25}
    header, *rows = list(csv.reader(lines.open()))
    assert header == ["entity", "key", "field", "reason", "theirs", "ours"]
    assert Counter(row[0] for row in rows) == Counter(
        one["entity"] for one in found.values() for _ in one["differences"]
    )
    kept = Comparison.objects.latest("pk")
    assert (kept.mode, kept.finished_at is not None) == ("sample", True)
    assert set(kept.entities.values_list("entity", "records")) == {("prices", 25), ("orders", 25)}
    assert blocks_advancing("magento", domains=["commerce"]) == ["orders were never compared as a whole."]


def test_what_cannot_be_compared_is_said_and_not_taken_for_agreement(
    shop: MagentoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(shop, "--entity", "orders,socks").startswith("2: Not compared: socks.")
    assert run(shop, "--sample", "0").startswith("2: ")
    monkeypatch.delenv("DATABASE_URL_CATALOG_AUDIT")
    assert run(shop, "--entity", "orders") == (
        "2: An audit reads each database by a role of its own; not set: DATABASE_URL_CATALOG_AUDIT."
    )


def test_going_round_finds_what_changes_and_lets_go_of_what_was_mended(shop: MagentoServer, sides: Sides) -> None:
    current, entity = Round(entity=BY_NAME["orders"]), BY_NAME["orders"]
    every = entity.keys(sides)
    first = look(sides, current, size=100)
    assert (first.records, first.last_key, first.round_ended_at) == (100, every[99], None)
    # Another process goes on where this one was.
    second = look(sides, Round(entity=entity), size=100)
    assert (second.records, second.last_key, second.unexplained) == (len(every), "", 0)
    assert second.round_ended_at and second.round_began_at
    assert blocks_advancing("magento", domains=["commerce"]) == []
    number = "UPDATE commerce_order SET number = %s WHERE external_id = %s"
    execute("commerce", number, "DAMAGED", f"magento:order:{every[0]}")
    found = look(sides, Round(entity=entity), size=100)
    assert found.unexplained == 1
    assert list(found.differences.filter(reason="").values_list("key", "field")) == [(every[0], "number")]
    assert "1 differences of orders have no reason." in blocks_advancing("magento", domains=["commerce"])
    (was,) = sides.there("SELECT increment_id FROM {sales_order} WHERE entity_id = %s", int(every[0]))
    execute("commerce", number, was["increment_id"], f"magento:order:{every[0]}")
    look(sides, Round(entity=entity), size=100)
    again = look(sides, Round(entity=entity), size=100)
    assert (again.unexplained, again.records) == (0, 100)


# Entity, record, how the names of its damaged fields begin, and what damages it: a statement in one of our databases.
PRODUCT = "(SELECT id FROM catalog_product WHERE external_id ->> 'magento' = '{}')"
ORDER = "(SELECT id FROM commerce_order WHERE external_id = 'magento:order:{}')"
CUSTOMER = "(SELECT id FROM customers.identity_customer WHERE external_id = 'magento:customer:{}')"
HERE = (
    ("products", "2", "name [", "catalog", f"""UPDATE catalog_product
     SET texts = jsonb_set(texts, '{{"",name}}', '"Damaged"') WHERE id = {PRODUCT.format(2)}"""),
    ("products", "16", "activity [", "catalog", f"""UPDATE catalog_product
     SET values = jsonb_set(values, '{{"",activity}}', '["1"]') WHERE id = {PRODUCT.format(16)}"""),
    ("products", "3", "weight", "catalog", f"UPDATE catalog_product SET weight = 99 WHERE id = {PRODUCT.format(3)}"),
    ("products", "4", "shown [de]", "catalog", f"""UPDATE catalog_product
     SET shown = '{{"de": "nowhere"}}' WHERE id = {PRODUCT.format(4)}"""),
    ("products", "9", "tax class", "catalog", f"""UPDATE catalog_product
     SET tax_class = 'x' WHERE id = {PRODUCT.format(9)}"""),
    ("products", "10", "pictures", "catalog", f"""UPDATE catalog_media
     SET hidden = NOT hidden WHERE product_id = {PRODUCT.format(10)}"""),
    ("products", "11", "places", "catalog", f"""UPDATE catalog_productcategory
     SET position = position + 1 WHERE product_id = {PRODUCT.format(11)}"""),
    ("products", "12", "address [", "catalog", f"""UPDATE catalog_slug
     SET slug = slug || '-x' WHERE current AND view = 'de' AND target = {PRODUCT.format(12)}"""),
    ("prices", "13", "price [", "catalog", f"""UPDATE catalog_price
     SET amount = amount + 0.01 WHERE kind = 'base' AND channel = 'base' AND product_id = {PRODUCT.format(13)}"""),
    ("prices", "2", "special_to_date [", "catalog", f"""UPDATE catalog_price
     SET ends_at = ends_at + interval '1 day' WHERE kind = 'special' AND product_id = {PRODUCT.format(2)}"""),
    ("prices", "1", "tier [", "catalog", f"""DELETE FROM catalog_price
     WHERE kind = 'list' AND product_id = {PRODUCT.format(1)}"""),
    ("stock", "24-mb02", "salable in", "logistics", """UPDATE logistics_stockitem
     SET on_hand = on_hand + 1 WHERE sku = '24-MB02'"""),
    ("stock", "24-mb03", "managed in", "logistics", """UPDATE logistics_stockitem
     SET managed = false WHERE sku = '24-MB03'"""),
    ("stock", "24-mb05", "available in", "logistics", """UPDATE logistics_availability
     SET available = available + 1 WHERE sku = '24-MB05'"""),
    ("customers", "10", "password", "identity", f"""UPDATE customers.identity_customer
     SET password = '0' || password WHERE id = {CUSTOMER.format(10)}"""),
    ("customers", "11", "group", "identity", f"""UPDATE customers.identity_customer SET group_code = (
     SELECT code FROM customers.identity_customergroup g WHERE external_id LIKE '%%group:4'
     ) WHERE id = {CUSTOMER.format(11)}"""),
    ("customers", "12", "address ", "identity", f"""UPDATE customers.identity_address
     SET country = 'ZZ' WHERE customer_id = {CUSTOMER.format(12)}"""),
    ("orders", "20", "total", "commerce", f"""UPDATE commerce_order
     SET total = total + 0.01 WHERE id = {ORDER.format(20)}"""),
    ("orders", "21", "base_tax", "commerce", f"""UPDATE commerce_historicalorder
     SET base_tax = base_tax + 1 WHERE order_id = {ORDER.format(21)}"""),
    ("orders", "22", "channel", "commerce", f"UPDATE commerce_order SET channel = 'x' WHERE id = {ORDER.format(22)}"),
    ("orders", "23", "line ", "commerce", f"""UPDATE commerce_orderline
     SET quantity = quantity + 1 WHERE order_id = {ORDER.format(23)}"""),
    ("orders", "24", "payment ", "commerce", f"""UPDATE commerce_historicalpayment
     SET captured = captured + 1 WHERE order_id = {ORDER.format(24)}"""),
    ("shipments", "5", "tracking", "commerce", """UPDATE commerce_ordershipment
     SET tracking_number = 'x' WHERE external_id = 'magento:shipment:5'"""),
    ("reviews", "3", "text", "catalog", """UPDATE catalog_review
     SET text = text || '!' WHERE external_id ->> 'magento' = '3'"""),
    ("categories", "4", "name [", "catalog", """UPDATE catalog_category
     SET texts = jsonb_set(texts, '{"",name}', '"Damaged"') WHERE external_id ->> 'magento' = '4'"""),
    ("taxes", "4", "due [", "catalog", """UPDATE catalog_taxrate
     SET rate = rate + 1 WHERE zone_id = (SELECT id FROM catalog_taxzone WHERE code = 'magento-4')"""),
    ("contents", "page:no-route", "body [", "catalog", """UPDATE catalog_content
     SET texts = jsonb_set(texts, '{"",body}', '"Damaged"') WHERE code = 'page-no-route'"""),
)  # fmt: skip
SOUND = 60
"""So many sound records are compared beside the damaged ones."""
VALUE = """UPDATE catalog_product_entity_{} SET value = {} WHERE entity_id = {} AND store_id = 0 AND attribute_id = (
    SELECT attribute_id FROM eav_attribute a JOIN eav_entity_type t ON t.entity_type_id = a.entity_type_id
    WHERE t.entity_type_code = 'catalog_product' AND a.attribute_code = '{}')"""
THERE = (
    ("products", "30", "name [", VALUE.format("varchar", "'Damaged'", 30, "name")),
    ("products", "15", "shown [", VALUE.format("int", "2", 15, "status")),
    ("products", "32", "record", "DELETE FROM catalog_product_entity WHERE entity_id = 32"),
    ("prices", "33", "price [", VALUE.format("decimal", "value + 1", 33, "price")),
    ("prices", "32", "record", "SELECT 1"),  # of the product that went
    ("stock", "24-wb04", "quantity in", """UPDATE inventory_source_item
     SET quantity = quantity + 1 WHERE sku = '24-WB04'"""),
    ("customers", "14", "email", "UPDATE customer_entity SET email = 'other@example.com' WHERE entity_id = 14"),
    ("orders", "30", "base_total", "UPDATE sales_order SET base_grand_total = 1 WHERE entity_id = 30"),
    ("orders", "31", "record", "DELETE FROM sales_order WHERE entity_id = 31"),
    ("orders", "32", "line ", "UPDATE sales_order_item SET qty_invoiced = qty_invoiced + 5 WHERE order_id = 32"),
    ("invoices", "21", "record", "SELECT 1"),  # of the order that went
    ("invoices", "9", "tax", "UPDATE sales_invoice SET tax_amount = tax_amount + 1 WHERE entity_id = 9"),
    ("redirects", "12", "leads to", "UPDATE url_rewrite SET entity_type = 'custom' WHERE url_rewrite_id = 12"),
)  # fmt: skip


def damaged(sides: Sides, damages: Any) -> dict[tuple[str, str], set[str]]:
    """By entity and record, the fields that differ and nobody knows why: of the damaged records and some sound ones."""
    found: dict[tuple[str, str], set[str]] = {}
    for name in sorted({name for name, *_ in damages}):
        entity, hurt = BY_NAME[name], {key for of, key, *_ in damages if of == name}
        keys = [key for number, key in enumerate(entity.keys(sides)) if number < SOUND or str(key) in hurt]
        for one in unexplained(compare(sides, entity, keys)):
            found.setdefault((name, one.key), set()).add(one.field)
    return found


def named(damages: Any, found: dict[tuple[str, str], set[str]]) -> None:
    missed = [(name, key, field) for name, key, field, *_ in damages
              if not any(one.startswith(field) for one in found.get((name, key), ()))]  # fmt: skip
    assert missed == []
    more = {one: fields for one, fields in found.items() if one not in {(name, key) for name, key, *_ in damages}}
    assert more == {}


def test_every_damage_on_our_side_is_found_and_named(sides: Sides) -> None:
    for name, key, _, alias, statement in HERE:
        assert execute(alias, statement) > 0, (name, key)
    named(HERE, damaged(sides, HERE))


def test_every_damage_on_their_side_is_found_and_the_command_ends_with_1(
    shop: MagentoServer, sides: Sides, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.execute("SET GLOBAL foreign_key_checks = 1", *(statement for *_, statement in THERE))
    found = damaged(sides, THERE)
    known = {(name, key) for name, key, *_ in HERE}
    named(THERE, {one: fields for one, fields in found.items() if one not in known})
    assert run(shop, "--entity", "invoices") == "1: 2 differences have no reason."
    sign_in_as(monkeypatch, "strangler.*.view")
    kept = FieldDifference.objects.filter(compared__comparison=Comparison.objects.latest("pk"), reason="")
    assert set(kept.values_list("key", "field")) == {("9", "tax"), ("21", "record")}
    row = kept.get(key="9")
    page = Client().get(f"/admin/strangler/fielddifference/{row.pk}/change/").content.decode()
    assert str(row.theirs) in page and str(row.ours) in page
