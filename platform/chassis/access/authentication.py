"""REST framework's doors: one authentication class per audience, each giving `request.user` a Principal.

No token is a guest; a token that is not valid is a 401 and never a guest, or a client would lose its sign-in without
noticing. What was revoked says `revocation.py`; keys come from the source that the composition root binds. Whether
the principal may do something is the view's question.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from chassis.access.keys import KeyCache, Source, from_address
from chassis.access.principal import GUEST, Kind, Principal
from chassis.access.revocation import is_revoked
from chassis.access.tokens import ISSUER, PublishedKeys, verify
from chassis.errors import Unauthenticated

_VERIFIED = "_verified_token"

_keys: PublishedKeys | None = None


def bind_keys(source: Source) -> None:
    """Verify by what `source` publishes; called once by the composition root."""
    global _keys
    folder = getattr(settings, "STATE_FOLDER", None)
    _keys = KeyCache(source, file=Path(folder) / "published-keys.json" if folder else None)


def authenticate_token(token: str, *, kinds: frozenset[Kind]) -> Principal:
    """The principal of a token. Raises Unauthenticated if it is not valid, not of `kinds`, or revoked."""
    principal = verify(token, keys=_published(), issuer=getattr(settings, "TOKEN_ISSUER", ISSUER), kinds=kinds)
    if is_revoked(principal):
        raise RevokedToken()
    return principal


class RevokedToken(Unauthenticated):
    code, title = "revoked_token", "This session was ended; sign in again."


class TokenAuthentication(BaseAuthentication):
    """The storefront's door: customers and guests."""

    kinds = frozenset({Kind.CUSTOMER})

    def authenticate(self, request: Request | HttpRequest) -> tuple[Principal, str | None]:
        scheme, _, token = request.headers.get("Authorization", "").strip().partition(" ")
        if not scheme:
            return GUEST, None
        if scheme.lower() != "bearer" or not token.strip():
            raise Unauthenticated("Send 'Authorization: Bearer <token>'.", headers=self._challenge())
        # The gateway may have verified it already, for the same kinds: a signature costs 0.1 ms.
        http = getattr(request, "_request", request)
        known: tuple[object, Principal] | None = getattr(http, _VERIFIED, None)
        if known is not None and known[0] == self.kinds:
            return known[1], token
        try:
            principal = authenticate_token(token.strip(), kinds=self.kinds)
        except Unauthenticated as error:
            error.headers.update(self._challenge('error="invalid_token"'))
            raise
        setattr(http, _VERIFIED, (self.kinds, principal))
        return principal, token

    def authenticate_header(self, request: Request) -> str:
        return self._challenge()["WWW-Authenticate"]

    def _challenge(self, more: str = "") -> dict[str, str]:
        return {"WWW-Authenticate": f"Bearer {more}".strip()}


def door_of(view: Any) -> TokenAuthentication | None:
    """The door of a URL's view (a REST framework view, or a function that carries one as `cls`); None without."""
    shape = getattr(view, "view_class", None) or getattr(view, "cls", None)
    doors = getattr(shape, "authentication_classes", ())
    kinds = next((door.kinds for door in doors if issubclass(door, TokenAuthentication)), None)
    if kinds is None:
        return None
    door = TokenAuthentication()
    door.kinds = kinds
    return door


def principal_of(request: Any) -> Principal:
    """The request's principal, GUEST where no door was passed."""
    user = getattr(request, "user", None)
    return user if isinstance(user, Principal) else GUEST


def _published() -> PublishedKeys:
    if _keys is None:
        url = getattr(settings, "TOKEN_KEYS_URL", "")
        if not url:
            raise ImproperlyConfigured("No published keys: set TOKEN_KEYS_URL or call bind_keys in the wiring.")
        bind_keys(from_address(url))
    assert _keys is not None
    return _keys
