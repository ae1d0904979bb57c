"""When a parcel arrives: working days from the day on which it leaves, in the channel's own time."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

SATURDAY = 5
FARTHEST = 366
"""Days that are looked at, so that a calendar without a working day ends."""


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How fast a method is, in working days: until it is handed over, then under way.

    Ordered before `cut_off` (local time), the day itself counts.
    """

    handling: int
    least: int | None
    most: int | None
    cut_off: time | None


def estimate(pace: Pace, *, now: datetime, time_zone: str, closed: Container[date]) -> tuple[date | None, date | None]:
    """The first and last day on which it may arrive; None where a method promises nothing."""
    if pace.least is None or pace.most is None:
        return None, None
    local = now.astimezone(zone(time_zone))
    in_time = pace.cut_off is None or local.time() < pace.cut_off
    start = local.date() if in_time else local.date() + timedelta(days=1)
    leaves = after(_working(start, closed), pace.handling, closed)
    return after(leaves, pace.least, closed), after(leaves, pace.most, closed)


def zone(name: str) -> ZoneInfo:
    """The time zone of this name; UTC for one that is not known here."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def after(day: date, working_days: int, closed: Container[date]) -> date:
    """So many working days later."""
    for _ in range(working_days):
        day = _working(day + timedelta(days=1), closed)
    return day


def _working(day: date, closed: Container[date]) -> date:
    """This day or the next that is a working day."""
    for ahead in range(FARTHEST):
        found = day + timedelta(days=ahead)
        if found.weekday() < SATURDAY and found not in closed:
            return found
    return day
