"""Jobs: the only place from which anything outside is called.

A handler or command writes a job row with its unit of work. The runner leases it and commits, calls out
with no transaction open, and records the answer in a second transaction together with the job's end.
`call` may therefore run more than once (its process may be killed): it must pass a key derived from the row to whom it
calls. However long it takes, it is not run twice at a time (`leases.py`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class LeasedJob:
    """A job as its functions see it. `idempotency_key` is the same on every attempt."""

    id: UUID
    domain: str
    kind: str
    key: str
    payload: dict[str, Any]
    context: dict[str, str]
    attempts: int

    @property
    def idempotency_key(self) -> str:
        return f"{self.kind}:{self.id}"


@dataclass(frozen=True, kw_only=True)
class JobKind:
    """What a kind of job does.

    call: talks to the outside, no transaction open, returns what `record` needs (None: no call at all).
    record: writes the answer inside the domain's unit of work.
    give_up: writes that all attempts failed, in the unit of work that marks the job failed.
    lease: so long after its process was killed another takes it. `call` keeps it while at work, up to `longest`.
    every: runs by itself this often; the runner writes a job for each such span of time, keyed by it.
    personal: dotted paths in the payload that hold personal data, emptied some time after the job ended.
    """

    name: str
    record: Callable[[LeasedJob, Any], None]
    call: Callable[[LeasedJob], Any] | None = None
    give_up: Callable[[LeasedJob, Exception], None] | None = None
    max_attempts: int = 10
    lease: timedelta = timedelta(seconds=60)
    longest: timedelta = timedelta(hours=1)
    every: timedelta | None = None
    personal: tuple[str, ...] = ()

    def delay(self, attempts: int) -> timedelta:
        """Back-off before the next attempt: 1 s, 2 s, 4 s … up to five minutes."""
        return timedelta(seconds=min(2 ** max(attempts - 1, 0), 300))

    def failpoints(self) -> list[str]:
        """Names of the places where a test may kill this job: around its call, and after its answer is recorded."""
        return [f"job.{self.name}.{when}" for when in ("before_call", "after_call", "after_record")]
