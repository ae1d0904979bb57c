"""What was searched for: counted by day from catalog's events, and forgotten after a year or so."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import connections

from chassis import clock
from chassis.retention import forgetting
from chassis.subscriptions import Received
from contracts.catalog import SearchesMade
from operations.analytics.models import SearchFigure

KEPT = timedelta(days=400)


@dataclass(frozen=True, kw_only=True)
class SearchedFor:
    """A query over some days: how often, how often nothing was found, how often only similar words."""

    view: str
    query: str
    searches: int
    without_result: int
    corrected: int


def count_searches(batch: list[Received[SearchesMade]]) -> None:
    """Add an event's counts to the day, in the channel's time zone, on which they were made."""
    rows: dict[tuple[str, str, str, str], list[int]] = {}
    told = [(received.event, count) for received in batch for count in received.event.counts]
    for event, count in told:
        key = (event.channel, event.view, event.until.isoformat(), count.query)
        sums = rows.setdefault(key, [0, 0, 0])
        for place, number in enumerate((count.searches, count.without_result, count.corrected)):
            sums[place] += number
    keys = sorted(rows)
    with connections["platform"].cursor() as cursor:
        cursor.execute(
            """INSERT INTO platform_searchfigure AS f (view, day, query, searches, without_result, corrected)
               SELECT t.view, (t.at AT TIME ZONE coalesce(c.time_zone, 'UTC'))::date AS day, t.query,
                      sum(t.searches), sum(t.without_result), sum(t.corrected)
               FROM unnest(%s::text[], %s::text[], %s::timestamptz[], %s::text[], %s::int[], %s::int[], %s::int[])
                   AS t(channel, view, at, query, searches, without_result, corrected)
               LEFT JOIN platform_channel c ON c.code = t.channel
               GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
               ON CONFLICT (view, day, query) DO UPDATE
               SET searches = f.searches + excluded.searches,
                   without_result = f.without_result + excluded.without_result,
                   corrected = f.corrected + excluded.corrected""",
            [*([key[place] for key in keys] for place in range(4)), *([rows[k][n] for k in keys] for n in range(3))],
        )


def searched_for(*, days: int, view: str = "", only_without_result: bool = False, most: int = 100) -> list[SearchedFor]:
    """What was searched for most in the last days, or most in vain."""
    figure = "without_result" if only_without_result else "searches"
    with connections["platform"].cursor() as cursor:
        cursor.execute(
            f"""SELECT view, query, sum(searches), sum(without_result), sum(corrected) FROM platform_searchfigure
                WHERE day > %s AND (%s = '' OR view = %s) GROUP BY view, query HAVING sum({figure}) > 0
                ORDER BY sum({figure}) DESC, view, query LIMIT %s""",
            [clock.now().date() - timedelta(days=days), view, view, most],
        )
        return [
            SearchedFor(view=row[0], query=row[1], searches=row[2], without_result=row[3], corrected=row[4])
            for row in cursor.fetchall()
        ]


FORGET_SEARCHES = forgetting("platform.forget_searches", SearchFigure, by="day", after=lambda: KEPT)
