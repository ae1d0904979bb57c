"""Keeps the processes of the Procfile and our own servers running until told to stop.

Whoever holds ``up.lock`` in the state folder is the supervisor; the kernel frees the lock of one that was
killed. What that one left running is stopped before anything is started.
"""

import contextlib
import fcntl
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from config.local import infrastructure as servers
from config.local import orphans, process, procfile
from config.local.child import Child
from config.local.infrastructure import Infrastructure
from config.local.state import LOOPBACK, LocalError, prepare, read_record, write_record

RECORD = "up.json"
# A process that is ready when it listens, and the variable that holds its port.
LISTENERS = {"web": "WEB_PORT", "provider": "SANDBOX_PORT", "carrier": "CARRIER_PORT"}
_READY_SECONDS = 60.0
_STOP_SECONDS = 15.0


@contextmanager
def sole(state: Path) -> Iterator[bool]:
    """Be the one supervisor of this state folder; yields false if there is another."""
    with (prepare(state) / "up.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        write_record(state / RECORD, {"pid": os.getpid(), "start": process.started(os.getpid())})
        try:
            yield True
        finally:
            (state / RECORD).unlink(missing_ok=True)


def other(state: Path) -> tuple[int, str] | None:
    """Id and start time of the supervisor that runs, if one does."""
    record = read_record(state / RECORD)
    if record and process.is_same(record["pid"], record["start"]):
        return record["pid"], record["start"]
    return None


class Supervisor:
    """Starts, watches and stops the processes of one Procfile."""

    def __init__(self, infrastructure: Infrastructure, *, lines: Path, say: Callable[[str], None]) -> None:
        self.infrastructure = infrastructure
        self.say = say
        self.stopping = threading.Event()
        self._hurry = threading.Event()
        self._procfile = lines
        self._log = infrastructure.state / "log"
        self._log.mkdir(mode=0o700, exist_ok=True)
        self.children = self._read()

    def catch_signals(self) -> None:
        """Let Ctrl-C, SIGTERM and a closed terminal stop us cleanly; the second time without patience."""

        def asked(signum: int, _frame: object) -> None:
            if self.stopping.is_set():
                self._hurry.set()
            self.stopping.set()

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, asked)

    def start(self) -> None:
        """Start every process, in the order of the file."""
        for child in self.children:
            self._run(child)

    def wait_ready(self) -> None:
        """Wait until those that listen do. Raises ``LocalError`` that shows the log of one that does not."""
        end = time.monotonic() + _READY_SECONDS
        for child in self.children:
            variable = LISTENERS.get(child.line.name)
            while variable and not self.stopping.is_set():
                if _listens(int(self.infrastructure.environment[variable])) and child.running():
                    self.say(f"{child.line.name:22} ready")
                    break
                if time.monotonic() > end:
                    tail = "\n".join(child.tail(15))
                    raise LocalError(f"{child.line.name} is not ready; {child.log} ends:\n{tail}")
                self.watch()
                self.stopping.wait(0.1)

    def watch(self) -> None:
        """Look once after everything: start again what died and whose pause is over."""
        if not self.infrastructure.alive():
            self._recover()
        for child in self.children:
            status = child.ended()
            if status is not None:
                pause = max(0.0, child.again_at - time.monotonic())
                self.say(f"{child.line.name:22} ended with status {status}, again in {pause:.1f} s")
                for line in child.tail():
                    self.say(f"{child.line.name:22} | {line}")
                self._remember()
            elif child.due():
                self._run(child)

    def run(self) -> None:
        """Watch until asked to stop."""
        while not self.stopping.wait(0.5):
            self.watch()

    def stop(self) -> None:
        """Stop all processes in reverse order; those that do not heed are killed."""
        self.stopping.set()
        for child in reversed(self.children):
            child.ask_to_end()
        end = time.monotonic() + _STOP_SECONDS
        for child in reversed(self.children):
            while child.running() and time.monotonic() < end and not self._hurry.is_set():
                time.sleep(0.02)
            if child.running():
                self.say(f"{child.line.name:22} did not stop, killed")
            child.kill()
        orphans.stop(self.infrastructure.state, seconds=0 if self._hurry.is_set() else 2)

    def _read(self) -> list[Child]:
        lines = procfile.read(self._procfile, environment=self.infrastructure.environment)
        return [Child(line, log=self._log / f"{line.name}.log") for line in lines]

    def _run(self, child: Child) -> None:
        environment = {
            **self.infrastructure.environment,
            orphans.MARK: orphans.mark(self.infrastructure.state),
            "SIXFOLD_PROCESS": child.line.name,
        }
        wrong = child.run(environment)
        self.say(f"{child.line.name:22} {wrong or f'started, process {child.pid}'}")
        self._remember()

    def _remember(self) -> None:
        running = {child.line.name: (child.pid, child.start) for child in self.children if child.running()}
        orphans.remember(self.infrastructure.state, running)

    def _recover(self) -> None:
        """Start a server of ours that died. Processes reconnect by themselves, unless its address changed."""
        self.say("a server died, starting it again")
        try:
            fresh = servers.start(self.infrastructure.state)
        except LocalError as error:
            self.say(str(error))
            return
        moved = fresh.environment != self.infrastructure.environment
        self.infrastructure = fresh
        if moved:
            self.say("its address changed, starting every process again")
            orphans.stop(self.infrastructure.state)
            self.children = self._read()
            self.start()


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection((LOOPBACK, port), timeout=1):
        return True
    return False
