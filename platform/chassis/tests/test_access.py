"""Tokens open exactly one door, for ten minutes, also while their maker is away."""

import base64
import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client, override_settings
from joserfc import jwt
from joserfc.jwk import OctKey, OKPKey

from chassis import clock
from chassis.access import authentication, revocation
from chassis.access.keys import MAX_AGE, RETRY, KeyCache
from chassis.access.principal import GUEST, MAX_LIFETIME, Kind, Principal
from chassis.access.tokens import BadToken, ExpiredToken, Signer, generate_key, verify
from chassis.tests import edge

KEY = generate_key("k1")
SIGNER = Signer([KEY], "sixfold")
ANN = Principal(kind=Kind.CUSTOMER, id="ann", session="s1", channel_group="eu", customer_group="b2b", name="Ann")
EVE = Principal(kind=Kind.STAFF, id="eve", permissions=frozenset({"commerce.view_order", "catalog.*"}))
JOB = Principal(kind=Kind.SERVICE, id="relay")
CUSTOMERS, STAFF = frozenset({Kind.CUSTOMER}), frozenset({Kind.STAFF})


def read(token: str, *, kinds: frozenset[Kind] = CUSTOMERS, signer: Signer = SIGNER) -> Principal:
    return verify(token, keys=KeyCache(signer.published), issuer="sixfold", kinds=kinds)


def forge(claims: Mapping[str, Any] = {}, header: Mapping[str, Any] = {}, key: Any = None) -> str:
    """Ann's token with other claims or header members, signed properly unless another key is given."""
    good = jwt.decode(SIGNER.sign(ANN), OKPKey.import_key(KEY), ["Ed25519"])
    merged = {name: value for name, value in {**good.claims, **claims}.items() if value is not None}
    head = {**good.header, **header}
    return jwt.encode(head, merged, key or OKPKey.import_key(KEY), [head["alg"]])


@pytest.mark.parametrize("principal", [ANN, EVE, JOB])
def test_a_token_gives_back_the_whole_principal(principal: Principal) -> None:
    assert read(SIGNER.sign(principal), kinds=frozenset({principal.kind})) == principal


@pytest.mark.parametrize("principal", [ANN, EVE, JOB])
def test_a_token_opens_no_door_but_its_own(principal: Principal) -> None:
    token = SIGNER.sign(principal)
    for kind in set(Kind) - {principal.kind}:
        with pytest.raises(BadToken):
            read(token, kinds=frozenset({kind}))


def test_a_token_expires_after_ten_minutes() -> None:
    token = SIGNER.sign(ANN)
    with clock.travel(timedelta(minutes=9, seconds=50)):
        assert read(token) == ANN
    with clock.travel(timedelta(minutes=10)), pytest.raises(ExpiredToken):
        read(token)
    with pytest.raises(ValueError):
        SIGNER.sign(ANN, lifetime=timedelta(minutes=11))
    with pytest.raises(ValueError):
        SIGNER.sign(GUEST)


NOW = int(clock.now().timestamp())


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "admin"},
        {"aud": ["storefront", "admin"]},
        {"kind": "staff"},
        {"kind": "guest", "aud": None},
        {"kind": "root"},
        {"iss": "other"},
        {"exp": NOW + 360_000},
        {"exp": None},
        {"exp": "9999999999"},
        {"exp": float("9" * 20)},
        {"iat": None},
        {"iat": NOW + 30_000, "exp": NOW + 30_100},
        {"sub": ""},
        {"sub": None},
        {"sub": 7},
        {"sid": ["s1"]},
        {"perms": 7},
    ],
)
def test_a_signed_token_with_an_unfit_claim_is_refused(claims: dict[str, Any]) -> None:
    with pytest.raises(BadToken):
        read(forge(claims))


def test_forged_signatures_and_headers_are_refused() -> None:
    token = SIGNER.sign(ANN)
    head, body, signature = token.split(".")
    public = json.dumps(SIGNER.published()["keys"][0]).encode()
    none = base64.urlsafe_b64encode(b'{"alg":"none","typ":"at+jwt","kid":"k1"}').decode().rstrip("=")
    forged = [
        forge(key=OKPKey.import_key(generate_key("k1"))),
        forge(header={"alg": "HS256"}, key=OctKey.import_key(public)),
        forge(header={"typ": "JWT"}),
        forge(header={"kid": "k2"}),
        f"{none}.{body}.",
        f"{head}.{body}.",
        f"{head}.{body}.{signature[:-4]}AAAA",
        f"{head}.{SIGNER.sign(Principal(kind=Kind.CUSTOMER, id='bob')).split('.')[1]}.{signature}",
        "",
        ".",
        "..",
        "a.b.c",
        "é.é.é",
        token + "x" * 9000,
    ]
    for one in forged:
        with pytest.raises(BadToken):
            read(one)


def test_what_is_published_holds_no_private_part() -> None:
    assert KEY["d"] and "d" not in SIGNER.published()["keys"][0]


def test_after_a_rotation_both_keys_verify_and_then_only_the_new() -> None:
    old = SIGNER.sign(ANN)
    both = Signer([generate_key("k2"), KEY], "sixfold")
    assert read(old, signer=both) == read(both.sign(ANN), signer=both) == ANN
    with pytest.raises(BadToken):
        read(old, signer=Signer(both.keys[:1], "sixfold"))


class Publisher:
    def __init__(self) -> None:
        self.asked, self.away, self.keys = 0, False, [KEY]

    def __call__(self) -> Mapping[str, Any]:
        self.asked += 1
        if self.away:
            raise ConnectionError
        return Signer(self.keys, "sixfold").published()


def test_the_publisher_may_be_away_also_over_a_restart(tmp_path: Path) -> None:
    publisher, moment = Publisher(), [0.0]
    cache = KeyCache(publisher, file=tmp_path / "state" / "keys.json", timer=lambda: moment[0])
    assert cache.find("k1") is not None and publisher.asked == 1
    publisher.away = True
    moment[0] = MAX_AGE * 100
    assert cache.find("k1") is not None and publisher.asked == 2
    restarted = KeyCache(publisher, file=tmp_path / "state" / "keys.json")
    assert restarted.find("k1") is not None
    assert "d" not in json.loads((tmp_path / "state" / "keys.json").read_text())["keys"][0]


def test_invented_key_ids_do_not_become_requests_and_a_new_key_is_found() -> None:
    publisher, moment = Publisher(), [0.0]
    cache = KeyCache(publisher, timer=lambda: moment[0])
    assert cache.find("k1") is not None
    assert [cache.find(f"invented-{n}") for n in range(100)] == [None] * 100
    assert publisher.asked == 1
    publisher.keys = [generate_key("k2")]
    moment[0] = RETRY + 1
    assert cache.find("k2") is not None and cache.find("k1") is None and publisher.asked == 2


def test_grants_count_for_staff_and_services_only() -> None:
    assert EVE.has_perm("commerce.view_order") and EVE.has_perm("catalog.change_product")
    assert not EVE.has_perm("commerce.change_order") and not EVE.has_perm("catalogue.x")
    assert EVE.has_module_perms("catalog") and not EVE.has_module_perms("identity")
    everything = frozenset({"*"})
    assert Principal(kind=Kind.STAFF, id="a", permissions=everything).is_superuser
    for kind in (Kind.CUSTOMER, Kind.GUEST):
        other = Principal(kind=kind, id="a", permissions=everything)
        assert not (other.has_perm("a.b") or other.has_module_perms("a") or other.is_staff or other.is_superuser)


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    monkeypatch.setattr(authentication, "_keys", KeyCache(SIGNER.published))
    monkeypatch.setattr(revocation, "_revoked", {})
    with override_settings(ROOT_URLCONF="chassis.tests.edge", MIDDLEWARE=edge.MIDDLEWARE):
        yield Client()


def ask(client: Client, authorization: str | None) -> Any:
    return client.get("/api/me", headers={} if authorization is None else {"Authorization": authorization})


def test_no_token_is_a_guest_and_a_good_one_its_principal(client: Client) -> None:
    assert ask(client, None).json()["principal"] == "guest"
    assert ask(client, f"Bearer {SIGNER.sign(ANN)}").json()["principal"] == "customer:ann"


@pytest.mark.parametrize("sent", ["Bearer", "Bearer x", "Basic YTpi", "x", "Bearer a b c", "Bearer \x00"])
def test_a_bad_token_is_a_401_and_never_a_guest(client: Client, sent: str) -> None:
    response = ask(client, sent)
    assert response.status_code == 401 and response["WWW-Authenticate"].startswith("Bearer")
    assert response["Content-Type"] == "application/problem+json"


def test_a_staff_token_does_not_open_the_storefront(client: Client) -> None:
    assert ask(client, f"Bearer {SIGNER.sign(EVE)}").status_code == 401


def test_a_revoked_session_is_refused_at_once(client: Client) -> None:
    revocation.watch("identity", lambda principal: principal.session == "s1")
    response = ask(client, f"Bearer {SIGNER.sign(ANN)}")
    assert (response.status_code, response.json()["code"]) == (401, "revoked_token")
    other = Principal(kind=Kind.CUSTOMER, id="ann", session="s2")
    assert ask(client, f"Bearer {SIGNER.sign(other)}").status_code == 200


def test_an_expired_token_says_so_that_the_client_refreshes(client: Client) -> None:
    token = SIGNER.sign(ANN)
    with clock.travel(MAX_LIFETIME):
        response = ask(client, f"Bearer {token}")
    assert (response.status_code, response.json()["code"]) == (401, "expired_token")
