"""What happens to every request, in the order of MIDDLEWARE: correlation, limits, security headers.

    "chassis.web.middleware.CorrelationMiddleware",
    "chassis.web.middleware.SecurityHeadersMiddleware",
    "chassis.web.problem.ProblemMiddleware",
    "chassis.web.middleware.LimitsMiddleware",
    "chassis.web.middleware.HostMiddleware",

It knows nothing of who is asking; that is `chassis.access`.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.common import CommonMiddleware

from chassis.context import bind
from chassis.ids import new_id
from chassis.observe import metrics, tracing
from chassis.web.deadline import within
from chassis.web.parsers import storable_text
from chassis.web.problem import problem
from chassis.web.requests import reads_as_utf8

CORRELATION = "X-Correlation-ID"
_CORRELATION = re.compile(r"[A-Za-z0-9._:-]{8,64}")
MACHINES = frozenset({"/healthz", "/readyz", "/metrics"})
Next = Callable[[HttpRequest], HttpResponse]
log = logging.getLogger("chassis.request")


class CorrelationMiddleware:
    """Outermost. Takes the caller's X-Correlation-ID or makes one, binds the context, times and traces the request."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        sent = request.headers.get(CORRELATION, "")
        correlation = sent if _CORRELATION.fullmatch(sent) else str(new_id())
        started = time.perf_counter()
        traceparent = request.headers.get("traceparent", "")
        # Correlation first: a span binds the context too and would invent one.
        with bind(correlation=correlation), tracing.server_span(request.method or "", traceparent=traceparent) as span:
            response = self.get_response(request)
            route = _route(request)
            span.finish_request(route=route, status=response.status_code)
            seconds = time.perf_counter() - started
            metrics.observe_request(request.method or "", route, response.status_code, seconds)
            log.info(
                "%s %s %s",
                request.method,
                route,
                response.status_code,
                extra={"path": request.path, "milliseconds": round(seconds * 1000, 1)},
            )
        response[CORRELATION] = correlation
        return response


class LimitsMiddleware:
    """Refuses what is too large or cannot be stored before anything reads it, and starts the request's deadline.

    REQUEST_MAX_BYTES bounds bodies under the API's prefixes, REQUEST_MAX_UPLOAD_BYTES all others (files in the
    admin), REQUEST_MAX_URL the address, REQUEST_SECONDS the time that waits may take in all.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response
        self.prefixes = tuple(getattr(settings, "PROBLEM_PREFIXES", ("/api/",)))
        self.max_bytes = getattr(settings, "REQUEST_MAX_BYTES", 1_000_000)
        self.max_upload = getattr(settings, "REQUEST_MAX_UPLOAD_BYTES", 25_000_000)
        self.max_url = getattr(settings, "REQUEST_MAX_URL", 8_000)
        self.seconds = getattr(settings, "REQUEST_SECONDS", 30)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        refusal = self._refusal(request)
        if refusal is not None:
            return refusal
        with within(self.seconds):
            return self.get_response(request)

    def _refusal(self, request: HttpRequest) -> HttpResponse | None:
        query = request.META.get("QUERY_STRING", "")
        if len(request.path) + len(query) > self.max_url:
            return problem(414, code="address_too_long", title="The address is too long.")
        if not storable_text(request.path) or ("%00" in query or "\0" in query):
            return problem(400, code="unstorable_value", detail="The address holds a NUL or a broken character.")
        if not reads_as_utf8(request):
            return problem(415, detail="Texts are read as UTF-8; leave the charset out or name that one.")
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not (length.isascii() and length.isdigit()):
            return problem(400, detail="Content-Length is not a number.")
        allowed = self.max_bytes if request.path.startswith(self.prefixes) else self.max_upload
        if int(length[:20]) > allowed:
            return problem(413, detail=f"At most {allowed} bytes are read here.", maximum=allowed)
        return None


class SecurityHeadersMiddleware:
    """The headers that Django's SecurityMiddleware does not set; never overwrites a view's own."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response
        self.prefixes = tuple(getattr(settings, "PROBLEM_PREFIXES", ("/api/",)))

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        headers = response.headers
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("X-Frame-Options", "DENY")
        headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        # What was answered to somebody in person must not be served to the next one by a shared cache: what may be
        # kept says so itself.
        if "Authorization" in request.headers or request.path.startswith(self.prefixes):
            headers.setdefault("Cache-Control", "private, no-store")
        return response


class HostMiddleware(CommonMiddleware):
    """Django's CommonMiddleware, which refuses unknown hosts; but not where probes and scrapers ask.

    These name a process by its address, which is in nobody's ALLOWED_HOSTS, and what they read depends on no host.
    """

    def process_request(self, request: HttpRequest) -> HttpResponseBase | None:  # type: ignore[override]
        return None if request.path in MACHINES else super().process_request(request)


def _route(request: HttpRequest) -> str:
    # The pattern and not the path: paths are unbounded, and so would be the metric's labels.
    match = request.resolver_match
    return f"/{match.route}" if match is not None else "unmatched"
