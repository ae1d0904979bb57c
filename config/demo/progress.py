"""How far a load has come, kept in a record that survives being killed at any moment.

A stage is done step by step; the record says how many steps are behind. Between a step and its record there
is a gap, so every step must come to the same when it is done twice.
"""

import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from django.db import connections

from chassis import clock
from config.local.state import read_record, write_record

Step = TypeVar("Step")

EVERY = 20
"""Steps between two writes of the record."""


class Progress:
    """The record of one load into one set of databases; other databases begin a record anew."""

    def __init__(self, path: Path, *, say: Callable[[str], None]) -> None:
        self.path = path
        self.say = say
        there = _databases()
        record = read_record(path)
        if record.get("databases") != there:
            # The load's own day: going on tomorrow must go on with the same shop.
            record = {"databases": there, "today": clock.now().date().isoformat(), "stages": {}}
        self._record: dict[str, Any] = record

    @property
    def today(self) -> date:
        """The day for which the shop is made."""
        return date.fromisoformat(self._record["today"])

    def note(self, name: str) -> Any:
        """What was kept under a name, None for nothing."""
        return self._record.setdefault("notes", {}).get(name)

    def keep(self, name: str, value: Any, *, soon: bool = True) -> None:
        """Keep a note; `soon` writes it before going on, else it goes with the next step's end."""
        self._record.setdefault("notes", {})[name] = value
        if soon:
            write_record(self.path, self._record)

    def forget(self, name: str) -> None:
        """Drop a note with the next write."""
        self._record.setdefault("notes", {}).pop(name, None)

    def stage(
        self, name: str, steps: Sequence[Step], do: Callable[[Step], object], *, unit: str = "", every: int = EVERY
    ) -> None:
        """Do what is left of a stage and print one line for it."""
        begun = time.monotonic()
        before = int(self._record["stages"].get(name, 0))
        for number, step in enumerate(steps[before:], before + 1):
            do(step)
            if number % every == 0 or number == len(steps):
                self._record["stages"][name] = number
                write_record(self.path, self._record)
        seconds = time.monotonic() - begun
        note = f"  ({before} were there)" if before else ""
        self.say(f"  {name:20} {len(steps):5} {unit or name:12} {seconds:5.1f} s{note}")


def _databases() -> str:
    """What tells this installation from another one, also from one made anew at the same address."""
    names = []
    for alias in sorted(set(connections) - {"default"}):
        with connections[alias].cursor() as cursor:
            cursor.execute(
                """SELECT system_identifier || '/' || oid FROM pg_control_system(), pg_database
                   WHERE datname = current_database()"""
            )
            names.append(str(cursor.fetchone()[0]))
    return " ".join(names)
