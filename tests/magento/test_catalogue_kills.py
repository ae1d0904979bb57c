"""kill -9 of the extraction and of the worker, with real processes: the same catalogue as without; then changes."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.effort import KILLS
from tests.magento import catalogue
from tests.magento.server import MagentoServer
from tests.processes import ROOT, eventually
from tests.stack import Stack

pytestmark = [pytest.mark.magento, pytest.mark.processes, pytest.mark.timeout(1200)]

SENT = ("strangler.extract.batch", "strangler.extract.committed")
TAKEN = ("inbox.catalog.before_apply", "inbox.catalog.before_ack", "catalog.legacy.products",
         "job.catalog.make_legacy.after_call")  # fmt: skip

LEADING_TO_12 = """
SELECT p.external_id ->> 'magento' FROM catalog_productlink l JOIN catalog_product p ON p.id = l.product_id
JOIN catalog_product t ON t.id = l.target_id WHERE t.external_id ->> 'magento' = '12'"""


@pytest.fixture
def small_magento(own_magento: MagentoServer) -> MagentoServer:
    """The first products only, some configurable ones among them; the foreign keys drop what belongs to the rest."""
    own_magento.execute("DELETE FROM catalog_product_entity WHERE entity_id > 150")
    return own_magento


@pytest.fixture
def workers(tmp_path: Path, django_db_setup: None) -> Iterator[Stack]:
    """A relay and catalog's worker, nothing else."""
    stack = Stack(tmp_path, workers=())
    try:
        stack.processes.start("relay", "python", "manage.py", "relay")
        stack.processes.start("worker-catalog", "python", "manage.py", "work", "catalog")
        yield stack
    finally:
        stack.stop()


def extract(stack: Stack, magento: MagentoServer) -> int:
    """One try; its exit code."""
    command = [sys.executable, "manage.py", "strangle", "extract", "--source", magento.url, "--batch", "300"]
    done = subprocess.run(command, cwd=ROOT, env=stack.processes.environment, capture_output=True, timeout=300)
    return done.returncode


def applied(stack: Stack) -> bool:
    """Whether nothing is under way to catalog and nothing waits there; the other domains' workers do not run."""
    stack.processes.restart_dead()
    sent = stack.query(
        "platform",
        """SELECT (SELECT count(*) FROM strangler_outboxevent WHERE relayed_at IS NULL)
            + (SELECT count(*) FROM strangler_delivery WHERE acked_at IS NULL AND subscriber = 'catalog')""",
    )
    left = stack.query(
        "catalog",
        # Jobs too: prices of a list are applied page by page. Those of a later day are not waited for.
        """SELECT (SELECT count(*) FROM catalog_magentotouched WHERE error = '')
            + (SELECT count(*) FROM catalog_job WHERE state = 'due' AND due_at < now() + interval '5 minutes')""",
    )
    return sent[0][0] == left[0][0] == 0


def products(stack: Stack) -> dict[str, tuple[Any, ...]]:
    rows = stack.query("catalog", "SELECT external_id ->> 'magento', version, channels FROM catalog_product")
    return {row[0]: row[1:] for row in rows}


def test_kills_lose_and_repeat_nothing_and_later_changes_change_what_they_are_about(
    small_magento: MagentoServer, workers: Stack, django_db_setup: None, django_db_blocker: Any
) -> None:
    with django_db_blocker.unblock(), catalogue.clean():
        catalogue.move(small_magento.url)
        undisturbed = catalogue.state()
    workers.failpoints.write_text("".join(f"{point}=kill:{KILLS}\n" for point in (*SENT, *TAKEN)))
    tries = 1
    while code := extract(workers, small_magento):
        assert code == -9 and tries < 10
        tries += 1
    eventually(lambda: applied(workers), "everything applied in spite of the kills", within=400)
    reached = {path.name.removeprefix("failpoints.").rsplit(".", 1)[0] for path in workers.folder.glob("failpoints.*")}
    assert reached == {*SENT, *TAKEN} and tries == 1 + 2 * KILLS
    assert catalogue.state(lambda sql: workers.query("catalog", sql)) == undisturbed
    assert workers.query("catalog", "SELECT * FROM catalog_magentotouched") == []
    assert workers.query("catalog", "SELECT * FROM catalog_deadletter") == []

    before = products(workers)
    assert extract(workers, small_magento) == 0
    eventually(lambda: applied(workers), "the second extraction applied", within=120)
    assert products(workers) == before

    leading = {row[0] for row in workers.query("catalog", LEADING_TO_12)}
    small_magento.execute(
        "UPDATE catalog_product_entity_varchar SET value = 'Other' WHERE entity_id = 7 AND attribute_id = 73",
        "DELETE FROM catalog_product_entity WHERE entity_id = 12",
    )
    assert extract(workers, small_magento) == 0
    eventually(lambda: applied(workers), "the changes applied", within=120)
    after = products(workers)
    assert {id_ for id_ in after if after[id_] != before[id_]} == {"7", "12"} | leading
    assert leading and not workers.query("catalog", LEADING_TO_12)
    assert after["12"][1] == []
    names = workers.query(
        "catalog", "SELECT name FROM catalog_productdocument WHERE view = 'default' AND name = 'Other'"
    )
    assert names == [("Other",)]
