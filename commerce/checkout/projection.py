"""Copies of catalog's channels and views."""

from django.db import connections

from chassis.subscriptions import Received
from contracts.catalog import ChannelChanged, ViewChanged


def copy_channels(batch: list[Received[ChannelChanged]]) -> None:
    """Keep each channel's newest version."""
    with connections["commerce"].cursor() as cursor:
        for received in batch:
            event = received.event
            cursor.execute(
                """INSERT INTO commerce_channelcopy (code, currency, countries, time_zone, active, version)
                   VALUES (%s, %s, to_jsonb(%s::text[]), %s, %s, %s)
                   ON CONFLICT (code) DO UPDATE SET currency = excluded.currency, countries = excluded.countries,
                       time_zone = excluded.time_zone, active = excluded.active, version = excluded.version
                   WHERE commerce_channelcopy.version <= excluded.version""",
                [
                    *(event.code, event.currency, list(event.countries), event.time_zone, event.active),
                    received.message.aggregate_version,
                ],
            )


def copy_views(batch: list[Received[ViewChanged]]) -> None:
    """Keep each view's newest version."""
    with connections["commerce"].cursor() as cursor:
        for received in batch:
            event = received.event
            cursor.execute(
                """INSERT INTO commerce_viewcopy (code, channel, locale, active, base_url, version)
                   VALUES (%s, %s, %s, %s, %s, %s)
                   ON CONFLICT (code) DO UPDATE SET channel = excluded.channel, locale = excluded.locale,
                       active = excluded.active, base_url = excluded.base_url, version = excluded.version
                   WHERE commerce_viewcopy.version <= excluded.version""",
                [
                    *(event.code, event.channel, event.locale, event.active, event.base_url),
                    received.message.aggregate_version,
                ],
            )
