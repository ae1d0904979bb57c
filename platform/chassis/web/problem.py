"""RFC 9457: every refusal leaves as `application/problem+json` with a stable code, field paths, and all errors at once.

Two doors, one renderer: `exception_handler` for REST framework views, `ProblemMiddleware` for everything else, also
for what Django itself answers in HTML (unknown path, method, bad host) under the API's prefixes. Input never gives
a 500: what the database says about a value (`DataError`) is a 400. A real defect is a 500 that tells the caller
nothing but its correlation id; the log has the rest.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.core import exceptions as django_errors
from django.core.signals import got_request_exception
from django.db import DataError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.http.request import RawPostDataException
from rest_framework import exceptions as drf_errors
from rest_framework.settings import api_settings

from chassis import errors
from chassis.context import current

CONTENT_TYPE = "application/problem+json"
log = logging.getLogger("chassis.web")

TITLES = {
    400: "The request cannot be understood.",
    401: errors.Unauthenticated.title,
    403: errors.Forbidden.title,
    404: errors.NotFound.title,
    405: "This method is not offered here.",
    406: "None of the accepted formats is offered.",
    413: errors.TooLarge.title,
    415: "This content type is not read here.",
    429: errors.RateLimited.title,
    500: "Something failed on our side.",
    503: errors.Unavailable.title,
}
CODES = {
    400: "bad_request",
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    413: "too_large",
    415: "unsupported_media_type",
    429: "rate_limited",
    500: "internal",
    503: "unavailable",
}


def pointer(*steps: str | int) -> str:
    """The JSON pointer (RFC 6901) of a path: ("lines", 0, "a/b") is "/lines/0/a~1b"."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)


def problem(
    status: int,
    *,
    code: str = "",
    title: str = "",
    detail: str = "",
    errors: Sequence[Mapping[str, Any]] = (),
    headers: Mapping[str, str] | None = None,
    **extra: Any,
) -> HttpResponse:
    """A problem document. `errors` are members with code, detail and field each; `extra` members stand beside them."""
    code = code or CODES.get(status, "refused")
    body: dict[str, Any] = {
        **extra,
        "type": f"urn:problem:{code}",
        "title": title or TITLES.get(status, "The request was refused."),
        "status": status,
        "code": code,
    }
    if detail:
        body["detail"] = detail
    if errors:
        body["errors"] = list(errors)
    if current().correlation:
        body["correlation_id"] = current().correlation
    answer = HttpResponse(json.dumps(body, default=str), content_type=CONTENT_TYPE, status=status)
    for name, value in (headers or {}).items():
        answer[name] = value
    # A refusal belongs to one request at one moment.
    answer.setdefault("Cache-Control", "no-store")
    return answer


def render(error: BaseException) -> HttpResponse | None:
    """The answer for an exception that is the caller's business, None for a defect."""
    if isinstance(error, errors.DomainError):
        return _domain_error(error)
    if isinstance(error, errors.Problems):
        return _problems(error)
    if isinstance(error, drf_errors.ValidationError):
        members = list(flatten(error.get_full_details()))
        return problem(400, code="invalid", title=errors.Invalid.title, errors=members)
    if isinstance(error, drf_errors.APIException):
        return _api_exception(error)
    if isinstance(error, django_errors.ValidationError):
        return problem(400, code="invalid", title=errors.Invalid.title, errors=list(_model_errors(error)))
    if isinstance(error, DataError):
        log.info("A value was refused by the database: %s", type(error.__cause__).__name__)
        return problem(400, code="invalid_value", detail="A value is outside of what can be stored.")
    for kinds, status in _STATUS_BY_KIND:
        if isinstance(error, kinds):
            return problem(status)
    return None


_STATUS_BY_KIND: tuple[tuple[tuple[type[BaseException], ...], int], ...] = (
    ((Http404,), 404),
    ((django_errors.PermissionDenied,), 403),
    ((django_errors.RequestDataTooBig, django_errors.TooManyFieldsSent, django_errors.TooManyFilesSent), 413),
    ((django_errors.SuspiciousOperation, django_errors.BadRequest, MultiPartParserError), 400),
    ((UnreadablePostError, RawPostDataException), 400),
    # The database is away or out of connections, or it gave up on a lock or on time: nothing was written.
    ((OperationalError, InterfaceError), 503),
)


def exception_handler(error: Exception, context: Mapping[str, Any]) -> Any:
    """For REST_FRAMEWORK["EXCEPTION_HANDLER"]."""
    # Imported here: REST framework's views load the parsers, which load this module.
    from rest_framework.views import exception_handler as drf_handler

    # Run for its side effect on request-wide transactions; its answer is replaced.
    standard = drf_handler(error, dict(context))
    answer = render(error)
    if answer is not None:
        for name in ("WWW-Authenticate", "Retry-After", "Allow"):
            if standard is not None and name in standard.headers:
                answer.headers.setdefault(name, standard.headers[name])
        _note(error, answer)
    return answer


class ProblemMiddleware:
    """Outermost but for the correlation: problem documents for all that is not a REST framework view."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.prefixes = tuple(getattr(settings, "PROBLEM_PREFIXES", ("/api/",)))

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code < 400 or not request.path.startswith(self.prefixes):
            return response
        if "html" not in response.headers.get("Content-Type", ""):
            return response
        if response.status_code == 500 and settings.DEBUG:
            return response
        kept = {name: response.headers[name] for name in ("Allow", "Retry-After") if name in response.headers}
        return problem(response.status_code, headers=kept)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        answer = render(error)
        under_api = request.path.startswith(self.prefixes)
        if answer is not None:
            is_ours = isinstance(error, (errors.DomainError, errors.Problems, DataError))
            if not (under_api or is_ours):
                return None
            _note(error, answer)
            return answer
        if not under_api:
            return None
        log.exception("Unhandled %s", type(error).__name__, exc_info=error)
        # Error trackers and the test client listen to this; answering here would otherwise hide it from them.
        got_request_exception.send(sender=type(self), request=request)
        return problem(500)


def flatten(details: Any, path: tuple[str | int, ...] = ()) -> Iterator[dict[str, str]]:
    """REST framework's nested error details as flat members with JSON pointers."""
    if isinstance(details, Mapping):
        if set(details) == {"message", "code"} and isinstance(details["code"], str):
            member = {"code": details["code"], "detail": str(details["message"])}
            yield {**member, "field": pointer(*path)} if path else member
            return
        for key, value in details.items():
            own = key == api_settings.NON_FIELD_ERRORS_KEY
            yield from flatten(value, path if own else (*path, key))
    elif isinstance(details, Sequence) and not isinstance(details, str):
        for index, value in enumerate(details):
            leaf = isinstance(value, Mapping) and set(value) == {"message", "code"}
            yield from flatten(value, path if leaf else (*path, index))


def _domain_error(error: errors.DomainError) -> HttpResponse:
    members = [_member(error)] if error.field is not None else []
    return problem(
        error.status,
        code=error.code,
        title=error.title,
        detail=error.detail,
        errors=members,
        headers=error.headers,
        **error.extra,
    )


def _problems(several: errors.Problems) -> HttpResponse:
    if len(several.errors) == 1:
        return _domain_error(several.errors[0])
    headers: dict[str, str] = {}
    for error in several.errors:
        headers.update(error.headers)
    codes = {error.code for error in several.errors}
    first = several.errors[0]
    title = first.title if len(codes) == 1 else "Several things are wrong."
    code = first.code if len(codes) == 1 else "several"
    members = [_member(error) for error in several.errors]
    return problem(several.status, code=code, title=title, errors=members, headers=headers)


def _member(error: errors.DomainError) -> dict[str, Any]:
    member = {**error.extra, "code": error.code, "detail": error.detail or error.title}
    return member if error.field is None else {**member, "field": error.field}


def _api_exception(error: drf_errors.APIException) -> HttpResponse:
    headers = {}
    wait = getattr(error, "wait", None)
    if wait is not None:
        headers["Retry-After"] = str(int(wait) + 1)
    detail = error.detail if isinstance(error.detail, str) else ""
    code = "malformed" if isinstance(error, drf_errors.ParseError) else CODES.get(error.status_code, "")
    return problem(error.status_code, code=code, detail=detail, headers=headers)


def _model_errors(error: django_errors.ValidationError) -> Iterator[dict[str, str]]:
    if hasattr(error, "error_dict"):
        for name, several in error.error_dict.items():
            path = () if name == django_errors.NON_FIELD_ERRORS else (name,)
            for one in several:
                for text in one.messages:
                    yield _plain_member(one.code, text, path)
        return
    for one in error.error_list:
        for text in one.messages:
            yield _plain_member(one.code, text, ())


def _plain_member(code: str | None, text: str, path: tuple[str, ...]) -> dict[str, str]:
    member = {"code": code or "invalid", "detail": text}
    return {**member, "field": pointer(*path)} if path else member


def _note(error: BaseException, answer: HttpResponse) -> None:
    level = logging.WARNING if answer.status_code >= 500 else logging.INFO
    log.log(level, "Refused with %s: %s", answer.status_code, type(error).__name__)
