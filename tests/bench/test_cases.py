"""Every benchmark runs and yields figures; how good they are is not a test's business."""

import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from bench.__main__ import CASES
from config.local.state import REPOSITORY

pytestmark = [pytest.mark.processes, pytest.mark.timeout(900)]
SHORT = {"seconds": 0.3, "rounds": 1, "orders": 8, "events": 400, "products": 20, "scripts": 2}
SIZE = 60
PATIENT_SECONDS = 750


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, Any]]]:
    """The figures of one short run of everything, by case."""
    folder = tmp_path_factory.mktemp("bench")
    results = folder / "results.json"
    command = [sys.executable, "-m", "bench", "--sizes", str(SIZE), "--effort", json.dumps(SHORT)]
    command += ["--results", str(results), "--state", str(folder / "state")]
    # Into a file: a pipe is read until the last process that inherited it has ended.
    printed = folder / "printed"
    with printed.open("wb") as output:
        run = subprocess.Popen(command, cwd=REPOSITORY, stdout=output, stderr=output)
    try:
        status = run.wait(timeout=PATIENT_SECONDS)
    except subprocess.TimeoutExpired:
        run.terminate()
        run.wait(timeout=60)
        status = None
    assert status == 0, f"status {status}\n{printed.read_text()[-5000:]}"
    by_case = defaultdict(list)
    for figure in json.loads(results.read_text())["figures"]:
        by_case[figure["case"]].append(figure)
    assert not list(Path(folder / "state").iterdir()), "a shop was left behind"
    return by_case


def test_every_case_can_be_chosen() -> None:
    from bench.cases import ALL

    assert tuple(ALL) == CASES


@pytest.mark.parametrize("case", CASES)
def test_case_yields_positive_figures_of_its_size(case: str, figures: dict[str, list[dict[str, Any]]]) -> None:
    assert figures[case]
    assert {figure["size"] for figure in figures[case]} == {SIZE}
    assert all(figure["value"] > 0 for figure in figures[case])


def test_whatever_has_an_aim_in_proportion_names_what_it_is_compared_with(
    figures: dict[str, list[dict[str, Any]]],
) -> None:
    measured = [figure for several in figures.values() for figure in several]
    proportional = [figure for figure in measured if figure["reach"].startswith("ratio")]
    assert proportional
    assert all(figure["compared_with"] and figure["ratio"] for figure in proportional)
