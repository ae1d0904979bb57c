"""``python -m commerce.sandbox``: reads the settings and serves until it is told to stop."""

import argparse
import os
import sys
from pathlib import Path

from granian import Granian
from granian.constants import Interfaces

from commerce.sandbox.settings import Misconfigured, Settings

# A call that meets a silent card holds its thread for the whole time-out, so there are many more threads
# than cores.
THREADS = 96


def main(arguments: list[str] | None = None) -> int:
    """Serve the sandbox provider; returns the exit status, 2 when the settings are wrong."""
    parser = argparse.ArgumentParser(prog="python -m commerce.sandbox", description="Sandbox payment provider")
    parser.add_argument("--host", help="address to listen on (SANDBOX_HOST, 127.0.0.1)")
    parser.add_argument("--port", help="port to listen on (SANDBOX_PORT, 8090)")
    parser.add_argument("--books", help="SQLite file of the books (SANDBOX_BOOKS, sandbox.sqlite3)")
    options = parser.parse_args(arguments)
    # The worker is another process: what was said on the command line reaches it by the environment.
    for name, value in (("HOST", options.host), ("PORT", options.port), ("BOOKS", options.books)):
        if value is not None:
            os.environ[f"SANDBOX_{name}"] = value
    try:
        settings = Settings.from_environment(os.environ)
    except Misconfigured as error:
        print("\n".join(error.sentences), file=sys.stderr)
        return 2
    os.environ["SANDBOX_PARENT"] = str(os.getpid())
    print(f"sandbox provider on http://{settings.host}:{settings.port}, books in {settings.books}", flush=True)
    Granian(
        "commerce.sandbox.process:build",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        factory=True,
        workers=1,
        blocking_threads=THREADS,
        backpressure=2 * THREADS,
        workers_kill_timeout=2,
        websockets=False,
        log_access=False,
        working_dir=Path.cwd(),
    ).serve()
    return 0


if __name__ == "__main__":
    sys.exit(main())
