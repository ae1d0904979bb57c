"""Drives sagas: starts them, takes answers, compensates, and keeps every move in the saga's row."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import msgspec
from django.db import IntegrityError, connections, transaction

from chassis import clock, domains
from chassis.context import current
from chassis.failpoints import hit
from chassis.ids import new_id
from chassis.jobs import JobKind, LeasedJob
from chassis.messages import encode
from chassis.sagas import Done, Failed, Result, Run, Saga, Step, Wait
from chassis.unit_of_work import enqueue, unit_of_work

log = logging.getLogger("sixfold.sagas")

FINISHED = ("completed", "compensated")
STUCK_AFTER = timedelta(minutes=5)


class SagaExists(Exception):
    """Another saga of this name is open for the key; `saga_id` is its id."""

    def __init__(self, saga_id: UUID) -> None:
        super().__init__(str(saga_id))
        self.saga_id = saga_id


def start(saga: type[Saga], *, key: str, data: Mapping[str, Any], saga_id: UUID | None = None) -> UUID:
    """Begin a saga in the open unit of work and run it to its first wait; SagaExists when one is open."""
    table = domains.get(saga.domain).tables.saga
    alias = domains.get(saga.domain).alias
    now = clock.now()
    row = table(
        id=saga_id or new_id(),
        name=saga.name,
        key=key,
        state="running",
        steps={step.name: "pending" for step in saga.steps},
        data=dict(data),
        context=_json(current()),
        deadline=now + saga.deadline,
        created_at=now,
        changed_at=now,
    )
    try:
        with transaction.atomic(using=alias):
            row.save(using=alias, force_insert=True)
    except IntegrityError as error:
        rows = table._default_manager.using(alias)
        open_id = rows.filter(name=saga.name, key=key).exclude(state__in=FINISHED).values_list("id", flat=True).first()
        if open_id is None:
            raise
        raise SagaExists(open_id) from error
    run = _run(saga, row)
    _set_deadline(saga, run, key=str(run.id))
    _drive(saga, run)
    _store(saga, row, run)
    return row.id


def answer(saga: type[Saga], saga_id: UUID, step: str, result: Done | Failed) -> bool:
    """Give a waiting step its answer; False when the step does not wait for one (late or repeated)."""
    with _locked(saga, saga_id) as run:
        if run is None:
            return False
        waiting = run.steps.get(step) == "waiting" and run.state == "running"
        undoing = run.steps.get(step) in ("undoing", "doubtful") and run.state == "compensating"
        if waiting:
            _take(saga, run, step, result)
        elif undoing and isinstance(result, Done):
            run.data.update(result.data)
            run.steps[step] = "undone"
        else:
            return False
        _drive(saga, run)
        return True


def update(saga: type[Saga], saga_id: UUID, *, outcome: str, data: Mapping[str, Any]) -> bool:
    """Tell waiters of an interim outcome (such as requires_action); the step goes on waiting.

    Somebody has to act now, so that the saga's time begins anew.
    """
    with _locked(saga, saga_id) as run:
        if run is None or run.state != "running":
            return False
        run.outcome = outcome
        run.data.update(data)
        run.deadline = clock.now() + saga.deadline
        _set_deadline(saga, run, key=f"{run.id}:{run.deadline.isoformat()}")
        saga.extended(run)
        return True


def change(saga: type[Saga], saga_id: UUID, edit: Callable[[Run], None]) -> bool:
    """Change what a running saga knows, without answering a step; False when it runs no more."""
    with _locked(saga, saga_id) as run:
        if run is None or run.state != "running":
            return False
        edit(run)
        return True


def fail(saga: type[Saga], saga_id: UUID, *, outcome: str, reason: str) -> bool:
    """Stop a saga that has not passed its pivot and compensate it; False when it is too late for that."""
    with _locked(saga, saga_id) as run:
        if run is None or run.state != "running" or _past_pivot(saga, run):
            return False
        _compensate(run, outcome, reason)
        _drive(saga, run)
        return True


def resume(saga: type[Saga], saga_id: UUID) -> bool:
    """Run what a stuck saga waits for again (staff's "retry"); its `do` and `undo` must be idempotent.

    Forwards a waiting step is done again. Backwards nothing is done again: an undoing is repeated, from what the
    step was before it.
    """
    again = {"running": {"waiting": "pending"}, "compensating": {"undoing": "done", "doubtful": "waiting"}}
    with _locked(saga, saga_id) as run:
        if run is None:
            return False
        for name, state in run.steps.items():
            run.steps[name] = again[run.state].get(state, state)
        _drive(saga, run)
        return True


def hold(saga: type[Saga], saga_id: UUID) -> None:
    """Lock a saga's row ahead of an aggregate's, where both will be needed: always the saga first."""
    domain = domains.get(saga.domain)
    rows = domain.tables.saga._default_manager.using(domain.alias).select_for_update()
    rows.filter(id=saga_id).values_list("id").first()


def deadline_kind(saga: type[Saga]) -> JobKind:
    """The job kind that ends an overdue saga; a row of the domain's JOBS. A deadline that was moved ends nothing."""

    def record(job: LeasedJob, _: Any) -> None:
        saga_id = UUID(job.key[:36])
        with _locked(saga, saga_id) as run:
            if run is None or _was_moved(run, job.payload.get("deadline")):
                return
        fail(saga, saga_id, outcome="failed", reason="deadline")

    return JobKind(name=f"{saga.domain}.{saga.name}_deadline", record=record)


def _set_deadline(saga: type[Saga], run: Run, *, key: str) -> None:
    """Write its job; the first has the saga's id as its key, which the last release reads too."""
    payload = {"deadline": run.deadline.isoformat()}
    enqueue(deadline_kind(saga).name, key=key, payload=payload, due_at=run.deadline)


def _was_moved(run: Run, deadline: str | None) -> bool:
    """Whether a job's deadline is no longer the saga's; jobs of the last release do not say theirs."""
    return run.deadline > clock.now() if deadline is None else run.deadline.isoformat() != deadline


def _take(saga: type[Saga], run: Run, step: str, result: Result) -> None:
    if isinstance(result, Done):
        run.steps[step] = "done"
        run.data.update(result.data)
    elif isinstance(result, Failed):
        if _past_pivot(saga, run):
            raise RuntimeError(f"{saga.name}.{step} failed after the pivot: {result.reason}")
        run.steps[step] = "failed"
        run.data.update(result.data)
        _compensate(run, result.outcome, result.reason)
    else:
        run.steps[step] = "waiting"


def _compensate(run: Run, outcome: str, reason: str) -> None:
    run.state = "compensating"
    run.outcome = outcome
    run.data["reason"] = reason


def _drive(saga: type[Saga], run: Run) -> None:
    """Go on until everything waits or the saga has ended."""
    while run.state == "running":
        group = _next_group(saga, run)
        if group is None:
            run.state, run.outcome = "completed", saga.completed
            saga.ended(run)
            return
        if not any(run.steps[step.name] == "pending" for step in group):
            return
        for step in group:
            if run.steps[step.name] == "pending" and run.state == "running":
                _do(saga, run, step)
    while run.state == "compensating":
        step_or_none = _next_undo(saga, run)
        if step_or_none is None:
            run.state = "compensated"
            saga.ended(run)
            return
        if run.steps[step_or_none.name] in ("undoing", "doubtful"):
            return
        _undo(saga, run, step_or_none)


def _do(saga: type[Saga], run: Run, step: Step) -> None:
    if not step.needed(run):
        run.steps[step.name] = "skipped"
        return
    point = f"saga.{saga.name}.{step.name}.do"
    hit(f"{point}.before")
    _take(saga, run, step.name, step.do(run))
    hit(f"{point}.after")
    transaction.on_commit(partial(hit, f"{point}.committed"), using=domains.get(saga.domain).alias)


def _undo(saga: type[Saga], run: Run, step: Step) -> None:
    assert step.undo is not None
    point = f"saga.{saga.name}.{step.name}.undo"
    hit(f"{point}.before")
    doubtful = run.steps[step.name] == "waiting"
    if doubtful:
        run.steps[step.name] = "doubtful"
    result = step.undo(run)
    if isinstance(result, Failed):
        raise RuntimeError(f"{saga.name}.{step.name} cannot be undone: {result.reason}")
    if isinstance(result, Wait):
        run.steps[step.name] = "doubtful" if doubtful else "undoing"
    else:
        run.steps[step.name] = "undone"
        run.data.update(result.data)
    hit(f"{point}.after")
    transaction.on_commit(partial(hit, f"{point}.committed"), using=domains.get(saga.domain).alias)


def _next_group(saga: type[Saga], run: Run) -> list[Step] | None:
    """The first run of side-by-side steps that is not finished."""
    groups: list[list[Step]] = []
    for step in saga.steps:
        if step.beside and groups:
            groups[-1].append(step)
        else:
            groups.append([step])
    for group in groups:
        if any(run.steps[step.name] in ("pending", "waiting") for step in group):
            return group
    return None


def _next_undo(saga: type[Saga], run: Run) -> Step | None:
    for step in reversed(saga.steps):
        if step.undo and run.steps[step.name] in ("done", "waiting", "undoing", "doubtful"):
            return step
    return None


def _past_pivot(saga: type[Saga], run: Run) -> bool:
    return any(step.pivot and run.steps[step.name] == "done" for step in saga.steps)


@contextmanager
def _locked(saga: type[Saga], saga_id: UUID) -> Iterator[Run | None]:
    domain = domains.get(saga.domain)
    with unit_of_work(saga.domain):
        row = (
            domain.tables.saga._default_manager.using(domain.alias)
            .select_for_update()
            .filter(id=saga_id, name=saga.name)
            .first()
        )
        if row is None or row.state in FINISHED:
            yield None
            return
        run = _run(saga, row)
        yield run
        _store(saga, row, run)


def _store(saga: type[Saga], row: Any, run: Run) -> None:
    domain = domains.get(saga.domain)
    told = row.outcome != run.outcome or row.state != run.state
    row.state, row.steps, row.data, row.outcome = run.state, run.steps, run.data, run.outcome
    row.deadline = run.deadline
    row.version += 1
    row.changed_at = clock.now()
    row.save(
        using=domain.alias,
        update_fields=["state", "steps", "data", "outcome", "deadline", "version", "changed_at"],
    )
    if told:
        with connections[domain.alias].cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, %s)", [f"sixfold_saga_{domain.label}", str(run.id)])


def _run(saga: type[Saga], row: Any) -> Run:
    return Run(
        id=row.id,
        key=row.key,
        state=row.state,
        # A step that this release has added is not done by a saga that began before it.
        steps={**dict.fromkeys((step.name for step in saga.steps), "skipped"), **row.steps},
        data=dict(row.data),
        outcome=row.outcome,
        deadline=row.deadline,
        created_at=row.created_at,
    )


def _json(value: Any) -> Any:
    return msgspec.json.decode(encode(value))
