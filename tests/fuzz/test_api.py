"""Every operation of the OpenAPI document, fuzzed by schemathesis over real HTTP: no 500, and what is documented.

FUZZ_EXAMPLES says how many cases are drawn per operation beside the fixed ones that cover each constraint.
"""

import json
import os
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.conftest import running
from tests.effort import Tally
from tests.fuzz.subjects import Subjects, configuration, furnish
from tests.shoppers import queue_of
from tests.stack import Stack

pytestmark = [pytest.mark.processes, pytest.mark.timeout(3600)]
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "15"))
SEED = int(os.environ.get("FUZZ_SEED", "1"))
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
    "negative_data_rejection",
    "unsupported_method",
    "allow_header_conformance",
)


@dataclass(frozen=True)
class Findings:
    """What the fuzzer said, and the statuses that each operation answered with."""

    status: int
    printed: str
    answers: dict[str, Counter[int]]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None) -> Iterator[Stack]:
    """A shop with the workers whose copies the storefront reads."""
    workers = ("commerce", "logistics", "catalog", "identity", "postpurchase")
    yield from running(Stack(tmp_path_factory.mktemp("fuzz"), workers=workers))


@pytest.fixture(scope="module")
def subjects(shop: Stack) -> Subjects:
    return furnish(shop)


def fuzz(shop: Stack, subjects: Subjects, *options: str, examples: int = EXAMPLES) -> Findings:
    """Run schemathesis over the running shop."""
    settings, report = shop.folder / "schemathesis.toml", shop.folder / "report.ndjson"
    settings.write_text(configuration(subjects, examples=examples, seed=SEED))
    report.unlink(missing_ok=True)
    done = subprocess.run(
        [
            str(Path(sys.executable).with_name("st")),
            *("--config-file", str(settings), "run", f"{shop.base}/api/schema/", "--no-color"),
            *("--report-ndjson-path", str(report), "--checks", ",".join(CHECKS), *options),
        ],
        cwd=shop.folder,
        env={"PATH": os.environ.get("PATH", ""), "HOME": str(shop.folder), "COLUMNS": "120"},
        capture_output=True,
        text=True,
        check=False,
    )
    return Findings(done.returncode, done.stdout + done.stderr, _answers(report))


def _answers(report: Path) -> dict[str, Counter[int]]:
    answers: dict[str, Counter[int]] = defaultdict(Counter)
    for line in report.read_text().splitlines():
        scenario = json.loads(line).get("ScenarioFinished")
        if not scenario:
            continue
        for case, exchange in scenario["recorder"].get("interactions", {}).items():
            value = scenario["recorder"]["cases"][case]["value"]
            operation = f"{value['method']} {value['path']}"
            documented = operation == scenario["recorder"]["label"] or scenario["phase"] == "stateful"
            if exchange["response"] and documented:
                answers[operation][exchange["response"]["status_code"]] += 1
    return answers


def test_no_input_gives_a_500_and_every_answer_is_as_documented(shop: Stack, subjects: Subjects, tally: Tally) -> None:
    found = fuzz(shop, subjects)
    tally.facts = {"examples": EXAMPLES, "seed": SEED, "operations": len(found.answers)}
    for statuses in found.answers.values():
        for status, times in statuses.items():
            tally.count(str(status), times)
    tally.check(found.status == 0, found.printed[-20_000:])
    # Who is refused at the door is not fuzzed behind it.
    for operation, statuses in found.answers.items():
        tally.check(any(200 <= status < 300 for status in statuses), f"{operation} never succeeded: {dict(statuses)}")
    log = shop.processes.log("web")
    tally.check("Traceback" not in log, "the web process has printed a traceback:\n" + _around(log, "Traceback"))
    tally.close()


def test_the_fuzzer_sees_a_planted_500(shop: Stack, subjects: Subjects) -> None:
    guests = queue_of(shop, {"MUG": 2, "POT-red": 1}, 5)
    fresh = {
        "carts_to_order": [guest.cart for guest in guests],
        "secrets": [guests[0].http.headers["X-Cart-Secret"]],
    }
    shop.failpoints.write_text("saga.place_order.reserve_stock.do.before=error\n")
    try:
        unordered = replace(subjects, pools=subjects.pools | fresh)
        found = fuzz(shop, unordered, "--include-operation-id", "place_order", examples=50)
    finally:
        shop.failpoints.write_text("")
    assert found.status == 1, found.printed
    assert "Server error" in found.printed


def test_the_fuzzer_sees_a_planted_answer_that_is_not_as_documented(shop: Stack, subjects: Subjects) -> None:
    shop.query(
        "commerce", "UPDATE commerce_cart SET shipping_method = 'x', quote = jsonb_set(quote, '{subtotal}', '[1]')"
    )
    found = fuzz(shop, subjects, "--include-operation-id", "get_cart", "--phases", "fuzzing", examples=50)
    assert found.status == 1, found.printed
    assert "violates schema" in found.printed


def _around(text: str, word: str) -> str:
    at = text.find(word)
    return text[max(0, at - 500) : at + 2500] if at >= 0 else ""
