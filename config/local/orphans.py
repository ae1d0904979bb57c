"""Finds and stops what an earlier supervisor started and, being killed, could not stop.

Two ways, since either alone has holes: the record of each process it started (id and start time), and
a mark in the environment, inherited by their children too, that only processes of this state folder bear.
"""

import contextlib
import os
import signal
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from config.local import process
from config.local.state import password, read_record, write_record

MARK = "SIXFOLD_SUPERVISED"
_RECORD = "processes.json"


def mark(state: Path) -> str:
    """The value of ``MARK`` for processes of this state folder: random, so that no stranger has it."""
    record = read_record(state / _RECORD)
    if "mark" not in record:
        record["mark"] = password()
        write_record(state / _RECORD, record)
    return str(record["mark"])


def remember(state: Path, processes: dict[str, tuple[int, str]]) -> None:
    """Write down what runs now, by name."""
    write_record(state / _RECORD, {"mark": mark(state), "processes": processes})


def remembered(state: Path) -> dict[str, tuple[int, str]]:
    """The processes written down that still run, by name."""
    record = read_record(state / _RECORD).get("processes", {})
    return {name: (pid, start) for name, (pid, start) in record.items() if process.is_same(pid, start)}


def find(state: Path) -> list[tuple[int, str]]:
    """Every live process that a supervisor of this state folder started, or one of those did."""
    found = set(remembered(state).values())
    sign = read_record(state / _RECORD).get("mark")
    for candidate in psutil.process_iter():
        if sign is None or candidate.pid == os.getpid():
            continue
        with contextlib.suppress(psutil.Error, OSError):
            if candidate.environ().get(MARK) == sign and (start := process.started(candidate.pid)):
                found.add((candidate.pid, start))
    return sorted(found)


def stop(state: Path, *, seconds: float = 10) -> int:
    """Stop them all, by force those that take longer than ``seconds``; returns how many there were."""
    found = find(state)
    for pair in found:
        process.send(*pair, signal.SIGTERM)
    for pair in process.wait_gone(found, seconds=seconds):
        process.send(*pair, signal.SIGKILL)
    # Looked for again: one of them may have had a child in the moment between finding and stopping.
    for pair in find(state):
        process.send(*pair, signal.SIGKILL)
    remember(state, {})
    return len(found)
