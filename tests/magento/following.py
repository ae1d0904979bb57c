"""Following a Magento in this process, and what comes of it."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pymysql
from django.db import connections

from chassis import domains
from chassis.messages import Message, decode_event, decode_message
from contracts.magento import RowChanged
from strangler.address import parse_address
from strangler.capture.follower import Follower
from strangler.capture.models import Doubt, Stream
from strangler.extract import extract
from strangler.source import Source
from tests.magento.server import MagentoServer
from tests.processes import eventually


def carry_over(server: MagentoServer, *tables: str) -> None:
    """Extract these tables, and forget the events: what comes later was followed."""
    with Source(server.url) as source:
        extract(source, tables=tables)
    forget()


@contextmanager
def following(url: str, *, name: str = "magento", envelopes: str = "") -> Iterator[None]:
    """The shop is followed as long as the block lasts, by a thread."""
    stop = threading.Event()

    def run() -> None:
        try:
            Follower(parse_address(url), name=name, stop=stop, envelopes=envelopes).run()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run, name="follower")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=30)
        assert not thread.is_alive(), "the follower does not stop"


def keep_up(server: MagentoServer, *, within: float = 60.0) -> None:
    """Wait until all that the shop has committed is applied, and nothing is in doubt."""
    reached = value(server, "SELECT @@gtid_binlog_pos")
    eventually(
        lambda: Stream.objects.filter(gtid=reached).exists() and not Doubt.objects.exists(),
        f"{reached} is applied",
        within=within,
    )


def value(server: MagentoServer, sql: str) -> str:
    """What the shop answers its owner."""
    with Source(server.owner_url) as source:
        return str(source.value(sql))


def messages() -> list[Message]:
    """What was published, in order."""
    outbox = domains.get("strangler").tables.outbox._default_manager.using("platform")
    return [decode_message(row.message) for row in outbox.order_by("seq")]


def sent(*tables: str) -> list[RowChanged]:
    """The events, of these tables only if there are any named."""
    events = [decode_event(message) for message in messages()]
    return [event for event in events if not tables or event.table in tables]


def forget() -> None:
    domains.get("strangler").tables.outbox._default_manager.using("platform").all().delete()


def rows_sent(table: str) -> dict[tuple[str, ...], dict[str, str | None]]:
    """What all events together make of a table."""
    found: dict[tuple[str, ...], dict[str, str | None] | None] = {}
    for event in sent(table):
        found[event.key] = event.after
    return {key: after for key, after in found.items() if after is not None}


def repeated() -> list[tuple[str, tuple[str, ...], int]]:
    """What was published more than once."""
    counts = Counter((event.table, event.key, event.position) for event in sent())
    return [what for what, count in counts.items() if count > 1]


def together(server: MagentoServer, *statements: str, before: tuple[str, ...] = ()) -> None:
    """Play the shop: these statements in one transaction, after those that set the session up."""
    address = parse_address(server.owner_url)
    connection = pymysql.connect(
        host=address.host, port=address.port, user=address.user, password=address.password, database=address.database
    )
    with connection, connection.cursor() as cursor:
        for statement in (*before, *statements):
            cursor.execute(statement)
        connection.commit()
