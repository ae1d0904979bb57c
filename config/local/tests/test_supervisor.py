"""The whole of ``python -m config.local``, run as a person runs it, on processes made for the purpose."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from config.local import broker, orphans, postgres, process
from config.local.state import REPOSITORY, read_record
from config.local.tests.conftest import bare_environment
from config.local.up import reset

pytestmark = [pytest.mark.processes, pytest.mark.timeout(900)]

PARENT = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(600)'])"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
PROCFILE = f'''
steady: python -c "import time; print('at work', flush=True); time.sleep(600)"
parent: python -c "{PARENT}"
'''


class Stack:
    """A state folder and the ``up`` that runs on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.state = folder / "state"
        self.runs: list[Run] = []
        self.environment = {**bare_environment(), "SIXFOLD_STATE": str(self.state), "SIXFOLD_DEMO": "0"}

    def begin(self, text: str = PROCFILE) -> "Run":
        (self.folder / "Procfile").write_text(text)
        return Run(self, ["up", "--procfile", str(self.folder / "Procfile")])

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "config.local", *arguments],
            cwd=REPOSITORY, env=self.environment, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    def servers(self) -> tuple[object, object]:
        return postgres.attach(self.state), broker.attach(self.state)


class Run:
    """A verb under way; its output goes to a file that is read while it grows."""

    def __init__(self, stack: Stack, arguments: list[str]) -> None:
        self.output = Path(tempfile.mkstemp(dir=stack.folder, suffix=".out")[1])
        self.process = subprocess.Popen(
            [sys.executable, "-m", "config.local", *arguments],
            cwd=REPOSITORY, env=stack.environment, stdout=self.output.open("wb"), stderr=subprocess.STDOUT,
        )  # fmt: skip
        stack.runs.append(self)

    def said(self, pattern: str, *, seconds: float = 60) -> "re.Match[str]":
        def look() -> "re.Match[str] | None":
            found = re.search(pattern, self.output.read_text())
            assert found or self.process.poll() is None, f"ended without {pattern!r}:\n{self.output.read_text()}"
            return found

        wait_for(look, f"{pattern!r} was not said:\n{self.output.read_text()}", seconds=seconds)
        found = look()
        assert found
        return found

    def ends(self, *signals: int, seconds: float = 30) -> int:
        for number in signals:
            self.process.send_signal(number)
            time.sleep(0.3)
        return self.process.wait(timeout=seconds)


def wait_for(look: Callable[[], object], sentence: str, *, seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not look():
        assert time.monotonic() < end, sentence
        time.sleep(0.05)


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    folder = Path(tempfile.mkdtemp(prefix="sixfold-"))
    folder.chmod(0o755)
    yield Stack(folder)
    reset(folder / "state")
    shutil.rmtree(folder)


@pytest.fixture(autouse=True)
def nothing_left(stack: Stack) -> Iterator[None]:
    """A test that fails with the shop under way leaves it to no other."""
    yield
    for run in stack.runs:
        if run.process.poll() is None:
            stack.command("down")
            run.ends(signal.SIGKILL)
    stack.runs.clear()


def test_up_starts_everything_and_ctrl_c_leaves_nothing(stack: Stack) -> None:
    run = stack.begin()
    run.said("migrated platform")
    run.said(r"ready after .* s")
    run.said(r"admin +http://127.0.0.1:\d+/admin/")
    wait_for(lambda: len(orphans.find(stack.state)) == 3, "steady, parent and its child were not there")
    running = orphans.find(stack.state)
    wait_for(lambda: "at work" in (stack.state / "log" / "steady.log").read_text(), "steady wrote no log")
    assert run.ends(signal.SIGINT) == 0
    assert not [pair for pair in running if process.is_same(*pair)]
    assert stack.servers() == (None, None)


def test_the_second_start_migrates_nothing_and_is_quick(stack: Stack) -> None:
    begun = time.monotonic()
    run = stack.begin()
    run.said("up to date")
    run.said("ready after")
    took = time.monotonic() - begun
    assert run.ends(signal.SIGTERM) == 0
    assert "migrating" not in run.output.read_text()
    assert took < 10


def test_another_up_says_so_shows_logs_and_disturbs_nothing(stack: Stack) -> None:
    first = stack.begin(PROCFILE + 'late: python -c "import time; time.sleep(2); print(7 * 191); time.sleep(600)"')
    first.said("ready after")
    second = stack.begin(PROCFILE)
    second.said(f"already running, process {first.process.pid}")
    second.said(r"late +\| 1337", seconds=15)
    assert second.ends(signal.SIGINT) == 0
    assert first.process.poll() is None
    assert len(orphans.remembered(stack.state)) == 3
    follower = stack.begin(PROCFILE)
    follower.said("already running")
    assert first.ends(signal.SIGINT) == 0
    assert follower.process.wait(timeout=10) == 0


def test_after_a_kill_of_everything_the_next_up_recovers_and_spares_strangers(stack: Stack) -> None:
    run = stack.begin()
    run.said("ready after")
    cluster, server = postgres.attach(stack.state), broker.attach(stack.state)
    assert cluster and server
    parent, _ = orphans.remembered(stack.state)["parent"]
    left = set(orphans.find(stack.state)) - {pair for pair in orphans.find(stack.state) if pair[0] == parent}
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        for pid in (run.process.pid, parent, _postmaster(cluster), int((server.home / "broker.pid").read_text())):
            os.kill(pid, signal.SIGKILL)
        run.process.wait()
        # The parent's number now belongs to somebody else, as after a reboot.
        record = read_record(stack.state / "processes.json")["processes"]
        orphans.remember(stack.state, {**record, "parent": (stranger.pid, record["parent"][1])})
        again = stack.begin()
        again.said("ready after")
        # Stopped by the second start, or ended by themselves when their parent was gone.
        assert left and not [pair for pair in left if process.is_same(*pair)]
        assert stranger.poll() is None
        assert postgres.attach(stack.state) == cluster
        assert again.ends(signal.SIGINT) == 0
    finally:
        stranger.kill()
        stranger.wait()


def test_servers_killed_under_way_are_started_again(stack: Stack) -> None:
    run = stack.begin()
    run.said("ready after")
    cluster, server = postgres.attach(stack.state), broker.attach(stack.state)
    assert cluster and server
    os.kill(_postmaster(cluster), signal.SIGKILL)
    os.kill(int((server.home / "broker.pid").read_text()), signal.SIGKILL)
    run.said("a server died")
    wait_for(lambda: stack.servers() == (cluster, server), "the servers did not come back")
    assert run.ends(signal.SIGINT) == 0


def test_a_process_that_dies_is_started_again_ever_more_slowly(stack: Stack) -> None:
    run = stack.begin(PROCFILE + "dying: python -c \"import sys; sys.exit('the reason')\"\nabsent: no-such-program\n")
    run.said(r"dying +ended with status 1, again in 0\.\d s\ndying +\| .*\ndying +\| the reason")
    run.said(r"dying +ended with status 1, again in (0\.9|1\.0) s")
    run.said(r"dying +ended with status 1, again in (1\.9|2\.0) s")
    run.said("absent .*No such file")
    assert run.ends(signal.SIGINT) == 0


def test_one_that_does_not_heed_is_killed_at_once_on_a_second_ctrl_c(stack: Stack) -> None:
    run = stack.begin(f'stubborn: python -c "{STUBBORN}"')
    run.said("ready after")
    pid, start = orphans.remembered(stack.state)["stubborn"]
    time.sleep(0.5)
    begun = time.monotonic()
    assert run.ends(signal.SIGINT, signal.SIGINT) == 0
    run_output = run.output.read_text()
    assert "stubborn               did not stop, killed" in run_output
    assert time.monotonic() - begun < 10
    assert not process.is_same(pid, start)


def test_down_stops_an_up_from_elsewhere(stack: Stack) -> None:
    run = stack.begin()
    run.said("ready after")
    assert stack.command("status").returncode == 0
    assert stack.command("down").returncode == 0
    assert run.process.wait(timeout=5) == 0
    assert stack.servers() == (None, None)
    assert stack.command("status").returncode == 1
    assert "nothing was running" in stack.command("down").stdout


def test_run_lends_the_servers_to_a_command_and_passes_its_status_on(stack: Stack) -> None:
    query = "import os, psycopg; psycopg.connect(os.environ['DATABASE_URL_CATALOG']).close(); raise SystemExit(7)"
    done = stack.command("run", "--", "python", "-c", query)
    assert done.returncode == 7, done.stderr
    assert stack.servers() == (None, None)
    missing = stack.command("run", "--", "no-such-program")
    assert missing.returncode == 1
    assert missing.stderr == "no-such-program cannot be run: No such file or directory.\n"


def test_the_last_borrower_stops_the_servers(stack: Stack) -> None:
    first = Run(stack, ["run", "--", "python", "-c", "import time; print('in', flush=True); time.sleep(2)"])
    first.said("in")
    second = Run(stack, ["run", "--", "python", "-c", "import time; print('in', flush=True); time.sleep(4)"])
    second.said("in")
    assert first.process.wait(timeout=10) == 0
    assert None not in stack.servers()
    assert second.process.wait(timeout=10) == 0
    assert stack.servers() == (None, None)


def test_env_can_be_evaluated_by_a_shell(stack: Stack) -> None:
    shown = stack.command("env").stdout
    script = f"{shown}\n{sys.executable} -c \"import os; print(os.environ['DATABASE_URL_IDENTITY'])\""
    done = subprocess.run(["sh", "-c", script], env=bare_environment(), capture_output=True, text=True, check=True)
    cluster = postgres.attach(stack.state)
    assert cluster is not None
    assert done.stdout.strip() == cluster.url("identity")
    assert stack.command("down").returncode == 0


def test_reset_leaves_neither_folder_nor_process(stack: Stack) -> None:
    stack.command("env")
    cluster = postgres.attach(stack.state)
    assert cluster is not None
    pid = _postmaster(cluster)
    assert stack.command("reset").returncode == 0
    assert not stack.state.exists()
    assert not psutil.pid_exists(pid) or process.started(pid) == ""


def _postmaster(cluster: postgres.Cluster) -> int:
    return int((cluster.home / "data" / "postmaster.pid").read_text().split("\n")[0])
