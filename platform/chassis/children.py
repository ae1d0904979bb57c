"""Forked children of one process: they share the memory of what it had loaded, and are started again when they die."""

import gc
import logging
import os
import signal
import sys
import time
from collections.abc import Callable

from chassis.observe import tracing

log = logging.getLogger("sixfold.children")

PAUSE = 0.5
STEADY_SECONDS = 60.0
_PR_SET_PDEATHSIG, _PR_SET_NAME = 1, 15


class Children:
    """Children by name, started again when they die, stopped together.

    The pause before a child begins again doubles up to `longest_pause` seconds as long as it dies within a minute.
    """

    def __init__(self, parts: dict[str, Callable[[], None]], *, longest_pause: float = PAUSE) -> None:
        self.parts = parts
        self.longest_pause = longest_pause
        self.pids: dict[int, str] = {}
        self.stopping = False
        self._begun: dict[str, float] = {}
        self._pauses: dict[str, float] = {}

    def run(self) -> None:
        """Fork all, then wait and restart until SIGTERM or SIGINT."""
        gc.collect()
        gc.freeze()  # a collection would write into every page that the children share
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        for name in self.parts:
            self._fork(name)
        while self.pids:
            try:
                pid, status = os.wait()
            except ChildProcessError:
                break
            name = self.pids.pop(pid, "")
            if name and not self.stopping:
                pause = self._pause(name)
                log.error("%s ended with status %s; again in %.1f s", name, status, pause)
                self._fork(name, pause=pause)

    def _pause(self, name: str) -> float:
        steady = time.monotonic() - self._begun[name] > STEADY_SECONDS
        last = 0.0 if steady else self._pauses.get(name, 0.0)
        self._pauses[name] = min(max(2 * last, PAUSE), self.longest_pause)
        return self._pauses[name]

    def _fork(self, name: str, *, pause: float = 0.0) -> None:
        parent = os.getpid()
        self._begun[name] = time.monotonic() + pause
        pid = os.fork()
        if pid:
            self.pids[pid] = name
            if self.stopping:  # asked in the meantime
                self._stop()
            return
        _settle(name, parent)
        status = 0
        try:
            time.sleep(pause)
            self.parts[name]()
        except KeyboardInterrupt:
            pass
        except SystemExit as ended:
            status = _status(ended)
        except BaseException:
            log.exception("%s failed", name)
            status = 1
        tracing.flush()
        sys.stdout.flush()
        os._exit(status)

    def _stop(self, *_: object) -> None:
        self.stopping = True
        for pid in list(self.pids):
            try:
                os.kill(pid, signal.SIGTERM)
            except ProcessLookupError:
                self.pids.pop(pid, None)


def _settle(name: str, parent: int) -> None:
    """Be a process of its own: signals as at the beginning, and on Linux its name, and SIGTERM when the parent is gone.

    So a parent's kill -9 leaves no orphans, and `ps -o comm` and `top` tell one child from another.
    """
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if sys.platform == "linux":
        import ctypes

        library = ctypes.CDLL(None)
        library.prctl(_PR_SET_NAME, name.encode()[:15])
        library.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # gone before we asked
            os._exit(0)


def _status(ended: SystemExit) -> int:
    """What the interpreter would make of it."""
    if ended.code is None or isinstance(ended.code, int):
        return ended.code or 0
    print(ended.code, file=sys.stderr, flush=True)
    return 1
