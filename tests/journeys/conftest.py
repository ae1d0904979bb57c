"""The whole shop in a state folder of its own, started once for all journeys as `make up` starts it."""

import secrets
import signal
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest

from config.local.infrastructure import WANTED_PORTS
from config.local.state import LOOPBACK, free_port
from config.local.tests.conftest import bare_environment
from tests.processes import PATIENCE, ROOT, eventually

START_SECONDS = 400
STOP_SECONDS = 60


@dataclass
class Shop:
    """A running shop: where it is, and what its start has printed."""

    state: Path
    environment: dict[str, str]
    web: str
    supervisor: subprocess.Popen[bytes]
    printed: Path

    def view(self, code: str) -> httpx.Client:
        """A client of a view's storefront API."""
        return httpx.Client(base_url=f"{self.web}/api/v1/{code}", timeout=20)

    def ask(self, program: str) -> str:
        """What a Python program prints in the shop's environment, Django being ready: for what staff do."""
        return self.run("-c", f"import config, django; django.setup()\n{textwrap.dedent(program)}")

    def run(self, *arguments: str) -> str:
        """What Python prints with these arguments, in the shop's environment."""
        done = subprocess.run(
            [sys.executable, "-m", "config.local", "run", "--", sys.executable, *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()

    def mails_to(self, address: str) -> list[EmailMessage]:
        """What the mail catcher holds for somebody, oldest first."""
        found = []
        for file in sorted((self.state / "mail").glob("*.eml"), key=lambda file: file.stat().st_mtime):
            mail = message_from_bytes(file.read_bytes(), policy=policy.default)
            if address in str(mail["To"]):
                found.append(mail)
        return found

    def stop(self) -> int:
        """Ask it to end, as Ctrl-C does; its exit status."""
        self.supervisor.send_signal(signal.SIGINT)
        return self.supervisor.wait(STOP_SECONDS * PATIENCE)


def environment(state: Path) -> dict[str, str]:
    """This process's environment without what its own tests run on, with ports that are free."""
    ports = {name: str(free_port()) for name in WANTED_PORTS}
    return bare_environment() | ports | {"SIXFOLD_STATE": str(state)}


@pytest.fixture(scope="package")
def shop() -> Iterator[Shop]:
    """The demo shop, loaded and ready; taken down and deleted at the end."""
    # Not pytest's own folder: as root the database's system user must be able to pass through to it.
    with tempfile.TemporaryDirectory(prefix=f"shop-{secrets.token_hex(3)}-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        state = folder / "state"
        values = environment(state)
        printed = folder / "up.log"
        with printed.open("wb") as output:
            supervisor = subprocess.Popen(
                [sys.executable, "-m", "config.local", "up"], cwd=ROOT, env=values, stdout=output, stderr=output
            )
        running = Shop(
            state=state,
            environment=values,
            web=f"http://{LOOPBACK}:{values['WEB_PORT']}",
            supervisor=supervisor,
            printed=printed,
        )

        def is_ready() -> bool:
            assert supervisor.poll() is None, printed.read_text()
            return "ready after" in printed.read_text()

        try:
            eventually(is_ready, "the shop is ready", within=START_SECONDS)
            yield running
            # Whatever shoppers and staff did in it.
            assert "the books fit" in running.run("manage.py", "audit", "--days", "60")
            assert running.stop() == 0, printed.read_text()
            assert printed.read_text().endswith("stopped\n")
        finally:
            subprocess.run([sys.executable, "-m", "config.local", "reset"], cwd=ROOT, env=values, check=False)
            if supervisor.poll() is None:
                supervisor.kill()
            supervisor.wait()
