"""Sagas: a promise that spans domains, kept step by step, each step with its undoing.

One class per process, read top to bottom:

    class PlaceOrder(Saga):
        name = "place_order"
        domain = "commerce"
        deadline = timedelta(minutes=15)
        steps = (
            Step("reserve_stock", do=request_stock, undo=release_stock),
            Step("authorise", do=authorise, undo=void, needed=has_amount),
            Step("create_order", do=create_order, pivot=True),
            Step("confirm_stock", do=confirm_stock),
        )

`do` and `undo` run in the domain's unit of work and never call out: they write, publish or enqueue, and
return `Done`, `Failed` or `WAIT` (the answer comes by `answer()` from a reaction or a job). The row is
locked while a step runs and stored with it, so any worker goes on where one died. Up to and including the
pivot a failure compensates what was done, in reverse; after it nothing is undone: what fails is retried.
A step that still waits when compensation begins is undone too: its undo must cope with an answer that is
unknown.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID


@dataclass(frozen=True)
class Done:
    """The step has happened; `data` is merged into the saga's data."""

    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Failed:
    """The step will not happen; `outcome` is what the saga ends as, `reason` is for people."""

    outcome: str
    reason: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


class Wait:
    """The answer comes later."""


WAIT = Wait()
Result = Done | Failed | Wait


@dataclass
class Run:
    """A running saga as its steps see it. `data` must stay JSON; it is stored after every step."""

    id: UUID
    key: str
    state: str
    steps: dict[str, str]
    data: dict[str, Any]
    outcome: str
    deadline: datetime
    created_at: datetime

    def waits_for(self, step: str) -> bool:
        """Whether this step's answer is outstanding (also while it is being undone: then it is in doubt)."""
        return self.steps.get(step) in ("waiting", "doubtful")


Do = Callable[[Run], Result]


def _always(_: Run) -> bool:
    return True


@dataclass(frozen=True)
class Step:
    """One step. `beside` starts it together with the step before it; `needed` skips it where false."""

    name: str
    do: Do
    undo: Do | None = None
    needed: Callable[[Run], bool] = _always
    pivot: bool = False
    beside: bool = False


class Saga:
    """Base of all sagas; subclasses register themselves by name."""

    name: ClassVar[str]
    domain: ClassVar[str]
    deadline: ClassVar[timedelta]
    steps: ClassVar[tuple[Step, ...]]
    completed: ClassVar[str] = "completed"
    """Outcome of a saga that went through."""
    personal: ClassVar[tuple[str, ...]] = ()
    """Dotted paths in `data` that hold personal data, emptied some time after the saga ended."""

    known: ClassVar[dict[str, "type[Saga]"]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        names = [step.name for step in cls.steps]
        if len(set(names)) != len(names):
            raise TypeError(f"{cls.__name__} has two steps of one name")
        if sum(step.pivot for step in cls.steps) != 1:
            raise TypeError(f"{cls.__name__} needs exactly one pivot")
        Saga.known[cls.name] = cls

    @classmethod
    def extended(cls, run: Run) -> None:
        """Called in the unit of work that moves the deadline, because somebody has to act before a step is answered."""

    @classmethod
    def ended(cls, run: Run) -> None:
        """Called in the unit of work that ends the saga, whatever the outcome."""

    @classmethod
    def failpoints(cls) -> list[str]:
        """Names of the places where a test may kill this saga: before and after each do and undo."""
        names = []
        for step in cls.steps:
            names += [f"saga.{cls.name}.{step.name}.do.{when}" for when in ("before", "after", "committed")]
            if step.undo:
                names += [f"saga.{cls.name}.{step.name}.undo.{when}" for when in ("before", "after", "committed")]
        return names
