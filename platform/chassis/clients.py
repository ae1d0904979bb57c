"""Typed clients: how one domain asks another, through a Protocol of `contracts`.

`config/wiring.py` binds a Protocol to the provider in this process; a standalone service binds the same
Protocol to an HTTP proxy. Calling is refused while an event is handled (a handler gets what it needs from
the event or its own copy) and inside an open unit of work (nobody waits for another domain while holding
locks). A provider that cannot answer is `Unavailable`, or the declared fallback.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast, get_type_hints

import httpx
import msgspec
from django.db import DatabaseError

from chassis.context import current, in_handler
from chassis.errors import DomainError
from chassis.messages import encode
from chassis.unit_of_work import open_domain

P = TypeVar("P")


class SynchronousCallInHandler(RuntimeError):
    """A typed client was called while an event is handled."""


class CallInsideTransaction(RuntimeError):
    """A typed client was called inside a unit of work."""


class UnboundClient(LookupError):
    """No provider is bound for this Protocol in this process."""


class Unavailable(DomainError):
    """Another domain did not answer in time."""

    code = "temporarily_unavailable"
    status = 503
    title = "A part of the shop does not answer right now; try again"


@dataclass(frozen=True, kw_only=True)
class Binding:
    """Where calls of a Protocol go, and what is answered when nobody does."""

    provider: Any
    fallback: Callable[[str, dict[str, Any]], Any] | None = None


_bindings: dict[type, Binding] = {}


def bind(protocol: type[Any], provider: Any, *, fallback: Callable[[str, dict[str, Any]], Any] | None = None) -> None:
    """Bind a Protocol to an object that implements it; a later binding replaces an earlier one."""
    _bindings[protocol] = Binding(provider=provider, fallback=fallback)


def client(protocol: type[P]) -> P:
    """The client of a Protocol. Resolving is always allowed outside handlers; UnboundClient if unbound."""
    _refuse(protocol)
    if protocol not in _bindings:
        raise UnboundClient(f"{protocol.__name__} is bound to no provider in this process")
    return cast(P, _Client(protocol))


class _Client:
    def __init__(self, protocol: type) -> None:
        self._protocol = protocol

    def __getattr__(self, method: str) -> Callable[..., Any]:
        def call(**arguments: Any) -> Any:
            _refuse(self._protocol)
            binding = _bindings[self._protocol]
            try:
                return getattr(binding.provider, method)(**arguments)
            except (DatabaseError, httpx.HTTPError) as error:
                if binding.fallback is None:
                    raise Unavailable(self._protocol.__name__) from error
                return binding.fallback(method, arguments)

        return call


def _refuse(protocol: type) -> None:
    if in_handler():
        raise SynchronousCallInHandler(f"{protocol.__name__} asked while an event is handled")
    if open_domain():
        raise CallInsideTransaction(f"{protocol.__name__} asked inside a unit of work of {open_domain()}")


class HttpProvider:
    """Implements a Protocol by asking a service that `answer` serves at `base_url`."""

    def __init__(self, protocol: type, base_url: str, *, timeout: float, token: str) -> None:
        self._protocol = protocol
        self._http = httpx.Client(base_url=base_url, timeout=timeout, headers={"Authorization": f"Service {token}"})

    def __getattr__(self, method: str) -> Callable[..., Any]:
        returns = get_type_hints(getattr(self._protocol, method))["return"]

        def call(**arguments: Any) -> Any:
            response = self._http.post(
                f"/internal/queries/{self._protocol.__name__}/{method}",
                content=encode(arguments),
                headers={"X-Correlation-ID": current().correlation, "Content-Type": "application/json"},
            )
            response.raise_for_status()
            return msgspec.json.decode(response.content, type=returns)

        return call


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
    arguments = msgspec.json.decode(body, type=msgspec.defstruct("Arguments", list(hints.items())))
    return encode(getattr(provider, method)(**{name: getattr(arguments, name) for name in hints}))
