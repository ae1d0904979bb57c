"""Named places where a test may kill, stop or delay the process.

Off unless SIXFOLD_FAILPOINTS names a file; then each line `name=action[:count]` of that file arms one
failpoint for every process that reads it: `kill` (SIGKILL to itself), `error`, `sleep=<seconds>`.
The file is read again when it changed. A count is taken by creating `<file>.<name>.<n>` exclusively,
so that `kill:1` kills one process and not its successor.
"""

import os
import signal
import time
from pathlib import Path

_FILE = os.environ.get("SIXFOLD_FAILPOINTS", "")
_cache: tuple[float, dict[str, str]] = (0.0, {})


class FailpointError(RuntimeError):
    """Raised where a failpoint is armed with `error`."""


def hit(name: str) -> None:
    """Do what the failpoint `name` is armed with; nothing, at no cost, in production."""
    if not _FILE:
        return
    action = _armed().get(name)
    if action is None:
        return
    action, _, count = action.partition(":")
    if count and not _take(name, int(count)):
        return
    if action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif action == "error":
        raise FailpointError(name)
    elif action.startswith("sleep="):
        time.sleep(float(action.removeprefix("sleep=")))


def _armed() -> dict[str, str]:
    global _cache
    try:
        changed = os.stat(_FILE).st_mtime_ns / 1e9
    except FileNotFoundError:
        return {}
    if changed != _cache[0]:
        lines = Path(_FILE).read_text().splitlines()
        _cache = (changed, dict(line.split("=", 1) for line in lines if "=" in line))
    return _cache[1]


def _take(name: str, count: int) -> bool:
    for number in range(count):
        try:
            os.close(os.open(f"{_FILE}.{name}.{number}", os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            continue
        return True
    return False
