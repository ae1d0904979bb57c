"""The whole shop as real processes on databases, broker and books of its own: for races, faults and journeys."""

import itertools
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import psutil
import psycopg
import redis

from chassis.testing import template_name
from commerce.payment.providers import sandbox
from commerce.payment.providers.interface import Booked
from config.domains import ALIASES, audit_variable
from config.local import broker as local_broker
from config.local import postgres, process
from config.testing import STATE
from tests.copies import copy_templates
from tests.processes import ROOT, Processes, eventually, free_port

CHECKOUT = ("commerce", "logistics")
EVERY_DOMAIN = tuple(ALIASES)
WEB_PROCESSES, WEB_THREADS = 2, 8
PLATFORM_SETTINGS = "config.settings.platform"


class Stack:
    """Databases, a broker, and the processes of a shop; workers as in the Procfile, for the domains that are named:
    a domain named twice has two, the second called `worker-<domain>-2`.

    With `own_cluster` also a PostgreSQL of its own, set as in production, that a test may kill; otherwise the
    databases are clones in the tests' cluster, which others use at the same time. `settings` are environment variables.
    """

    def __init__(
        self, folder: Path, *, workers: tuple[str, ...] = CHECKOUT, own_cluster: bool = False, **settings: str
    ) -> None:
        self.folder = folder
        self.workers = workers
        self.own_cluster = own_cluster
        self.cluster = postgres.ensure(folder / "postgres" if own_cluster else STATE)
        self.broker = local_broker.ensure(folder / "broker")
        # Named like the clones of tests, so that a later run drops what one that was killed has left.
        names = {alias: f"test_{alias}_{os.getpid()}_stack{next(_numbers)}" for alias in ALIASES}
        self.names = {} if own_cluster else names
        for alias, name in self.names.items():
            self.cluster.create_database(name, owner=alias, template=template_name(alias))
        self.urls = {alias: self.cluster.url(alias, database=self.names.get(alias, "")) for alias in ALIASES}
        self.since = datetime.min.replace(tzinfo=UTC)
        self.web_port, self.provider_port = free_port(), free_port()
        self.base = f"http://127.0.0.1:{self.web_port}"
        self.failpoints = folder / "failpoints"
        (folder / "state").mkdir(exist_ok=True)
        self.processes = Processes(folder, self._environment() | settings)
        if own_cluster:
            copy_templates(self.cluster, *ALIASES)

    def _environment(self) -> dict[str, str]:
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith("PYTEST")},
            **{f"DATABASE_URL_{alias.upper()}": url for alias, url in self.urls.items()},
            **{
                audit_variable(alias): self.cluster.audit_url(alias, database=self.names.get(alias, ""))
                for alias in ALIASES
            },
            "DJANGO_SETTINGS_MODULE": "config.settings.monolith",
            "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'platform'}",
            "BROKER_URL": self.broker.url,
            "SIXFOLD_STATE": str(self.folder / "state"),
            "SIXFOLD_FAILPOINTS": str(self.failpoints),
            "DATABASE_POOL": "8",
            "WEB_THREADS": str(WEB_THREADS),
            "RATE_LIMITS": "off",
            "SANDBOX_PORT": str(self.provider_port),
            "SANDBOX_PUBLIC_URL": f"http://127.0.0.1:{self.provider_port}",
            "SANDBOX_WEBHOOK_URL": f"{self.base}/api/webhooks/sandbox",
            "SANDBOX_API_KEY": "stack-key",
            "SANDBOX_SECRET": "stack-secret",
            "SANDBOX_BOOKS": str(self.folder / "books.sqlite3"),
            "SANDBOX_TIMEOUT_SECONDS": "2",
            "SANDBOX_CLIENT_TIMEOUT": "1",
            "SANDBOX_LATE_SECONDS": "1",
            "SANDBOX_DISORDER_SECONDS": "1",
        }

    def start(self) -> None:
        """Start everything and wait until the shop answers."""
        start = self.processes.start
        start("provider", "python", "-m", "commerce.sandbox")
        start("relay", "python", "manage.py", "relay")
        for number, alias in enumerate(self.workers):
            settings = PLATFORM_SETTINGS if alias == "platform" else f"{alias}.standalone.settings"
            again = self.workers[:number].count(alias)
            name = f"worker-{alias}-{again + 1}" if again else f"worker-{alias}"
            start(name, "env", f"DJANGO_SETTINGS_MODULE={settings}", "python", "manage.py", "work", alias)
        self.start_web()

    def start_web(self) -> None:
        """Two web processes behind one port."""
        granian = str(Path(sys.executable).with_name("granian"))
        options = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(self.web_port)]
        options += ["--workers", str(WEB_PROCESSES), "--blocking-threads", str(WEB_THREADS), "--no-ws"]
        self.processes.start("web", granian, *options, "--respawn-failed-workers", "config.wsgi:application")
        self.wait_for_web()

    def wait_for_web(self) -> None:
        """Wait until the shop answers and has its databases; what ended by itself is started again."""
        eventually(self._answers, "the web process answering /readyz", within=90)

    def _answers(self) -> bool:
        self.processes.restart_dead()
        try:
            return httpx.get(f"{self.base}/readyz", timeout=1).status_code == 200
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
            cursor = connection.execute(sql, values)
            return cursor.fetchall() if cursor.description else []

    def count(self, alias: str, table: str, condition: str = "true", *values: Any) -> int:
        """How many rows a table has."""
        (number,) = self.query(alias, f"SELECT count(*) FROM {table} WHERE {condition}", *values)[0]
        return int(number)

    def provider(self) -> httpx.Client:
        """A client of the provider's API, as the shop is one."""
        url = f"http://127.0.0.1:{self.provider_port}/v1"
        return httpx.Client(base_url=url, headers={"Authorization": "Bearer stack-key"}, timeout=30)

    def books(self) -> list[dict[str, Any]]:
        """The provider's own books."""
        with self.provider() as provider:
            payments: list[dict[str, Any]] = provider.get("/books").json()["payments"]
        return payments

    def statement(self, provider: str) -> list[Booked]:
        """The provider's own books, as the shop reads them."""
        return [sandbox.entry(payment) for payment in self.books()]

    def hasten_deadline(self, cart: str) -> bool:
        """Let the deadline of a cart's checkout, ten minutes away, come now; false while there is no checkout."""
        rows = self.query(
            "commerce",
            """UPDATE commerce_job SET due_at = clock_timestamp() WHERE kind = 'commerce.place_order_deadline'
               AND key LIKE (SELECT saga::text || '%%' FROM commerce_cart WHERE id = %s) RETURNING id""",
            cart,
        )
        return bool(rows)

    def hasten_looks(self) -> None:
        """Let every look at the provider's books that is planned for later come now."""
        self.query(
            "commerce",
            """UPDATE commerce_job SET due_at = clock_timestamp()
               WHERE kind = 'commerce.reconcile' AND state = 'due' AND due_at > clock_timestamp()""",
        )

    def hasten_leases(self) -> None:
        """Let leases of money jobs that are older than five seconds end now and not after a minute.

        A call to the provider takes one at most here: who holds one for longer is dead, or so slow that another may
        do the same work beside it, which it must be able to.
        """
        self.query(
            "commerce",
            """UPDATE commerce_job SET leased_until = clock_timestamp()
               WHERE state = 'due' AND leased_until > clock_timestamp()
                 AND leased_until < clock_timestamp() + interval '55 seconds'""",
        )

    def wipe_broker(self) -> None:
        """Make the broker forget all that it holds."""
        with redis.Redis.from_url(self.broker.url) as client:
            client.flushall()

    def kill_broker(self) -> None:
        """kill -9 of the broker."""
        _kill(process.working_in(self.broker.home, program="valkey-server"))

    def start_broker(self) -> None:
        """Start a killed broker on what its append-only file holds."""
        assert local_broker.ensure(self.folder / "broker").port == self.broker.port, "its port was taken meanwhile"

    def kill_postgres(self) -> None:
        """kill -9 of all processes of the stack's own PostgreSQL."""
        assert self.own_cluster, "the tests' cluster is not ours to kill"
        _kill(process.working_in(self.cluster.home / "data", program="postgres"))

    def start_postgres(self) -> None:
        """Start a killed PostgreSQL; it recovers from its log."""
        assert postgres.ensure(self.folder / "postgres").port == self.cluster.port, "its port was taken meanwhile"

    def stop(self) -> None:
        """Stop and remove everything that this stack started or made."""
        self.processes.stop()
        local_broker.remove(self.folder / "broker")
        if self.own_cluster:
            postgres.remove(self.folder / "postgres")
        for name in self.names.values():
            self.cluster.drop_database(name)


def _kill(processes: list[psutil.Process]) -> None:
    assert processes, "nothing to kill"
    for one in processes:
        try:
            one.send_signal(signal.SIGKILL)
        except psutil.NoSuchProcess:
            continue
    psutil.wait_procs(processes, timeout=10)


_numbers = itertools.count()
