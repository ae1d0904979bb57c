"""Phase 0 against the real database: everything counted, nothing dropped in silence, every trap found."""

import json

import pytest

from strangler.assess import Assessment, assess
from strangler.edition import NotMagento
from strangler.report import as_json, as_text
from strangler.source import Source
from tests.magento.server import MagentoServer, magento_server

pytestmark = pytest.mark.magento


def look(url: str) -> Assessment:
    with Source(url) as source:
        return assess(source)


@pytest.fixture(scope="module")
def found(magento: MagentoServer) -> Assessment:
    return look(magento.url)


def test_the_shop_is_known_for_what_it_is(found):
    assert found.edition.name == "Magento Open Source"
    assert found.edition.link_column == "entity_id"
    assert found.position.file.startswith("binlog.")


def test_stores_carry_their_resolved_settings(found):
    shown = {s.code: (s.website, s.locale, s.currency, s.base_currency, s.active) for s in found.stores}
    assert shown == {
        "default": ("base", "en_US", "USD", "USD", True),
        "de": ("base", "de_DE", "USD", "USD", True),
        "fr": ("eu", "fr_FR", "EUR", "EUR", True),
        "b2b_old": ("base", "en_US", "USD", "USD", False),
    }
    assert {s.code for s in found.stores if s.prices_include_tax} == {"fr"}


def test_every_table_has_a_fate_and_all_of_magentos_own_are_known(found):
    assert len(found.tables) == 421
    assert found.unknown_tables == found.unknown_columns == found.unknown_attributes == found.absent_tables == ()


def test_product_types_are_counted_and_all_of_open_source_are_carried(found):
    assert {p.type: (p.products, p.carried) for p in found.product_types} == {
        "simple": (1898, True),
        "configurable": (147, True),
        "virtual": (1, True),
        "downloadable": (6, True),
        "bundle": (2, True),
        "grouped": (1, True),
    }


def test_entities_are_counted_as_a_merchant_counts(found):
    records = {e.entity: e.records for e in found.entities}
    assert records["products"] == 2055
    assert records["customers"] == 80
    assert records["orders"] == 168
    assert {e.entity: e.fate for e in found.entities}["orders"] == "carried"


@pytest.mark.parametrize(
    ("entity", "kind", "rows"),
    [
        ("products", "sku_with_outer_blanks", 1),
        ("products", "product_in_no_website", 1),
        ("products", "select_option_missing", 1),
        ("products", "multiselect_option_missing", 4),
        ("catalog product values", "value_in_wrong_table", 1),
        ("catalog product values", "store_value_of_global_attribute", 1),
        ("catalog_product_entity_datetime", "zero_date", 1),
        ("customer_entity", "zero_date", 2),
        ("categories", "category_children_count_wrong", 1),
        ("URL rewrites", "url_rewrite_to_nothing", 2),
        ("stock", "source_item_of_unknown_sku", 2),
        ("stock", "stock_in_disabled_source", 1),
        ("customers", "customer_without_password", 2),
        ("customers", "password_of_magento_1", 2),
        ("customers", "email_in_two_websites", 1),
        ("customer addresses", "address_incomplete", 1),
        ("customer addresses", "address_in_unknown_country", 1),
    ],
)
def test_each_planted_dirt_is_found(found, entity, kind, rows):
    assert {(d.entity, d.kind): d.rows for d in found.dirt}.get((entity, kind)) == rows


def test_reservations_for_a_sku_or_an_order_that_never_was_are_found(found):
    examples = {d.kind: " ".join(d.examples) for d in found.dirt}
    assert "NO-SUCH-SKU" in examples["reservation_of_unknown_sku"]
    assert "000009999" in examples["reservation_of_unknown_order"]


def test_the_shop_without_planted_dirt_has_none_of_it():
    with magento_server("luma_pristine.sql.gz") as pristine:
        kinds = {d.kind for d in look(pristine.url).dirt}
    assert kinds.isdisjoint({"zero_date", "value_in_wrong_table", "select_option_missing", "sku_with_outer_blanks",
                             "address_in_unknown_country", "reservation_of_unknown_sku"})  # fmt: skip


def test_what_an_extension_added_is_listed_one_by_one(own_magento: MagentoServer):
    own_magento.execute(
        "CREATE TABLE acme_loyalty (id INT PRIMARY KEY, points INT)",
        "INSERT INTO acme_loyalty VALUES (1, 5), (2, 6)",
        "ALTER TABLE customer_entity ADD COLUMN acme_tier VARCHAR(9)",
        "INSERT INTO eav_attribute (entity_type_id, attribute_code, backend_type, frontend_input, source_model)"
        " SELECT entity_type_id, 'acme_brand', 'int', 'select', 'Acme\\\\Brand\\\\Source'"
        " FROM eav_entity_type WHERE entity_type_code = 'catalog_product'",
        "INSERT INTO catalog_product_entity_int (attribute_id, store_id, entity_id, value)"
        " SELECT attribute_id, 0, 1, 3 FROM eav_attribute WHERE attribute_code = 'acme_brand'",
        "UPDATE catalog_product_entity SET type_id = 'acme_kit' WHERE entity_id = 1",
    )
    found = look(own_magento.url)
    assert [(t.table, t.rows) for t in found.unknown_tables] == [("acme_loyalty", 2)]
    assert found.unknown_columns == ("customer_entity.acme_tier",)
    assert [(a.code, a.values) for a in found.unknown_attributes] == [("acme_brand", 1)]
    assert ("acme_kit", False) in {(p.type, p.carried) for p in found.product_types}
    text = as_text(found)
    assert all(name in text for name in ("acme_loyalty", "acme_tier", "acme_brand", "acme_kit"))


def test_an_account_without_rights_is_told_the_statements_to_run(own_magento: MagentoServer):
    own_magento.execute(
        "CREATE USER 'poor'@'%' IDENTIFIED BY 'poor'",
        "GRANT SELECT ON magento.catalog_product_entity TO 'poor'@'%'",
        "GRANT SELECT ON magento.store_website TO 'poor'@'%'",
        "GRANT INSERT ON magento.core_config_data TO 'poor'@'%'",
    )
    with Source(own_magento.url.replace("sixfold_reader:reader", "poor:poor")) as source:
        from strangler.readiness import read_missing_rights

        missing = read_missing_rights(source, ("store_website", "core_config_data"))
    assert [(m.right, m.statement) for m in missing] == [
        ("SELECT on core_config_data", "GRANT SELECT ON `core_config_data` TO 'poor'@'%'"),
        ("REPLICATION SLAVE", "GRANT REPLICATION SLAVE ON *.* TO 'poor'@'%'"),
        ("BINLOG MONITOR", "GRANT BINLOG MONITOR ON *.* TO 'poor'@'%'"),
    ]


def test_settings_that_capture_cannot_work_with_are_named_with_the_change(found):
    assert not any(setting.change for setting in found.settings)
    with magento_server(options=("--skip-log-bin", "--binlog-format=STATEMENT", "--binlog-row-image=MINIMAL")) as wrong:
        unready = look(wrong.url)
    changes = {s.name: s.change for s in unready.settings if s.change}
    assert set(changes) == {"log_bin", "binlog_format", "binlog_row_image", "binlog_row_metadata"}
    assert "changes cannot be followed" in as_text(unready)


def test_a_database_that_is_no_magento_says_so_and_finds_a_forgotten_prefix(own_magento: MagentoServer):
    own_magento.execute("CREATE DATABASE empty_one", "CREATE DATABASE prefixed",
                        "CREATE TABLE prefixed.m2_catalog_product_entity (entity_id INT PRIMARY KEY)")  # fmt: skip
    with pytest.raises(NotMagento, match="No Magento 2 tables"):
        look(own_magento.owner_url.replace("/magento", "/empty_one"))
    with pytest.raises(NotMagento, match="add \\?prefix=m2_"):
        look(own_magento.owner_url.replace("/magento", "/prefixed"))


def test_adobe_commerce_is_known_by_its_row_ids(own_magento: MagentoServer):
    own_magento.execute(
        "SET FOREIGN_KEY_CHECKS = 0",
        *(f"ALTER TABLE {base} ADD COLUMN row_id INT, ADD COLUMN created_in BIGINT, ADD COLUMN updated_in BIGINT"
          for base in ("catalog_product_entity", "catalog_category_entity")),
        *(f"ALTER TABLE {base}_{storage} ADD COLUMN row_id INT"
          for base in ("catalog_product_entity", "catalog_category_entity")
          for storage in ("varchar", "int", "decimal", "text", "datetime")),
    )  # fmt: skip
    found = look(own_magento.url)
    assert (found.edition.name, found.edition.link_column) == ("Adobe Commerce", "row_id")
    assert found.unknown_columns == ()


def test_the_json_holds_what_the_text_shows(found):
    data = json.loads(as_json(found))
    assert data["edition"]["name"] == "Magento Open Source"
    assert len(data["tables"]) == 421
    text = as_text(found)
    assert all(d["kind"] in text for d in data["dirt"])
    assert "reader@" in text and ":reader@" not in text
