"""The verbs of ``python -m config.local``: up, down, reset, status, env, logs, run.

What a start does, in this order: servers, migrations, demo shop, processes, addresses.
"""

import os
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from config.local import broker, infrastructure, migrations, orphans, postgres, process, supervisor
from config.local.infrastructure import Infrastructure
from config.local.state import LOOPBACK, REPOSITORY, LocalError, prepare, read_record, write_record
from config.local.supervisor import Supervisor

_DEMO_RECORD = "demo.json"
# Whoever loads the demo shop leaves its sign-ins here, as lines to be shown.
_LOGINS = "logins.txt"


def up(state: Path, *, lines: Path) -> int:
    """Bring everything up and keep it up until Ctrl-C; if that is done already, say so and follow it."""
    begun = time.monotonic()
    state = prepare(state)
    # Until the processes run, being asked to end is an exception like any other: what was begun is undone.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    with supervisor.sole(state) as alone:
        if not alone:
            return _attach(state)
        left = orphans.stop(state)
        if left:
            say(f"stopped {left} processes that an earlier start had left")
        with infrastructure.holding_ports(state):
            _run_all(state, lines=lines, begun=begun)
    return 0


def _run_all(state: Path, *, lines: Path, begun: float) -> None:
    servers = infrastructure.keep(state)
    for name in ("PostgreSQL", "broker"):
        say(f"{name:22} {infrastructure.source_of(servers, name)}")
    try:
        if not migrations.migrate(servers, say=say):
            say("databases              up to date")
        _load_demo(servers)
        team = Supervisor(servers, lines=lines, say=say)
    except BaseException:
        servers.stop()
        raise
    team.catch_signals()
    try:
        team.start()
        team.wait_ready()
        if not team.stopping.is_set():
            _announce(servers, seconds=time.monotonic() - begun)
        team.run()
    finally:
        say("stopping")
        team.stop()
        team.infrastructure.stop()
        say("stopped")


def down(state: Path) -> int:
    """Stop everything of this state folder, whoever started it."""
    ran = supervisor.other(state)
    if ran:
        process.send(*ran, signal.SIGTERM)
        process.wait_gone([ran], seconds=60)
    left = orphans.stop(state) if state.exists() else 0
    stopped = infrastructure.stop(state) if state.exists() else False
    say("stopped" if ran or left or stopped else "nothing was running")
    return 0


def reset(state: Path) -> int:
    """Stop everything and delete the state folder with all data in it, also that of tests."""
    down(state)
    for record in sorted(state.rglob(postgres.RECORD)):
        postgres.remove(record.parent)
    for record in sorted(state.rglob(broker.RECORD)):
        broker.remove(record.parent)
    shutil.rmtree(state, ignore_errors=True)
    say(f"{state} is gone; the next start makes a new shop")
    return 0


def status(state: Path) -> int:
    """A line per server and process with the memory of its family; status 1 if no supervisor runs."""
    ran = supervisor.other(state)
    rows: list[tuple[str, str, list[psutil.Process]]] = []
    for name, server in (("PostgreSQL", postgres.attach(state)), ("broker", broker.attach(state))):
        found = (f"{LOOPBACK}:{server.port}", process.family([server.pid])) if server else ("not running", [])
        rows.append((name, *found))
    rows += [(name, f"process {pid}", process.family([pid])) for name, (pid, _) in orphans.remembered(state).items()]
    if ran:
        rows.append(("supervisor", f"process {ran[0]}", process.family([ran[0]])[:1]))
    sizes = [process.megabytes(family) for _, _, family in rows]
    for (name, text, _), size in zip(rows, sizes, strict=True):
        say(f"{name:22} {text:18} {size:8.1f} MB")
    say(f"{'memory':41} {sum(sizes):8.1f} MB: PSS, what processes share counts once")
    return 0 if ran else 1


def env(state: Path) -> int:
    """Start the servers and print the environment for ``eval``; `down` stops them."""
    for name, value in infrastructure.known(infrastructure.keep(state).environment).items():
        print(f"export {name}={shlex.quote(value)}")
    return 0


def run(state: Path, command: list[str]) -> int:
    """Run a command in the environment, with the servers up while it runs; returns its exit status."""
    with infrastructure.borrowed(state) as servers:
        try:
            child = subprocess.Popen(command, env=dict(servers.environment))
        except OSError as error:
            raise LocalError(f"{command[0]} cannot be run: {error.strerror}.") from error
        # A terminal's Ctrl-C reaches the child by itself; a SIGTERM reaches us alone.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, lambda *_: child.terminate())
        status = child.wait()
    return status if status >= 0 else 128 - status


def logs(state: Path, *, until: threading.Event | None = None) -> int:
    """Show the processes' new log lines, each behind its name, until Ctrl-C."""
    places = {path: path.stat().st_size for path in (state / "log").glob("*.log")}
    while not (until and until.is_set()):
        for path in sorted((state / "log").glob("*.log")):
            size, seen = path.stat().st_size, places.get(path, 0)
            if size < seen:
                seen = 0
            if size > seen:
                with path.open("rb") as file:
                    file.seek(seen)
                    text = file.read(size - seen)
                complete = text.rfind(b"\n") + 1
                places[path] = seen + complete
                for line in text[:complete].decode(errors="replace").splitlines():
                    say(f"{path.stem:22} | {line}")
        time.sleep(0.3)
    return 0


def say(text: str) -> None:
    """Print a line of progress at once."""
    print(text, flush=True)


def _attach(state: Path) -> int:
    ran = supervisor.other(state)
    say(f"already running{f', process {ran[0]}' if ran else ''}; here are its logs, Ctrl-C leaves it running")
    status(state)
    servers = infrastructure.environment_of(state, cluster=None, broker=None)
    say(_addresses(servers))
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())

    def watch() -> None:
        while ran and process.is_same(*ran):
            time.sleep(0.5)
        ended.set()

    threading.Thread(target=watch, daemon=True).start()
    return logs(state, until=ended)


def _load_demo(servers: Infrastructure) -> None:
    """Load the demo shop, unless these databases have it already; its past is made before processes run."""
    wanted = servers.cluster.identity if servers.cluster else migrations.digest(servers)
    if os.environ.get("SIXFOLD_DEMO") == "0":
        return
    if read_record(servers.state / _DEMO_RECORD).get("loaded") == wanted:
        say("demo shop              there")
        return
    say("demo shop              loading")
    command = [sys.executable, "manage.py", "demo", "load", "--keep-sign-ins"]
    # Marked as ours, so that what it starts is found should it be killed.
    # A month of jobs would bury its progress: only warnings beside it, unless somebody asked for more.
    values = {"LOG_LEVEL": "WARNING", **servers.environment, orphans.MARK: orphans.mark(servers.state)}
    loader = subprocess.Popen(command, cwd=REPOSITORY, env=values, start_new_session=True)
    try:
        loader.wait()
    finally:
        orphans.stop(servers.state)
        loader.wait()
    if loader.returncode == 0:
        write_record(servers.state / _DEMO_RECORD, {"loaded": wanted})
    else:
        say(f"demo shop              not complete (status {loader.returncode}); the next start tries again")


def _announce(servers: Infrastructure, *, seconds: float) -> None:
    say(f"\nready after {seconds:.1f} s\n{_addresses(servers.environment)}")
    logins = servers.state / _LOGINS
    if logins.exists():
        say(logins.read_text().rstrip())
    say(f"mails                  {servers.state / 'mail'}, one file each; in the admin under Messages")
    say(f"logs                   {servers.state / 'log'}\nCtrl-C stops everything.\n")


def _addresses(values: Mapping[str, str]) -> str:
    web = f"http://{LOOPBACK}:{values['WEB_PORT']}"
    return "\n".join(
        (
            f"storefront API         {web}/api/v1/",
            f"API reference          {web}/api/docs/",
            f"admin                  {web}/admin/",
            f"payment sandbox        {values['SANDBOX_PUBLIC_URL']}",
            f"carrier sandbox        {values['CARRIER_URL']}",
        )
    )
