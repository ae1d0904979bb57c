"""Refusals: one exception, rendered in one place as application/problem+json (RFC 9457)."""

import json
from dataclasses import dataclass, field
from typing import Any

TITLES = {
    400: "Malformed request",
    401: "Not authenticated",
    402: "Refused by the issuer",
    404: "Not found",
    405: "Method not allowed",
    409: "Not possible in the present state",
    413: "Too large",
    415: "Unsupported media type",
    422: "Invalid request",
    500: "The provider failed",
    503: "The books cannot be written",
    504: "No answer in time",
}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What goes back over HTTP; ``events`` are the ids of events the call caused, empty for a replay."""

    status: int
    body: bytes
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
    events: tuple[str, ...] = ()
    behaviour: str = ""
    replayed: bool = False


def as_json(status: int, data: Any, **more: Any) -> Answer:
    """An answer with ``data`` as its JSON body."""
    return Answer(status=status, body=json.dumps(data, separators=(",", ":")).encode(), **more)


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing wrong with a request: a stable code, the field at fault if there is one, and what to do."""

    code: str
    detail: str
    field: str | None = None


@dataclass(kw_only=True, eq=False)
class Problem(Exception):
    """A refusal with its HTTP status; may name several faults, the first of which gives the code."""

    status: int
    faults: list[Fault]
    headers: tuple[tuple[str, str], ...] = field(default=())

    def __post_init__(self) -> None:
        super().__init__(self.status, self.faults)

    def answer(self) -> Answer:
        """The problem+json document of this refusal."""
        first = self.faults[0]
        data: dict[str, Any] = {
            "type": "about:blank",
            "title": TITLES[self.status],
            "status": self.status,
            "code": first.code,
            "detail": first.detail,
            "field": first.field,
            "errors": [{"code": one.code, "field": one.field, "detail": one.detail} for one in self.faults],
        }
        return as_json(self.status, data, content_type="application/problem+json", headers=self.headers)


def problem(
    status: int,
    *,
    code: str,
    detail: str,
    field: str | None = None,
    headers: tuple[tuple[str, str], ...] = (),
) -> Problem:
    """A refusal with a single fault."""
    return Problem(status=status, faults=[Fault(code=code, detail=detail, field=field)], headers=headers)
