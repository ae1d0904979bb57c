"""Copies of catalog's channels and views: which customers a view lets in, and in which language it speaks to them."""

from django.db import connections

from chassis.subscriptions import Received
from contracts.catalog import ChannelChanged, ViewChanged


def copy_channels(batch: list[Received[ChannelChanged]]) -> None:
    """Keep each channel's newest state; the channel group is ours and stays."""
    _upsert(
        """INSERT INTO identity_channelcopy AS mine (code, name, active, channel_group, known_version)
           VALUES (%s, %s, %s, '', %s)
           ON CONFLICT (code) DO UPDATE SET name = excluded.name, active = excluded.active,
               known_version = excluded.known_version
           WHERE mine.known_version <= excluded.known_version""",
        [(r.event.code, r.event.name, r.event.active, r.message.aggregate_version) for r in batch],
    )


def copy_views(batch: list[Received[ViewChanged]]) -> None:
    """Keep each view's newest state."""
    _upsert(
        """INSERT INTO identity_viewcopy AS mine (code, channel, locale, active, known_version)
           VALUES (%s, %s, %s, %s, %s)
           ON CONFLICT (code) DO UPDATE SET channel = excluded.channel, locale = excluded.locale,
               active = excluded.active, known_version = excluded.known_version
           WHERE mine.known_version <= excluded.known_version""",
        [(r.event.code, r.event.channel, r.event.locale, r.event.active, r.message.aggregate_version) for r in batch],
    )


def _upsert(sql: str, rows: list[tuple[object, ...]]) -> None:
    with connections["identity"].cursor() as cursor:
        # By code, so that two workers lock rows in one order.
        cursor.executemany(sql, sorted(rows, key=lambda row: (str(row[0]), row[-1])))
