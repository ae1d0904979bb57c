"""Debezium's records from a real Redis, of a real shop: applied once, in whatever order the streams are read."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import redis

from chassis import clock
from config.local import broker
from strangler.capture.models import Doubt, Stream
from tests.magento.following import carry_over, following, forget, repeated, rows_sent, sent
from tests.magento.server import MagentoServer
from tests.processes import eventually

pytestmark = [
    pytest.mark.magento, pytest.mark.processes, pytest.mark.django_db(databases=["platform"], transaction=True)
]  # fmt: skip
TIERS = "catalog_product_entity_tier_price"


@pytest.fixture
def streams(tmp_path: Path) -> Iterator[str]:
    """A Redis of its own, as `--envelopes` takes it."""
    served = broker.ensure(tmp_path / "redis")
    try:
        yield f"{served.url}?prefix=mage"
    finally:
        broker.remove(tmp_path / "redis")


class Debezium:
    """Writes what Debezium Server would: a stream per table, in the sink's compact form."""

    def __init__(self, url: str) -> None:
        self.client = redis.Redis.from_url(url.partition("?")[0])
        self.pos = 1_000_000  # behind all that the server itself has

    def write(self, op: str, table: str, before: Any, after: Any, *, pos: int | None = None, row: int = 0) -> int:
        if pos is None:
            self.pos += 100
            pos = self.pos
        source = {"db": "magento", "table": table, "server_id": 0 if op == "r" else 1, "file": "binlog.000001",
                  "pos": pos, "row": row, "ts_ms": 1795366007000, "snapshot": "false"}  # fmt: skip
        body = {"before": before, "after": after, "op": op, "source": source}
        self.raw(f"mage.magento.{table}", json.dumps(body))
        return pos

    def ddl(self, statement: str) -> None:
        self.pos += 100
        source = {"db": "magento", "server_id": 1, "file": "binlog.000001", "pos": self.pos, "ts_ms": 1795366007000,
                  "snapshot": "false"}  # fmt: skip
        self.raw("mage", json.dumps({"ddl": statement, "databaseName": "magento", "source": source}))

    def raw(self, stream: str, body: str) -> None:
        self.client.xadd(stream, {json.dumps({"id": 1}): body})


@contextmanager
def listening(server: MagentoServer, url: str, debezium: Debezium) -> Iterator[None]:
    with following(server.url, envelopes=url):
        yield
        keep_up(debezium)


def keep_up(debezium: Debezium) -> None:
    def read() -> bool:
        ids = {name.decode(): debezium.client.xinfo_stream(name)["last-generated-id"].decode()
               for name in debezium.client.scan_iter("mage*")}  # fmt: skip
        stream = Stream.objects.first()
        return bool(stream) and stream.redis_ids == ids and not Doubt.objects.exists() and not stream.failing

    eventually(read, "all records are applied")


def tier(server: MagentoServer, number: int, **changed: Any) -> dict[str, Any]:
    row = {"value_id": number, "entity_id": 1, "all_groups": 1, "customer_group_id": 0, "qty": "5.0000",
           "value": "4.500000", "website_id": 0, "percentage_value": None}  # fmt: skip
    return {**row, **changed}


def test_a_change_counts_once_and_a_row_that_was_only_read_undoes_nothing(
    own_magento: MagentoServer, streams: str
) -> None:
    carry_over(own_magento, TIERS)
    debezium = Debezium(streams)
    with listening(own_magento, streams, debezium):
        read_at = debezium.write("r", TIERS, None, tier(own_magento, 900, qty="1.0000"))
        debezium.write("u", TIERS, tier(own_magento, 900), tier(own_magento, 900, qty="2.0000"))
        debezium.write("r", TIERS, None, tier(own_magento, 900, qty="1.0000"), pos=read_at)
        debezium.write("c", TIERS, None, tier(own_magento, 901, value="9.990000"))
        beat = int(clock.now().timestamp()) * 1000
        debezium.raw("__debezium-heartbeat.mage", json.dumps({"ts_ms": beat}))
        at = datetime.fromtimestamp(beat / 1000, UTC)
        eventually(lambda: Stream.objects.filter(current_until=at).exists(), "silence is known until the heartbeat")
    assert rows_sent(TIERS)[("900",)]["qty"] == "2.0000"
    assert rows_sent(TIERS)[("901",)]["value"] == "9.990000"
    forget()
    with listening(own_magento, streams, debezium):  # it tells again what it is not sure to have told
        debezium.write("c", TIERS, None, tier(own_magento, 901, value="9.990000"), pos=debezium.pos)
        debezium.write("u", TIERS, None, tier(own_magento, 902))
    assert [event.key for event in sent(TIERS)] == [("902",)]


def test_a_changed_key_is_a_deletion_a_tombstone_and_a_new_row(own_magento: MagentoServer, streams: str) -> None:
    carry_over(own_magento, TIERS)
    debezium = Debezium(streams)
    with listening(own_magento, streams, debezium):
        debezium.write("c", TIERS, None, tier(own_magento, 900))
        pos = debezium.write("d", TIERS, tier(own_magento, 900), None)
        debezium.raw(f"mage.magento.{TIERS}", "default")
        debezium.write("c", TIERS, None, tier(own_magento, 950), pos=pos)
    assert set(rows_sent(TIERS)) == {("950",)}
    assert repeated() == []


def test_what_was_truncated_or_altered_is_read_again_from_the_shop(own_magento: MagentoServer, streams: str) -> None:
    carry_over(own_magento, TIERS, "customer_group")
    debezium = Debezium(streams)
    debezium.pos = 100  # the shop itself must be further, or what is in doubt would wait for it
    with listening(own_magento, streams, debezium):
        own_magento.execute(f"TRUNCATE {TIERS}", "ALTER TABLE customer_group ADD COLUMN rank_of INT NOT NULL DEFAULT 7")
        debezium.write("t", TIERS, None, None)
        debezium.ddl("ALTER TABLE customer_group ADD COLUMN rank_of INT NOT NULL DEFAULT 7")
    assert rows_sent(TIERS) == {} and sent(TIERS)
    assert {row["rank_of"] for row in rows_sent("customer_group").values()} == {"7"}
