"""The only source of the current time.

Everything that stores or compares a moment asks `now()`, so that a month of orders can be made through the
public commands and a test can stand at the second where something expires. It never sleeps and never
converts to local time: storage is UTC, a channel's time zone is applied where a price window or a report asks.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

# Process-wide on purpose and not a context variable: threads started under `travel` must share its time.
_travelled: list[tuple[datetime, datetime, bool]] = []


def now() -> datetime:
    """The current moment, aware, in UTC."""
    real = datetime.now(UTC)
    if not _travelled:
        return real
    target, started, ticking = _travelled[-1]
    return target + (real - started) if ticking else target


@contextmanager
def travel(to: datetime | timedelta, *, ticking: bool = False) -> Iterator[datetime]:
    """Make `now()` answer `to` (a moment, or a distance from the present `now()`) inside the block.

    The time stands still unless `ticking`. Blocks nest. Affects the whole process, so never use it in a
    process that serves requests. Raises ValueError for a naive moment.
    """
    target = now() + to if isinstance(to, timedelta) else to
    if target.tzinfo is None:
        raise ValueError("clock.travel needs an aware datetime.")
    entry = (target.astimezone(UTC), datetime.now(UTC), ticking)
    _travelled.append(entry)
    try:
        yield entry[0]
    finally:
        _travelled.remove(entry)
