"""Keys for personal data: the ring from SIXFOLD_PERSONAL_KEYS, encryption and keyed hashes.

The variable is `kid:base64,kid:base64,…`, every key 32 bytes. The first encrypts; all decrypt, found by the key
id in the ciphertext. To rotate: put a new key in front, write the rows again, then drop the old one. Hashes
must not change with that, so they hang on the entry named `hash`, or without one on the ring's last key: that
one stays for as long as hashes exist. Never logs a key, and never falls back to plain text.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.core.exceptions import ImproperlyConfigured

VARIABLE = "SIXFOLD_PERSONAL_KEYS"
HASH_KEY_ID = "hash"
_NONCE = 12


class Undecipherable(Exception):
    """A ciphertext that no key of the ring opens: a lost key or damaged data, never the caller's fault."""


@dataclass(frozen=True)
class KeyRing:
    """The parsed keys. `current` is the id that new ciphertexts carry."""

    current: str
    ciphers: dict[str, AESGCM]
    hash_key: bytes

    def encrypt(self, text: str) -> str:
        """`kid$base64(nonce + ciphertext + tag)`; a different text every time."""
        nonce = os.urandom(_NONCE)
        sealed = self.ciphers[self.current].encrypt(nonce, text.encode(), self.current.encode())
        return f"{self.current}${base64.b64encode(nonce + sealed).decode()}"

    def decrypt(self, ciphertext: str) -> str:
        """The text inside; raises Undecipherable."""
        key_id, _, sealed = ciphertext.partition("$")
        cipher = self.ciphers.get(key_id)
        if cipher is None:
            raise Undecipherable(f"No key {key_id[:40]!r} in {VARIABLE}.")
        try:
            raw = base64.b64decode(sealed, validate=True)
            return cipher.decrypt(raw[:_NONCE], raw[_NONCE:], key_id.encode()).decode()
        except (InvalidTag, binascii.Error, ValueError) as error:
            raise Undecipherable(f"A value under key {key_id!r} is damaged.") from error


@lru_cache(maxsize=8)
def parse(ring: str) -> KeyRing:
    """The ring of the variable's text. Raises ImproperlyConfigured with one sentence that holds no key."""
    keys: dict[str, bytes] = {}
    for entry in filter(None, (part.strip() for part in ring.split(","))):
        key_id, _, encoded = entry.partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            key = b""
        if len(key) != 32 or not key_id or "$" in key_id or key_id in keys:
            position = len(keys) + 1
            raise ImproperlyConfigured(f"{VARIABLE}: entry {position} must be a new key id, ':', 32 bytes of base64.")
        keys[key_id] = key
    encrypting = [key_id for key_id in keys if key_id != HASH_KEY_ID]
    if not encrypting:
        raise ImproperlyConfigured(f"{VARIABLE} is not set: personal data needs kid:base64 of 32 random bytes.")
    anchor = keys.get(HASH_KEY_ID, keys[encrypting[-1]])
    # One key is never used for two purposes: the hash key is derived, so that it tells nothing of the cipher's.
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"sixfold keyed hash").derive(anchor)
    ciphers = {key_id: AESGCM(keys[key_id]) for key_id in encrypting}
    return KeyRing(current=encrypting[0], ciphers=ciphers, hash_key=derived)


def ring() -> KeyRing:
    """The ring of this process' environment."""
    return parse(os.environ.get(VARIABLE, ""))


def keyed_hash(value: str, *, fold: bool = True) -> str:
    """64 hex digits by which equal values are found without storing them: HMAC-SHA256 under the ring.

    With `fold`, spelling that people do not mean differently is levelled first (NFKC, outer blanks, case).
    """
    levelled = unicodedata.normalize("NFKC", value).strip().casefold() if fold else value
    return hmac.new(ring().hash_key, levelled.encode(), hashlib.sha256).hexdigest()
