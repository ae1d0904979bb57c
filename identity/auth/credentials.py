"""Passwords: made with Argon2id, verified in that and in every form that came from Magento.

`check` costs about the same whatever is stored, also when nothing is: how long an answer takes must not tell who
has an account. It never touches the database, so that nobody holds a connection while a hash is computed.
"""

import threading
from dataclasses import dataclass
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from django.conf import settings

from chassis.errors import Invalid
from identity.auth import passwords
from identity.auth.errors import PasswordTooWeak

SHORTEST, LONGEST = 8, 256
# Parameters of libsodium's interactive limits: what a migrated Argon2id hash costs too.
HASHER = PasswordHasher(time_cost=2, memory_cost=64 * 1024, parallelism=1)
# Every hash takes 64 MiB; a burst of sign-ins must not take the machine's memory.
_slots = threading.BoundedSemaphore(4)


@dataclass(frozen=True, kw_only=True)
class Checked:
    """Whether the password is right, and the hash that is to take the place of the stored one, if any."""

    right: bool
    replacement: str = ""


def hash_password(password: str) -> str:
    """A new Argon2id hash."""
    with _slots:
        return HASHER.hash(password)


def check(password: str, stored: str | None) -> Checked:
    """Compare with a stored hash; None and "" mean that there is none, which costs as much as a wrong password."""
    if len(password) > LONGEST:
        password, stored = password[:LONGEST], None
    if stored and passwords.is_legacy(stored):
        return _check_legacy(password, stored)
    with _slots:
        right = _matches(password, stored or _nobodys()) and bool(stored)
    again = right and HASHER.check_needs_rehash(stored or "")
    return Checked(right=right, replacement=hash_password(password) if again else "")


def demand_strength(password: str, *, email: str = "") -> None:
    """Raise PasswordTooWeak or Invalid for a password that nobody should choose now."""
    if len(password) > LONGEST:
        raise Invalid(f"A password has {LONGEST} characters at most.", field="/password")
    if len(password) < SHORTEST:
        raise PasswordTooWeak(f"Use {SHORTEST} characters or more.", field="/password")
    if len(set(password)) < 4 or (email and password.casefold() in email.casefold()):
        raise PasswordTooWeak("Use something less predictable.", field="/password")


def _check_legacy(password: str, stored: str) -> Checked:
    with _slots:
        right = passwords.verify(password, stored, magento1=getattr(settings, "MAGENTO1_PASSWORDS", True))
        parsed = passwords.parse(stored)
        costly = parsed is not None and any(isinstance(step, passwords.Argon) for step in parsed.steps)
        if not right and not costly:
            # A digest of a microsecond would tell that this account exists and still has its old password.
            _matches(password, _nobodys())
    return Checked(right=right, replacement=hash_password(password) if right else "")


def _matches(password: str, stored: str) -> bool:
    try:
        return HASHER.verify(stored, password)
    except (Argon2Error, InvalidHashError, UnicodeEncodeError):
        return False


@lru_cache(maxsize=1)
def _nobodys() -> str:
    return HASHER.hash("the password of nobody")
