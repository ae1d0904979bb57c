"""What routing does to requests that are not under /rest/.

    "strangler.routing.middleware.LegacyMiddleware"   after operations.gateway.middleware.GatewayMiddleware

Writes of our own API are refused where staff say that the old shop still owns what they change; pages that nobody here
has are looked for among the old shop's addresses. Neither happens where no old shop is known.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from chassis import domains
from chassis.web.problem import render
from strangler.routing import figures
from strangler.routing.addresses import old_page
from strangler.routing.errors import OwnedByLegacy, OwnershipUnknown
from strangler.routing.flags import LEGACY, owner_flag
from strangler.routing.standing import WATCH

Next = Callable[[HttpRequest], HttpResponseBase]
SAFE = ("GET", "HEAD", "OPTIONS")


class LegacyMiddleware:
    """Refuses writes to what the old shop owns, and leads its old pages on."""

    def __init__(self, get_response: Next) -> None:
        if not (settings.LEGACY_URL or settings.MAGENTO_SOURCE):
            raise MiddlewareNotUsed
        self.get_response = get_response
        self.prefixes = tuple(getattr(settings, "PROBLEM_PREFIXES", ("/api/",)))

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code == 404 and request.resolver_match is None and request.method in ("GET", "HEAD"):
            return old_page(request) or response
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """A 409 for a write to what the old shop owns, once it is known whose the write is."""
        if request.method in SAFE or not request.path.startswith(self.prefixes):
            return None
        flag = owner_flag(_domain_of(view))
        if flag is None:
            return None
        standing = WATCH.standing()
        if not standing.known:
            return render(OwnershipUnknown())
        if standing.mode(flag)[0] != LEGACY:
            return None
        figures.REFUSED.labels(flag.domain).inc()
        return render(OwnedByLegacy(f"Nothing of {flag.domain} is changed here yet."))


def _domain_of(view: Any) -> str:
    """The label of the domain whose code a view is."""
    owner = getattr(view, "cls", None) or getattr(view, "view_class", None) or view
    package = str(getattr(owner, "__module__", "")).split(".", 1)[0]
    return package if package in {domain.label for domain in domains.installed()} else ""
