"""The one way to change a domain's data: a transaction that carries its own events and jobs.

    with unit_of_work("commerce"):
        order.place()
        publish(OrderPlaced(...), aggregate_id=order.id, aggregate_version=order.version)

Events and jobs are written in the same transaction, so none exists without its cause and none is lost
after it. A unit of work belongs to one domain: opening another domain's inside is an error.
The depth is counted here and not taken from `in_atomic_block`, which is always true inside a TestCase.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import connections, transaction

from chassis import clock, domains
from chassis.context import current
from chassis.ids import new_id
from chassis.messages import Lane, Message, encode, type_of


class NoUnitOfWork(RuntimeError):
    """Publishing or enqueueing outside a unit of work."""


class CrossDomainTransaction(RuntimeError):
    """A unit of work of one domain inside another's."""


@dataclass(frozen=True, kw_only=True)
class QueuedJob:
    """A job to be written with the running unit of work."""

    id: UUID
    kind: str
    key: str
    payload: dict[str, Any]
    due_at: datetime
    context: str


@dataclass
class _Work:
    domain: domains.Domain
    messages: list[Message] = field(default_factory=list)
    jobs: list[QueuedJob] = field(default_factory=list)


_open: ContextVar[_Work | None] = ContextVar("sixfold_unit_of_work", default=None)


def open_domain() -> str:
    """Label of the domain whose unit of work is open, or an empty string."""
    work = _open.get()
    return work.domain.label if work else ""


@contextmanager
def unit_of_work(label: str) -> Iterator[None]:
    """Run a block in one transaction of the domain `label`; nested blocks of the same domain join it."""
    outer = _open.get()
    if outer is not None:
        if outer.domain.label != label:
            raise CrossDomainTransaction(f"{label} inside a unit of work of {outer.domain.label}")
        yield
        return
    work = _Work(domains.get(label))
    token = _open.set(work)
    try:
        with transaction.atomic(using=work.domain.alias):
            yield
            _write(work)
    finally:
        _open.reset(token)


def publish(
    event: Any,
    *,
    aggregate_id: UUID | str,
    aggregate_version: int = 0,
    lane: Lane = Lane.FAST,
    channel: str | None = None,
    to: str = "",
) -> UUID:
    """Write an event to the outbox of the open unit of work and return its id.

    `aggregate_version` grows with each change of the aggregate; projections compare it. `to` limits the event to
    one subscriber (see `chassis.republishing`).
    """
    work = _open.get()
    kind = type_of(type(event))
    if work is None:
        raise NoUnitOfWork(f"{kind.name} published outside a unit of work")
    context = current()
    message = Message(
        id=new_id(),
        type=kind.name,
        version=kind.version,
        occurred_at=clock.now(),
        aggregate_type=kind.aggregate,
        aggregate_id=str(aggregate_id),
        aggregate_version=aggregate_version,
        channel=context.channel if channel is None else channel,
        correlation=context.correlation or str(new_id()),
        causation=context.causation,
        traceparent=context.traceparent,
        actor=context.actor,
        origin=context.origin,
        lane=lane,
        to=to,
        body=msgspec.Raw(encode(event)),
    )
    work.messages.append(message)
    return message.id


def enqueue(kind: str, *, key: str, payload: dict[str, Any] | None = None, due_at: datetime | None = None) -> UUID:
    """Write a job with the open unit of work; (kind, key) is unique, a second one is ignored."""
    work = _open.get()
    if work is None:
        raise NoUnitOfWork(f"job {kind} enqueued outside a unit of work")
    if kind not in work.domain.kinds:
        raise LookupError(f"{work.domain.label} has no job kind {kind}")
    job = QueuedJob(
        id=new_id(),
        kind=kind,
        key=key,
        payload=payload or {},
        due_at=due_at or clock.now(),
        # Taken now: a unit of work may hold several events' handlers, each under its own context.
        context=encode(current()).decode(),
    )
    work.jobs.append(job)
    return job.id


def _row(message: Message) -> dict[str, Any]:
    return {
        "id": message.id,
        "type": message.type,
        "lane": message.lane.value,
        "message": encode(message).decode(),
        "occurred_at": message.occurred_at,
    }


def _write(work: _Work) -> None:
    if not work.messages and not work.jobs:
        return
    label = work.domain.label
    with connections[work.domain.alias].cursor() as cursor:
        if work.messages:
            cursor.execute(
                f"""WITH written AS (
                        INSERT INTO {work.domain.tables.outbox._meta.db_table}
                            (id, type, lane, message, occurred_at)
                        SELECT * FROM json_to_recordset(%s::json)
                            AS new(id uuid, type text, lane text, message text, occurred_at timestamptz)
                    ) SELECT pg_notify(%s, '')""",
                # One JSON text: an array of texts with quotes in them costs the driver several times as much.
                [encode([_row(m) for m in work.messages]).decode(), f"sixfold_outbox_{label}"],
            )
        if work.jobs:
            cursor.execute(
                f"""WITH written AS (
                        INSERT INTO {work.domain.tables.job._meta.db_table}
                            (id, kind, key, payload, context, state, due_at, attempts, last_error, created_at)
                        SELECT id, kind, key, payload::jsonb, context::jsonb, 'due', due_at, 0, '', %s
                        FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[], %s::timestamptz[])
                            AS new(id, kind, key, payload, context, due_at)
                        ON CONFLICT (kind, key) DO NOTHING
                    ) SELECT pg_notify(%s, '')""",
                [
                    clock.now(),
                    [j.id for j in work.jobs],
                    [j.kind for j in work.jobs],
                    [j.key for j in work.jobs],
                    [encode(j.payload).decode() for j in work.jobs],
                    [j.context for j in work.jobs],
                    [j.due_at for j in work.jobs],
                    f"sixfold_jobs_{label}",
                ],
            )
