"""Workers killed while they keep rows and make things of them: nothing is lost, nothing is carried twice."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from contracts.magento import (
    AttributeRowChanged,
    CustomerRowChanged,
    OrderRowChanged,
    ProductRowChanged,
    StockRowChanged,
)
from strangler.source import Source
from tests.magento.carrying import SCOPES, tables_of
from tests.magento.server import MagentoServer
from tests.magento.test_stock import CHANNELS, CUT_OFF, oracle
from tests.processes import eventually
from tests.stack import Stack

pytestmark = [pytest.mark.magento, pytest.mark.processes, pytest.mark.timeout(900)]
MOVED = (ProductRowChanged, StockRowChanged, AttributeRowChanged, CustomerRowChanged, OrderRowChanged)
TABLES = (*SCOPES, "store_group", *tables_of(*MOVED))
KILLS = (
    "inbox.logistics.before_apply", "inbox.logistics.before_ack", "inbox.identity.before_ack",
    "logistics.legacy.carried", "identity.legacy.carried", "job.logistics.make_legacy.after_call",
    "job.identity.make_legacy.after_call", "inbox.commerce.before_ack", "commerce.legacy.carried",
    "job.commerce.make_legacy.after_call",
)  # fmt: skip
DOMAINS = ("logistics", "identity", "commerce")
SALABLE = """
SELECT link.channel, i.sku, sum(i.on_hand - i.reserved) FROM logistics_stockitem i
JOIN logistics_channelsource link USING (source_id) JOIN logistics_source s ON s.id = i.source_id AND s.enabled
GROUP BY 1, 2
"""
ASTRAY = """
SELECT i.sku FROM logistics_stockitem i LEFT JOIN logistics_stockmovement m ON m.item_id = i.id
GROUP BY i.id HAVING i.on_hand <> coalesce(sum(m.quantity), 0)
"""
TOLD = """
SELECT type, count(*) = count(DISTINCT message::json ->> 'aggregate_id') FROM commerce_outboxevent GROUP BY type"""


@pytest.fixture
def stack(tmp_path: Path, django_db_setup: None) -> Iterator[Stack]:
    """Relay and the workers of logistics, identity and commerce, no shop."""
    stack = Stack(tmp_path, workers=DOMAINS)
    try:
        stack.processes.start("relay", "python", "manage.py", "relay")
        for alias in stack.workers:
            stack.processes.start(f"worker-{alias}", "python", "manage.py", "work", alias)
        yield stack
    finally:
        stack.stop()


def extract(stack: Stack, url: str, *options: str, tables: tuple[str, ...] = TABLES) -> None:
    stack.run("manage.py", "strangle", "extract", "--source", url, *options, *(f"--table={table}" for table in tables))


def unfinished(stack: Stack) -> str:
    """What is still under way, or empty."""
    stack.processes.restart_dead()
    waiting = "SELECT (SELECT count(*) FROM strangler_outboxevent WHERE relayed_at IS NULL)"
    waiting += " + (SELECT count(*) FROM strangler_delivery WHERE acked_at IS NULL AND subscriber <> 'catalog')"
    counts = {"deliveries": stack.query("platform", waiting)[0][0]}
    for domain in DOMAINS:
        counts[f"things of {domain}"] = stack.query(domain, f"SELECT count(*) FROM {domain}_legacytouched")[0][0]
        counts[f"letters of {domain}"] = stack.query(domain, f"SELECT count(*) FROM {domain}_deadletter")[0][0]
    return ", ".join(f"{count} {what}" for what, count in counts.items() if count)


def finished(stack: Stack) -> bool:
    return not unfinished(stack)


def test_killed_workers_lose_nothing_and_carry_nothing_twice(magento: MagentoServer, stack: Stack) -> None:
    stack.failpoints.write_text("".join(f"{name}=kill:1\n" for name in KILLS))
    extract(stack, magento.url)
    for _ in range(2):  # and from outside, wherever they are just now
        for alias in stack.workers:
            stack.processes.kill(f"worker-{alias}")
            stack.processes.start(f"worker-{alias}")
    eventually(lambda: _reached(stack) >= set(KILLS) or finished(stack), "the kills have happened", within=300)
    # A job whose runner was killed waits for its lease to end; a new touch finds the same things without it.
    extract(stack, magento.url, "--again", tables=("store_website",))
    eventually(lambda: finished(stack), "all rows are kept and all things made", within=300)

    assert {name for name in _reached(stack) if "legacy" in name}, "no kill came while things were made"
    ours = {(channel, sku): total for channel, sku, total in stack.query("logistics", SALABLE)}
    differing = {
        (stock, sku): (said, mine)
        for stock, sku, said in oracle()
        if said != (mine := ours.get((CHANNELS[stock], sku.strip()), Decimal(0)))
    }
    assert differing == CUT_OFF
    assert stack.query("logistics", ASTRAY) == []
    assert stack.query("identity", "SELECT count(*) FROM customers.identity_customer") == [(80,)]
    assert stack.query("identity", "SELECT count(*) FROM customers.identity_address") == [(119,)]
    sums = "count(*), sum({}), sum(coalesce({}, 0))"
    with Source(magento.url) as source:
        (there,) = source.rows(f"SELECT {sums.format('grand_total', 'total_paid')} FROM sales_order")
    ((count, total, captured),) = stack.query(
        "commerce", f"SELECT {sums.format('total', 'captured')} FROM commerce_order WHERE historical AND version = 1"
    )
    assert [count, total, captured] == [Decimal(str(value)) for value in there.values()]
    assert stack.query("commerce", "SELECT count(*) FROM commerce_document") == [(107 + 24,)]
    assert stack.query("commerce", "SELECT count(*) FROM commerce_ordershipment") == [(80,)]
    # Copies are told of each once, and nobody is told to act.
    assert stack.query("commerce", TOLD) == [("commerce.order_carried", True)]


def _reached(stack: Stack) -> set[str]:
    """The failpoints that have killed somebody."""
    files = (path.name.removeprefix("failpoints.") for path in stack.folder.glob("failpoints.*"))
    return {name.rpartition(".")[0] for name in files}
