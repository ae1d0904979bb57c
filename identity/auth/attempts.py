"""Lock-out: so many attempts for one name, then a pause. Counted for names without an account just the same.

An attempt is counted before its password is looked at; so a hundred at once are not a hundred guesses. While
locked nothing is counted: hammering does not lengthen the pause for the owner.
"""

from datetime import timedelta

from django.db import connections

from chassis import clock
from chassis.fields import keyed_hash
from chassis.unit_of_work import unit_of_work
from identity.auth.errors import TooManyAttempts
from identity.auth.models import Attempt

MOST = 10
PAUSE = timedelta(minutes=15)


def key_of(kind: str, group: str, email: str) -> str:
    """Under which name attempts are counted."""
    return keyed_hash(f"attempt\x1f{kind}\x1f{group}\x1f{email.strip()}")


def count(key: str) -> None:
    """Count an attempt, in a transaction of its own; raises TooManyAttempts while the name is locked."""
    now = clock.now()
    with unit_of_work("identity"), connections["identity"].cursor() as cursor:
        cursor.execute(
            """INSERT INTO identity_attempt AS a (key, failures, last_at) VALUES (%(key)s, 1, %(now)s)
               ON CONFLICT (key) DO UPDATE
               SET failures = CASE WHEN a.last_at <= %(before)s THEN 1 ELSE a.failures + 1 END, last_at = %(now)s
               WHERE a.failures < %(most)s OR a.last_at <= %(before)s
               RETURNING failures""",
            {"key": key, "now": now, "before": now - PAUSE, "most": MOST},
        )
        counted = cursor.fetchone()
    if counted is None:
        raise TooManyAttempts(headers={"Retry-After": str(int(PAUSE.total_seconds()))})


def forget(key: str) -> None:
    """The attempt succeeded: start again from none."""
    Attempt.objects.filter(key=key).delete()


def purge() -> int:
    """Delete counts that no longer lock anybody."""
    deleted, _ = Attempt.objects.filter(last_at__lt=clock.now() - 2 * PAUSE).delete()
    return int(deleted)
