"""The state folder: where it is, records in it, locks on it, and ports below the ephemeral range.

Every record is a JSON file readable by its owner only, replaced as a whole so that a crash leaves
either the old or the new one.
"""

import fcntl
import json
import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]

LOOPBACK = "127.0.0.1"

# Linux hands out 32768-60999 to outgoing connections: a server's port chosen in there is now and
# then taken by some client's connection at the moment the server starts again.
PORTS = range(20000, 32768)


class LocalError(Exception):
    """Something on this machine keeps the local stack from running; the text is one clear sentence."""


def state_folder() -> Path:
    """The folder named by ``SIXFOLD_STATE``, or ``.state`` in the repository. It need not exist yet."""
    return Path(os.environ.get("SIXFOLD_STATE") or REPOSITORY / ".state").absolute()


def prepare(state: Path) -> Path:
    """Create the state folder when absent and return its resolved path.

    Nobody else may list it. As root the folder can be passed through (0711), because the database's
    own system user must reach its data in there; parents are left as they are.
    """
    state.mkdir(parents=True, exist_ok=True)
    state.chmod(0o711 if os.geteuid() == 0 else 0o700)
    return state.resolve()


def read_record(path: Path) -> dict[str, Any]:
    """The record at ``path``, empty when there is none or it cannot be read as a record."""
    try:
        record = json.loads(path.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return record if isinstance(record, dict) else {}


def write_record(path: Path, record: dict[str, Any]) -> None:
    """Replace the record at ``path``; mode 0600 from its first byte, on disk before the old one goes."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(record, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold an exclusive lock on the file at ``path``, waiting for it. The kernel frees it if we die."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def password() -> str:
    """A new random password that needs no escaping in a URL (192 bits)."""
    return secrets.token_hex(24)


def port_is_free(port: int) -> bool:
    """Whether nothing listens on ``port`` of the loopback address."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def hold_port(port: int) -> socket.socket | None:
    """Keep ``port`` from others until the socket returned is closed, or we die; ``None`` if it is taken.

    It is bound and never listens. Our own web server shares it (SO_REUSEPORT), and whoever asks
    ``port_is_free`` meanwhile is told no. Without that two web servers would both bind, and the kernel would deal
    out browsers among two shops.
    """
    if not port_is_free(port):
        return None
    holder = socket.socket()
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        holder.bind((LOOPBACK, port))
    except OSError:
        holder.close()
        return None
    return holder


def free_port() -> int:
    """A random port below the ephemeral range on which nothing listens."""
    for _ in range(200):
        port = secrets.choice(PORTS)
        if port_is_free(port):
            return port
    raise LocalError(f"No free port between {PORTS.start} and {PORTS.stop - 1} on {LOOPBACK}.")
