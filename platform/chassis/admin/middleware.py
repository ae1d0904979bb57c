"""Who works here: the staff session of the cookie as `request.staff` and `request.user`.

The token in the cookie is verified from the published keys, like any other. It opens the admin and nothing under
the API's prefixes: a cookie is sent by the browser unasked, so what it could do there would be open to forgery from
other sites. Never refuses a request by itself; the admin site does.
"""

from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from chassis.access.authentication import authenticate_token
from chassis.access.principal import GUEST, Kind, Principal
from chassis.errors import Unauthenticated

SESSION_COOKIE = "sixfold_staff"


class StaffSessionMiddleware(AuthenticationMiddleware):
    """Subclasses Django's, because the admin's system checks ask for that class; it needs no session."""

    def process_request(self, request: Any) -> None:
        prefixes = tuple(getattr(settings, "PROBLEM_PREFIXES", ("/api/",)))
        # Verified when first asked for: a request that never looks pays nothing.
        found = GUEST if request.path.startswith(prefixes) else SimpleLazyObject(lambda: _staff(request))
        request.staff = found
        request.user = found
        if not hasattr(request, "principal"):
            request.principal = found


def _staff(request: HttpRequest) -> Principal:
    token = request.COOKIES.get(SESSION_COOKIE, "")
    if not token:
        return GUEST
    try:
        return authenticate_token(token, kinds=frozenset({Kind.STAFF}))
    except Unauthenticated:
        # Expired, revoked or forged: the site sends to the sign-in, which renews the first kind.
        return GUEST
