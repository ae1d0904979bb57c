"""A whole shop carried by all domains, and both sides opened as `manage.py strangle parity` opens them."""

import os
from datetime import timedelta
from typing import Any

import psycopg
from django.db import connections
from psycopg import sql

from chassis import clock
from chassis.testing import drain
from config.domains import ALIASES, audit_variable
from config.local import postgres
from config.testing import STATE
from strangler.extract import extract
from strangler.source import Source

DOMAINS = ("strangler", "catalog", "logistics", "identity", "commerce")


def carry_all(url: str) -> None:
    """Extract what has changed, deliver it to all domains, and let the time pass that bulk changes wait."""
    with Source(url) as source:
        extract(source)
    drain(*DOMAINS, rounds=10_000)
    with clock.travel(timedelta(minutes=1), ticking=True):
        drain(*DOMAINS, rounds=10_000)


def audit_roles(monkeypatch: Any) -> None:
    """The roles that only read may connect to this process's databases, and are where an installation has them."""
    cluster = postgres.ensure(STATE)
    with psycopg.connect(os.environ["SIXFOLD_TEST_ADMIN_URL"], autocommit=True) as admin:
        for alias in ALIASES:
            name = connections[alias].settings_dict["NAME"]
            grant = sql.SQL("GRANT CONNECT ON DATABASE {} TO {}")
            admin.execute(grant.format(sql.Identifier(name), sql.Identifier(f"{alias}_audit")))
            monkeypatch.setenv(audit_variable(alias), cluster.audit_url(alias, database=name))


def execute(alias: str, statement: str, *values: Any) -> int:
    """Change rows of one of our databases, as its domain's own role; how many."""
    with connections[alias].cursor() as cursor:
        cursor.execute(statement, values or None)
        return int(cursor.rowcount)
