"""Kinds of job of this domain."""

from typing import Any

from chassis.jobs import JobKind, LeasedJob
from identity.auth import attempts, keys, sessions


def _rotate(job: LeasedJob, _: Any) -> None:
    keys.rotate()
    keys.purge()
    sessions.purge()
    attempts.purge()


JOBS = (JobKind(name="identity.rotate_keys", record=_rotate),)
