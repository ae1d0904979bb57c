"""Extraction through the real outbox and inboxes in this process: what a domain's `legacy/` comes to."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.core.management import call_command

from chassis import clock, domains
from chassis.testing import drain
from strangler.extract import Extraction, extract
from strangler.source import Source
from strangler.tables import carried_tables, event_of

SCOPES = ("store_website", "store", "core_config_data", "customer_group")


def tables_of(*events: type) -> tuple[str, ...]:
    """The carried tables whose rows are published as one of these event types."""
    return tuple(table for table in carried_tables() if event_of(table) in events)


def carry(url: str, *domains: str, tables: Sequence[str] = (), again: bool = False) -> Extraction:
    """Extract, deliver to these domains, and make what the rows come to."""
    with Source(url) as source:
        done = extract(source, tables=tables, again=again)
    settle(*domains)
    return done


def settle(*domains: str) -> None:
    """Deliver what waits and run the jobs of these domains, those included that wait for the rest of their rows."""
    drain("strangler", *domains)
    with clock.travel(timedelta(seconds=10), ticking=True):
        drain("strangler", *domains)


@contextmanager
def carried(blocker: Any, url: str, *labels: str, tables: Sequence[str] = ()) -> Iterator[Extraction]:
    """A shop carried once for tests that only look, or whose writing does not matter to the others of their module."""
    with blocker.unblock():
        try:
            yield carry(url, *labels, tables=tables)
        finally:
            for label in ("strangler", *labels):
                call_command("flush", database=domains.get(label).alias, interactive=False, verbosity=0,
                             allow_cascade=False, inhibit_post_migrate=True)  # fmt: skip
