"""The two kinds of handler, as rows of a domain's `subscriptions.py`.

A projection copies another domain's state: it applies an event only where its aggregate's version is
not older than the copy's. A reaction does something once; the order of events does not matter to it. Both take a list.
One that lacks a fact which comes with another event raises a `NotYet`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from chassis.context import bind
from chassis.messages import Message, type_of
from chassis.observe.tracing import span

E = TypeVar("E")


class NotYet(Exception):
    """What a handler needs comes with another event, which has not arrived: no fault, and tried again for a day."""


@dataclass(frozen=True, kw_only=True)
class Received(Generic[E]):
    """An event as it arrived: the event and the message that carried it."""

    event: E
    message: Message


Handler = Callable[[list[Received[E]]], None]


@dataclass(frozen=True, kw_only=True)
class Subscription(Generic[E]):
    """One row: which event, which handler, which kind, and whether it reads personal fields (see `letters.py`)."""

    type: str
    handler: Handler[E]
    name: str
    kind: str
    personal: bool = True

    def concerns(self, message: Message) -> bool:
        """What is told again to one domain rebuilds its copies; a reaction to it would be a second one."""
        return not message.to or self.kind == "projection"


def projection(event: type[E], handler: Handler[E], *, personal: bool = True) -> Subscription[E]:
    """A handler that keeps a copy, version-checked by itself; `events republish` rebuilds it."""
    return _row(event, handler, "projection", personal)


def reaction(event: type[E], handler: Handler[E], *, personal: bool = True) -> Subscription[E]:
    """A handler that acts; it must not depend on the order of events.

    `personal=False` says that it reads no personal field of its event, and may get one whose fields were emptied.
    """
    return _row(event, handler, "reaction", personal)


def each(handle: Callable[[E], None]) -> Handler[E]:
    """Turn a function of one event into a handler of many.

    Events are taken in the order of their aggregate's id, so that two workers lock rows in the same
    order; each runs under the context of its own message.
    """

    def handler(batch: list[Received[E]]) -> None:
        for received in sorted(batch, key=lambda r: (r.message.aggregate_id, r.message.aggregate_version)):
            with caused_by(received.message):
                handle(received.event)

    handler.__module__ = handle.__module__
    handler.__qualname__ = handle.__qualname__
    return handler


@contextmanager
def caused_by(message: Message) -> Iterator[None]:
    """Bind the context of a message: what is published inside inherits its correlation, origin and trace."""
    with (
        bind(
            correlation=message.correlation,
            causation=str(message.id),
            actor=message.actor,
            origin=message.origin,
            channel=message.channel,
        ),
        span(f"process {message.type}", traceparent=message.traceparent, kind="consumer", message__id=str(message.id)),
    ):
        yield


def _row(event: type[E], handler: Handler[E], kind: str, personal: bool) -> Subscription[E]:
    return Subscription(type=type_of(event).name, handler=handler, name=_name(handler), kind=kind, personal=personal)


def _name(handler: Callable[..., Any]) -> str:
    """Stable name for the inbox key: module without the domain's internals would collide, so both."""
    return f"{handler.__module__}.{handler.__qualname__}"
