"""Password hashes of Magento customers: recognised and verified, never made.

A stored Magento hash reads `digest:salt:versions`. `versions` is a colon list, applied from oldest to
newest, each to the hex digest of the one before:

| Version                | Digest (hex)                                                                    |
|------------------------|---------------------------------------------------------------------------------|
| 0                      | md5(salt + text)                                                                |
| 1                      | sha256(salt + text)                                                             |
| 2                      | Argon2id 1.3, 32 bytes, 2 passes, 64 MiB: libsodium's interactive limits        |
| 3_LENGTH_PASSES_MEMORY | Argon2id 1.3 with these parameters, memory in bytes                             |

Argon2 takes the salt text cut or repeated to 16 bytes. Two older forms are Magento 1's: `digest:salt` with
md5(salt + password), and a bare md5(password). Magento 2 refuses both; `magento1=False` does the same.

Who signs in with such a hash gets a native one in its place, so nothing here outlives the first sign-in
of each customer. Pure functions: no database, no settings, no clock, and no exception for any input.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass

from argon2.exceptions import Argon2Error
from argon2.low_level import ARGON2_VERSION, Type, hash_secret_raw

SALT_BYTES = 16
LONGEST_STORED = 1_024  # characters; Magento's column holds 255
LONGEST_PASSWORD = 4_096  # bytes; Magento accepts 256 characters
# Above these a stored value is hostile or broken, and is refused rather than computed.
MOST_PASSES, MOST_MEMORY, MOST_LENGTH = 16, 256 * 1024 * 1024, 128

_HEX = re.compile(r"[0-9a-fA-F]+\Z")
_ARGON = re.compile(r"3_(\d{1,4})_(\d{1,4})_(\d{1,12})\Z")


@dataclass(frozen=True, kw_only=True)
class Argon:
    """Parameters of one Argon2id step: digest length in bytes, passes, memory in bytes."""

    length: int
    passes: int
    memory: int


INTERACTIVE = Argon(length=32, passes=2, memory=64 * 1024 * 1024)
Step = str | Argon  # "md5", "sha256", or Argon2id with its parameters


@dataclass(frozen=True, kw_only=True)
class StoredHash:
    """A recognised Magento hash: the hex digest, the salt text, and the steps from oldest to newest."""

    digest: str
    salt: str
    steps: tuple[Step, ...]
    magento1: bool = False


def verify(password: str, stored: str | None, *, magento1: bool = True) -> bool:
    """Whether `password` is the one behind a stored Magento hash. False for anything not understood."""
    if not isinstance(password, str):
        return False
    parsed = parse(stored)
    if parsed is None or (parsed.magento1 and not magento1):
        return False
    try:
        computed = _digest(password.encode(), parsed)
    except (ValueError, Argon2Error, MemoryError):  # lone surrogates, refused parameters
        return False
    return hmac.compare_digest(computed.encode(), parsed.digest.lower().encode())


def is_legacy(stored: str | None) -> bool:
    """Whether a stored hash is one of Magento's: verify it here, then replace it by a native one."""
    return parse(stored) is not None


def parse(stored: str | None) -> StoredHash | None:
    """The parts of a stored Magento hash; None when it is empty, foreign or damaged."""
    if not isinstance(stored, str) or not stored or len(stored) > LONGEST_STORED:
        return None
    digest, *rest = stored.split(":", 2)
    if not _HEX.match(digest):
        return None
    if not rest:
        return _magento1(digest, salt="")
    if len(rest) == 1:
        return _magento1(digest, salt=rest[0]) if rest[0] else None
    salt, versions = rest
    steps = tuple(_step(version) for version in versions.split(":"))
    known = tuple(step for step in steps if step is not None)
    if len(known) != len(steps) or len(digest) != _hex_length(known[-1]):
        return None
    if not salt and any(isinstance(step, Argon) for step in known):
        return None  # Argon2 has no salt to repeat
    return StoredHash(digest=digest, salt=salt, steps=known)


def _magento1(digest: str, *, salt: str) -> StoredHash | None:
    if len(digest) != _hex_length("md5"):
        return None
    return StoredHash(digest=digest, salt=salt, steps=("md5",), magento1=True)


def _step(version: str) -> Step | None:
    if version in {"0", "1"}:
        return "md5" if version == "0" else "sha256"
    if version == "2":
        return INTERACTIVE
    if not (match := _ARGON.match(version)):
        return None
    argon = Argon(length=int(match[1]), passes=int(match[2]), memory=int(match[3]))
    sane = 16 <= argon.length <= MOST_LENGTH and 1 <= argon.passes <= MOST_PASSES
    return argon if sane and 8_192 <= argon.memory <= MOST_MEMORY else None


def _hex_length(step: Step) -> int:
    return 2 * step.length if isinstance(step, Argon) else {"md5": 32, "sha256": 64}[step]


def _digest(password: bytes, stored: StoredHash) -> str:
    if len(password) > LONGEST_PASSWORD:
        raise ValueError("longer than any password that Magento accepts")
    salt, text = stored.salt.encode(), password
    for step in stored.steps:
        if isinstance(step, Argon):
            text = _argon(text, salt=salt, argon=step)
        elif step == "md5":
            text = hashlib.md5(salt + text, usedforsecurity=False).hexdigest().encode()
        else:
            text = hashlib.sha256(salt + text).hexdigest().encode()
    return text.decode()


def _argon(text: bytes, *, salt: bytes, argon: Argon) -> bytes:
    repeated = (salt * SALT_BYTES)[:SALT_BYTES]
    raw = hash_secret_raw(
        text, repeated, time_cost=argon.passes, memory_cost=argon.memory // 1024, parallelism=1,
        hash_len=argon.length, type=Type.ID, version=ARGON2_VERSION,
    )  # fmt: skip
    return raw.hex().encode()
