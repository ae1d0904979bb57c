"""Copies of catalog's channels and views: the newest version wins, whatever order they arrive in."""

from django.db import connections

from chassis.messages import encode
from chassis.subscriptions import Received
from contracts.catalog import ChannelChanged, ViewChanged
from logistics.warehouse.errors import UnknownView
from logistics.warehouse.models import View

_CHANNEL = """
INSERT INTO logistics_channel (code, name, currency, countries, time_zone, active, version)
VALUES (%s, %s, %s, %s::jsonb, %s, %s, %s)
ON CONFLICT (code) DO UPDATE SET name = excluded.name, currency = excluded.currency,
    countries = excluded.countries, time_zone = excluded.time_zone, active = excluded.active, version = excluded.version
WHERE logistics_channel.version <= excluded.version
"""

_VIEW = """
INSERT INTO logistics_view (code, channel, locale, active, version) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (code) DO UPDATE SET channel = excluded.channel, locale = excluded.locale,
    active = excluded.active, version = excluded.version
WHERE logistics_view.version <= excluded.version
"""


def copy_channels(batch: list[Received[ChannelChanged]]) -> None:
    """Keep logistics' copy of the channels."""
    with connections["logistics"].cursor() as cursor:
        for received in sorted(batch, key=lambda r: (r.event.code, r.message.aggregate_version)):
            event = received.event
            countries = encode(list(event.countries)).decode()
            cursor.execute(
                _CHANNEL,
                [
                    event.code,
                    event.name,
                    event.currency,
                    countries,
                    event.time_zone,
                    event.active,
                    received.message.aggregate_version,
                ],
            )


def copy_views(batch: list[Received[ViewChanged]]) -> None:
    """Keep logistics' copy of the views."""
    with connections["logistics"].cursor() as cursor:
        for received in sorted(batch, key=lambda r: (r.event.code, r.message.aggregate_version)):
            event = received.event
            cursor.execute(
                _VIEW,
                [event.code, event.channel, event.locale, event.active, received.message.aggregate_version],
            )


def channel_of(view: str) -> str:
    """The channel of an active view; raises UnknownView."""
    found = View.objects.filter(code=view, active=True).values_list("channel", flat=True).first()
    if found is None:
        raise UnknownView(f"There is no view {view}.")
    return found
