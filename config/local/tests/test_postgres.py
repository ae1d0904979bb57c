"""The embedded PostgreSQL: really started, really killed."""

import multiprocessing
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from config.domains import ALIASES
from config.local import account, postgres, process
from config.local.state import LOOPBACK, read_record, write_record
from config.local.tests.conftest import PAIRS

pytestmark = pytest.mark.processes


def postmaster(cluster: postgres.Cluster) -> int:
    return int((cluster.home / "data" / "postmaster.pid").read_text().split("\n")[0])


def value(url: str, query: str) -> object:
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(query).fetchone()
        assert row is not None
        return row[0]


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("data_checksums", "on"),
        ("listen_addresses", "127.0.0.1"),
        ("unix_socket_directories", ""),
        ("password_encryption", "scram-sha-256"),
        ("synchronous_commit", "on"),
        ("fsync", "on"),
        ("shared_buffers", "256MB"),
        ("max_connections", "200"),
    ],
)
def test_a_cluster_runs_with_our_settings(cluster: postgres.Cluster, setting: str, expected: str) -> None:
    assert value(cluster.admin_url, f"SHOW {setting}") == expected


def test_the_server_runs_as_no_superuser_of_the_machine(cluster: postgres.Cluster) -> None:
    assert Path(f"/proc/{postmaster(cluster)}").stat().st_uid != 0


def test_the_port_lies_below_the_ephemeral_range(cluster: postgres.Cluster) -> None:
    assert 1024 < cluster.port < 32768


def test_text_is_folded_by_unicode_without_icu(cluster: postgres.Cluster) -> None:
    assert value(cluster.url("catalog"), "SELECT lower('ÄÖÜ ĐƯỜNG')") == "äöü đường"


@pytest.mark.parametrize("alias", ALIASES)
def test_a_domain_works_in_its_own_database(cluster: postgres.Cluster, alias: str) -> None:
    with psycopg.connect(cluster.url(alias)) as connection:
        connection.execute("CREATE TABLE mine (id int)")
        row = connection.execute("SELECT current_user || '@' || current_database()").fetchone()
        connection.rollback()
    assert row == (f"{alias}@sixfold_{alias}",)


@pytest.mark.parametrize(("role", "owner"), PAIRS)
def test_postgresql_refuses_a_domains_roles_in_another_domains_database(
    cluster: postgres.Cluster, role: str, owner: str
) -> None:
    database = postgres.database_name(owner)
    for url in (cluster.url(role, database=database), cluster.audit_url(role, database=database)):
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(url)


@pytest.mark.parametrize("database", ["postgres", "template1"])
def test_a_domains_role_is_refused_by_the_shared_databases(cluster: postgres.Cluster, database: str) -> None:
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(cluster.url("commerce", database=database))


def test_a_wrong_password_is_refused(cluster: postgres.Cluster) -> None:
    url = cluster.url("commerce").replace(cluster.passwords["commerce"], cluster.passwords["catalog"])
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url)


def test_the_audit_role_reads_later_tables_and_writes_nothing(cluster: postgres.Cluster) -> None:
    with psycopg.connect(cluster.url("logistics"), autocommit=True) as connection:
        connection.execute("CREATE TABLE audited AS SELECT 7 AS n")
    assert value(cluster.audit_url("logistics"), "SELECT n FROM audited") == 7
    with psycopg.connect(cluster.audit_url("logistics"), autocommit=True) as connection:
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            connection.execute("DELETE FROM audited")
        connection.execute("SET default_transaction_read_only = off")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DELETE FROM audited")


def test_a_clone_has_its_templates_tables_and_its_walls(cluster: postgres.Cluster) -> None:
    cluster.create_database("template_of_identity", "identity")
    with psycopg.connect(cluster.url("identity", database="template_of_identity")) as connection:
        connection.execute("CREATE TABLE person AS SELECT 1 AS n")
    cluster.create_database("clone_of_identity", "identity", template="template_of_identity")
    assert value(cluster.url("identity", database="clone_of_identity"), "SELECT n FROM person") == 1
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(cluster.url("commerce", database="clone_of_identity"))
    cluster.drop_database("clone_of_identity")
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(cluster.url("identity", database="clone_of_identity"))


def test_a_second_start_attaches(cluster: postgres.Cluster) -> None:
    before = postmaster(cluster)
    assert postgres.ensure(cluster.state) == cluster
    assert postmaster(cluster) == before


def test_many_starts_at_once_make_one_server(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        clusters = pool.map(postgres.ensure, [tmp_path / "state"] * 3)
    try:
        assert clusters[0] == clusters[1] == clusters[2]
        assert clusters[0].alive()
    finally:
        postgres.remove(tmp_path / "state")


def test_a_killed_server_comes_back_with_what_was_committed_and_nothing_else(cluster: postgres.Cluster) -> None:
    with psycopg.connect(cluster.url("commerce"), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS n")
    open_one = psycopg.connect(cluster.url("commerce"))
    open_one.execute("INSERT INTO kept VALUES (2)")
    before = postmaster(cluster)
    os.kill(before, signal.SIGKILL)
    again = postgres.ensure(cluster.state)
    assert again == cluster
    assert postmaster(again) != before
    assert value(again.url("commerce"), "SELECT array_agg(n) FROM kept") == [1]


def test_a_stale_pid_file_naming_a_stranger_stops_neither_us_nor_the_stranger(
    cluster: postgres.Cluster,
) -> None:
    data = cluster.home / "data"
    stale = (data / "postmaster.pid").read_text().split("\n")
    cluster.stop()
    owner = account.server_account()
    stranger = subprocess.Popen(["sleep", "60"], **owner.options())
    try:
        stale[0] = str(stranger.pid)
        (data / "postmaster.pid").write_text("\n".join(stale))
        (data / "postmaster.pid").chmod(0o600)
        os.chown(data / "postmaster.pid", owner.uid, owner.gid)
        assert postgres.ensure(cluster.state) == cluster
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_port_that_a_stranger_took_is_given_up(cluster: postgres.Cluster) -> None:
    cluster.stop()
    with socket.socket() as stranger:
        stranger.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        stranger.bind((LOOPBACK, cluster.port))
        stranger.listen()
        moved = postgres.ensure(cluster.state)
        assert moved.port != cluster.port
        assert value(moved.url("commerce"), "SELECT 1") == 1
    moved.stop()
    write_record(cluster.state / postgres.RECORD, read_record(cluster.state / postgres.RECORD) | {"port": cluster.port})
    assert postgres.ensure(cluster.state) == cluster


def test_a_stopped_server_is_gone(cluster: postgres.Cluster) -> None:
    pid = postmaster(cluster)
    cluster.stop()
    assert process.started(pid) == ""
    assert postgres.attach(cluster.state) is None
    assert postgres.ensure(cluster.state) == cluster


def test_secrets_are_readable_by_their_owner_only(cluster: postgres.Cluster) -> None:
    record = (cluster.state / postgres.RECORD).stat()
    assert stat.S_IMODE(record.st_mode) == 0o600
    assert stat.S_IMODE((cluster.home / "data").stat().st_mode) == 0o700
    assert not stat.S_IMODE(cluster.state.stat().st_mode) & 0o066
    assert cluster.passwords["commerce"] not in repr(cluster)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has folders that the system user cannot enter")
def test_under_a_root_only_folder_data_goes_elsewhere_and_the_folder_stays_closed(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    made = postgres.ensure(closed / "state")
    try:
        assert made.home.is_relative_to(account.SHARED)
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
        assert value(made.url("commerce"), "SELECT 1") == 1
        # The state folder deleted by hand leaves a server whose passwords nobody knows.
        orphan = postmaster(made)
        shutil.rmtree(closed / "state")
        anew = postgres.ensure(closed / "state")
        assert process.started(orphan) == ""
        assert anew.identity != made.identity
    finally:
        postgres.remove(closed / "state")
    assert not made.home.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="becoming another user needs root")
def test_an_ordinary_user_has_the_same(tmp_path_factory: pytest.TempPathFactory, state: Path) -> None:
    nobody = account.Account(name="nobody", uid=65534, gid=65534, switch=True)
    candidates = [Path(sys.executable), Path(f"/usr/bin/python3.{sys.version_info.minor}")]
    python = next((path for path in candidates if nobody.can("-x", path)), None)
    if python is None:
        pytest.skip("no interpreter of this version that an ordinary user can run")
    folder = state.parent / "ordinary"
    folder.mkdir()
    os.chown(folder, nobody.uid, nobody.gid)
    program = (
        # Before 3.11.3 the redis client asks for a package that only its unused asyncio half needs.
        "import asyncio, sys; sys.modules.setdefault('async_timeout', asyncio); from pathlib import Path;"
        "from config.local import broker, postgres;"
        "from config.local.up import reset; s = Path(sys.argv[1]);"
        "c = postgres.ensure(s); assert c == postgres.ensure(s); b = broker.ensure(s);"
        "print(c.home, c.alive(), b.alive()); reset(s); print(s.exists())"
    )
    options = nobody.options()
    options["env"] |= {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    done = subprocess.run(
        [python, "-B", "-c", program, folder / "state"], **options, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == f"{folder}/state/postgres True True"
    assert lines[-1] == "False"
