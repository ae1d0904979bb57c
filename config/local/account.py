"""The system user that servers run as, and folders which that user can reach.

PostgreSQL refuses to run as root, and nothing that listens should. Started by anybody else, servers
simply run as that user. Folders that exist are never opened up for it: when the state folder lies
under one that only root may enter, the data goes under ``/var/lib/sixfold`` instead.
"""

import contextlib
import hashlib
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.local.state import LocalError

SYSTEM_USER = "sixfold"
SHARED = Path("/var/lib/sixfold")
_ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C"}


@dataclass(frozen=True, kw_only=True)
class Account:
    """The user a server runs as. ``switch`` tells whether we are root and have to become that user."""

    name: str
    uid: int
    gid: int
    switch: bool

    def options(self) -> dict[str, Any]:
        """Arguments for ``subprocess`` that start a child as this user, without our environment."""
        options: dict[str, Any] = {"cwd": "/", "env": _ENVIRONMENT, "stdin": subprocess.DEVNULL}
        if self.switch:
            options |= {"user": self.uid, "group": self.gid, "extra_groups": [], "umask": 0o077}
        return options

    def can(self, test: str, path: Path) -> bool:
        """Ask the kernel, as this user, whether ``path`` passes ``test`` (``-x``, ``-w``, …)."""
        if not self.switch:
            return {"-x": os.access(path, os.X_OK), "-w": os.access(path, os.W_OK)}[test]
        done = subprocess.run(["test", test, str(path)], **self.options(), check=False)
        return done.returncode == 0

    def own(self, folder: Path) -> Path:
        """Create ``folder`` for this user alone (0700)."""
        folder.mkdir(mode=0o700, exist_ok=True)
        if self.switch:
            os.chown(folder, self.uid, self.gid)
        folder.chmod(0o700)
        return folder


def server_account() -> Account:
    """Us, or as root the system user ``sixfold``, created when missing, or ``nobody`` if that fails."""
    if os.geteuid() != 0:
        name = pwd.getpwuid(os.geteuid()).pw_name
        return Account(name=name, uid=os.geteuid(), gid=os.getegid(), switch=False)
    entry = _lookup(SYSTEM_USER) or _create() or _lookup("nobody")
    if entry is None:
        raise LocalError("PostgreSQL may not run as root, and no system user could be found or created.")
    return Account(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid, switch=True)


def home_for(state: Path, *, part: str, account: Account) -> Path:
    """The folder for one server's data: inside the state folder, or under ``/var/lib/sixfold``.

    The latter's name is a digest of the state folder's path, so that every state folder has its own.
    """
    if account.can("-x", state):
        return account.own(state / part)
    SHARED.mkdir(mode=0o711, parents=True, exist_ok=True)
    digest = hashlib.sha256(str(state).encode()).hexdigest()[:16]
    folder = SHARED / digest
    folder.mkdir(mode=0o711, exist_ok=True)
    return account.own(folder / part)


def discard(home: Path) -> None:
    """Delete a server's data, and the folder around it when that is ours and empty now."""
    shutil.rmtree(home, ignore_errors=True)
    if home.parent.parent == SHARED:
        with contextlib.suppress(OSError):
            home.parent.rmdir()


def reachable(program: Path, *, tree: Path, version: str, account: Account) -> Path:
    """``program`` itself if the account may run it, else the same file in a copy of ``tree``.

    A virtual environment below ``/root`` is closed to the system user; the copy under
    ``/var/lib/sixfold`` is made once per version.
    """
    if account.can("-x", program):
        return program
    copy = SHARED / f"{tree.name}-{version}"
    if not copy.exists():
        SHARED.mkdir(mode=0o711, parents=True, exist_ok=True)
        draft = SHARED / f".{copy.name}.{os.getpid()}"
        shutil.copytree(tree, draft, symlinks=True)
        for path in (draft, *draft.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        try:
            draft.rename(copy)
        except OSError:  # another start was faster
            shutil.rmtree(draft)
    return copy / program.relative_to(tree)


def _lookup(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _create() -> pwd.struct_passwd | None:
    program = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if program is None:
        return None
    command = [program, "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin"]
    subprocess.run([*command, SYSTEM_USER], check=False, capture_output=True)
    return _lookup(SYSTEM_USER)
