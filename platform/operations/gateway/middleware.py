"""The gateway of the process that serves the storefront API.

    "operations.gateway.middleware.GatewayMiddleware"   after chassis.web.middleware.LimitsMiddleware

Callers are counted by address and route, before a token is looked at: what nobody has verified must not choose whose
counter a request falls on. A token that is not valid is refused here, also by reads that need none: or a client
would lose its sign-in without noticing. Who may do what is for the domains, which verify by themselves too.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from chassis.access.authentication import door_of
from chassis.access.ratelimit import client_address
from chassis.errors import RateLimited, Unauthenticated
from chassis.web.problem import render
from operations.gateway import cors, rates

Next = Callable[[HttpRequest], HttpResponse]
STANDING = "_gateway_standing"


class GatewayMiddleware:
    """Limits and cross-origin rules for what lies under the API's prefixes; everything else passes untouched."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response
        self.prefixes = tuple(getattr(settings, "PROBLEM_PREFIXES", ("/api/",)))
        self.rates = rates.configured()
        self.origins = cors.configured()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(self.prefixes):
            return self.get_response(request)
        if self.origins and cors.is_preflight(request):
            return cors.preflight(request, self.origins)
        response = self.get_response(request)
        standing: rates.Standing | None = getattr(request, STANDING, None)
        if standing is not None:
            response["X-RateLimit-Limit"] = str(standing.limit)
            response["X-RateLimit-Remaining"] = str(standing.remaining)
            response["X-RateLimit-Reset"] = str(standing.reset)
        if self.origins:
            cors.allow(request, response, self.origins)
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Once the route is known: a 429 when these are too many requests, a 401 for a token that is not valid."""
        if not request.path.startswith(self.prefixes):
            return None
        return self._count(request) or self._check_token(request, view)

    @staticmethod
    def _check_token(request: HttpRequest, view: Any) -> HttpResponse | None:
        if "Authorization" not in request.headers or (door := door_of(view)) is None:
            return None
        try:
            door.authenticate(request)
        except Unauthenticated as error:
            return render(error)
        return None

    def _count(self, request: HttpRequest) -> HttpResponse | None:
        name, rate = rates.rate_for(request, self.rates)
        if rate is None:
            return None
        meter, who = rates.meter(), f"ip {client_address(request)}"
        refusal: HttpResponse | None = None
        try:
            meter.hit(name, who, rate)
        except RateLimited as error:
            refusal = render(error)
        setattr(request, STANDING, meter.standing(name, who, rate))
        return refusal
