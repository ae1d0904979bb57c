"""Secrets, the environment, the Procfile and the knowledge of what is migrated: no server is started."""

import socket
import stat
from importlib.util import find_spec
from pathlib import Path

import pytest

from config.background import settings_of
from config.domains import ALIASES, database_variable
from config.local import infrastructure, migrations, procfile, secrets
from config.local.infrastructure import Infrastructure
from config.local.state import LocalError, read_record, write_record


def test_secrets_are_made_once_marked_as_demo_and_kept_from_others(tmp_path: Path) -> None:
    first = secrets.ensure(tmp_path / "state")
    assert secrets.ensure(tmp_path / "state") == first
    assert all(value.startswith("demo-") for value in first.values())
    assert stat.S_IMODE((tmp_path / "state" / secrets.RECORD).stat().st_mode) == 0o600
    assert secrets.ensure(tmp_path / "other")["SECRET_KEY"] != first["SECRET_KEY"]


def test_a_half_written_record_counts_as_none(tmp_path: Path) -> None:
    (tmp_path / "record.json").write_text('{"port": 12')
    assert read_record(tmp_path / "record.json") == {}
    write_record(tmp_path / "record.json", {"port": 1})
    assert read_record(tmp_path / "record.json") == {"port": 1}
    assert [path.name for path in tmp_path.iterdir()] == ["record.json"]


def test_what_the_environment_names_is_not_started(tmp_path: Path, bare: None, monkeypatch: pytest.MonkeyPatch) -> None:
    for alias in ALIASES:
        monkeypatch.setenv(database_variable(alias), f"postgresql://elsewhere/{alias}")
    monkeypatch.setenv("BROKER_URL", "amqp://elsewhere")
    monkeypatch.setenv("CACHE_URL", "redis://elsewhere")
    monkeypatch.setenv("SECRET_KEY", "my own")
    servers = infrastructure.start(tmp_path / "state")
    assert servers.cluster is None
    assert servers.broker is None
    assert servers.environment["DATABASE_URL_CATALOG"] == "postgresql://elsewhere/catalog"
    assert servers.environment["SECRET_KEY"] == "my own"
    assert servers.environment["SIXFOLD_PERSONAL_KEYS"].startswith("demo-1:")
    assert not list((tmp_path / "state").glob("postgres*"))


def test_an_empty_variable_counts_as_not_set(tmp_path: Path, bare: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "")
    assert infrastructure.environment_of(tmp_path, cluster=None, broker=None)["SECRET_KEY"]


def test_the_projects_procfile_runs_programs_that_are_there() -> None:
    lines = procfile.read(Path(infrastructure.__file__).parents[2] / "Procfile", environment={})
    assert {line.name for line in lines} == {"provider", "carrier", "background", "web"}
    for line in lines:
        assert line.command[:2] == ("python", "-m") and find_spec(line.command[2]), line


def test_every_domains_worker_has_settings_of_its_own() -> None:
    settings = {settings_of(alias) for alias in ALIASES}
    assert len(settings) == len(ALIASES) and all(find_spec(module) for module in settings)


def test_every_wrong_line_of_a_procfile_is_named(tmp_path: Path) -> None:
    path = tmp_path / "Procfile"
    path.write_text("# fine\n\nweb: run $NOWHERE\nnocolon\ntwice: a\ntwice: b\nquote: 'open\n")
    with pytest.raises(LocalError) as error:
        procfile.read(path, environment={})
    for part in ("line 3 uses NOWHERE", "line 4 is not", "line 6 names twice", "line 7 cannot be read"):
        assert part in str(error.value)


def test_a_changed_or_added_migration_or_another_database_is_noticed(tmp_path: Path) -> None:
    def digest(port: int = 1) -> str:
        urls = {database_variable(alias): f"postgresql://127.0.0.1:{port}/{alias}" for alias in ALIASES}
        servers = Infrastructure(state=tmp_path, cluster=None, broker=None, environment=urls)
        return migrations.digest(servers, repository=tmp_path)

    folder = tmp_path / "platform" / "operations" / "migrations"
    folder.mkdir(parents=True)
    (folder / "0001_initial.py").write_text("one")
    hidden = tmp_path / ".venv" / "x" / "migrations"
    hidden.mkdir(parents=True)
    first = digest()
    (hidden / "0001_initial.py").write_text("not ours")
    assert digest() == first
    (folder / "0001_initial.py").write_text("two")
    changed = digest()
    (folder / "0002_more.py").write_text("three")
    assert len({first, changed, digest(), digest(port=2)}) == 4


def test_the_projects_own_migrations_are_seen() -> None:
    found = migrations.migration_files(Path(infrastructure.__file__).parents[2])
    assert any("commerce" in path.parts for path in found)
    assert not any("site-packages" in path.parts for path in found)


def ports(state: Path) -> dict[str, int]:
    return {name: int(port) for name, port in read_record(state / "ports.json").items()}


def test_two_shops_on_one_machine_never_share_a_port(tmp_path: Path, bare: None) -> None:
    one, another = tmp_path / "one", tmp_path / "another"
    with infrastructure.holding_ports(one), infrastructure.holding_ports(another):
        assert not set(ports(one).values()) & set(ports(another).values())


def test_a_port_that_a_stranger_took_meanwhile_is_chosen_again(tmp_path: Path, bare: None) -> None:
    with infrastructure.holding_ports(tmp_path):
        before = ports(tmp_path)
    with socket.create_server(("127.0.0.1", before["WEB_PORT"])):
        with infrastructure.holding_ports(tmp_path):
            assert ports(tmp_path)["WEB_PORT"] != before["WEB_PORT"]
            assert ports(tmp_path)["SANDBOX_PORT"] == before["SANDBOX_PORT"]


def test_our_own_web_server_may_listen_where_the_port_is_held(tmp_path: Path, bare: None) -> None:
    with infrastructure.holding_ports(tmp_path), socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        server.bind(("127.0.0.1", ports(tmp_path)["WEB_PORT"]))
        server.listen()
        socket.create_connection(("127.0.0.1", ports(tmp_path)["WEB_PORT"]), timeout=5).close()


def test_a_port_of_ones_own_choice_that_is_taken_is_an_error(
    tmp_path: Path, bare: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        monkeypatch.setenv("WEB_PORT", str(stranger.getsockname()[1]))
        with pytest.raises(LocalError, match="WEB_PORT is"), infrastructure.holding_ports(tmp_path):
            pass
