"""Processes by identity, not by number alone.

A process id is reused, after a reboot almost surely. So a process is remembered by its id and its
start time, and whoever does not match both is a stranger that is never signalled.
"""

import contextlib
import os
import signal
import time
from collections.abc import Iterable
from pathlib import Path

import psutil  # type: ignore[import-untyped]


def started(pid: int) -> str:
    """What tells this process from an earlier or later one of the same id; empty if it is gone.

    On Linux the boot's id and the start in clock ticks since boot, which no change of the clock moves.
    A zombie counts as gone: in a container without an init nobody reaps it, and it holds nothing.
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        if fields[0] in "ZX":
            return ""
        return f"{Path('/proc/sys/kernel/random/boot_id').read_text().strip()}:{fields[19]}"
    except (FileNotFoundError, ProcessLookupError):
        pass
    try:
        process = psutil.Process(pid)
        return "" if process.status() == psutil.STATUS_ZOMBIE else f"{process.create_time():.0f}"
    except psutil.Error:
        return ""


def is_same(pid: int, start: str) -> bool:
    """Whether the process remembered as ``pid`` and ``start`` still runs."""
    return bool(start) and started(pid) == start


def working_in(folder: Path, *, program: str) -> list[psutil.Process]:
    """Live processes of the executable named ``program`` whose working directory is ``folder``."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.status() == psutil.STATUS_ZOMBIE or Path(process.exe()).name != program:
                continue
            if process.cwd() == str(folder):
                found.append(process)
    return found


def family(roots: Iterable[int]) -> list[psutil.Process]:
    """These processes, and all that descend from them."""
    found = []
    for pid in roots:
        with contextlib.suppress(psutil.NoSuchProcess):
            root = psutil.Process(pid)
            found += [root, *root.children(recursive=True)]
    return found


def megabytes(processes: Iterable[psutil.Process]) -> float:
    """The memory of processes as PSS: what they share counts once."""
    total = 0
    for process in processes:
        with contextlib.suppress(psutil.Error, OSError):
            total += process.memory_full_info().pss
    return total / 1e6


def send(pid: int, start: str, signum: int, *, group: bool = False) -> bool:
    """Signal the remembered process, or the group it leads; false if it is gone."""
    if not is_same(pid, start):
        return False
    try:
        if group and os.getpgid(pid) == pid:
            os.killpg(pid, signum)
        else:
            os.kill(pid, signum)
    except ProcessLookupError:
        return False
    return True


def wait_gone(processes: Iterable[tuple[int, str]], *, seconds: float) -> list[tuple[int, str]]:
    """Wait until the remembered processes are gone; returns those that outlive ``seconds``."""
    left = [pair for pair in processes if is_same(*pair)]
    end = time.monotonic() + seconds
    while left and time.monotonic() < end:
        time.sleep(0.05)
        left = [pair for pair in left if is_same(*pair)]
    return left


def stop(pid: int, start: str, *, seconds: float, group: bool = False) -> None:
    """Ask the remembered process to end, and after ``seconds`` end it."""
    send(pid, start, signal.SIGTERM, group=group)
    for straggler in wait_gone([(pid, start)], seconds=seconds):
        send(*straggler, signal.SIGKILL, group=group)
        wait_gone([straggler], seconds=5)
