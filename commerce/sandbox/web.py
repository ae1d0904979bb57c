"""The WSGI application: finds the route, checks key and size, renders every refusal. Endpoints: api.py."""

import hmac
import http
import logging
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from commerce.sandbox.problems import Answer, Problem, problem
from commerce.sandbox.reading import MOST_BYTES, parse_object

log = logging.getLogger("sandbox.web")
_KEY_FORM = re.compile(r"[\x21-\x7e]{1,255}")


@dataclass(frozen=True, kw_only=True)
class Request:
    """What an endpoint sees of a request."""

    method: str
    path: str
    query: dict[str, list[str]]
    raw: bytes
    content_type: str
    idempotency_key: str
    parts: dict[str, str] = field(default_factory=dict)

    def json(self) -> dict[str, Any]:
        """The JSON object of the body; 415 when it calls itself something else."""
        if self.raw and self.content_type.partition(";")[0].strip().lower() != "application/json":
            raise problem(415, code="not_json", detail="Send the body as application/json.")
        return parse_object(self.raw)


Endpoint = Callable[[Request], "Answer | Stream"]


@dataclass(frozen=True, kw_only=True)
class Stream:
    """A JSON answer too long to hold at once."""

    chunks: Iterator[bytes]


@dataclass(frozen=True, kw_only=True)
class Route:
    """One method and path; ``open`` ones need no API key (a shopper's browser, a health check)."""

    method: str
    path: str
    endpoint: Endpoint
    open: bool = False

    @property
    def pattern(self) -> re.Pattern[str]:
        """The path as a regular expression; ``{id}`` is one segment."""
        return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[A-Za-z0-9_]{1,64})", self.path))


class Application:
    """WSGI callable over a table of routes. The only place that turns an exception into an answer."""

    def __init__(self, routes: list[Route], *, api_key: str) -> None:
        self._routes = [(route.pattern, route) for route in routes]
        self._api_key = api_key.encode()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        try:
            answer = self._answer(environ)
        except Problem as refusal:
            answer = refusal.answer()
        except Exception:
            log.exception("Failed: %s %s", environ.get("REQUEST_METHOD"), environ.get("PATH_INFO"))
            answer = problem(500, code="internal_error", detail="The provider failed; it has been logged.").answer()
        if isinstance(answer, Stream):
            start_response("200 OK", [("content-type", "application/json")])
            return answer.chunks
        headers = [("content-type", answer.content_type), ("content-length", str(len(answer.body)))]
        if answer.replayed:
            headers.append(("idempotent-replayed", "true"))
        headers += answer.headers
        start_response(f"{answer.status} {http.HTTPStatus(answer.status).phrase}", headers)
        return [b"" if environ.get("REQUEST_METHOD") == "HEAD" else answer.body]

    def _answer(self, environ: dict[str, Any]) -> Answer | Stream:
        path = environ.get("PATH_INFO", "")
        method = environ.get("REQUEST_METHOD", "GET")
        looked_up = "GET" if method == "HEAD" else method
        found = [(match, route) for pattern, route in self._routes if (match := pattern.fullmatch(path))]
        if not found:
            raise problem(404, code="path_unknown", detail="There is nothing at this path.")
        for match, route in found:
            if route.method == looked_up:
                if not route.open:
                    self._authenticate(environ)
                return route.endpoint(_request(environ, method=method, path=path, parts=match.groupdict()))
        allowed = ", ".join(sorted({route.method for _, route in found}))
        raise problem(405, code="method_not_allowed", detail=f"Allowed here: {allowed}.", headers=(("allow", allowed),))

    def _authenticate(self, environ: dict[str, Any]) -> None:
        scheme, _, given = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        right = scheme.lower() == "bearer" and hmac.compare_digest(
            given.strip().encode("utf-8", "surrogateescape"), self._api_key
        )
        if self._api_key and not right:
            raise problem(
                401,
                code="api_key_wrong",
                detail="Send the API key as Authorization: Bearer.",
                headers=(("www-authenticate", "Bearer"),),
            )


def _request(environ: dict[str, Any], *, method: str, path: str, parts: dict[str, str]) -> Request:
    raw = environ["wsgi.input"].read(MOST_BYTES + 1) if method in ("POST", "PUT", "PATCH", "DELETE") else b""
    if len(raw) > MOST_BYTES:
        raise problem(413, code="body_too_large", detail=f"A body has at most {MOST_BYTES} bytes.")
    key = environ.get("HTTP_IDEMPOTENCY_KEY", "")
    if key and not _KEY_FORM.fullmatch(key):
        raise problem(
            422,
            code="idempotency_key_malformed",
            detail="An idempotency key has 1 to 255 visible ASCII characters.",
            field="Idempotency-Key",
        )
    try:
        query = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True, max_num_fields=20)
    except ValueError:
        raise problem(400, code="query_malformed", detail="At most 20 query parameters.") from None
    return Request(
        method=method,
        path=path,
        query=query,
        raw=raw,
        content_type=environ.get("CONTENT_TYPE", ""),
        idempotency_key=key,
        parts=parts,
    )
