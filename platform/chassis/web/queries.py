"""The serving end of typed clients over HTTP: POST /internal/queries/<Protocol>/<method>.

Only other domains' services call it, with the shared token of the deployment; without SERVICE_TOKEN it does not
exist. Arguments and answer are those of the Protocol in `contracts`, as JSON.
"""

import hmac
from collections.abc import Mapping
from typing import Any

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from chassis.clients import answer
from chassis.errors import Invalid, NotFound, Unauthenticated


def queries(serves: Mapping[type, Any]) -> URLPattern:
    """The URL under which these providers (by Protocol) are asked."""
    by_name = {protocol.__name__: (protocol, provider) for protocol, provider in serves.items()}

    @csrf_exempt
    @require_POST
    def ask(request: HttpRequest, protocol: str, method: str) -> HttpResponse:
        _authenticate(request)
        if protocol not in by_name:
            raise NotFound(f"No {protocol} is served here.")
        known, provider = by_name[protocol]
        if method.startswith("_") or method not in vars(known):
            raise NotFound(f"{protocol} has no {method}.")
        try:
            body = answer(known, provider, method, request.body)
        except msgspec.DecodeError as error:
            raise Invalid(str(error)) from error
        return HttpResponse(body, content_type="application/json", headers={"Cache-Control": "no-store"})

    return path("internal/queries/<str:protocol>/<str:method>", ask)


def _authenticate(request: HttpRequest) -> None:
    token = getattr(settings, "SERVICE_TOKEN", "")
    if not token:
        raise NotFound
    sent = request.headers.get("Authorization", "").encode()
    if not hmac.compare_digest(sent, f"Service {token}".encode()):
        raise Unauthenticated
