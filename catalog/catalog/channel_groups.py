"""Whose customers a view lets in: the view and its channel are catalog's own, the channel's group is identity's."""

from django.db import connections


def channel_group_of(view: str) -> str | None:
    """The channel group of a view; None for a view that is not there."""
    with connections["catalog"].cursor() as cursor:
        cursor.execute(
            """SELECT coalesce(known.name, c.code) FROM catalog_view v JOIN catalog_channel c ON c.id = v.channel_id
               LEFT JOIN catalog_channelgroup known ON known.channel = c.code WHERE v.code = %s""",
            [view],
        )
        found = cursor.fetchone()
    return str(found[0]) if found else None
