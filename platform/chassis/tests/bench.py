"""A domain of the tests' own on commerce's tables: chosen handlers and jobs, no rule of commerce."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from chassis import clock, domains
from chassis.ids import new_id
from chassis.jobs import JobKind
from chassis.messages import Envelope, Lane, Message, Personal, decode_message, encode, event
from chassis.subscriptions import Subscription
from chassis.unit_of_work import publish, unit_of_work

ALIAS = "commerce"


@event("commerce.bell_rung", aggregate="bell")
@dataclass(frozen=True, kw_only=True)
class BellRung:
    """A bell was rung, by somebody with a name."""

    bell: str
    by: Personal = ""


@contextmanager
def domain(
    *, subscriptions: tuple[Subscription[Any], ...] = (), jobs: tuple[JobKind, ...] = ()
) -> Iterator[domains.Domain]:
    """Commerce's label with these handlers and jobs only, for a block."""
    real = domains.get(ALIAS)
    changed = domains.Domain(label=ALIAS, alias=ALIAS, tables=real.tables, subscriptions=subscriptions, jobs=jobs)
    domains.register(changed)
    try:
        yield changed
    finally:
        domains.register(real)


def ring(bell: str = "b1", *, by: str = "Ann Miller", version: int = 1) -> Message:
    """Publish one and return the message as the outbox has it."""
    with unit_of_work(ALIAS):
        made = publish(BellRung(bell=bell, by=by), aggregate_id=bell, aggregate_version=version)
    return decode_message(rows("outbox").get(id=made).message)


def envelope(*messages: Message) -> Envelope:
    """What the relay would send."""
    return Envelope(id=new_id(), producer=ALIAS, subscriber=ALIAS, lane=Lane.FAST, messages=list(messages))


def letter(message: Message, *, handler: str, state: str = "dead") -> Any:
    """A letter as the inbox would have kept it."""
    now = clock.now()
    return rows("letter").create(
        id=new_id(), event=message.id, handler=handler, type=message.type, message=encode(message).decode(),
        state=state, reason="planted", traceback="planted", first_failed_at=now, last_failed_at=now,
    )  # fmt: skip


def rows(table: str) -> Any:
    """All rows of one of the messaging tables."""
    return getattr(domains.get(ALIAS).tables, table)._default_manager.using(ALIAS)
