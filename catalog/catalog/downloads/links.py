"""Links that expire: whoever holds one may fetch, until a moment that is part of what is signed."""

from datetime import datetime, timedelta
from uuid import UUID

from django.core import signing

from catalog.catalog.downloads.errors import LinkExpired
from chassis import clock

LIFETIME = timedelta(minutes=30)
_SALT = "catalog.download"


def signed(grant: UUID) -> tuple[str, datetime]:
    """A token for a grant, and until when it counts."""
    until = clock.now() + LIFETIME
    return signing.dumps([str(grant), int(until.timestamp())], salt=_SALT), until


def opened(token: str) -> UUID:
    """The grant of a token. Raises LinkExpired for one that is too old or was not made here."""
    try:
        grant, until = signing.loads(token, salt=_SALT)
    except signing.BadSignature:
        raise LinkExpired() from None
    if until <= clock.now().timestamp():
        raise LinkExpired()
    return UUID(grant)
