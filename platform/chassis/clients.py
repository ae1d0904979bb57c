"""Typed clients: how one domain asks another, through a Protocol of `contracts`.

`config/wiring.py` binds a Protocol to the provider in this process; a standalone service binds the same
Protocol to an HTTP proxy (`clients_http.py`). Calling is refused to handlers and inside a unit of work (`outside.py`).
A provider that does not answer in time is `Unavailable`, or what the Protocol declares in `_fallback`.
"""

import inspect
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar, cast, get_type_hints

import msgspec
from django.db import DatabaseError, connections, transaction

from chassis.errors import DomainError
from chassis.messages import encode
from chassis.observe.tracing import span
from chassis.outside import calling_out

log = logging.getLogger("sixfold.clients")

TIMEOUT_SECONDS = 2.0

P = TypeVar("P")


class UnboundClient(LookupError):
    """No provider is bound for this Protocol in this process."""


class NotAnswered(Exception):
    """A provider elsewhere gave no answer: what it raises of the connection, whatever that is."""


class Unavailable(DomainError):
    """Another domain did not answer in time."""

    code = "temporarily_unavailable"
    status = 503
    title = "A part of the shop does not answer right now; try again"


@dataclass(frozen=True, kw_only=True)
class Binding:
    """Where calls of a Protocol go. With an `alias`, the provider is in this process and asks that database."""

    provider: Any
    alias: str = ""
    timeout: float = TIMEOUT_SECONDS


_bindings: dict[type, Binding] = {}


def bind(protocol: type[Any], provider: Any, *, alias: str = "", timeout: float = TIMEOUT_SECONDS) -> None:
    """Bind a Protocol to an object that implements it; a later binding replaces an earlier one.

    `alias` names the database of a provider in this process: none of its statements may take longer than `timeout`
    seconds there. A provider elsewhere minds the time itself.
    """
    _bindings[protocol] = Binding(provider=provider, alias=alias, timeout=timeout)


def client(protocol: type[P]) -> P:
    """The client of a Protocol. Resolving is always allowed outside handlers; UnboundClient if unbound."""
    calling_out(protocol.__name__)
    if protocol not in _bindings:
        raise UnboundClient(f"{protocol.__name__} is bound to no provider in this process")
    return cast(P, _Client(protocol))


class _Client:
    def __init__(self, protocol: type) -> None:
        self._protocol = protocol

    def __getattr__(self, method: str) -> Callable[..., Any]:
        def call(**arguments: Any) -> Any:
            calling_out(self._protocol.__name__)
            binding = _bindings[self._protocol]
            try:
                with span(f"ask {self._protocol.__name__}.{method}", kind="client"), _in_time(binding):
                    return getattr(binding.provider, method)(**arguments)
            except (DatabaseError, NotAnswered) as error:
                log.warning("%s.%s was not answered: %r", self._protocol.__name__, method, error)
                fallback: dict[str, Any] = getattr(self._protocol, "_fallback", {})
                if method not in fallback:
                    raise Unavailable(self._protocol.__name__) from error
                return fallback[method]

        return call


@contextmanager
def _in_time(binding: Binding) -> Iterator[None]:
    if not binding.alias:
        yield
        return
    with transaction.atomic(using=binding.alias):
        with connections[binding.alias].cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{binding.timeout * 1000:.0f}ms"])
        yield


class JsonProvider:
    """Implements a Protocol by another provider through JSON and back: what HTTP does, without the wire."""

    def __init__(self, protocol: type, provider: Any) -> None:
        self._protocol = protocol
        self._provider = provider

    def __getattr__(self, method: str) -> Callable[..., Any]:
        returns = get_type_hints(getattr(self._protocol, method))["return"]

        def call(**arguments: Any) -> Any:
            return msgspec.json.decode(answer(self._protocol, self._provider, method, encode(arguments)), type=returns)

        return call


def answer(protocol: type, provider: Any, method: str, body: bytes) -> bytes:
    """Serve one call: decode the arguments by the Protocol's signature, call, encode the answer.

    Raises AttributeError for a method that the Protocol lacks, msgspec.ValidationError for a bad body.
    """
    if method.startswith("_") or method not in vars(protocol):
        raise AttributeError(method)
    hints = get_type_hints(getattr(protocol, method))
    hints.pop("return", None)
    # A caller of an older contract does not send what was added since: that has a default.
    parameters = inspect.signature(getattr(protocol, method)).parameters
    fields: list[Any] = [
        (name, hint) if parameters[name].default is inspect.Parameter.empty else (name, hint, parameters[name].default)
        for name, hint in hints.items()
    ]
    arguments = msgspec.json.decode(body, type=msgspec.defstruct("Arguments", fields, kw_only=True))
    return encode(getattr(provider, method)(**{name: getattr(arguments, name) for name in hints}))
