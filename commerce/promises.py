"""Answers for the sagas of this domain, given by whoever hears them: an event, a provider, staff.

Placing an order and adding to one wait for the same answers, by the saga's id; who gives one need not know which it is.
"""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from chassis.sagas import Done, Failed, Run, Saga, runner


def answer(saga: UUID, step: str, result: Done | Failed) -> bool:
    """Give a waiting step its answer; False when no saga of that id waits for one."""
    return any(runner.answer(kind, saga, step, result) for kind in _kinds())


def change(saga: UUID, edit: Callable[[Run], None]) -> bool:
    """Change what a running saga knows."""
    return any(runner.change(kind, saga, edit) for kind in _kinds())


def update(saga: UUID, *, outcome: str, data: Mapping[str, Any]) -> bool:
    """Tell waiters of an interim outcome."""
    return any(runner.update(kind, saga, outcome=outcome, data=data) for kind in _kinds())


def fail(saga: UUID, *, outcome: str, reason: str) -> bool:
    """Stop a saga that has not passed its pivot."""
    return any(runner.fail(kind, saga, outcome=outcome, reason=reason) for kind in _kinds())


def hold(saga: UUID) -> None:
    """Lock a saga's row ahead of the payment's and the order's."""
    runner.hold(_kinds()[0], saga)


def _kinds() -> list[type[Saga]]:
    """Placing an order first: most answers are for that."""
    return [kind for kind in Saga.known.values() if kind.domain == "commerce"]
