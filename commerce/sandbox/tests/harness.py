"""A provider process and a webhook receiver, as fixtures start them."""

import base64
import hashlib
import hmac
import http.server
import itertools
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[3]
SECRET_BYTES = b"the key that both sides know"
SECRET = "whsec_" + base64.b64encode(SECRET_BYTES).decode()
API_KEY = "key-of-the-shop"
CARD = "400000000000"
_count = itertools.count(1)


def free_port() -> int:
    """A port nobody listens on, below the range from which the system gives ports to clients."""
    for _ in range(200):
        port = random.randint(20000, 32000)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    raise AssertionError("no free port was found")


def until(condition: Callable[[], Any], *, sentence: str, seconds: float = 10) -> Any:
    """Wait for a true value and return it; fails with ``sentence``."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.02)
    raise AssertionError(sentence)


def reference() -> str:
    """A reference never used before."""
    return f"order-{os.getpid()}-{next(_count)}-{random.getrandbits(40):x}"


def order(card: str = "4242424242424242", **changes: Any) -> dict[str, Any]:
    """The body of a payment of 12.50 EUR."""
    return {"reference": reference(), "amount": "12.50", "currency": "EUR", "card": card} | changes


@dataclass(frozen=True, kw_only=True)
class Hook:
    """A webhook as it arrived."""

    at: float
    id: str
    timestamp: str
    signature: str
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        return dict(json.loads(self.body))

    @property
    def type(self) -> str:
        return str(self.event["type"])

    @property
    def genuine(self) -> bool:
        """Whether the signature is what the Standard Webhooks document says; written apart from the sender."""
        signed = b".".join([self.id.encode(), self.timestamp.encode(), self.body])
        digest = base64.b64encode(hmac.new(SECRET_BYTES, signed, hashlib.sha256).digest()).decode()
        return self.signature == f"v1,{digest}"


class Receiver:
    """Listens for webhooks; ``refuse`` makes the next ones fail."""

    def __init__(self) -> None:
        self.hooks: list[Hook] = []
        self.refuse = 0
        self.refused: list[Hook] = []
        self.port = free_port()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                hook = Hook(
                    at=time.monotonic(),
                    id=self.headers["webhook-id"],
                    timestamp=self.headers["webhook-timestamp"],
                    signature=self.headers["webhook-signature"],
                    body=self.rfile.read(int(self.headers["content-length"])),
                )
                refused = receiver.refuse > 0
                if refused:
                    receiver.refuse -= 1
                (receiver.refused if refused else receiver.hooks).append(hook)
                self.send_response(500 if refused else 200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *arguments: Any) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def of(self, payment: dict[str, Any]) -> list[Hook]:
        """What arrived about one payment, in order of arrival."""
        return [hook for hook in self.hooks if hook.event["data"]["payment"]["id"] == payment["id"]]

    def wait_for(self, payment: dict[str, Any], *types: str) -> list[Hook]:
        """Wait until all of ``types`` arrived, as often as they are named."""
        wanted = sorted(types)
        until(
            lambda: sorted(hook.type for hook in self.of(payment)) == wanted,
            sentence=f"webhooks {wanted} did not all arrive for {payment['reference']}",
        )
        return self.of(payment)

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@dataclass(kw_only=True)
class Provider:
    """One provider process on its own port and books."""

    books: Path
    environment: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> "Provider":
        """Start it and wait until it answers."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("SANDBOX_")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "commerce.sandbox", "--port", str(self.port), "--books", str(self.books)],
            cwd=ROOT,
            env=clean | {"SANDBOX_API_KEY": API_KEY, "SANDBOX_SECRET": SECRET} | self.environment,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        until(self.answers, sentence="the provider did not start", seconds=30)
        return self

    def answers(self) -> bool:
        assert self.process is not None and self.process.poll() is None, "the provider ended"
        try:
            return httpx.get(f"{self.url}/healthz", timeout=2).status_code == 200
        except httpx.HTTPError:
            return False

    def kill(self) -> None:
        """kill -9 of every process of it at once."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        assert self.process is not None
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()

    def client(self, **more: Any) -> httpx.Client:
        """An HTTP client that knows the key."""
        return httpx.Client(
            base_url=self.url, headers={"authorization": f"Bearer {API_KEY}"}, timeout=15, trust_env=False, **more
        )
