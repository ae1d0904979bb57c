"""Pong counts balls."""

from django.db import connections

from chassis.subscriptions import Received, reaction
from chassis.tests.tiny.events import Struck
from chassis.unit_of_work import enqueue


class Poisoned(Exception):
    """A ball that cannot be counted yet."""


def count(batch: list[Received[Struck]]) -> None:
    """Add one per event, so that a second effect of one event would show."""
    from chassis.tests.tiny.pong.models import Permit

    if any(received.event.poison for received in batch) and not Permit.objects.exists():
        raise Poisoned("a poisoned ball")
    with connections["logistics"].cursor() as cursor:
        cursor.execute(
            """INSERT INTO pong_ball (number, times) SELECT ball, 1 FROM unnest(%s::int[]) AS t(ball)
               ON CONFLICT (number) DO UPDATE SET times = pong_ball.times + 1""",
            [sorted(received.event.ball for received in batch)],
        )
    for received in batch:
        if received.event.echo:
            enqueue("pong.echo", key=str(received.event.ball), payload={"ball": received.event.ball})


SUBSCRIPTIONS = (reaction(Struck, count),)
