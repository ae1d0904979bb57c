"""Errors that a caller is told about: a class with a stable code, an HTTP status and one sentence.

Domains subclass `DomainError` in their slices' errors.py; views never catch them, `chassis.web.problem` renders
them. What is not a DomainError is a defect and is answered with a 500 that says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar


class DomainError(Exception):
    """A refusal with a meaning.

    `detail` tells this one case and what to do about it, `field` is the JSON pointer of the value at fault
    ("/lines/0/quantity"), every other keyword becomes a member of the problem document. `headers` go out
    with the answer.
    """

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 400
    title: ClassVar[str] = "The request was refused."

    def __init__(
        self,
        detail: str = "",
        *,
        field: str | None = None,
        headers: Mapping[str, str] | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.field = field
        self.headers = dict(headers or {})
        self.extra = extra


class Problems(Exception):
    """Several refusals in one answer. The status is theirs if they agree on it, else 400."""

    def __init__(self, errors: Iterable[DomainError]) -> None:
        self.errors: tuple[DomainError, ...] = tuple(errors)
        if not self.errors:
            raise ValueError("Problems needs at least one error.")
        super().__init__("; ".join(str(error) for error in self.errors))

    @property
    def status(self) -> int:
        """The HTTP status of the answer as a whole."""
        statuses = {error.status for error in self.errors}
        return statuses.pop() if len(statuses) == 1 else 400


class Invalid(DomainError):
    code, status, title = "invalid", 400, "A value is not valid."


class Unauthenticated(DomainError):
    code, status, title = "unauthenticated", 401, "Valid credentials are needed."


class Forbidden(DomainError):
    code, status, title = "forbidden", 403, "This is not allowed to you."


class NotFound(DomainError):
    code, status, title = "not_found", 404, "There is nothing here."


class Conflict(DomainError):
    code, status, title = "conflict", 409, "The present state does not allow this."


class StaleVersion(DomainError):
    code, status, title = "stale_version", 412, "It was changed since you read it; read it again."


class TooLarge(DomainError):
    code, status, title = "too_large", 413, "The request is larger than allowed."


class PreconditionRequired(DomainError):
    code, status, title = "precondition_required", 428, "Send If-Match with the ETag that you last read."


class RateLimited(DomainError):
    code, status, title = "rate_limited", 429, "Too many requests; wait as Retry-After says."


class Unavailable(DomainError):
    code, status, title = (
        "unavailable",
        503,
        "A part that is needed does not answer at the moment; try again.",
    )
