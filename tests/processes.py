"""Real processes for tests: started, killed with SIGKILL, started again, and always stopped at the end."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = float(os.environ.get("PATIENCE", "1"))
"""By how much everything may take longer than its test says: more than 1 where machines are shared and noisy."""


class NotInTime(AssertionError):
    """A condition did not come true in time; the message says what was waited for."""


def eventually(condition: Callable[[], Any], sentence: str, *, within: float = 30.0) -> Any:
    """Wait until `condition()` is truthy and return it; otherwise fail with the sentence and its last value."""
    within *= PATIENCE
    end = time.monotonic() + within
    value = None
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.05)
    raise NotInTime(f"{sentence} did not happen within {within:.0f} s; last seen: {value!r}")


_taken: set[int] = set()
PORTS = range(20000, 32000)
"""Below those of outgoing connections."""


def free_port() -> int:
    """A free port that this process has not been given before.

    Each process begins elsewhere: a port whose server a test has just killed is free only by looks, and must not be
    handed out by a neighbour.
    """
    begin = os.getpid() * 5003 % len(PORTS)
    for port in (*PORTS[begin:], *PORTS[:begin]):
        with contextlib.closing(socket.socket()) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            if port not in _taken:
                _taken.add(port)
                return port
    raise RuntimeError("no free port")


class Processes:
    """Named child processes with a log file each, in process groups of their own."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        self.environment = environment
        self._commands: dict[str, list[str]] = {}
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, *command: str, **environment: str) -> None:
        """Start (again) a process; a first "python" is this interpreter."""
        if command:
            self._commands[name] = [sys.executable if part == "python" else part for part in command]
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                self._commands[name],
                cwd=ROOT,
                env={**self.environment, **environment},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self, name: str) -> None:
        """kill -9 of the process and all its children."""
        process = self.running.pop(name)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def restart_dead(self) -> list[str]:
        """Start again what ended by itself (a failpoint, for instance); returns the names."""
        dead = [name for name, process in self.running.items() if process.poll() is not None]
        for name in dead:
            self.kill(name)
            self.start(name)
        return dead

    def stop(self) -> None:
        """End everything: first politely, then for certain."""
        for process in self.running.values():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
        end = time.monotonic() + 5
        for process in self.running.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=max(0.1, end - time.monotonic()))
        for name in list(self.running):
            self.kill(name)

    def log(self, name: str) -> str:
        """What a process has printed."""
        path = self.folder / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""
