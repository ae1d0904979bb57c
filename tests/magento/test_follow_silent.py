"""What MariaDB changes without a word in its binlog, and what it says there in words: all of it arrives."""

import pytest

from strangler.runs import Run
from strangler.source import Source
from strangler.values import as_text
from tests.magento.following import carry_over, following, keep_up, rows_sent, sent, together, value
from tests.magento.server import MagentoServer

pytestmark = [pytest.mark.magento, pytest.mark.django_db(databases=["platform"], transaction=True)]
OPTIONS = (
    "catalog_product_option", "catalog_product_option_title", "catalog_product_option_type_value",
    "catalog_product_option_type_title", "catalog_product_option_type_price",
)  # fmt: skip
TIERS = "catalog_product_entity_tier_price"


def table(server: MagentoServer, name: str) -> dict[tuple[str, ...], dict[str, str | None]]:
    """The shop's rows as events have them."""
    with Source(server.url) as source:
        key = source.schema()[name].key
        rows = [as_text(row) for batch in source.stream(name) for row in batch]
    return {tuple(str(row[column]) for column in key): row for row in rows}


def test_children_that_go_with_their_parent_are_sent_as_gone_down_to_the_last(own_magento: MagentoServer) -> None:
    product = value(own_magento, "SELECT product_id FROM catalog_product_option WHERE type = 'drop_down' LIMIT 1")
    carry_over(own_magento, "catalog_product_entity", *OPTIONS, TIERS)
    before = {name: table(own_magento, name).keys() for name in OPTIONS}
    with following(own_magento.url):
        keep_up(own_magento)
        own_magento.execute(f"DELETE FROM catalog_product_entity WHERE entity_id = {product}")
        keep_up(own_magento)
    for name in OPTIONS:
        gone = before[name] - table(own_magento, name).keys()
        assert gone, f"the deletion reaches no {name}"
        assert {event.key for event in sent(name) if event.after is None} == gone, name
    parent = next(event for event in sent("catalog_product_entity") if event.after is None)
    assert all(event.position >= parent.position for event in sent(*OPTIONS))


def test_a_reference_that_is_emptied_by_a_deletion_is_sent(own_magento: MagentoServer) -> None:
    customer = value(own_magento, "SELECT customer_id FROM sales_order WHERE customer_id IS NOT NULL LIMIT 1")
    orders = int(value(own_magento, f"SELECT COUNT(*) FROM sales_order WHERE customer_id = {customer}"))
    carry_over(own_magento, "customer_entity", "sales_order")
    with following(own_magento.url):
        own_magento.execute(f"DELETE FROM customer_entity WHERE entity_id = {customer}")
        keep_up(own_magento)
    assert [event.after and event.after["customer_id"] for event in sent("sales_order")] == [None] * orders
    assert all(event.after for event in sent("sales_order"))


def test_children_whose_parent_was_deleted_without_its_foreign_keys_stay(own_magento: MagentoServer) -> None:
    carry_over(own_magento, "catalog_product_entity", TIERS)
    product = value(own_magento, f"SELECT entity_id FROM {TIERS} LIMIT 1")
    with following(own_magento.url):
        together(
            own_magento, f"DELETE FROM catalog_product_entity WHERE entity_id = {product}",
            before=("SET foreign_key_checks = 0",),
        )  # fmt: skip
        keep_up(own_magento)
    assert [event.after for event in sent("catalog_product_entity")] == [None]
    assert sent(TIERS) == []


def test_a_deletion_in_a_table_that_is_not_carried_reaches_those_that_are(own_magento: MagentoServer) -> None:
    carry_over(own_magento, "rating_option_vote")
    before = table(own_magento, "rating_option_vote")
    with following(own_magento.url):
        own_magento.execute("DELETE FROM rating WHERE rating_id = (SELECT rating_id FROM rating_option_vote LIMIT 1)")
        keep_up(own_magento)
    gone = before.keys() - table(own_magento, "rating_option_vote").keys()
    assert gone and {event.key for event in sent("rating_option_vote") if event.after is None} == gone


def test_a_truncated_table_is_empty_here_too(own_magento: MagentoServer) -> None:
    carry_over(own_magento, TIERS)
    before = table(own_magento, TIERS)
    with following(own_magento.url):
        own_magento.execute(f"TRUNCATE TABLE {TIERS}")
        own_magento.execute(
            f"INSERT INTO {TIERS} (entity_id, all_groups, customer_group_id, qty, value, website_id)"
            " VALUES (1, 1, 0, 5, 4.5, 0)"
        )
        keep_up(own_magento)
    rows = rows_sent(TIERS)
    assert list(rows) == [("1",)] and rows[("1",)]["value"] == "4.500000"
    assert {event.key for event in sent(TIERS) if event.after is None} == before.keys() - {("1",)}


def test_after_a_changed_schema_the_table_is_read_again_and_following_goes_on(own_magento: MagentoServer) -> None:
    carry_over(own_magento, "customer_group", "store")
    with following(own_magento.url):
        own_magento.execute(
            "ALTER TABLE customer_group ADD COLUMN rank_of INT NOT NULL DEFAULT 7",
            "UPDATE customer_group SET rank_of = 8 WHERE customer_group_id = 1",
            "ALTER TABLE store AUTO_INCREMENT = 500",
        )
        keep_up(own_magento)
        assert {row["rank_of"] for row in rows_sent("customer_group").values()} == {"7", "8"}
        own_magento.execute(
            "ALTER TABLE customer_group DROP COLUMN rank_of",
            "INSERT INTO customer_group (customer_group_code, tax_class_id) VALUES ('after', 3)",
        )
        keep_up(own_magento)
    assert rows_sent("customer_group") == table(own_magento, "customer_group")
    assert sent("store") == []
    again = Run.objects.filter(purpose=Run.AGAIN_READ)
    assert set(again.values_list("cursors__table", flat=True)) == {"customer_group"}


def test_a_table_that_is_swapped_for_another_is_read_again(own_magento: MagentoServer) -> None:
    carry_over(own_magento, "customer_group")
    with following(own_magento.url):
        own_magento.execute(
            "SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO'",
            "CREATE TABLE _new LIKE customer_group",
            "INSERT INTO _new SELECT * FROM customer_group WHERE customer_group_id < 3",
            "SET foreign_key_checks = 0",
            "RENAME TABLE customer_group TO _old, _new TO customer_group",
        )
        keep_up(own_magento)
        assert {event.key for event in sent("customer_group")} == {("3",), ("4",)}
        own_magento.execute("SET foreign_key_checks = 0", "DROP TABLE customer_group")
        keep_up(own_magento)
    assert rows_sent("customer_group") == {} and len(sent("customer_group")) == 5


def test_children_of_a_parent_that_a_statement_in_words_deletes_are_sent_as_gone(own_magento: MagentoServer) -> None:
    carry_over(own_magento, "catalog_product_entity", TIERS)
    before = table(own_magento, TIERS).keys()
    product = value(own_magento, f"SELECT entity_id FROM {TIERS} LIMIT 1")
    with following(own_magento.url):
        together(
            own_magento, f"DELETE FROM catalog_product_entity WHERE entity_id = {product}",
            before=("SET SESSION binlog_format = 'STATEMENT'",),
        )  # fmt: skip
        keep_up(own_magento)
    gone = before - table(own_magento, TIERS).keys()
    assert gone and {event.key for event in sent(TIERS) if event.after is None} == gone


def test_a_statement_in_words_about_a_table_that_is_not_carried_reaches_those_that_are(
    own_magento: MagentoServer,
) -> None:
    carry_over(own_magento, "rating_option_vote")
    before = table(own_magento, "rating_option_vote").keys()
    with following(own_magento.url):
        together(
            own_magento, "DELETE FROM rating WHERE rating_id = (SELECT rating_id FROM rating_option_vote LIMIT 1)",
            before=("SET SESSION binlog_format = 'STATEMENT'",),
        )  # fmt: skip
        keep_up(own_magento)
    gone = before - table(own_magento, "rating_option_vote").keys()
    assert gone and {event.key for event in sent("rating_option_vote") if event.after is None} == gone


def test_what_a_session_logs_as_statements_is_read_again(own_magento: MagentoServer) -> None:
    carry_over(own_magento, "store")
    with following(own_magento.url):
        together(
            own_magento, "UPDATE store SET name = CONCAT(name, '!') WHERE store_id < 3",
            before=("SET SESSION binlog_format = 'STATEMENT'",),
        )  # fmt: skip
        keep_up(own_magento)
    assert {key: row["name"] for key, row in rows_sent("store").items()} == {
        ("0",): "Admin!", ("1",): "Default Store View!", ("2",): "Deutsch!",
    }  # fmt: skip
