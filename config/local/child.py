"""One supervised process: started with its log file, watched, started again with a growing pause."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from config.local import process
from config.local.procfile import Line
from config.local.state import REPOSITORY

_LONGEST_PAUSE = 30.0
_STEADY_SECONDS = 60.0
_LOG_BYTES = 20_000_000


class Child:
    """A line of the Procfile as a process. Its log file is its own: it goes on if we are killed."""

    def __init__(self, line: Line, *, log: Path) -> None:
        self.line = line
        self.log = log
        self.start = ""
        self.failures = 0
        self.again_at = 0.0
        self._popen: subprocess.Popen[bytes] | None = None
        self._since = 0.0

    @property
    def pid(self) -> int:
        """Its process id, 0 if it was never started."""
        return self._popen.pid if self._popen else 0

    def run(self, environment: Mapping[str, str]) -> str:
        """Start it; returns what went wrong, or nothing. It leads a group of its own, out of Ctrl-C's way."""
        self._cut_log()
        with self.log.open("ab") as output:
            output.write(f"--- {time.strftime('%Y-%m-%dT%H:%M:%S')} starting {self.line.name}\n".encode())
            output.flush()
            try:
                self._popen = subprocess.Popen(
                    self.line.command,
                    cwd=REPOSITORY,
                    env=dict(environment),
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            except OSError as error:
                self._popen = None
                self._failed()
                return str(error)
        self._since = time.monotonic()
        self.start = process.started(self._popen.pid)
        return ""

    def running(self) -> bool:
        """Whether it runs."""
        return self._popen is not None and self._popen.poll() is None

    def ended(self) -> int | None:
        """Its exit status once after it ended, which sets the time of its next start; else ``None``."""
        if self._popen is None or self._popen.poll() is None:
            return None
        status = self._popen.returncode
        # What it left behind would hold its port or its lease.
        self.kill()
        self._popen = None
        if time.monotonic() - self._since > _STEADY_SECONDS:
            self.failures = 0
        self._failed()
        return status

    def due(self) -> bool:
        """Whether it is down and its pause is over."""
        return self._popen is None and time.monotonic() >= self.again_at

    def ask_to_end(self) -> None:
        """Send it SIGTERM, and it alone: how its own children end is its affair."""
        if self._popen is not None:
            self._popen.terminate()

    def kill(self) -> None:
        """End its whole group by force."""
        if self._popen is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._popen.pid, signal.SIGKILL)

    def tail(self, lines: int = 5) -> list[str]:
        """The last lines of its log."""
        with self.log.open("rb") as file:
            file.seek(max(0, self.log.stat().st_size - 4000))
            return file.read().decode(errors="replace").splitlines()[-lines:]

    def _failed(self) -> None:
        self.failures += 1
        self.again_at = time.monotonic() + min(_LONGEST_PAUSE, 0.5 * 2 ** (self.failures - 1))

    def _cut_log(self) -> None:
        if self.log.exists() and self.log.stat().st_size > _LOG_BYTES:
            self.log.replace(self.log.with_suffix(".old.log"))
