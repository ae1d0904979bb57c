"""Signed access tokens: made by whoever holds the private keys, verified everywhere from the published ones.

JWT with EdDSA (Ed25519) and a key id. Every kind of principal has an audience of its own and a token opens only its
own door: a customer's never the admin, a staff member's never the storefront. Tokens live 10 minutes at most,
and the verifier holds makers to that. Refresh tokens and passwords are not its business.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey

from chassis import clock
from chassis.access.principal import MAX_LIFETIME, Kind, Principal
from chassis.errors import Unauthenticated
from chassis.ids import new_id

ALGORITHM = "Ed25519"
ISSUER = "sixfold"
AUDIENCES = {Kind.CUSTOMER: "storefront", Kind.STAFF: "admin", Kind.SERVICE: "service"}
# Clocks of two machines differ a little; more than this is a fault.
LEEWAY = 30
_MAX_TOKEN = 8_000


class BadToken(Unauthenticated):
    code, title = "bad_token", "The access token is not valid; sign in again."


class ExpiredToken(Unauthenticated):
    code, title = "expired_token", "The access token is no longer valid; refresh it."


class PublishedKeys(Protocol):
    """Where a verifier finds public keys; `chassis.access.keys` has one with a cache."""

    def find(self, key_id: str) -> OKPKey | None:
        """The public key of that id, None if there is none (any more)."""


def generate_key(key_id: str = "") -> dict[str, Any]:
    """A new private key as JWK. Keep it secret; `Signer.published` is what others may see."""
    key = OKPKey.generate_key("Ed25519", parameters={"kid": key_id or str(new_id()), "alg": ALGORITHM, "use": "sig"})
    return dict(key.as_dict(private=True))


@dataclass(frozen=True)
class Signer:
    """Makes tokens with the first of `keys` (private JWKs); the others stay published until their tokens expired."""

    keys: Sequence[Mapping[str, Any]]
    issuer: str

    def sign(self, principal: Principal, *, lifetime: timedelta = MAX_LIFETIME) -> str:
        """A token of `principal`. Raises ValueError for a guest (there is nothing to prove) or a longer life."""
        if principal.kind is Kind.GUEST or not principal.id:
            raise ValueError("Only a principal with an id gets a token.")
        if not timedelta(0) < lifetime <= MAX_LIFETIME:
            raise ValueError(f"An access token lives {MAX_LIFETIME} at most.")
        now = clock.now().timestamp()
        issued = int(now)
        claims = {
            "iss": self.issuer,
            "aud": AUDIENCES[principal.kind],
            "sub": principal.id,
            "iat": issued,
            # A second is too coarse to tell a token from the sign-out before it.
            "ms": int(now * 1000),
            "exp": issued + int(lifetime.total_seconds()),
            "jti": str(new_id()),
            "kind": principal.kind.value,
            "sid": principal.session,
            "cg": principal.channel_group,
            "group": principal.customer_group,
            "perms": sorted(principal.permissions),
            "name": principal.name,
        }
        key = OKPKey.import_key(dict(self.keys[0]))
        header = {"alg": ALGORITHM, "typ": "at+jwt", "kid": key.kid}
        return jwt.encode(header, {name: claims[name] for name in claims if claims[name]}, key, [ALGORITHM])

    def published(self) -> dict[str, Any]:
        """The JWKS document of all keys' public halves."""
        return {"keys": [OKPKey.import_key(dict(key)).as_dict(private=False) for key in self.keys]}


def verify(token: str, *, keys: PublishedKeys, issuer: str, kinds: frozenset[Kind]) -> Principal:
    """Who signed in, if this is a token of one of `kinds`. Raises BadToken, ExpiredToken, without a reason."""
    if len(token) > _MAX_TOKEN:
        raise BadToken()
    try:
        decoded = jwt.decode(token, _key_for(token, keys), [ALGORITHM])
        return _principal(decoded.header, decoded.claims, issuer=issuer, kinds=kinds)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, OverflowError):
        raise BadToken() from None


def public_keys(document: Mapping[str, Any]) -> dict[str, OKPKey]:
    """The usable keys of a JWKS document by id; foreign kinds are left out. Raises ValueError if it is none."""
    if not isinstance(document.get("keys"), list):
        raise ValueError("A JWKS document has a list of keys.")
    usable = [jwk for jwk in document["keys"] if jwk.get("kty") == "OKP" and jwk.get("crv") == "Ed25519"]
    imported = KeySet.import_key_set({"keys": usable}) if usable else KeySet([])  # type: ignore[typeddict-item]
    return {key.kid: key for key in imported.keys if isinstance(key, OKPKey) and key.kid}


def _key_for(token: str, keys: PublishedKeys) -> OKPKey:
    # The id is read before anything is verified, hence only used to look it up among keys that we trust.
    head = token.partition(".")[0]
    key_id = json.loads(urlsafe_b64decode(head + "=" * (-len(head) % 4)))["kid"]
    key = keys.find(key_id) if isinstance(key_id, str) else None
    if key is None:
        raise BadToken()
    return key


def _principal(
    header: Mapping[str, Any], claims: Mapping[str, Any], *, issuer: str, kinds: frozenset[Kind]
) -> Principal:
    kind = Kind(claims["kind"])
    issued, expires = claims["iat"], claims["exp"]
    if not all(isinstance(moment, int) for moment in (issued, expires)):
        raise BadToken()
    now = clock.now().timestamp()
    acceptable = (
        header.get("typ") == "at+jwt"
        and claims["iss"] == issuer
        and kind in kinds
        # Both claims say it and both must: neither alone may open another door.
        and claims["aud"] == AUDIENCES.get(kind)
        and 0 < expires - issued <= MAX_LIFETIME.total_seconds()
        and issued <= now + LEEWAY
    )
    if not acceptable:
        raise BadToken()
    if expires <= now:
        raise ExpiredToken()
    texts = {name: claims.get(name, "") for name in ("sub", "sid", "cg", "group", "name")}
    if not texts["sub"] or not all(isinstance(text, str) for text in texts.values()):
        raise BadToken()
    return Principal(
        kind=kind,
        id=texts["sub"],
        session=texts["sid"],
        channel_group=texts["cg"],
        customer_group=texts["group"],
        name=texts["name"],
        permissions=frozenset(str(one) for one in claims.get("perms", ())),
        issued_ms=int(claims.get("ms", issued * 1000)),
    )
