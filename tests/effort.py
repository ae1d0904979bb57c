"""How hard the races and faults are tried, and what came of it.

ROUNDS: how often each race is run, 20 unless told (`make races ROUNDS=1000`).
MINUTES: how long faults go on, half a minute unless told (`make faults MINUTES=30`); each test takes its share.
RECORD: set by those two verbs; then each test writes what it counted to `results/<test>.json` beside itself.
"""

import json
import os
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.processes import ROOT

ROUNDS = int(os.environ.get("ROUNDS", "20"))
MINUTES = float(os.environ.get("MINUTES", "0.5"))
RECORDING = os.environ.get("RECORD", "") == "1"
HURRY = MINUTES < 5
"""Whether leases of killed workers are cut short, so that a short run is not mostly waiting for them."""
KILLS = 1 if HURRY else 4
"""How often a process of a migration is killed at each of its points."""
FULL_ROUNDS = 4
"""So many rounds have all shoppers; later ones a few only, so that many rounds fit into an hour."""


def crowd(number: int, *, full: int, small: int) -> int:
    """How many shoppers come in round `number`, from 0."""
    return full if number < FULL_ROUNDS else small


def lasting(share: float, *, least: int = 1) -> Iterator[int]:
    """Count rounds from 0 for a share of MINUTES, and `least` rounds in any case."""
    end = time.monotonic() + MINUTES * 60 * share
    number = 0
    while number < least or time.monotonic() < end:
        yield number
        number += 1


class Tally:
    """What one test counted. A violation is a sentence; one is enough to fail the test."""

    def __init__(self, test: str, folder: Path) -> None:
        self.test = test
        self.folder = folder
        self.outcomes: Counter[str] = Counter()
        self.violations: list[str] = []
        self.facts: dict[str, Any] = {}
        self._began = time.monotonic()

    def count(self, outcome: str, times: int = 1) -> None:
        """One more of this outcome."""
        self.outcomes[outcome] += times

    def check(self, truth: bool, sentence: str) -> None:
        """Note a violation unless `truth`."""
        if not truth:
            self.violations.append(sentence)

    def close(self) -> None:
        """Fail if anything was violated; call it last."""
        assert not self.violations, "\n".join(self.violations[:20])

    def write(self, *, passed: bool) -> None:
        """Leave the figures beside the test."""
        report = {
            "test": self.test,
            "passed": passed,
            "date": datetime.now(UTC).isoformat(timespec="seconds"),  # the machine's clock: this is about the run
            "commit": _commit(),
            "seconds": round(time.monotonic() - self._began),
            **self.facts,
            "outcomes": dict(sorted(self.outcomes.items())),
            "violations": len(self.violations),
            **({"examples": self.violations[:20]} if self.violations else {}),
        }
        self.folder.mkdir(exist_ok=True)
        name = self.test.removeprefix("test_").replace("[", "-").replace("]", "")
        (self.folder / f"{name}.json").write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n")


def _commit() -> str:
    def git(*arguments: str) -> str:
        return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()

    changed = git("status", "--porcelain", "--untracked-files=no", "--", ".", ":!tests/*/results")
    return git("rev-parse", "--short=12", "HEAD") + (" with changes" if changed else "")
