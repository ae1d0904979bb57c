"""What a running Magento commits becomes row events: each change once, in order, as a snapshot would spell it."""

import pytest

from chassis.messages import Lane
from strangler.capture.models import Stream
from strangler.extract import extract
from strangler.source import Source
from tests.magento.following import (
    carry_over,
    following,
    forget,
    keep_up,
    messages,
    repeated,
    rows_sent,
    sent,
    together,
    value,
)
from tests.magento.server import MagentoServer

pytestmark = [pytest.mark.magento, pytest.mark.django_db(databases=["platform"], transaction=True)]
PRICES = "catalog_product_entity_decimal"


def test_changes_are_sent_as_they_are_committed_on_the_fast_lane(own_magento: MagentoServer) -> None:
    carry_over(own_magento, PRICES, "store")
    own_magento.execute("UPDATE store SET name = 'before it is followed' WHERE store_id = 2")
    with following(own_magento.url):
        own_magento.execute(
            f"UPDATE {PRICES} SET value = 12.3 WHERE value_id = 1",
            "INSERT INTO store (code, website_id, group_id, name) VALUES ('es', 1, 1, 'Español')",
            "UPDATE store SET store_id = 77 WHERE code = 'es'",
            "DELETE FROM store WHERE code = 'es'",
        )
        keep_up(own_magento)
    events = [(e.table, e.key, e.after and (e.after.get("name") or e.after.get("value"))) for e in sent()]
    assert [event for event in events if event[0] == PRICES] == [(PRICES, ("1",), "12.300000")]
    assert events[0] == ("store", ("2",), "before it is followed")
    assert {key: after for table, key, after in events if table == "store"} == {
        ("2",): "before it is followed", ("5",): None, ("77",): None,
    }  # fmt: skip
    assert {message.lane for message in messages()} == {Lane.FAST}
    assert {message.origin for message in messages()} == {"magento"}
    assert repeated() == []
    positions = [event.position for event in sent()]
    assert positions == sorted(positions)
    stream = Stream.objects.get()
    assert (stream.failing, stream.errors, stream.changes) == (False, 0, len(events))


def test_what_comes_between_the_snapshot_and_following_is_not_lost(own_magento: MagentoServer) -> None:
    with Source(own_magento.url) as source:
        own_magento.execute("UPDATE store SET name = 'first' WHERE store_id = 1")
        with source.snapshot():
            pass
        extract(source, tables=("store",), progress=lambda _: own_magento.execute(
            "UPDATE store SET name = 'meanwhile' WHERE store_id = 2"))  # fmt: skip
    assert rows_sent("store")[("2",)]["name"] == "Deutsch"
    with following(own_magento.url):
        keep_up(own_magento)
    assert rows_sent("store")[("2",)]["name"] == "meanwhile"


def test_the_negative_control_going_on_where_the_server_is_afterwards_loses_it(own_magento: MagentoServer) -> None:
    with Source(own_magento.url) as source:
        extract(source, tables=("store",), progress=lambda _: own_magento.execute(
            "UPDATE store SET name = 'meanwhile' WHERE store_id = 2"))  # fmt: skip
    afterwards = value(own_magento, "SELECT @@gtid_binlog_pos")
    with following(own_magento.url):
        keep_up(own_magento)
    assert rows_sent("store")[("2",)]["name"] == "meanwhile"
    # The same again, but for the place.
    forget()
    stream = Stream.objects.get()
    assert stream.gtid == afterwards
    own_magento.execute("UPDATE store SET name = 'lost' WHERE store_id = 2")
    Stream.objects.update(gtid=value(own_magento, "SELECT @@gtid_binlog_pos"))
    with following(own_magento.url):
        own_magento.execute("UPDATE store SET name = 'seen' WHERE store_id = 3")
        keep_up(own_magento)
    assert {key: row["name"] for key, row in rows_sent("store").items()} == {("3",): "seen"}


def test_an_older_snapshot_undoes_nothing_that_was_followed_since(own_magento: MagentoServer) -> None:
    carry_over(own_magento, "store", "customer_group")
    own_magento.execute("INSERT INTO store (code, website_id, group_id, name) VALUES ('it', 1, 1, 'old')")

    def meanwhile(step: object) -> None:
        if not changed:
            changed.append(step)
            own_magento.execute(
                "UPDATE customer_group SET customer_group_code = 'new' WHERE customer_group_id = 1",
                "INSERT INTO customer_group (customer_group_code, tax_class_id) VALUES ('made', 3)",
                "DELETE FROM store WHERE code = 'it'",
            )
            keep_up(own_magento)

    changed: list[object] = []
    with following(own_magento.url), Source(own_magento.url) as source:
        keep_up(own_magento)
        extract(source, tables=("store", "customer_group"), progress=meanwhile)
        own_magento.execute("UPDATE customer_group SET customer_group_code = 'General' WHERE customer_group_id = 1")
        keep_up(own_magento)
    last = {(e.table, e.key): e.after for e in sorted(sent(), key=lambda e: e.position)}
    assert last[("store", ("5",))] is None
    assert last[("customer_group", ("1",))]["customer_group_code"] == "General"  # type: ignore[index]
    assert [e.after["customer_group_code"] for e in sent("customer_group") if e.key == ("1",)] == ["new", "General"]
    assert [e.after and e.after["customer_group_code"] for e in sent("customer_group") if e.key == ("5",)] == ["made"]


def test_a_savepoint_ends_no_transaction_and_what_was_rolled_back_is_not_sent(own_magento: MagentoServer) -> None:
    carry_over(own_magento, "store")
    with following(own_magento.url):
        keep_up(own_magento)
        before = Stream.objects.get().transactions
        together(
            own_magento,
            "UPDATE store SET name = 'one' WHERE store_id = 1", "SAVEPOINT a",
            "UPDATE store SET name = 'two' WHERE store_id = 2", "SAVEPOINT b",
            "UPDATE store SET name = 'undone' WHERE store_id = 3", "ROLLBACK TO b",
            "UPDATE store SET name = 'four' WHERE store_id = 4",
        )  # fmt: skip
        keep_up(own_magento)
    assert {key: row["name"] for key, row in rows_sent("store").items()} == {
        ("1",): "one", ("2",): "two", ("4",): "four",
    }  # fmt: skip
    assert Stream.objects.get().transactions == before + 1
