"""The staff's door: sign-in page, silent renewal, sign-out. Plain Django views with cookies, no API.

Two cookies: the access token, which the admin verifies by itself, and the refresh token, sent to /staff/ only.
"""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from chassis.access.principal import Kind
from chassis.access.ratelimit import limit
from chassis.admin.middleware import SESSION_COOKIE
from chassis.errors import DomainError
from identity.auth import sessions
from identity.auth.credentials import LONGEST
from identity.auth.errors import BadRefreshToken
from identity.user.sign_in import load_principal, sign_in

REFRESH_COOKIE = "sixfold_staff_refresh"
REFRESH_PATH = "/staff/"


class SignInForm(forms.Form):
    email = forms.CharField(
        label="E-mail", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True})
    )
    password = forms.CharField(
        max_length=LONGEST, strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )


@sensitive_post_parameters("password")
@never_cache
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_page(request: HttpRequest) -> HttpResponse:
    """GET shows the form; POST signs in and goes where the staff member wanted to go."""
    form = SignInForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        refusal = _try(request, form.cleaned_data)
        if isinstance(refusal, HttpResponse):
            return refusal
        form.add_error(None, refusal.detail or refusal.title)
        status = refusal.status
    context = {"form": form, "next": _target(request)}
    return render(request, "identity/staff_sign_in.html", context, status=status)


def _try(request: HttpRequest, credentials: dict[str, Any]) -> HttpResponse | DomainError:
    # A form shows its refusal in itself: the one place where this domain catches its own errors.
    try:
        limit(request, "staff_sign_in", "60/m")
        tokens = sign_in(**credentials)
    except DomainError as refusal:
        return refusal
    answer = HttpResponseRedirect(_target(request))
    _set_cookies(answer, tokens)
    return answer


@never_cache
@csrf_exempt
def renew(request: HttpRequest) -> HttpResponse:
    """Renew an expired session and repeat the request that met it: 307 keeps its method and its form.

    Exempt from the CSRF check because it only rotates this browser's own tokens; the page that the request goes
    on to checks as ever.
    """
    target = _target(request)
    try:
        tokens = sessions.refresh(request.COOKIES.get(REFRESH_COOKIE, ""), kind=Kind.STAFF, load=load_principal)
    except BadRefreshToken:
        query = urlencode({"next": target if request.method in ("GET", "HEAD") else "/admin/"})
        answer = HttpResponseRedirect(f"{settings.STAFF_SIGN_IN_URL}?{query}", status=303)
        _drop_cookies(answer)
        return answer
    answer = HttpResponseRedirect(target, status=307)
    _set_cookies(answer, tokens)
    return answer


@never_cache
@csrf_protect
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this session."""
    sessions.end_by_token(request.COOKIES.get(REFRESH_COOKIE, ""), kind=Kind.STAFF, reason="signed out")
    answer = HttpResponseRedirect(settings.STAFF_SIGN_IN_URL, status=303)
    _drop_cookies(answer)
    return answer


def _target(request: HttpRequest) -> str:
    wanted = request.GET.get("next") or request.POST.get("next") or ""
    own = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    # Back to the door itself would turn in circles.
    return wanted if own and not wanted.startswith(REFRESH_PATH) else "/admin/"


def _set_cookies(answer: HttpResponse, tokens: sessions.Tokens) -> None:
    life = int(sessions.LONGEST[Kind.STAFF].total_seconds())
    common: dict[str, Any] = {"httponly": True, "secure": settings.PRODUCTION, "samesite": "Lax", "max_age": life}
    # The cookie outlives its token: that is how the admin tells an expired session from none.
    domain = settings.STAFF_COOKIE_DOMAIN
    answer.set_cookie(SESSION_COOKIE, tokens.access_token, domain=domain, **common)
    answer.set_cookie(REFRESH_COOKIE, tokens.refresh_token, path=REFRESH_PATH, **common)


def _drop_cookies(answer: HttpResponse) -> None:
    answer.delete_cookie(SESSION_COOKIE, domain=settings.STAFF_COOKIE_DOMAIN, samesite="Lax")
    answer.delete_cookie(REFRESH_COOKIE, path=REFRESH_PATH, samesite="Lax")
