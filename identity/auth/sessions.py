"""Sessions: begun by a sign-in, kept by refreshing, ended one by one or all at once.

A refresh token is used once; its use gives the next one of the same family. Who presents a used one has a copy, or
somebody else has: the whole family ends. One exception keeps honest clients in: for `GRACE` after its first use a
token gives the same successor again, as long as that was not used itself, so that two tabs or a lost answer end
nothing. The successor is derived from the token by a key of ours, so that it need not be stored readable.
"""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.crypto import salted_hmac

from chassis import clock
from chassis.access.principal import MAX_LIFETIME, Kind, Principal
from chassis.ids import new_id
from chassis.unit_of_work import publish, unit_of_work
from contracts.identity import SessionsRevoked
from identity.auth.errors import BadRefreshToken
from identity.auth.keys import signer
from identity.auth.models import RefreshToken, SignIn

GRACE = timedelta(seconds=10)
IDLE = {Kind.CUSTOMER: timedelta(days=30), Kind.STAFF: timedelta(hours=2)}
LONGEST = {Kind.CUSTOMER: timedelta(days=180), Kind.STAFF: timedelta(hours=12)}
Load = Callable[[UUID], Principal | None]
"""The principal as it is now, None when it may not go on (blocked, gone)."""


@dataclass(frozen=True, kw_only=True)
class Tokens:
    """What a client gets. `expires_in` is the access token's life in seconds."""

    access_token: str
    refresh_token: str
    expires_in: int
    session: UUID
    principal: Principal


def begin(principal: Principal) -> Tokens:
    """Begin a session for who has just proved to be `principal`; inside a unit of work."""
    now = clock.now()
    sign_in = SignIn.objects.create(
        id=new_id(),
        kind=principal.kind.value,
        principal=UUID(principal.id),
        channel_group=principal.channel_group,
        started_at=now,
        last_used_at=now,
        ends_at=now + LONGEST[principal.kind],
    )
    token = secrets.token_urlsafe(32)
    _store(token, sign_in, now)
    return _tokens(token, sign_in, principal)


def refresh(token: str, *, kind: Kind, load: Load) -> Tokens:
    """The next tokens of the family. Raises BadRefreshToken; then a reused token has ended its family."""
    with unit_of_work("identity"):
        found = _next(token, kind, load)
    # Raised after the commit: the end of a family must stay when its token is refused.
    if found is None:
        raise BadRefreshToken()
    return found


def end(session: UUID | str, *, reason: str) -> None:
    """End one session; inside a unit of work."""
    SignIn.objects.filter(id=session, revoked_at__isnull=True).update(revoked_at=clock.now(), reason=reason)


def end_by_token(token: str, *, kind: Kind, reason: str) -> None:
    """End the session of a refresh token, if it is one of ours."""
    with unit_of_work("identity"):
        found = RefreshToken.objects.filter(hash=_hash(token), sign_in__kind=kind.value).first()
        if found is not None:
            end(found.sign_in_id, reason=reason)


def end_all(kind: Kind, principal: UUID, *, reason: str) -> int:
    """End every session of a principal and tell all domains; inside a unit of work. Returns how many were open."""
    now = clock.now()
    open_ones = SignIn.objects.filter(kind=kind.value, principal=principal, revoked_at__isnull=True)
    ended = open_ones.update(revoked_at=now, reason=reason)
    publish(
        SessionsRevoked(principal=principal, before=now),
        aggregate_id=principal,
        aggregate_version=int(now.timestamp() * 1000),
    )
    return int(ended)


def is_open(session: UUID | str) -> bool:
    """Whether a session goes on."""
    return SignIn.objects.filter(id=session, revoked_at__isnull=True).exists()


def purge() -> int:
    """Delete sessions that ended or ran out a month ago, with their tokens."""
    deleted, _ = SignIn.objects.filter(ends_at__lt=clock.now() - timedelta(days=30)).delete()
    return int(deleted)


def _next(token: str, kind: Kind, load: Load) -> Tokens | None:
    now = clock.now()
    known = RefreshToken.objects.filter(hash=_hash(token)).first()
    if known is None:
        return None
    # The family's lock first: two refreshes at once take turns here, and the second sees the first one's use.
    sign_in = SignIn.objects.select_for_update().get(id=known.sign_in_id)
    used = RefreshToken.objects.get(hash=known.hash)
    if sign_in.kind != kind.value or sign_in.revoked_at is not None:
        return None
    if used.expires_at <= now or sign_in.ends_at <= now:
        return None
    if used.used_at is not None and not _may_repeat(token, used, now):
        end(sign_in.id, reason="refresh token reused")
        return None
    principal = load(sign_in.principal)
    if principal is None:
        end(sign_in.id, reason="may not sign in any more")
        return None
    if used.used_at is None:
        used.used_at, used.salt = now, secrets.token_urlsafe(16)
        used.save(update_fields=["used_at", "salt"])
        sign_in.last_used_at = now
        sign_in.save(update_fields=["last_used_at"])
        _store(_successor(token, used.salt), sign_in, now)
    return _tokens(_successor(token, used.salt), sign_in, principal)


def _may_repeat(token: str, used: RefreshToken, now: datetime) -> bool:
    if used.used_at is None or now - used.used_at > GRACE:
        return False
    return RefreshToken.objects.filter(hash=_hash(_successor(token, used.salt)), used_at__isnull=True).exists()


def _store(token: str, sign_in: SignIn, now: datetime) -> None:
    expires = min(now + IDLE[Kind(sign_in.kind)], sign_in.ends_at)
    RefreshToken.objects.create(hash=_hash(token), sign_in=sign_in, issued_at=now, expires_at=expires)


def _tokens(token: str, sign_in: SignIn, principal: Principal) -> Tokens:
    known = replace(principal, session=str(sign_in.id))
    return Tokens(
        access_token=signer().sign(known),
        refresh_token=token,
        expires_in=int(MAX_LIFETIME.total_seconds()),
        session=sign_in.id,
        principal=known,
    )


def _successor(token: str, salt: str) -> str:
    return salted_hmac(f"identity.refresh.{salt}", token, algorithm="sha256").hexdigest()


def _hash(token: str) -> str:
    # Tokens are random and long: a plain digest cannot be guessed back. A lone surrogate must not be a 500.
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
