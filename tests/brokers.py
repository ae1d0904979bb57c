"""Brokers for tests, each a server of the test's own that can be killed, replaced by an empty one, and looked into."""

import contextlib
import os
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Protocol

import pytest
import redis
from kombu.connection import Connection

from chassis import celery
from config.local import broker as local_broker
from config.local import process
from tests.processes import eventually, free_port


class Broker(Protocol):
    """A running broker at `url`."""

    url: str

    def waiting(self, queue: str) -> int:
        """Messages in a queue that no consumer has taken."""
        ...

    def wipe(self) -> None:
        """Take away everything that it holds, while clients stay connected where that is possible."""
        ...

    def kill(self) -> None:
        """kill -9."""
        ...

    def start(self) -> None:
        """Start (again) with what is left on the disk."""
        ...

    def empty(self) -> None:
        """Delete what is on the disk of a killed broker: the next start is that of another, empty one."""
        ...

    def remove(self) -> None:
        """Stop it and delete its data."""
        ...


class Valkey:
    """The embedded broker, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.server = local_broker.ensure(folder)
        self.url = self.server.url

    def waiting(self, queue: str) -> int:
        with contextlib.closing(redis.Redis.from_url(self.url)) as client:
            return int(client.llen(queue))  # type: ignore[arg-type]

    def wipe(self) -> None:
        with contextlib.closing(redis.Redis.from_url(self.url)) as client:
            client.flushall()

    def kill(self) -> None:
        for server in process.working_in(self.server.home, program="valkey-server"):
            os.kill(server.pid, signal.SIGKILL)
            eventually(lambda pid=server.pid: not process.started(pid), "the broker dead")

    def start(self) -> None:
        assert local_broker.ensure(self.folder).url == self.url

    def empty(self) -> None:
        shutil.rmtree(self.server.home / "appendonlydir")

    def remove(self) -> None:
        local_broker.remove(self.folder)


class RabbitMQ:
    """A node of Debian's rabbitmq-server on loopback, with a home, a cookie, a name and ports of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        program = self.program()
        self.port, distribution, mapper_port = free_port(), free_port(), free_port()
        self.node = f"sixfold{self.port}@localhost"
        self.url = f"amqp://guest:guest@127.0.0.1:{self.port}//"
        self._server: subprocess.Popen[bytes] | None = None
        for name in ("home", "data", "log"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / "enabled_plugins").write_text("[].\n")
        (folder / "rabbitmq.conf").write_text(
            f"listeners.tcp.1 = 127.0.0.1:{self.port}\nlog.file.level = warning\nloopback_users.guest = true\n"
            "disk_free_limit.absolute = 1MB\n"
        )
        self._environment = {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "HOME": str(folder / "home"),
            "ERL_EPMD_PORT": str(mapper_port),
            "RABBITMQ_NODENAME": self.node,
            "RABBITMQ_DIST_PORT": str(distribution),
            "RABBITMQ_MNESIA_BASE": str(folder / "data"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1} +S 2:2 +sbwt none",
        }
        # Erlang would start a port mapper that outlives it; ours is ours to end.
        mapper = ["epmd", "-address", "127.0.0.1", "-port", str(mapper_port)]
        self._mapper = subprocess.Popen(mapper, env=self._environment, cwd=folder)
        self._command = [program]
        self.start()

    @staticmethod
    def program() -> str:
        """Path of the server. Skips the test where it is not installed; in CI that is a failure."""
        for folder in ("/usr/lib/rabbitmq/bin", "/usr/sbin"):
            if found := shutil.which("rabbitmq-server", path=folder):
                return found
        reason = "rabbitmq-server is not installed (Debian: apt-get install rabbitmq-server)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)

    def waiting(self, queue: str) -> int:
        with Connection(self.url, connect_timeout=3) as connection, connection.channel() as channel:
            try:
                declared = celery.queue(queue, broker_url=self.url)(channel).queue_declare(passive=True)
            except connection.channel_errors:
                return 0
        return int(declared.message_count)

    def wipe(self) -> None:
        """A RabbitMQ cannot lose its messages and keep its connections: it is killed, emptied, started."""
        self.kill()
        self.empty()
        self.start()

    def kill(self) -> None:
        assert self._server is not None
        os.killpg(self._server.pid, signal.SIGKILL)
        self._server.wait()

    def start(self) -> None:
        with (self.folder / "log" / "out").open("ab") as log:
            self._server = subprocess.Popen(
                self._command, env=self._environment, cwd=self.folder, stdout=log, stderr=log, start_new_session=True
            )
        eventually(self._answers, "RabbitMQ answering", within=60)

    def empty(self) -> None:
        shutil.rmtree(self.folder / "data")
        (self.folder / "data").mkdir()

    def remove(self) -> None:
        with contextlib.suppress(ProcessLookupError):  # it may have ended by itself, which its test has told
            self.kill()
        self._mapper.kill()
        self._mapper.wait()

    def _answers(self) -> bool:
        assert self._server is not None and self._server.poll() is None, (
            f"RabbitMQ ended: {(self.folder / 'log' / 'out').read_text(errors='replace')[-800:]}"
        )
        try:
            with Connection(self.url, connect_timeout=2) as connection:
                connection.connect()
        except connection.connection_errors:
            return False
        return True


BROKERS = {"valkey": Valkey, "rabbitmq": RabbitMQ}
