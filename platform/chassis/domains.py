"""The domains installed in this process: their tables, handlers and kinds of job."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chassis.jobs import JobKind
    from chassis.messaging import models
    from chassis.subscriptions import Subscription


@dataclass(frozen=True, kw_only=True)
class Tables:
    """The concrete chassis tables of one domain's database."""

    outbox: "type[models.OutboxEvent]"
    delivery: "type[models.Delivery]"
    inbox: "type[models.InboxEntry]"
    letter: "type[models.DeadLetter]"
    job: "type[models.Job]"
    saga: "type[models.SagaInstance]"


@dataclass(frozen=True, kw_only=True)
class Domain:
    """One installed domain."""

    label: str
    alias: str
    tables: Tables
    subscriptions: "tuple[Subscription[Any], ...]" = ()
    jobs: "tuple[JobKind, ...]" = ()
    handlers: "dict[str, list[Subscription[Any]]]" = field(init=False, default_factory=dict)
    kinds: "dict[str, JobKind]" = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        from chassis.letters import REDELIVER
        from chassis.retention import RETAIN

        for subscription in self.subscriptions:
            self.handlers.setdefault(subscription.type, []).append(subscription)
        for kind in (*self.jobs, REDELIVER, RETAIN):
            self.kinds[kind.name] = kind


class UnknownDomain(LookupError):
    """No domain of this label is installed in this process."""


_installed: dict[str, Domain] = {}


def register(domain: Domain) -> None:
    """Make a domain known; a second registration of a label replaces the first (tests)."""
    _installed[domain.label] = domain


def get(label: str) -> Domain:
    """The installed domain of this label; UnknownDomain otherwise."""
    try:
        return _installed[label]
    except KeyError:
        raise UnknownDomain(f"domain {label!r} is not installed here") from None


def installed() -> list[Domain]:
    """All installed domains, by label."""
    return [_installed[label] for label in sorted(_installed)]
