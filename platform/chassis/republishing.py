"""Rebuilding another domain's copies: the owner publishes its present state again, on the bulk lane.

A domain that can do so has `republish.py` with `REPUBLISH = {EventClass: read}`, where `read()` yields a State per
aggregate. What is published again is handled by projections only (see `inbox.py`): they apply what is not older than
their copy, so that a repetition mends a damaged one and changes nothing else. A reaction would act a second time.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from itertools import islice
from typing import Any
from uuid import UUID

from django.apps import apps

from chassis import domains
from chassis.messages import Lane, type_of
from chassis.unit_of_work import publish, unit_of_work

CHUNK = 500


@dataclass(frozen=True, kw_only=True)
class State:
    """An aggregate as it is now: the event that says so, and its version."""

    event: Any
    aggregate_id: UUID | str
    aggregate_version: int
    channel: str = ""


Source = Callable[[], Iterable[State]]


class CannotRepublish(Exception):
    """The sentence says why."""


def sources(label: str) -> dict[str, Source]:
    """What a domain can publish again, by event type."""
    name = f"{apps.get_app_config(label).name}.republish"
    if find_spec(name) is None:
        return {}
    return {type_of(event).name: read for event, read in import_module(name).REPUBLISH.items()}


def republish(type_: str, *, to: str, routes: dict[str, tuple[str, ...]]) -> int:
    """Publish the present state of all aggregates of an event type to one domain; returns how many.

    Raises CannotRepublish when the owner has no source for it, or `to` keeps no copy of it.
    """
    owner = type_.partition(".")[0]
    try:
        read = sources(domains.get(owner).label).get(type_)
    except domains.UnknownDomain:
        raise CannotRepublish(f"{owner} is not installed here; run this where it is") from None
    if read is None:
        raise CannotRepublish(f"{owner} has no source for {type_} in its republish.py")
    if to not in routes.get(type_, ()):
        raise CannotRepublish(f"{to} does not subscribe to {type_}")
    _refuse_without_copy(type_, to)
    states = iter(read())
    count = 0
    while chunk := list(islice(states, CHUNK)):
        with unit_of_work(owner):
            for state in chunk:
                publish(
                    state.event,
                    aggregate_id=state.aggregate_id,
                    aggregate_version=state.aggregate_version,
                    lane=Lane.BULK,
                    channel=state.channel,
                    to=to,
                )
        count += len(chunk)
    return count


def _refuse_without_copy(type_: str, to: str) -> None:
    try:
        handlers = domains.get(to).handlers.get(type_, [])
    except domains.UnknownDomain:
        return  # another service, which knows itself what it keeps
    if not any(subscription.kind == "projection" for subscription in handlers):
        raise CannotRepublish(f"{to} keeps no copy of {type_}: it only reacts to it")
