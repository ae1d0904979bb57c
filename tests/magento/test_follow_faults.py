"""Following through everything that ends a connection or a process: nothing is lost, nothing is repeated."""

import os
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from strangler.capture.models import Stream
from strangler.runs import Run
from tests.effort import KILLS
from tests.magento import server as servers
from tests.magento.following import (
    carry_over,
    following,
    keep_up,
    repeated,
    rows_sent,
    sent,
    together,
    value,
)
from tests.magento.server import MagentoServer, magento_server
from tests.magento.test_follow_silent import table
from tests.processes import Processes, eventually

pytestmark = [
    pytest.mark.magento, pytest.mark.processes, pytest.mark.django_db(databases=["platform"], transaction=True)
]  # fmt: skip
SOURCES = "inventory_source_item"


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    """Followers as processes, which failpoints may kill."""
    made = Processes(tmp_path, {**os.environ, "SIXFOLD_FAILPOINTS": str(tmp_path / "failpoints")})
    yield made
    made.stop()


def follow(processes: Processes, server: MagentoServer) -> None:
    processes.start("follow", "python", "manage.py", "strangle", "follow", "--source", server.url)


def write(server: MagentoServer, *, transactions: int, seed: int = 7) -> None:
    """Transactions of some rows each: changes, new ones, deletions, several changes of one row."""
    choose = random.Random(seed)
    for number in range(transactions):
        item = choose.randrange(1, 300)
        together(
            server,
            f"UPDATE {SOURCES} SET quantity = {number} WHERE source_item_id IN ({item}, {item + 1})",
            f"UPDATE {SOURCES} SET quantity = quantity + 0.5 WHERE source_item_id = {item}",
            f"INSERT INTO {SOURCES} (source_code, sku, quantity) VALUES ('default', 'new-{seed}-{number}', 1)",
            f"DELETE FROM {SOURCES} WHERE source_item_id = {choose.randrange(301, 900)}",
        )


def test_a_killed_follower_goes_on_with_nothing_lost_or_repeated(
    own_magento: MagentoServer, processes: Processes, tmp_path: Path
) -> None:
    carry_over(own_magento, SOURCES)
    before = table(own_magento, SOURCES)
    (tmp_path / "failpoints").write_text(
        f"strangler.follow.group=kill:{KILLS}\nstrangler.follow.committed=kill:{KILLS}\n"
    )
    follow(processes, own_magento)
    writer = threading.Thread(target=write, args=(own_magento,), kwargs={"transactions": 150})
    writer.start()
    for _ in range(KILLS):  # and from outside, wherever it is just now
        time.sleep(1.5)
        processes.restart_dead()
        processes.kill("follow")
        follow(processes, own_magento)
    writer.join()
    eventually(lambda: (processes.restart_dead(), caught_up(own_magento))[1], "all is applied", within=120)
    assert len(list(tmp_path.glob("failpoints.strangler.*"))) == 2 * KILLS
    assert repeated() == []
    assert state(before) == table(own_magento, SOURCES)
    positions = [event.position for event in sent()]
    assert positions == sorted(positions)


def caught_up(server: MagentoServer) -> bool:
    return Stream.objects.filter(gtid=value(server, "SELECT @@gtid_binlog_pos")).exists()


def state(before: dict[tuple[str, ...], dict[str, str | None]]) -> dict[tuple[str, ...], dict[str, str | None]]:
    """What was there, and what the events have made of it."""
    now = dict(before)
    for event in sent(SOURCES):
        if event.after is None:
            now.pop(event.key, None)
        else:
            now[event.key] = event.after
    return now


def test_a_connection_that_the_server_ends_is_made_anew_from_the_saved_place(own_magento: MagentoServer) -> None:
    carry_over(own_magento, SOURCES)
    before = table(own_magento, SOURCES)
    with following(own_magento.url):
        for round in range(3):
            write(own_magento, transactions=10, seed=round)
            keep_up(own_magento)
            thread = value(own_magento, "SELECT id FROM information_schema.processlist WHERE command = 'Binlog Dump'")
            own_magento.execute(f"KILL {thread}")
        write(own_magento, transactions=10, seed=9)
        keep_up(own_magento)
    assert Stream.objects.get().errors >= 3
    assert repeated() == []
    assert state(before) == table(own_magento, SOURCES)


def test_a_source_that_is_restarted_is_gone_on_with(own_magento: MagentoServer) -> None:
    carry_over(own_magento, SOURCES)
    before = table(own_magento, SOURCES)
    with following(own_magento.url):
        write(own_magento, transactions=5, seed=1)
        keep_up(own_magento)
        shut_down(own_magento)
        eventually(lambda: Stream.objects.filter(failing=True).exists(), "the loss is noted")
        with started_again(own_magento):
            write(own_magento, transactions=5, seed=2)
            keep_up(own_magento)
            assert not Stream.objects.get().failing
            now = table(own_magento, SOURCES)
    assert Stream.objects.get().binlog_file == "binlog.000002"
    assert repeated() == []
    assert state(before) == now


def shut_down(server: MagentoServer) -> None:
    server.execute("SHUTDOWN")
    pid = server.folder / "pid"
    eventually(lambda: not pid.exists(), "the server is down")


@contextmanager
def started_again(server: MagentoServer) -> Iterator[None]:
    process = servers._start(server.folder, "--port", str(server.port), *servers.BINLOG_OPTIONS)
    try:
        servers._wait_until_up(process, server.folder)
        yield
    finally:
        servers._stop(process)


REPLICA = (*(o for o in servers.BINLOG_OPTIONS if "server-id" not in o), "--server-id=2", "--log-slave-updates")


def test_another_server_that_has_all_of_it_is_gone_on_with_by_its_gtid(own_magento: MagentoServer) -> None:
    carry_over(own_magento, SOURCES)
    before = table(own_magento, SOURCES)
    with magento_server(options=REPLICA) as replica:
        replica.execute(
            f"CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = {own_magento.port}, MASTER_USER ="
            f" '{servers.WRITER}', MASTER_PASSWORD = '{servers.WRITER_PASSWORD}', MASTER_USE_GTID = slave_pos",
            "START SLAVE",
        )
        with following(own_magento.url):
            # So that the places of the one are far behind those of the other.
            own_magento.execute("FLUSH BINARY LOGS", "FLUSH BINARY LOGS", "FLUSH BINARY LOGS")
            write(own_magento, transactions=10, seed=1)
            keep_up(own_magento)
        reached = Stream.objects.get().gtid
        write(own_magento, transactions=10, seed=2)  # nobody follows meanwhile
        there = value(own_magento, "SELECT @@gtid_binlog_pos")
        eventually(lambda: value(replica, "SELECT @@gtid_binlog_pos") == there, "the replica has it all")
        replica.execute("STOP SLAVE", "RESET SLAVE ALL")
        shut_down(own_magento)
        with following(replica.url):
            write(replica, transactions=10, seed=3)
            keep_up(replica)
        now = table(replica, SOURCES)
    stream = Stream.objects.get()
    assert stream.binlog_file == "binlog.000001" and stream.base > 0 and stream.gtid.startswith("0-2-") != reached
    assert repeated() == []
    assert state(before) == now
    positions = [event.position for event in sent()]
    assert positions == sorted(positions)


def test_a_server_that_lacks_what_was_read_is_not_gone_on_with(own_magento: MagentoServer) -> None:
    carry_over(own_magento, SOURCES)
    with following(own_magento.url):
        write(own_magento, transactions=2)
        keep_up(own_magento)
    count = len(sent())
    with magento_server(options=REPLICA) as other:
        with following(other.url):
            write(other, transactions=1, seed=5)
            eventually(lambda: Stream.objects.filter(failing=True).exists(), "it is refused")
    # By us, or by the server once it has as many transactions of its own.
    refused = ("it has not all that was read there", "not in the master's binlog")
    assert any(sentence in Stream.objects.get().last_error for sentence in refused)
    assert len(sent()) == count


def test_a_binlog_that_is_gone_asks_for_an_extraction_and_goes_on_behind_it(own_magento: MagentoServer) -> None:
    carry_over(own_magento, SOURCES)
    own_magento.execute(f"UPDATE {SOURCES} SET quantity = 5 WHERE source_item_id = 1", "FLUSH BINARY LOGS")
    eventually(lambda: purged(own_magento, "binlog.000002"), "the first binlog is gone")
    with following(own_magento.url):
        eventually(lambda: Stream.objects.filter(failing=True).exists(), "it is noted")
        assert sent() == []
        carry_over(own_magento, SOURCES)
        own_magento.execute(f"UPDATE {SOURCES} SET quantity = 6 WHERE source_item_id = 1")
        keep_up(own_magento)
    assert [row["quantity"] for row in rows_sent(SOURCES).values()] == ["6.0000"]


def purged(server: MagentoServer, first: str) -> bool:
    """Whether nothing before a binlog is there any more; the server keeps one for a moment for its own recovery."""
    server.execute(f"PURGE BINARY LOGS TO '{first}'")
    return value(server, "SHOW BINARY LOGS") == first


def test_what_the_release_before_extracted_asks_for_an_extraction_and_is_gone_on_from_behind_it(
    own_magento: MagentoServer,
) -> None:
    carry_over(own_magento, SOURCES)
    Run.objects.update(parents_kept=None)
    own_magento.execute(f"UPDATE {SOURCES} SET quantity = 5 WHERE source_item_id = 1")
    with following(own_magento.url):
        eventually(lambda: Stream.objects.filter(failing=True).exists(), "it is noted")
        assert sent() == []
        carry_over(own_magento, SOURCES)
        own_magento.execute(f"UPDATE {SOURCES} SET quantity = 6 WHERE source_item_id = 1")
        keep_up(own_magento)
    assert [row["quantity"] for row in rows_sent(SOURCES).values()] == ["6.0000"]


def test_one_of_two_followers_follows_and_the_other_takes_over(own_magento: MagentoServer) -> None:
    carry_over(own_magento, SOURCES)
    with following(own_magento.url):
        with following(own_magento.url):
            write(own_magento, transactions=5, seed=1)
            keep_up(own_magento)
            dumps = "SELECT COUNT(*) FROM information_schema.processlist WHERE command = 'Binlog Dump'"
            assert value(own_magento, dumps) == "1"
        write(own_magento, transactions=5, seed=2)
        keep_up(own_magento)
    assert repeated() == []


def test_a_transaction_of_100_000_rows_passes_in_little_memory_and_through_a_kill(
    own_magento: MagentoServer, processes: Processes, tmp_path: Path
) -> None:
    carry_over(own_magento, "inventory_reservation")
    follow(processes, own_magento)
    own_magento.execute(
        "INSERT INTO inventory_reservation (stock_id, sku, quantity, metadata) VALUES (1, 'small', -1, '{}')"
    )
    keep_up(own_magento)
    small = memory(processes)
    own_magento.execute(
        "INSERT INTO inventory_reservation (stock_id, sku, quantity, metadata)"
        " SELECT 1, CONCAT('large-', seq), -1, REPEAT('x', 100) FROM seq_1_to_100000"
    )
    most = small
    killed = False

    def look() -> bool:
        nonlocal most, killed
        most = max(most, memory(processes))
        if not killed and len_sent() > 40_000:
            processes.kill("follow")
            follow(processes, own_magento)
            killed = True
        return caught_up(own_magento)

    eventually(look, "the large transaction is applied", within=400)
    assert killed and len_sent() == 100_001
    assert most - small < 60_000_000, f"{most - small:,} bytes more than for a small one"
    assert repeated() == []


def memory(processes: Processes) -> int:
    process = psutil.Process(processes.running["follow"].pid)
    return int(process.memory_info().rss)


def len_sent() -> int:
    from chassis import domains

    return int(domains.get("strangler").tables.outbox._default_manager.using("platform").count())
