"""The snapshot as row events: all of it once, again nothing, and nothing lost or repeated over kills."""

import os
import signal
import subprocess
import sys
from collections import Counter

import pytest
from django.core.management import CommandError, call_command

from chassis import domains
from chassis.messages import decode_event, decode_message
from contracts.magento import RowChanged
from strangler.extract import ConcurrentExtraction, Extraction, extract
from strangler.runs import Run, TableCursor
from strangler.source import Source, SourceError
from strangler.tables import parked_tables
from tests.effort import KILLS
from tests.magento.server import REPOSITORY, MagentoServer

pytestmark = [pytest.mark.magento, pytest.mark.django_db(databases=["platform"], transaction=True)]
FEW = ("store", "catalog_product_website", "inventory_stock_sales_channel", "customer_entity")


def run(url: str, **options) -> Extraction:
    with Source(url) as source:
        return extract(source, **{"tables": FEW, **options})


def sent() -> list[RowChanged]:
    outbox = domains.get("strangler").tables.outbox._default_manager.using("platform")
    return [decode_event(decode_message(row.message)) for row in outbox.order_by("seq")]


def forget_events() -> None:
    domains.get("strangler").tables.outbox._default_manager.using("platform").all().delete()


def test_every_row_is_sent_once_as_text_on_the_bulk_lane(magento: MagentoServer):
    done = run(magento.url)
    events = sent()
    assert len(events) == done.rows == done.sent == 5 + 2728 + 2 + 80
    assert set(Counter((e.table, e.key) for e in events).values()) == {1}
    german = next(e for e in events if (e.table, e.key) == ("store", ("2",)))
    assert german.after == {"store_id": "2", "code": "de", "website_id": "1", "group_id": "1", "name": "Deutsch",
                            "sort_order": "5", "is_active": "1"}  # fmt: skip
    assert ("inventory_stock_sales_channel", ("website", "eu")) in {(e.table, e.key) for e in events}
    outbox = domains.get("strangler").tables.outbox._default_manager.using("platform")
    assert set(outbox.values_list("lane", flat=True)) == {"bulk"}
    assert decode_message(outbox.first().message).origin == "magento"


def test_what_this_release_does_not_carry_is_counted(magento: MagentoServer):
    run(magento.url)
    parked = Run.objects.get().parked
    with Source(magento.url) as source:
        there = {t: int(source.value(f"SELECT COUNT(*) FROM {source.quoted(t)}")) for t in parked}
        assert set(parked) == set(parked_tables()) & set(source.schema())
    assert parked == there and sum(there.values()) > 0


def test_a_second_run_sends_nothing(magento: MagentoServer):
    run(magento.url)
    forget_events()
    second = run(magento.url)
    assert (second.resumed, second.rows, second.sent) == (False, 2815, 0)
    assert sent() == []


def test_a_later_run_sends_what_changed_and_what_is_gone_and_no_more(own_magento: MagentoServer):
    first = run(own_magento.url)
    forget_events()
    own_magento.execute(
        "UPDATE store SET name = 'Allemand' WHERE store_id = 2",
        "UPDATE store SET name = name WHERE store_id = 3",
        "DELETE FROM catalog_product_website WHERE product_id = 5",
        "INSERT INTO store (code, website_id, group_id, name) VALUES ('es', 1, 1, 'Español')",
    )
    second = run(own_magento.url)
    changes = {(e.table, e.key): e.after and e.after["name"] for e in sent()}
    assert changes == {
        ("store", ("2",)): "Allemand",
        ("store", ("5",)): "Español",
        ("catalog_product_website", ("5", "1")): None,
        ("catalog_product_website", ("5", "2")): None,
    }
    assert all(e.position == second.start.number > first.start.number for e in sent())


def test_again_sends_unchanged_rows_too(magento: MagentoServer):
    run(magento.url)
    forget_events()
    assert run(magento.url, tables=("store",), again=True).sent == len(sent()) == 5


def command(url: str, tmp_path, failpoints: str) -> subprocess.CompletedProcess[str]:
    armed = tmp_path / "failpoints"
    armed.write_text(failpoints)
    arguments = [a for table in FEW for a in ("--table", table)]
    return subprocess.run(
        [sys.executable, "manage.py", "strangle", "extract", "--source", url, "--batch", "100", *arguments],
        cwd=REPOSITORY, env={**os.environ, "SIXFOLD_FAILPOINTS": str(armed)},
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip


@pytest.mark.processes
@pytest.mark.parametrize("where", ["strangler.extract.batch", "strangler.extract.committed"])
def test_a_killed_extraction_goes_on_with_nothing_lost_or_repeated(magento: MagentoServer, tmp_path, where):
    for _ in range(KILLS):
        killed = command(magento.url, tmp_path, f"{where}=kill:{KILLS}\n")
        assert killed.returncode == -signal.SIGKILL, killed.stderr
    finished = command(magento.url, tmp_path, "")
    assert finished.returncode == 0, finished.stderr
    assert "goes on" in finished.stdout
    assert "6 downloadable   carried" in finished.stdout
    assert "184 carts" in finished.stdout
    assert set(Counter((e.table, e.key) for e in sent()).values()) == {1}
    assert len(sent()) == 2815
    assert Run.objects.using("platform").count() == 1


def test_a_table_that_is_not_carried_and_a_wrong_address_are_refused_in_one_sentence(magento: MagentoServer):
    with pytest.raises(CommandError, match="Not carried: quote"):
        call_command("strangle", "extract", source=magento.url, table=["quote"])
    with pytest.raises(CommandError, match="names no database"):
        call_command("strangle", "assess", source="mysql://u:p@127.0.0.1")
    assert sent() == []


def test_a_second_process_on_the_same_run_stops(magento: MagentoServer, monkeypatch):
    from strangler import extract as module

    def another_process_was_faster(run, table, *args, **kwargs):
        cursors = TableCursor.objects.using("platform").filter(run=run, table=table)
        cursors.update(last_key=[1])
        return 0

    monkeypatch.setattr(module, "_send", another_process_was_faster)
    with pytest.raises(ConcurrentExtraction, match="Another process"):
        run(magento.url, tables=("store",))


def test_a_source_whose_binlog_went_back_is_refused_and_nothing_sent(own_magento: MagentoServer):
    own_magento.execute("FLUSH BINARY LOGS", "FLUSH BINARY LOGS")
    run(own_magento.url, tables=("store",))
    forget_events()
    own_magento.execute("RESET MASTER", "UPDATE store SET name = 'Other' WHERE store_id = 1")
    with pytest.raises(SourceError, match="stands behind the last extraction's"):
        run(own_magento.url, tables=("store",))
    assert sent() == []
