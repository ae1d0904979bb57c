"""The whole shop as real processes on databases, broker and books of its own: for races, faults and journeys."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import psycopg

from chassis.testing import template_name
from config.domains import ALIASES
from config.local import broker as local_broker
from config.local import postgres
from config.testing import STATE
from tests.processes import ROOT, Processes, eventually, free_port

WORKERS = ("commerce", "logistics")


class Stack:
    """Databases cloned from migrated templates, and the processes that a checkout needs."""

    def __init__(self, folder: Path, *, workers: tuple[str, ...] = WORKERS, **settings: str) -> None:
        self.folder = folder
        self.workers = workers
        self.cluster = postgres.ensure(STATE)
        self.broker = local_broker.ensure(folder / "broker")
        self.names = {alias: f"stack_{alias}_{os.getpid()}" for alias in ALIASES}
        for alias, name in self.names.items():
            self.cluster.drop_database(name)
            self.cluster.create_database(name, owner=alias, template=template_name(alias))
        self.urls = {alias: self.cluster.url(alias, database=name) for alias, name in self.names.items()}
        self.web_port, self.provider_port = free_port(), free_port()
        self.failpoints = folder / "failpoints"
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("PYTEST")},
            **{f"DATABASE_URL_{alias.upper()}": url for alias, url in self.urls.items()},
            "DJANGO_SETTINGS_MODULE": "config.settings.monolith",
            "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'platform'}",
            "BROKER_URL": self.broker.url,
            "SIXFOLD_STATE": str(folder / "state"),
            "SIXFOLD_FAILPOINTS": str(self.failpoints),
            "DATABASE_POOL": "8",
            "WEB_THREADS": "8",
            "RATE_LIMITS": "off",
            "SANDBOX_PORT": str(self.provider_port),
            "SANDBOX_PUBLIC_URL": f"http://127.0.0.1:{self.provider_port}",
            "SANDBOX_WEBHOOK_URL": f"http://127.0.0.1:{self.web_port}/api/webhooks/sandbox",
            "SANDBOX_API_KEY": "stack-key",
            "SANDBOX_SECRET": "stack-secret",
            "SANDBOX_BOOKS": str(folder / "books.sqlite3"),
            "SANDBOX_TIMEOUT_SECONDS": "2",
            "SANDBOX_CLIENT_TIMEOUT": "1",
            **settings,
        }
        (folder / "state").mkdir(exist_ok=True)
        self.processes = Processes(folder, environment)
        self.base = f"http://127.0.0.1:{self.web_port}"

    def start(self) -> None:
        """Start everything and wait until the shop answers."""
        start = self.processes.start
        start("provider", "python", "-m", "commerce.sandbox")
        start("relay", "python", "manage.py", "relay")
        for alias in self.workers:
            start(f"worker-{alias}", "python", "manage.py", "work", alias)
        self.start_web()

    def start_web(self) -> None:
        """Two web processes behind one port."""
        granian = str(Path(sys.executable).with_name("granian"))
        options = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(self.web_port)]
        options += ["--workers", "2", "--blocking-threads", "8", "--no-ws", "--respawn-failed-workers"]
        self.processes.start("web", granian, *options, "config.wsgi:application")
        eventually(self._answers, "the web process answering /healthz", within=40)

    def _answers(self) -> bool:
        self.processes.restart_dead()
        try:
            return httpx.get(f"{self.base}/healthz", timeout=1).status_code == 200
        except httpx.HTTPError:
            return False

    def run(self, *arguments: str) -> str:
        """Run a Python program under the stack's environment; returns what it printed."""
        done = subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=self.processes.environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def query(self, alias: str, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of a domain's database, asked as its own role."""
        with psycopg.connect(self.urls[alias]) as connection:
            return connection.execute(sql, values).fetchall()

    def books(self) -> list[dict[str, Any]]:
        """The provider's own books."""
        url = f"http://127.0.0.1:{self.provider_port}/v1/books"
        body = httpx.get(url, headers={"Authorization": "Bearer stack-key"}, timeout=10).json()
        payments: list[dict[str, Any]] = body["payments"]
        return payments

    def stop(self) -> None:
        """Stop and remove everything that this stack started or made."""
        self.processes.stop()
        local_broker.remove(self.folder / "broker")
        for name in self.names.values():
            self.cluster.drop_database(name)
