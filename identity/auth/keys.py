"""Signing keys: made, rotated, published. A key is published before it signs and as long as its tokens live."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connections

from chassis import clock
from chassis.access.keys import MAX_AGE
from chassis.access.tokens import ISSUER, MAX_LIFETIME, Signer, generate_key, public_keys
from chassis.unit_of_work import enqueue, unit_of_work
from identity.auth.models import SigningKey

ROTATE_EVERY = timedelta(days=30)
# Verifiers keep what was published for MAX_AGE: a key that signs later than that is known to all of them.
LEAD = timedelta(seconds=MAX_AGE + 60)
TAIL = MAX_LIFETIME + timedelta(minutes=5)
_LOCK = 7_001


def signer() -> Signer:
    """Signs with the key that is due; makes the first key when there is none."""
    now = clock.now()
    current = _current()
    if current is None:
        current = _make(signs_from=now, unless_there=True)
    return Signer(keys=[current.private], issuer=getattr(settings, "TOKEN_ISSUER", ISSUER))


def rotate() -> SigningKey:
    """Make and publish a new key that signs once every verifier had the time to learn of it."""
    if _current() is None:
        return _make(signs_from=clock.now(), unless_there=True)
    return _make(signs_from=clock.now() + LEAD)


def published() -> Mapping[str, Any]:
    """The JWKS document: keys that sign, will sign, or signed a token that may still be alive."""
    rows = list(SigningKey.objects.order_by("-signs_from", "-id"))
    now = clock.now()
    kept = []
    for row, newer in zip(rows, [None, *rows], strict=False):
        if newer is None or newer.signs_from + TAIL > now:
            kept.append(row)
    keys = public_keys({"keys": [row.private for row in kept]}).values()
    return {"keys": [key.as_dict(private=False) for key in keys]}


def purge() -> int:
    """Delete private keys whose successor has been signing for a day."""
    current = _current()
    if current is None or current.signs_from > clock.now() - timedelta(days=1):
        return 0
    deleted, _ = SigningKey.objects.filter(signs_from__lt=current.signs_from).delete()
    return int(deleted)


def _current() -> SigningKey | None:
    return SigningKey.objects.filter(signs_from__lte=clock.now()).order_by("-signs_from", "-id").first()


def _make(*, signs_from: Any, unless_there: bool = False) -> SigningKey:
    with unit_of_work("identity"):
        with connections["identity"].cursor() as cursor:
            # Two processes that start at once must not sign with two first keys.
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        existing = _current() if unless_there else None
        if existing is not None:
            return existing
        private = generate_key()
        key = SigningKey(id=private["kid"], private=private, created_at=clock.now(), signs_from=signs_from)
        key.save(force_insert=True)
        enqueue("identity.rotate_keys", key=key.id, due_at=signs_from + ROTATE_EVERY)
        return key
