"""Debezium's records, as they were observed, mean what the binlog itself means."""

import json
from typing import Any

import pytest

from strangler.capture.envelopes import Envelopes, Told, Unclear, spelled
from strangler.source import Column
from tests.magento.server import dumps_folder

FOLDER = dumps_folder() / "envelopes"
pytestmark = [
    pytest.mark.magento,
    pytest.mark.skipif(not FOLDER.is_dir(), reason="needs the observed envelopes beside the Magento dump"),
]


def column(name: str, data_type: str, *, scale: int = 0, nullable: bool = True) -> Column:
    return Column(name=name, data_type=data_type, scale=scale, nullable=nullable)


def columns(text: str) -> tuple[Column, ...]:
    return tuple(
        column(name, kind.rstrip("0123456789"), scale=int(kind[len(kind.rstrip("0123456789")) :] or 0))
        for name, kind in (word.split(":") for word in text.split())
    )


ENVELOPES = Envelopes(
    {
        "catalog_product_entity": columns(
            "entity_id:int attribute_set_id:smallint type_id:varchar sku:varchar has_options:smallint"
            " required_options:smallint created_at:timestamp updated_at:timestamp"
        ),
        "catalog_product_entity_decimal": columns(
            "value_id:int attribute_id:smallint store_id:smallint entity_id:int value:decimal6"
        ),
        "sales_order": columns(
            "entity_id:int state:varchar status:varchar store_id:smallint customer_id:int grand_total:decimal4"
            " tax_amount:decimal4 customer_email:varchar increment_id:varchar created_at:timestamp updated_at:timestamp"
        ),
        "customer_entity": columns("entity_id:int email:varchar"),
    },
    database="magento", prefix="", base=0,
)  # fmt: skip
FILE = 7 << 40


def record(name: str) -> dict[str, Any] | None:
    found: dict[str, Any] | None = json.loads((FOLDER / f"{name}.json").read_text())["value"]
    return found


def read(name: str) -> Told | None:
    return ENVELOPES.read(record(name))


def test_a_change_has_the_position_of_its_row_in_the_binlog() -> None:
    told = read("update")
    assert told and told.rows
    ((before, after),) = told.rows.changes
    assert told.rows.first == FILE + 9946 + 1
    assert before == {"value_id": 2, "attribute_id": 77, "store_id": 0, "entity_id": 2, "value": "0.285714"}
    assert after and after["value"] == "19.990000"


def test_a_deletion_and_a_new_row_have_one_side() -> None:
    deleted, made = read("delete"), read("create")
    assert deleted and deleted.rows and deleted.rows.changes[0][1] is None
    assert made and made.rows and made.rows.changes[0][0] is None
    after = made.rows.changes[0][1]
    assert after and (after["created_at"], after["customer_id"]) == ("2026-11-22T16:46:47Z", None)


@pytest.mark.parametrize("name", ["read_first", "read_true", "read_last_in_data_collection", "read_incremental"])
def test_a_row_that_was_only_read_is_older_than_any_change_behind_the_snapshot(name: str) -> None:
    told, source = read(name), (record(name) or {})["source"]
    assert told and told.rows and told.rows.first == FILE + source["pos"]
    change = {**(record("update") or {})}
    change["source"] = {**change["source"], "pos": source["pos"], "row": 0}
    newer = ENVELOPES.read(change)
    assert newer and newer.rows and newer.rows.first > told.rows.first


@pytest.mark.parametrize(
    "name",
    ["tombstone", "heartbeat", "ddl_snapshot", "signal_request", "signal_snapshot-window-open",
     "signal_snapshot-window-close", *(path.stem for path in FOLDER.glob("notification_*.json"))],
)  # fmt: skip
def test_what_is_about_debezium_itself_says_nothing(name: str) -> None:
    assert read(name) is None


def test_ddl_has_no_op_and_casts_doubt_on_its_table_as_a_truncation_does() -> None:
    altered, truncated = read("ddl_alter"), read("truncate")
    assert "op" not in (record("ddl_alter") or {})
    assert altered and (altered.doubts, altered.rows) == ({"customer_entity"}, None)
    assert truncated and (truncated.doubts, truncated.rows) == ({"customer_entity"}, None)


def test_a_row_of_other_columns_than_the_table_has_is_read_again() -> None:
    change = record("update") or {}
    change["after"] = {**change["after"], "added": 1}
    told = ENVELOPES.read(change)
    assert told and told.rows is None and told.unclear == ("catalog_product_entity_decimal", change["after"])


def test_a_change_that_was_made_first_on_another_server_counts() -> None:
    change = record("update") or {}
    change["source"]["server_id"] = 999
    assert ENVELOPES.read(change) == read("update")


TYPES = (
    column("d", "decimal", scale=6), column("d2", "decimal", scale=30), column("f", "float"), column("db", "double"),
    column("dt", "datetime"), column("dt6", "datetime", scale=6), column("da", "date"), column("ts", "timestamp"),
    column("ts6", "timestamp", scale=6), column("y", "year"), column("tx", "text"), column("bl", "blob"),
    column("b1", "bit"), column("sb", "int"), column("ui", "int"), column("en", "enum"), column("se", "set"),
)  # fmt: skip
SPELLED = {
    "d": "123456.789012", "d2": "-0.000000000000000000000000000001", "f": 1.5, "db": 2.718281828459045,
    "dt": "2026-11-22T10:11:12", "dt6": "2026-11-22T10:11:12.123456", "ts": "2026-11-22T10:11:12Z",
    "ts6": "2026-11-22T10:11:12.654321Z", "y": 2026, "tx": "text é 😀", "bl": "AP8Q", "b1": 1,
    "ui": 4294967295, "en": "ü", "se": "x,z",
}  # fmt: skip


@pytest.mark.parametrize("name", ["types_default_modes", "types_string_isostring"])
def test_types_are_spelled_as_a_snapshot_spells_them(name: str) -> None:
    after = (record(name) or {})["after"]
    found = {one.name: spelled(after[one.name], one) for one in TYPES if one.name in SPELLED}
    assert found == SPELLED
    assert spelled(after["da"], column("da", "date")) == "2026-02-28"


@pytest.mark.parametrize(
    ("value", "of"),
    [(-1, column("x", "bigint")), ("AQI=", column("x", "bit")), (0, column("x", "datetime", nullable=False)),
     (0, column("x", "date", nullable=False)), ("{}", column("x", "json")), (-45296000000, column("x", "time")),
     ("q80=", column("x", "binary")), (1.5, column("x", "decimal", scale=2))],
)  # fmt: skip
def test_what_a_record_leaves_open_is_not_guessed(value: Any, of: Column) -> None:
    with pytest.raises(Unclear):
        spelled(value, of)


def test_a_zero_timestamp_is_no_date() -> None:
    assert spelled("1970-01-01T00:00:00Z", column("x", "timestamp", nullable=False)) is None
    assert spelled(0, column("x", "date")) == "1970-01-01"
