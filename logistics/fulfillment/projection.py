"""The copy of which orders commerce holds: the newest version wins, whatever order they arrive in."""

from django.db import connections

from chassis.subscriptions import Received
from contracts.commerce import OrderHeld, OrderReleased

_HOLD = """
INSERT INTO logistics_orderhold ("order", held, version) VALUES (%s, %s, %s)
ON CONFLICT ("order") DO UPDATE SET held = excluded.held, version = excluded.version
WHERE logistics_orderhold.version <= excluded.version
"""


def copy_holds(batch: list[Received[OrderHeld | OrderReleased]]) -> None:
    """Keep whether orders are on hold; the order itself may not have been heard of yet."""
    with connections["logistics"].cursor() as cursor:
        for received in sorted(batch, key=lambda r: (r.message.aggregate_id, r.message.aggregate_version)):
            event = received.event
            held = isinstance(event, OrderHeld)
            cursor.execute(_HOLD, [event.order, held, received.message.aggregate_version])
