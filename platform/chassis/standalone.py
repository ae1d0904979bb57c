"""One domain as its own service: its settings, its URLs, and the other domains behind HTTP.

A domain's `standalone/` folder names three things: itself, which Protocols it asks and of whom (NEEDS), and which
it answers (`serves`). All else is here, so that a lifted domain differs from the monolith in composition only.
"""

import os
from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.core.exceptions import ImproperlyConfigured
from django.urls import URLPattern, URLResolver, include, path

from chassis.entry import command_line
from chassis.settings import Row, build


def settings_of(row: Row, *, routes: dict[str, tuple[str, ...]]) -> dict[str, Any]:
    """Settings of the one domain `row` (package, label, alias); ImproperlyConfigured names what is missing."""
    package = row[0]
    made = build([row], root_urlconf=f"{package}.standalone.urls", routes=routes, apps=(f"{package}.standalone",))
    identity = os.environ.get("IDENTITY_URL", "").rstrip("/")
    if identity and not made["TOKEN_KEYS_URL"]:
        made["TOKEN_KEYS_URL"] = f"{identity}/.well-known/jwks.json"
    made["WSGI_APPLICATION"] = None
    return made


class StandaloneConfig(AppConfig):
    """Binds the domain's typed clients once all apps are loaded. Subclasses set `name` and `label`."""

    default = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        cls.default = True

    def ready(self) -> None:
        connect(import_module(f"{self.name}.wiring").NEEDS)


def connect(needs: Mapping[type, str]) -> list[type]:
    """Bind each Protocol to the service named for it and return those bound.

    `needs` gives the domain that answers; its address is <DOMAIN>_URL. Without an address a Protocol stays
    unbound: resolving it then raises UnboundClient, which says what is missing.
    """
    from django.conf import settings

    from chassis import clients

    bound = []
    for protocol, domain in needs.items():
        url = os.environ.get(f"{domain.upper()}_URL", "")
        if url:
            if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
                raise ImproperlyConfigured(f"{domain.upper()}_URL is wrong: it must be http:// or https://host.")
            # Only now: a process that asks nobody needs no HTTP client.
            from chassis.clients_http import HttpProvider

            token: str = settings.SERVICE_TOKEN  # type: ignore[misc]
            clients.bind(protocol, HttpProvider(protocol, url, timeout=clients.TIMEOUT_SECONDS, token=token))
            bound.append(protocol)
    return bound


def urls_of(package: str, *, serves: Callable[[], Mapping[type, Any]] = dict) -> "list[URLPattern | URLResolver]":
    """All URLs of one domain: storefront, webhooks, pages, admin, health, and the queries that it answers."""
    from chassis.admin import site
    from chassis.observe import metrics
    from chassis.web import docs, health
    from chassis.web.queries import queries

    found: list[URLPattern | URLResolver] = [
        path("healthz", health.healthz),
        path("readyz", health.readyz),
        path("metrics", metrics.metrics),
        *docs.urlpatterns,
        path("admin/", site.urls),
        queries(serves()),
    ]
    if find_spec(f"{package}.urls") is not None:
        urls = import_module(f"{package}.urls")
        found.append(path("api/v1/<slug:view>/", include(f"{package}.urls")))
        for name, prefix in (("webhooks", "api/webhooks/"), ("pages", "")):
            if isinstance(getattr(urls, name, None), list):
                found.append(path(prefix, include(getattr(urls, name))))
    return found


def main(settings_module: str) -> None:
    """Django's command line under a domain's own settings: `python -m <domain>.standalone migrate`."""
    os.environ["DJANGO_SETTINGS_MODULE"] = settings_module
    command_line()
