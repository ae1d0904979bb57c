"""Migrates the domains' databases, and knows without Django when there is nothing to migrate.

Run as a program it is a process of its own (``python -m config.local.migrations ALIAS …``): whoever
supervises must not load the code that it supervises.
"""

import hashlib
import multiprocessing
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from config.domains import ALIASES, database_variable
from config.local.infrastructure import Infrastructure
from config.local.state import REPOSITORY, LocalError, read_record, write_record

RECORD = "migrated.json"
ABREAST = 2


def digest(infrastructure: Infrastructure, *, repository: Path = REPOSITORY) -> str:
    """What the databases' state follows from: every migration's text and which databases they are."""
    total = hashlib.sha256()
    for path in migration_files(repository):
        total.update(f"{path.relative_to(repository)}\0".encode() + path.read_bytes() + b"\0")
    for alias in ALIASES:
        total.update(infrastructure.environment[database_variable(alias)].encode())
    if infrastructure.cluster is not None:
        total.update(infrastructure.cluster.identity.encode())
    return total.hexdigest()


def migration_files(repository: Path) -> list[Path]:
    """All migrations of our own, sorted; folders with a leading dot (.venv, .state) are not ours."""
    found = repository.glob("[!.]*/**/migrations/*.py")
    return sorted(path for path in found if "site-packages" not in path.parts)


def migrate(infrastructure: Infrastructure, *, say: Callable[[str], None]) -> bool:
    """Migrate all databases unless their migrations were applied before; false if nothing was to do.

    Raises ``LocalError`` with what Django said.
    """
    wanted = digest(infrastructure)
    if read_record(infrastructure.state / RECORD).get("digest") == wanted:
        return False
    say(f"migrating {len(ALIASES)} databases")
    child = subprocess.Popen(
        [sys.executable, "-m", "config.local.migrations", *ALIASES],
        cwd=REPOSITORY,
        env=dict(infrastructure.environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert child.stdout is not None
    lines = []
    for line in child.stdout:
        lines.append(line.rstrip())
        if line.startswith("migrated "):
            say(line.strip())
    if child.wait() != 0:
        raise LocalError("The databases could not be migrated:\n" + "\n".join(lines[-15:]))
    write_record(infrastructure.state / RECORD, {"digest": wanted})
    return True


def main(aliases: list[str]) -> None:
    """Migrate these databases, two at a time: each has its own server process, and this is mostly Python's work."""
    import django

    django.setup()
    with ProcessPoolExecutor(ABREAST, mp_context=multiprocessing.get_context("fork")) as pool:
        for alias in pool.map(_migrate, aliases):
            print(f"migrated {alias}", flush=True)


def _migrate(alias: str) -> str:
    from django.core.management import call_command

    call_command("migrate", database=alias, interactive=False, verbosity=0)
    return alias


if __name__ == "__main__":
    main(sys.argv[1:])
