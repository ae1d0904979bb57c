"""A small HTTP service that stands for the old shop: answers what it is told to, slow, failing or wrong on command."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote


@dataclass
class Received:
    """A request as it came."""

    method: str
    path: str
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")


@dataclass
class OldShop:
    """Its answers by path; `slow` seconds before each, `status` instead of 200, `headers` beside its own."""

    url: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    received: list[Received] = field(default_factory=list)
    headers: list[tuple[str, str]] = field(default_factory=list)
    slow: float = 0.0
    status: int = 200
    raw: bytes | None = None

    @property
    def paths(self) -> list[str]:
        return [one.path for one in self.received]


@contextmanager
def old_shop() -> Iterator[OldShop]:
    """One on loopback, on a port of its own, until the block ends."""
    shop = OldShop()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length) if length else self._chunked()
            shop.received.append(Received(self.command, self.path, list(self.headers.items()), body))
            if shop.slow:
                time.sleep(shop.slow)
            asked = unquote(self.path)
            found = shop.answers.get(asked, shop.answers.get(asked.split("?")[0], {"old": self.path}))
            sent = shop.raw if shop.raw is not None else json.dumps(found).encode()
            self.send_response(shop.status)
            if not any(name.lower() == "content-type" for name, _ in shop.headers):
                self.send_header("Content-Type", "application/json")
            for name, value in shop.headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(sent)

        def _chunked(self) -> bytes:
            found = b""
            if "chunked" in self.headers.get("Transfer-Encoding", ""):
                while size := int(self.rfile.readline().strip() or b"0", 16):
                    found += self.rfile.read(size)
                    self.rfile.readline()
                self.rfile.readline()
            return found

        def __getattr__(self, name: str) -> Any:
            if name.startswith("do_"):
                return self.answer
            raise AttributeError(name)

        def log_message(self, *_: Any) -> None:
            """Silent."""

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, *_: Any) -> None:
            """Who gives up waiting closes the connection."""

    server = Quiet(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    shop.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield shop
    finally:
        server.shutdown()
        server.server_close()
