"""The table map: one line for each table, and none that swallows what it should not."""

import pytest

from strangler.checks import CHECKS, value_checks
from strangler.columns import known_columns
from strangler.tables import ENTITIES, Fate, carried_tables, classify


def test_no_table_stands_under_two_entities():
    names = [table for entity in ENTITIES for table in entity.tables]
    assert len(names) == len(set(names))


def test_every_carried_table_has_a_key_and_known_columns_that_hold_it():
    assert [table for table, key in carried_tables().items() if not key or not set(key) <= known_columns(table)] == []


def test_whatever_is_not_carried_says_why():
    assert [entity.name for entity in ENTITIES if entity.fate is not Fate.CARRIED and not entity.why] == []


@pytest.mark.parametrize(
    "table",
    ["catalog_product_price_cl", "catalog_category_product_index_store12_replica", "sales_order_grid",
     "catalog_product_index_price_tmp", "inventory_stock_7", "sequence_order_12", "customer_grid_flat"],
)  # fmt: skip
def test_indexes_grids_and_change_logs_are_never_carried(table):
    assert classify(table).fate is Fate.NEVER


def test_number_ranges_are_not_mistaken_for_counters_nor_stock_links_for_indexes():
    assert classify("sales_sequence_meta").fate is Fate.PARKED
    assert classify("inventory_stock_sales_channel").fate is Fate.CARRIED


@pytest.mark.parametrize("table", ["amasty_shopby_option", "my_orders", "wp_posts", "catalog_product_entity_backup"])
def test_a_table_of_an_extension_is_not_understood(table):
    assert classify(table) is None


def test_every_check_for_dirt_reads_only_tables_of_the_map():
    for check in (*CHECKS, *value_checks()):
        assert check.tables, check.kind
        assert [table for table in check.tables if classify(table) is None] == [], check.kind
