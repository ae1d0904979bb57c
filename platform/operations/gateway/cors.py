"""Cross-origin rules of the storefront API, from CORS_ORIGINS: a comma-separated list, `*` for all, empty for none.

Credentials are bearer tokens and cart secrets in headers, which scripts send by themselves; cookies are never allowed
across origins, so that `*` is safe.
"""

import os
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
ACCEPTED = (
    "Accept-Language, Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Prefer, Return-Token, "
    "traceparent, X-Cart-Secret, X-Correlation-ID, X-Order-Key, X-Payment-Key"
)
EXPOSED = (
    "ETag, Idempotent-Replayed, Link, Location, Retry-After, WWW-Authenticate, X-Correlation-ID, X-RateLimit-Limit, "
    "X-RateLimit-Remaining, X-RateLimit-Reset"
)
PREFLIGHT_SECONDS = 7200


def configured() -> frozenset[str]:
    """The origins of this process' environment."""
    return parse(os.environ.get("CORS_ORIGINS", ""))


def parse(text: str) -> frozenset[str]:
    """The origins of a comma-separated list; ImproperlyConfigured for what is no origin."""
    origins = frozenset(filter(None, (part.strip().rstrip("/") for part in text.split(","))))
    for origin in origins - {"*"}:
        parts = urlsplit(origin)
        if parts.scheme not in ("http", "https") or not parts.netloc or origin != f"{parts.scheme}://{parts.netloc}":
            raise ImproperlyConfigured(
                f"CORS_ORIGINS is wrong at {origin!r}: an origin is https://host, without a path."
            )
    return origins


def is_preflight(request: HttpRequest) -> bool:
    """Whether a browser asks if it may ask."""
    asks = "Origin" in request.headers and "Access-Control-Request-Method" in request.headers
    return request.method == "OPTIONS" and asks


def preflight(request: HttpRequest, origins: frozenset[str]) -> HttpResponse:
    """The answer to a preflight: 204, with the permissions if the origin has any."""
    answer = HttpResponse(status=204)
    if allow(request, answer, origins):
        answer["Access-Control-Allow-Methods"] = METHODS
        answer["Access-Control-Allow-Headers"] = ACCEPTED
        answer["Access-Control-Max-Age"] = str(PREFLIGHT_SECONDS)
    return answer


def allow(request: HttpRequest, response: HttpResponse, origins: frozenset[str]) -> bool:
    """Let the request's origin read the response; False when it may not."""
    origin = request.headers.get("Origin", "")
    if "*" in origins:
        response["Access-Control-Allow-Origin"] = "*"
    else:
        # Also without an Origin: a cache must not hand one origin's answer, or nobody's, to another.
        patch_vary_headers(response, ("Origin",))
        if origin not in origins:
            return False
        response["Access-Control-Allow-Origin"] = origin
    response["Access-Control-Expose-Headers"] = EXPOSED
    return True
