"""/healthz: this process answers. /readyz: what it needs answers too.

A restart is the cure for a failing /healthz, so that one looks at nothing else: a database that is away must not
restart every process. Neither tells more than names and yes or no.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.db import connections
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path

log = logging.getLogger("chassis.health")


@dataclass(frozen=True)
class Check:
    """`probe` raises if the part does not answer. Without a part that is not `required`, work goes on degraded."""

    name: str
    probe: Callable[[], None]
    required: bool = True


_checks: dict[str, Check] = {}


def register(name: str, probe: Callable[[], None], *, required: bool = True) -> None:
    """Add a check to /readyz beside the databases; a second one of the same name replaces the first."""
    _checks[name] = Check(name, probe, required)


def healthz(request: HttpRequest) -> HttpResponse:
    """200 as long as the process can answer at all."""
    return _answer(200, {"status": "ok"})


def readyz(request: HttpRequest) -> HttpResponse:
    """200 when every required part answers, else 503; parts that only degrade are shown and do not refuse."""
    parts: dict[str, str] = {}
    ready = True
    for check in (*_databases(), *_checks.values()):
        try:
            check.probe()
            parts[check.name] = "ok"
        except Exception as error:  # any failure of a probe is its answer
            log.warning("Not ready: %s (%s)", check.name, type(error).__name__)
            parts[check.name] = "failed" if check.required else "degraded"
            ready = ready and not check.required
    return _answer(200 if ready else 503, {"status": "ok" if ready else "unavailable", "parts": parts})


def _databases() -> list[Check]:
    # Django completes an empty entry with an engine that refuses; there is no database behind that.
    aliases = [alias for alias, values in settings.DATABASES.items() if "dummy" not in values.get("ENGINE", "dummy")]
    return [Check(f"database:{alias}", lambda alias=alias: _ping(alias)) for alias in aliases]  # type: ignore[misc]


def _ping(alias: str) -> None:
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT 1")


def _answer(status: int, body: dict[str, object]) -> HttpResponse:
    return JsonResponse(body, status=status, headers={"Cache-Control": "no-store"})


urlpatterns: list[URLPattern] = [path("healthz", healthz), path("readyz", readyz)]
