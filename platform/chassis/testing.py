"""Pytest plugin: databases for tests, cloned from migrated templates, connected to as the domain's role.

Needs SIXFOLD_TEST_ADMIN_URL (may create databases; used for nothing else) and SIXFOLD_TEST_URL_<ALIAS>
(the domain's own role). A template per alias is migrated once per state of the migrations; each test
process gets clones of its own, named in DATABASE_URL_<ALIAS> before Django reads its settings.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
_PREFIX = "SIXFOLD_TEST_URL_"


def _aliases() -> list[str]:
    return [name.removeprefix(_PREFIX).lower() for name in os.environ if name.startswith(_PREFIX)]


def on_database(url: str, database: str) -> str:
    """The same URL with another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


def _clone_name(alias: str) -> str:
    return f"test_{alias}_{os.environ['SIXFOLD_TEST_RUN']}_{WORKER}"


os.environ.setdefault("SIXFOLD_TEST_RUN", str(os.getpid()))
for _alias in _aliases():
    os.environ[f"DATABASE_URL_{_alias.upper()}"] = on_database(
        os.environ[_PREFIX + _alias.upper()], _clone_name(_alias)
    )


class Fixtures:
    """Registered late, so that these fixtures win over pytest-django's own of the same name."""

    @pytest.fixture(scope="session")
    @classmethod
    def django_db_setup(cls) -> Iterator[None]:
        yield from _databases()

    @pytest.fixture(autouse=True)
    @classmethod
    def no_memory_of_the_last_test(cls) -> None:
        """What a process remembers for a while was another test's rows."""
        from chassis.access.groups import forget

        forget()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--one-in", type=int, default=1, metavar="N", help="run every Nth test only")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect all but every Nth test; whatever is collected has been imported all the same."""
    if (step := config.getoption("--one-in")) > 1:
        config.hook.pytest_deselected(items=[item for number, item in enumerate(items) if number % step])
        items[:] = items[::step]


def pytest_configure(config: pytest.Config) -> None:
    from django.conf import settings

    config.pluginmanager.register(Fixtures(), "sixfold-fixtures")
    _flush_only_what_has_rows()
    # WhiteNoise lists all static files when it is made, and each test's client makes one.
    settings.WHITENOISE_AUTOREFRESH = True


def _flush_only_what_has_rows() -> None:
    """Emptying a table makes new files for it and each of its indexes, and of a hundred tables a test fills ten."""
    from django.db import connections
    from django.db.backends.postgresql.operations import DatabaseOperations

    all_of_them = DatabaseOperations.sql_flush

    def sql_flush(self: Any, style: Any, tables: list[str], **options: Any) -> list[str]:
        if not tables:
            return []
        looks = [f"(SELECT '{table}' FROM {self.quote_name(table)} LIMIT 1)" for table in tables]
        with connections[self.connection.alias].cursor() as cursor:
            cursor.execute(" UNION ALL ".join(looks))
            filled = [row[0] for row in cursor.fetchall()]
        # Tables that point at these are empty, but PostgreSQL wants them named or cascaded to.
        return all_of_them(self, style, filled, **{**options, "allow_cascade": True})  # type: ignore[no-any-return]

    DatabaseOperations.sql_flush = sql_flush  # type: ignore[method-assign, assignment]


def _databases() -> Iterator[None]:
    """Clone the templates for this process; drop the clones at the end."""
    from django.db import connections

    from chassis.sagas.waiting import stop_listening

    aliases = [alias for alias in connections if alias != "default"]
    admin = os.environ["SIXFOLD_TEST_ADMIN_URL"]
    lock = Path(tempfile.gettempdir()) / f"sixfold-templates-{urlsplit(admin).port}.lock"
    with lock.open("w") as handle, psycopg.connect(admin, autocommit=True) as connection:
        fcntl.flock(handle, fcntl.LOCK_EX)
        _drop_dead_clones(connection)
        template = {alias: template_name(alias) for alias in aliases}
        _migrate_templates(connection, template)
        for alias in aliases:
            clone_database(connection, _clone_name(alias), owner=alias, template=template[alias])
    yield
    stop_listening()
    connections.close_all()
    for alias in aliases:
        pool = getattr(connections[alias], "pool", None)
        if pool is not None:
            connections[alias].close_pool()  # type: ignore[attr-defined]
    with psycopg.connect(admin, autocommit=True) as connection:
        for alias in aliases:
            _drop(connection, _clone_name(alias))


def clone_database(
    connection: "psycopg.Connection[tuple[object, ...]]", name: str, *, owner: str, template: str
) -> None:
    """A copy of a template that only its owner may connect to."""
    database = sql.Identifier(name)
    connection.execute(
        sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
            database, sql.Identifier(owner), sql.Identifier(template)
        )
    )
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))


def _migrate_templates(connection: "psycopg.Connection[tuple[object, ...]]", template: dict[str, str]) -> None:
    existing = {row[0] for row in connection.execute("SELECT datname FROM pg_database")}
    missing = [alias for alias, name in template.items() if name not in existing]
    if not missing:
        return
    environment = dict(os.environ)
    for alias in missing:
        _drop(connection, f"making_{alias}_")  # of a run that was killed; templates go with `make reset`
        clone_database(connection, f"making_{alias}_", owner=alias, template="template0")
        environment[f"DATABASE_URL_{alias.upper()}"] = on_database(
            os.environ[_PREFIX + alias.upper()], f"making_{alias}_"
        )
    environment["PYTHONPATH"] = os.pathsep.join(path or os.getcwd() for path in sys.path)
    migrating = {alias: _migrate(alias, environment) for alias in missing}  # side by side
    for alias, process in migrating.items():
        said, _ = process.communicate()
        if process.returncode:
            pytest.exit(f"migrating the {alias} template failed:\n{said}", returncode=3)
        connection.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                sql.Identifier(f"making_{alias}_"), sql.Identifier(template[alias])
            )
        )


def _migrate(alias: str, environment: dict[str, str]) -> "subprocess.Popen[str]":
    program = "import django; django.setup(); from django.core.management import call_command;"
    program += f"call_command('migrate', database={alias!r}, verbosity=0)"
    return subprocess.Popen(
        [sys.executable, "-c", program], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def _drop_dead_clones(connection: "psycopg.Connection[tuple[object, ...]]") -> None:
    """Drop clones of test runs that were killed before they could."""
    for (name,) in connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 'test\\_%'").fetchall():
        run = str(name).rsplit("_", 2)[-2]
        if run.isdigit() and not Path(f"/proc/{run}").exists():
            _drop(connection, str(name))


def _drop(connection: "psycopg.Connection[tuple[object, ...]]", name: str) -> None:
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def template_name(alias: str) -> str:
    """Name of the migrated template of an alias, as it was when this run began."""
    return _templates.setdefault(alias, f"template_{alias}_{_migrations_hash(alias)}")


_templates: dict[str, str] = {}


def _migrations_hash(alias: str) -> str:
    """Changes whenever a migration of a domain on this alias does."""
    from django.apps import apps
    from django.conf import settings

    digest = hashlib.sha256()
    for label, owner in sorted(settings.DOMAIN_ALIASES.items()):  # type: ignore[misc]
        if owner == alias:
            for file in sorted((Path(apps.get_app_config(label).path) / "migrations").glob("*.py")):
                digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def drain(*labels: str, rounds: int = 100, until: "datetime | None" = None) -> int:
    """Move events from outboxes to inboxes of these installed domains and run due jobs, until all is quiet.

    Without broker and processes: for tests of what several handlers come to, not of delivery. Every event
    passes through JSON. With `until`, jobs due by then run too. Returns the number of events moved.
    """
    from chassis import domains
    from chassis.ids import new_id
    from chassis.inbox import receive
    from chassis.jobs.runner import JobRunner
    from chassis.messages import Envelope, Lane, decode_envelope, decode_message, encode

    here = [domains.get(label) for label in labels] if labels else domains.installed()
    moved = 0
    for _ in range(rounds):
        quiet = True
        for domain in here:
            rows = list(
                domain.tables.outbox._default_manager.using(domain.alias)
                .filter(relayed_at__isnull=True)
                .order_by("seq")[:500]
            )
            if rows:
                quiet = False
                from chassis import clock

                domain.tables.outbox._default_manager.using(domain.alias).filter(
                    seq__in=[row.seq for row in rows]
                ).update(relayed_at=clock.now())
            moved += len(rows)
            for subscriber in here:
                messages = [decode_message(row.message) for row in rows if row.type in subscriber.handlers]
                messages = [message for message in messages if message.to in ("", subscriber.label)]
                if messages:
                    envelope = Envelope(
                        id=new_id(),
                        producer=domain.label,
                        subscriber=subscriber.label,
                        lane=Lane.FAST,
                        messages=messages,
                    )
                    receive(decode_envelope(encode(envelope)))
        for domain in here:
            if JobRunner(domain.label).run_due(until=until):
                quiet = False
        if quiet:
            return moved
    raise AssertionError(f"events and jobs do not come to rest after {rounds} rounds")
