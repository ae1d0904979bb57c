"""A sandbox carrier in a process of its own, and who listens to its webhooks."""

import http.server
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parents[2]
KEY, SECRET = "key-of-the-shop", "secret-of-both"
PATIENCE = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Receiver:
    """Keeps webhooks as they arrive: headers and body; the first `refuse` of them get a 503."""

    def __init__(self) -> None:
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.refuse = 0
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                refused, receiver.refuse = receiver.refuse > 0, max(receiver.refuse - 1, 0)
                if not refused:
                    receiver.heard.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(503 if refused else 204)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}/"

    def wait_for(self, number: int) -> list[tuple[dict[str, str], bytes]]:
        """So many webhooks; AssertionError when they do not come."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if len(self.heard) >= number:
                return self.heard
            time.sleep(0.02)
        raise AssertionError(f"{len(self.heard)} of {number} webhooks came")


class Service:
    """The carrier, started and stopped."""

    def __init__(self, books: Path, receiver: Receiver) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        told = {"PORT": str(self.port), "BOOKS": str(books), "API_KEY": KEY, "SECRET": SECRET}
        told["WEBHOOK_URL"] = receiver.url
        environment = {**os.environ, **{f"CARRIER_{name}": value for name, value in told.items()}}
        self.http = httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {KEY}"}, timeout=PATIENCE)
        command = [sys.executable, "-m", "logistics.carrier_sandbox"]
        self.process = subprocess.Popen(command, env=environment, cwd=ROOT)
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                if self.http.get("/healthz").status_code == 200:
                    return
            except httpx.HTTPError:
                time.sleep(0.05)
        raise AssertionError("the carrier does not answer")

    def script(self, op: str, behaviour: str, seconds: float = 1) -> None:
        """What the next call of this kind meets."""
        move = {"op": op, "behaviour": behaviour, "seconds": seconds}
        assert self.http.post("/v1/script", json={"next": [move]}).status_code == 200

    def happen(self, number: str, status: str, **more: object) -> dict[str, str]:
        """Something happens to a parcel."""
        answer = self.http.post(f"/v1/consignments/{number}/events", json={"status": status, **more})
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(PATIENCE)
