"""What an audit reads: the six databases, by roles that can write nothing, and what the payment providers say."""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from typing import Any, Protocol

import psycopg
from django.core.exceptions import ImproperlyConfigured

from commerce.payment.providers.interface import Booked
from commerce.payment.providers.registry import provider_of
from config.domains import ALIASES, audit_variable

MARGIN = timedelta(days=1)
Rows = list[tuple[Any, ...]]


class Books(Protocol):
    """All that the checks may ask."""

    @property
    def since(self) -> datetime:
        """How far back is looked where two databases are compared row by row, or a provider must be asked."""

    def query(self, alias: str, sql: str, *values: Any) -> Rows:
        """Rows of a domain's database."""

    def statement(self, provider: str) -> Iterable[Booked]:
        """What a payment provider has booked for this shop since a day before that: its clock is another."""


class ReadOnly:
    """The shop's own books, read by connections that cannot write."""

    def __init__(self, connections: "Mapping[str, psycopg.Connection[Any]]", *, since: datetime) -> None:
        self._connections = connections
        self._since = since

    @property
    def since(self) -> datetime:
        return self._since

    def query(self, alias: str, sql: str, *values: Any) -> Rows:
        return self._connections[alias].execute(sql, values or None).fetchall()

    def statement(self, provider: str) -> Iterable[Booked]:
        return provider_of(provider).statement(self._since - MARGIN)


@contextmanager
def opened(*, since: datetime) -> Iterator[ReadOnly]:
    """The books by DATABASE_URL_<DOMAIN>_AUDIT. Raises ImproperlyConfigured, or psycopg.Error where one is closed."""
    urls = {alias: os.environ.get(f"DATABASE_URL_{alias.upper()}_AUDIT", "") for alias in ALIASES}
    if missing := [audit_variable(alias) for alias, url in urls.items() if not url]:
        raise ImproperlyConfigured(f"An audit reads each database by a role of its own; not set: {', '.join(missing)}.")
    with ExitStack() as stack:
        connections = {}
        for alias, url in urls.items():
            connection = psycopg.connect(url, autocommit=True, application_name="sixfold audit")
            stack.callback(connection.close)
            connection.execute("SET default_transaction_read_only = on")  # whatever the role may do
            connections[alias] = connection
        yield ReadOnly(connections, since=since)
