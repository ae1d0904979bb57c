"""The web server on one machine: `python -m config.web`, on WEB_PORT.

The application is loaded before granian forks its processes, so that they share its memory. They also share their
counts: /metrics of any of them tells for all.
"""

import gc
import os
import shutil
from pathlib import Path

from granian import Granian
from granian.constants import Interfaces

import config  # noqa: F401

PROCESSES = 2


def main() -> None:
    """Load the application and serve it until stopped."""
    share_counts(Path(os.environ["SIXFOLD_STATE"]) / "metrics")
    load()
    Granian(
        "config.wsgi:application",
        address="127.0.0.1",
        port=int(os.environ["WEB_PORT"]),
        interface=Interfaces.WSGI,
        workers=PROCESSES,
        blocking_threads=int(os.environ.get("WEB_THREADS") or 8),
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=5,
    ).serve()


def share_counts(folder: Path) -> None:
    """Have the processes count in this folder, unless another is set. Before anything that counts is loaded."""
    if not os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


def load() -> None:
    """Load all that answers requests. It opens no connection and starts no thread: neither outlives a fork."""
    from django.db import connections
    from django.urls import get_resolver

    from config import wsgi  # noqa: F401

    get_resolver().url_patterns  # noqa: B018
    connections.all()
    gc.collect()
    gc.freeze()  # a collection would write into every page that the processes share


if __name__ == "__main__":
    main()
