"""Which customers a channel lets in: those of its channel group, in every domain that takes customers' tokens.

A customer is one of a channel group; the token says which. The path of a request names a view, the view's channel is of
a group, and both must be the same: or a token of one shop would open carts, orders and prices of another. Who
keeps the sessions owns the groups; other domains keep a copy.

    messaging.py        makes `ChannelGroup` concrete, beside a copy of the views (`ViewCopy`: code, channel)
    subscriptions.py    projection(identity.ChannelGroupChanged, keep_channel_groups("commerce"))

`permissions.OfThisShop` asks it for every view of REST framework; plain views call `demand_group`.
"""

import time
from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.db import connections, models

from chassis import domains
from chassis.access.principal import Kind, Principal
from chassis.errors import Forbidden
from chassis.subscriptions import Handler, Received

GroupOf = Callable[[str], str | None]
"""The channel group of a view; None for a view that is not known."""

REMEMBER_SECONDS = 2.0
_groups: dict[str, GroupOf] = {}
_memories: list[dict[str, tuple[str, float]]] = []


class OtherChannelGroup(Forbidden):
    code, title = "other_channel_group", "This account belongs to another shop; sign in here."


class ChannelGroup(models.Model):
    """The group of a channel. One that has no row is a group of its own, under its own code."""

    channel = models.TextField(primary_key=True)
    name = models.TextField()
    version = models.BigIntegerField()

    class Meta:
        abstract = True


def register_groups(label: str, group_of: GroupOf) -> None:
    """Ask `group_of` about the views of requests to the domain `label`."""
    _groups[label] = group_of


def asked(label: str) -> bool:
    """Whether the domain `label` knows channel groups."""
    return label in _groups


def demand_group(label: str, view: str, principal: Principal) -> None:
    """Raises OtherChannelGroup for a customer of another group than the view's, as the domain `label` knows it.

    Of a view that is not known nothing can be seen: whoever answers says so.
    """
    if principal.kind is not Kind.CUSTOMER:
        return
    group = _groups[label](view)
    if group is not None and group != principal.channel_group:
        raise OtherChannelGroup()


def remembered(group_of: GroupOf) -> GroupOf:
    """The same from memory that is at most REMEMBER_SECONDS old. A view that is not known is asked for each time."""
    known: dict[str, tuple[str, float]] = {}
    _memories.append(known)

    def from_memory(view: str) -> str | None:
        group, until = known.get(view, (None, 0.0))
        if time.monotonic() < until:
            return group
        if (group := group_of(view)) is not None:
            known[view] = group, time.monotonic() + REMEMBER_SECONDS
        return group

    return from_memory


def forget() -> None:
    """Empty all memories, for tests: what another test wrote is gone."""
    for known in _memories:
        known.clear()


def keep_channel_groups(label: str) -> Handler[Any]:
    """The handler that keeps the copy of the domain `label`; events have `channel` and `group`."""

    def keep(batch: list[Received[Any]]) -> None:
        rows = sorted((r.event.channel, r.message.aggregate_version, r.event.group) for r in batch)
        with connections[domains.get(label).alias].cursor() as cursor:
            cursor.executemany(
                f"""INSERT INTO {_table(label, "ChannelGroup")} AS known (channel, version, name) VALUES (%s, %s, %s)
                    ON CONFLICT (channel) DO UPDATE SET name = excluded.name, version = excluded.version
                    WHERE known.version <= excluded.version""",
                rows,
            )

    keep.__qualname__ = f"keep_channel_groups.{label}"
    return keep


def from_copies(label: str) -> GroupOf:
    """By the copies that the domain `label` keeps of views and groups."""

    def group_of(view: str) -> str | None:
        with connections[domains.get(label).alias].cursor() as cursor:
            cursor.execute(
                f"""SELECT coalesce(known.name, mine.channel) FROM {_table(label, "ViewCopy")} mine
                    LEFT JOIN {_table(label, "ChannelGroup")} known ON known.channel = mine.channel
                    WHERE mine.code = %s""",
                [view],
            )
            found = cursor.fetchone()
        return found[0] if found else None

    return group_of


def _table(label: str, model: str) -> str:
    return str(apps.get_model(label, model)._meta.db_table)
