"""``python -m logistics.carrier_sandbox``: serves until it is told to stop, or its parent is gone."""

import os
import socketserver
import sys
import threading
import time
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from logistics.carrier_sandbox import webhooks
from logistics.carrier_sandbox.books import Books
from logistics.carrier_sandbox.web import Carrier


class Server(socketserver.ThreadingMixIn, WSGIServer):
    """A thread per call: a slow one holds up nobody else."""

    daemon_threads = True
    allow_reuse_port = True  # the local stack holds its ports until they are listened on


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Nothing: addresses would be in it."""


def main() -> None:
    """Read CARRIER_* and serve."""
    host, port = os.environ.get("CARRIER_HOST") or "127.0.0.1", int(os.environ.get("CARRIER_PORT") or 8091)
    books = Books(os.environ.get("CARRIER_BOOKS") or "carrier.sqlite3")
    if url := os.environ.get("CARRIER_WEBHOOK_URL"):
        secret = os.environ.get("CARRIER_SECRET")
        if not secret:
            sys.exit("CARRIER_SECRET must be set when CARRIER_WEBHOOK_URL is: webhooks are never sent unsigned.")
        webhooks.start(books, url=url, secret=secret)
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    server = Server((host, port), Quiet)
    server.set_app(Carrier(books=books, api_key=os.environ.get("CARRIER_API_KEY") or ""))
    print(f"sandbox carrier on http://{host}:{port}", flush=True)
    server.serve_forever()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.2)
    os._exit(1)


if __name__ == "__main__":
    main()
