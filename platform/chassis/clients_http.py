"""A typed client's provider that is another service: Protocols over HTTP, answered there by `clients.answer`.

Apart from `clients.py`, since a process whose providers are all its own needs no HTTP client.
"""

from collections.abc import Callable
from typing import Any, cast, get_type_hints

import httpx
import msgspec

from chassis.clients import NotAnswered
from chassis.errors import DomainError
from chassis.messages import encode
from chassis.observe.tracing import outgoing_headers


class HttpProvider:
    """Implements a Protocol by asking a service that `answer` serves at `base_url`."""

    def __init__(self, protocol: type, base_url: str, *, timeout: float, token: str) -> None:
        self._protocol = protocol
        self._http = httpx.Client(base_url=base_url, timeout=timeout, headers={"Authorization": f"Service {token}"})

    def __getattr__(self, method: str) -> Callable[..., Any]:
        returns = get_type_hints(getattr(self._protocol, method))["return"]

        def call(**arguments: Any) -> Any:
            try:
                return msgspec.json.decode(self._ask(method, encode(arguments)), type=returns)
            except httpx.HTTPError as error:
                raise NotAnswered(repr(error)) from error

        return call

    def _ask(self, method: str, body: bytes) -> bytes:
        response = self._http.post(
            f"/internal/queries/{self._protocol.__name__}/{method}",
            content=body,
            headers={**outgoing_headers(), "Content-Type": "application/json"},
        )
        if response.status_code in _REFUSALS:
            raise _refusal(response)
        return response.raise_for_status().content


_REFUSALS = (400, 404, 409, 422)
"""What a provider says of the question. Anything else is said of the connection between us, and is no answer."""


def _refusal(response: httpx.Response) -> Exception:
    """The DomainError that the provider raised there, as it would have reached the caller here."""
    try:
        said = msgspec.json.decode(response.content, type=_Problem)
    except msgspec.DecodeError:
        return httpx.DecodingError("the answer is no problem document", request=response.request)
    kind = type("Refused", (DomainError,), {"code": said.code, "status": said.status, "title": said.title})
    return cast(DomainError, kind(said.detail))


class _Problem(msgspec.Struct):
    code: str
    status: int
    title: str
    detail: str = ""
