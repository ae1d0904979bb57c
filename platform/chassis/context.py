"""What travels with a piece of work: correlation, causation, actor, origin, channel, trace.

A context is immutable and bound to the running task by a context variable; `bind` changes it for a
block. Events copy it into their envelope, consumers restore it, so one correlation id joins a request
with the last handler it caused. `origin` names the system a change came from: the loop guard of dual write.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any

from chassis.ids import new_id


@dataclass(frozen=True, kw_only=True)
class MessageContext:
    """The facts that an event inherits from the work that caused it."""

    correlation: str = ""
    causation: str = ""
    actor: str = ""
    origin: str = "sixfold"
    channel: str = ""
    traceparent: str = ""


_EMPTY = MessageContext()
_current: ContextVar[MessageContext] = ContextVar("sixfold_context", default=_EMPTY)
_handling: ContextVar[bool] = ContextVar("sixfold_handling", default=False)


def current() -> MessageContext:
    """The context of the running work (empty outside any)."""
    return _current.get()


@contextmanager
def bind(**changes: Any) -> Iterator[MessageContext]:
    """Run a block under a changed context; a correlation id is made where there is none."""
    context = replace(_current.get(), **changes)
    if not context.correlation:
        context = replace(context, correlation=str(new_id()))
    token = _current.set(context)
    try:
        yield context
    finally:
        _current.reset(token)


def in_handler() -> bool:
    """Whether an event is being handled: calls to the outside are refused then, see `outside.py`."""
    return _handling.get()


@contextmanager
def handling() -> Iterator[None]:
    """Mark a block as event handling."""
    token = _handling.set(True)
    try:
        yield
    finally:
        _handling.reset(token)
