"""Reading the real database: one view of it, all of it, at a place in the binlog, in bounded memory."""

import json

import pymysql
import pytest

from strangler.source import Source, SourceError
from strangler.tables import carried_tables
from tests.magento.server import MagentoServer, magento_server

pytestmark = pytest.mark.magento


def test_every_carried_table_is_read_whole_in_small_ranges(magento: MagentoServer):
    with Source(magento.url) as source, source.snapshot():
        for table, key in carried_tables().items():
            seen = [tuple(row[c] for c in key) for batch in source.stream(table, batch=97) for row in batch]
            assert len(seen) == len(set(seen)) == source.value(f"SELECT COUNT(*) FROM {source.quoted(table)}"), table


def test_a_stream_goes_on_behind_the_last_key_of_a_composite_key(magento: MagentoServer):
    with Source(magento.url) as source:
        whole = [row for batch in source.stream("catalog_product_website") for row in batch]
        middle = whole[1234]
        rest = [r for b in source.stream("catalog_product_website", after=[middle["product_id"], middle["website_id"]])
                for r in b]  # fmt: skip
    assert rest == whole[1235:]


def test_the_snapshot_does_not_see_what_the_shop_writes_meanwhile(own_magento: MagentoServer):
    with Source(own_magento.url) as source, source.snapshot():
        before = source.rows("SELECT name FROM {store} ORDER BY store_id")
        own_magento.execute("UPDATE store SET name = 'written meanwhile'", "DELETE FROM review WHERE review_id < 10")
        assert source.rows("SELECT name FROM {store} ORDER BY store_id") == before
        assert source.value("SELECT COUNT(*) FROM {review}") == 349


def test_the_position_is_the_snapshots_own_and_not_the_servers_of_a_moment_later(own_magento: MagentoServer):
    own_magento.execute("UPDATE store SET name = 'one' WHERE store_id = 1")
    with Source(own_magento.url) as source, source.snapshot() as position:
        own_magento.execute("UPDATE store SET name = 'two' WHERE store_id = 1")
        # The negative control: asking the server now skips the second change, which is not in the snapshot.
        now = source.rows("SHOW MASTER STATUS")[0]
        assert source.value("SELECT name FROM {store} WHERE store_id = 1") == "one"
        assert now["file"] == position.file
        assert now["position"] > position.offset
        later = source.rows("SHOW BINLOG EVENTS IN %s FROM %s", (position.file, position.offset))
        assert [r["event_type"] for r in later].count("Xid") == 1
        assert position.gtid == "0-1-1"


def test_zero_dates_are_none_and_decimals_keep_every_digit(magento: MagentoServer):
    with Source(magento.url) as source:
        born = source.rows("SELECT dob FROM {customer_entity} WHERE email = 'customer6@example.com'")
        prices = source.rows("SELECT value FROM {catalog_product_entity_decimal} WHERE value > 1000000")
    assert born == [{"dob": None}]
    assert {"value": "1234567.891200"} in prices


def test_rows_are_json_with_blanks_and_letters_of_every_script_kept(magento: MagentoServer):
    with Source(magento.url) as source:
        skus = {row["sku"] for batch in source.stream("catalog_product_entity") for row in batch}
        for table in carried_tables():
            json.dumps(next(source.stream(table), []))
    assert {"24-UG01 ", 'ÜBER/SKU "1"', "0012345", "12345"} <= skus


def test_the_session_cannot_write_even_with_an_account_that_may(own_magento: MagentoServer):
    with Source(own_magento.owner_url) as source, pytest.raises(pymysql.err.MySQLError, match="READ ONLY"):
        source.rows("UPDATE {store} SET name = 'x'")


def test_a_table_prefix_is_taken_off_names_and_put_on_queries(own_magento: MagentoServer):
    own_magento.execute(
        "CREATE DATABASE shop2",
        "CREATE TABLE shop2.m2_store (store_id INT PRIMARY KEY, name VARCHAR(9))",
        "INSERT INTO shop2.m2_store VALUES (7, 'x')",
        "CREATE TABLE shop2.wp_posts (id INT PRIMARY KEY)",
    )
    with Source(own_magento.owner_url.replace("/magento", "/shop2") + "?prefix=m2_") as source:
        assert list(source.schema()) == ["store"]
        assert source.foreign_tables() == ["wp_posts"]
        assert next(source.stream("store")) == [{"store_id": 7, "name": "x"}]


def test_a_wrong_password_is_one_sentence_without_the_password(magento: MagentoServer):
    with pytest.raises(SourceError, match="Access denied") as refused:
        Source(magento.url.replace(":reader@", ":wrong-secret@"))
    assert "wrong-secret" not in str(refused.value)


def test_a_server_without_a_binlog_has_no_position():
    with magento_server(options=("--skip-log-bin",)) as server:
        with Source(server.url) as source, source.snapshot() as position:
            assert position.number == 0
