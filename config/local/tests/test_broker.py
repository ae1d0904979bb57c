"""The embedded broker: really started, really killed."""

import os
import signal
import subprocess
from pathlib import Path

import pytest
import redis

from config.local import broker, process

pytestmark = pytest.mark.processes


def pid_of(server: broker.Broker) -> int:
    return int((server.home / "broker.pid").read_text())


def test_a_second_start_attaches(server: broker.Broker) -> None:
    before = pid_of(server)
    assert broker.ensure(server.state) == server
    assert pid_of(server) == before


def test_what_was_acknowledged_survives_a_kill(server: broker.Broker) -> None:
    redis.Redis.from_url(server.url).rpush("queue", "first", "second")
    before = pid_of(server)
    os.kill(before, signal.SIGKILL)
    assert broker.ensure(server.state) == server
    assert pid_of(server) != before
    assert redis.Redis.from_url(server.url).lrange("queue", 0, -1) == [b"first", b"second"]


def test_cache_and_queue_are_apart(server: broker.Broker) -> None:
    redis.Redis.from_url(server.cache_url).flushdb()
    redis.Redis.from_url(server.url).set("sent", "1")
    assert redis.Redis.from_url(server.cache_url).get("sent") is None


def test_another_user_of_the_machine_is_refused(server: broker.Broker) -> None:
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(host="127.0.0.1", port=server.port).ping()


def test_it_runs_as_no_superuser_on_a_port_below_the_ephemeral_range(server: broker.Broker) -> None:
    assert Path(f"/proc/{pid_of(server)}").stat().st_uid != 0
    assert server.port < 32768


def test_a_pid_file_naming_a_stranger_harms_nobody(server: broker.Broker) -> None:
    server.stop()
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        (server.home / "broker.pid").write_text(str(stranger.pid))
        assert broker.ensure(server.state) == server
        server.stop()
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()
    assert broker.attach(server.state) is None
    assert broker.ensure(server.state).alive()


def test_a_removed_broker_leaves_nothing(tmp_path: Path) -> None:
    made = broker.ensure(tmp_path / "state")
    pid = pid_of(made)
    broker.remove(tmp_path / "state")
    assert process.started(pid) == ""
    assert not made.home.exists()
