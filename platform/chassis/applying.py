"""Effective once: an inbox row per (event, handler), written in the transaction that holds the handler's effects."""

from collections.abc import Iterable

from django.db import connections

from chassis import clock, domains
from chassis.messages import Message, decode_event
from chassis.observe.tracing import span_of_many
from chassis.subscriptions import Received, Subscription

Pair = tuple[Message, "Subscription[object]"]


def claim(domain: domains.Domain, pairs: list[Pair], *, letters: bool = False) -> list[Pair]:
    """Write inbox rows in the open transaction and return the pairs that had none, each once.

    A pair that has a letter is its letter's, and left to it, unless the caller acts for `letters`.
    """
    with connections[domain.alias].cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO {domain.tables.inbox._meta.db_table} (event, handler, received_at)
                SELECT event, handler, %s FROM unnest(%s::uuid[], %s::text[]) AS new(event, handler)
                WHERE %s OR NOT EXISTS (
                    SELECT 1 FROM {domain.tables.letter._meta.db_table} l
                    WHERE l.event = new.event AND l.handler = new.handler)
                ORDER BY event, handler
                ON CONFLICT DO NOTHING RETURNING event, handler""",
            [clock.now(), [m.id for m, _ in pairs], [s.name for _, s in pairs], letters],
        )
        fresh = set(cursor.fetchall())
    chosen = []
    for message, subscription in pairs:
        if (message.id, subscription.name) in fresh:
            fresh.discard((message.id, subscription.name))
            chosen.append((message, subscription))
    return chosen


def handle(pairs: Iterable[Pair]) -> None:
    """Call each handler with all of its events; what raises is the caller's to roll back."""
    batches: dict[str, tuple[Subscription[object], list[Received[object]]]] = {}
    for message, subscription in pairs:
        received = Received(event=decode_event(message), message=message)
        batches.setdefault(subscription.name, (subscription, []))[1].append(received)
    for subscription, batch in batches.values():
        causes = [received.message.traceparent for received in batch]
        with span_of_many(f"handle {subscription.name}", causes, kind="consumer", events=len(batch)):
            subscription.handler(batch)
