"""Facts as they arrive, in any order and any number of times; and again from what was kept."""

from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connections

from chassis.messages import Message, decode_message
from chassis.subscriptions import Received
from chassis.unit_of_work import unit_of_work
from contracts.catalog import ChannelChanged
from operations.analytics.facts import derive, without_people
from operations.analytics.models import Channel, Fact

COLUMNS = 'event, at, kind, subject, "order", channel, currency, amount'
TYPES = "%s::uuid[], %s::timestamptz[], %s::text[], %s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::numeric[]"


def add_facts(batch: list[Received[Any]]) -> None:
    """Write the facts that are new. An event that is told again under another id (a republish) is not new."""
    messages = [received.message for received in batch]
    with connections["platform"].cursor() as cursor:
        cursor.execute(
            f"""WITH told AS (
                    SELECT DISTINCT ON (kind, subject) * FROM unnest({TYPES}, %s::text[]) AS t({COLUMNS}, message)
                    ORDER BY kind, subject, at
                ), fresh AS (
                    INSERT INTO platform_factkey (kind, subject) SELECT kind, subject FROM told ORDER BY kind, subject
                    ON CONFLICT DO NOTHING RETURNING kind, subject
                )
                INSERT INTO platform_fact ({COLUMNS}, message)
                SELECT {COLUMNS}, message FROM told JOIN fresh USING (kind, subject)""",
            [*_columns(messages), [without_people(message) for message in messages]],
        )


def copy_channels(batch: list[Received[ChannelChanged]]) -> None:
    """Keep each channel's newest version."""
    for received in sorted(batch, key=lambda r: r.message.aggregate_id):
        event, version = received.event, received.message.aggregate_version
        values = {
            "name": event.name,
            "currency": event.currency,
            "time_zone": _zone(event.time_zone),
            "version": version,
        }
        Channel.objects.bulk_create([Channel(code=event.code, **values)], ignore_conflicts=True)
        Channel.objects.filter(code=event.code, version__lte=version).update(**values)


def rebuild(*, chunk: int = 1000) -> int:
    """Derive every fact again from its kept event and return how many there are.

    In chunks of one transaction each, so that events keep arriving meanwhile; may be stopped and started again.
    """
    count, last = 0, None
    while True:
        rows = Fact.objects.order_by("event")
        ids = list((rows.filter(event__gt=last) if last else rows).values_list("event", flat=True)[:chunk])
        if not ids:
            return count
        with unit_of_work("platform"), connections["platform"].cursor() as cursor:
            kept = Fact.objects.filter(event__in=ids).order_by("event").select_for_update()
            messages = [decode_message(text) for text in kept.values_list("message", flat=True)]
            cursor.execute(
                f"""UPDATE platform_fact f
                    SET at = t.at, kind = t.kind, subject = t.subject, "order" = t."order",
                        channel = t.channel, currency = t.currency, amount = t.amount
                    FROM unnest({TYPES}) AS t({COLUMNS}) WHERE f.event = t.event""",
                _columns(messages),
            )
        count, last = count + len(ids), ids[-1]


def _columns(messages: Iterable[Message]) -> list[list[Any]]:
    pairs = [(message.id, derive(message)) for message in messages]
    return [
        [id_ for id_, _ in pairs],
        *([getattr(row, name) for _, row in pairs]
          for name in ("at", "kind", "subject", "order", "channel", "currency", "amount")),
    ]  # fmt: skip


def _zone(name: str) -> str:
    """The zone if there is one of this name: a slip in a channel must not break every report."""
    try:
        return ZoneInfo(name).key
    except (ValueError, OSError, LookupError):
        return "UTC"
