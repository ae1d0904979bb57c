"""Signing in, refreshing, signing out: what a client sees."""

import json
import threading
from datetime import timedelta

import pytest
from argon2 import Type, extract_parameters
from django.db import connections

from chassis import clock
from chassis.access.principal import Kind
from chassis.messages import decode_event, decode_message
from chassis.testing import drain
from chassis.unit_of_work import unit_of_work
from contracts.identity import SessionsRevoked
from identity.auth import attempts, credentials, keys, sessions
from identity.auth.models import RefreshToken, SignIn, SigningKey
from identity.customer.commands import block_customer
from identity.customer.models import Customer
from identity.customer.queries import principal_for
from identity.messaging import OutboxEvent
from identity.tests.conftest import PASSWORD, make_customer, make_migrated_customer, post, sign_in

pytestmark = pytest.mark.django_db(databases=["identity"])
MD5_1 = "2f6783ec38e2acfccad32334f82a592f:xy"
MD5_2 = "47e892f7e8095ac2b6d6c41a64b6a997:abcdefghijklmnopqrstuvwxyz012345:0"
MAGENTO_PASSWORD = "Correct Horse 1"


def bearer(session):
    return {"Authorization": f"Bearer {session['access_token']}"}


def refreshed(client, token):
    return post(client, "sessions/refresh", {"refresh_token": token})


def test_registering_then_signing_in_opens_the_profile(client, view):
    body = {"email": "Ann@Example.org", "password": PASSWORD, "name": "Ann Müller"}
    assert post(client, "customers", body).status_code == 202
    session = sign_in(client, "ann@example.ORG")
    me = client.get("/api/v1/de/customers/me", headers=bearer(session))
    assert me.status_code == 200
    assert me.json()["name"] == "Ann Müller"
    assert me["ETag"] == '"v1"'


def test_nothing_personal_is_readable_in_the_database(view):
    customer = make_customer()
    with connections["identity"].cursor() as cursor:
        cursor.execute("SELECT to_jsonb(c)::text FROM customers.identity_customer c WHERE id = %s", [customer.id])
        (row,) = cursor.fetchone()
    assert "ann@example.org" not in row and "Ann" not in row and PASSWORD not in row


def test_wrong_password_and_unknown_address_get_the_same_answer(client, view):
    make_customer()
    block_customer(make_customer("blocked@example.org").id)
    make_migrated_customer(None, email="nopassword@example.org")
    answers = [
        post(client, "sessions", {"email": email, "password": password})
        for email, password in (
            ("ann@example.org", "wrong"),
            ("nobody@example.org", PASSWORD),
            ("blocked@example.org", PASSWORD),
            ("nopassword@example.org", PASSWORD),
        )
    ]
    seen = {
        (a.status_code, tuple(sorted((k, v) for k, v in a.json().items() if k != "correlation_id"))) for a in answers
    }
    assert len(seen) == 1
    assert answers[0].status_code == 401


@pytest.mark.parametrize("stored", [None, "unknown", MD5_2, "native"])
def test_a_refused_sign_in_always_costs_one_native_hash(monkeypatch, view, stored):
    verified = []
    real = credentials._matches
    monkeypatch.setattr(credentials, "_matches", lambda p, s: verified.append(s) or real(p, s))
    stored = credentials.hash_password(PASSWORD) if stored == "native" else stored
    assert not credentials.check("wrong", stored).right
    assert len(verified) == 1


def test_registering_a_taken_address_changes_nothing_and_says_nothing(client, view):
    make_customer()
    body = {"email": "ANN@example.org", "password": "another password", "name": "Eve"}
    taken = post(client, "customers", body)
    fresh = post(client, "customers", {**body, "email": "new@example.org"})
    assert (taken.status_code, taken.content) == (fresh.status_code, fresh.content)
    assert Customer.objects.count() == 2
    assert post(client, "sessions", {"email": "ann@example.org", "password": "another password"}).status_code == 401
    assert sign_in(client)["customer"]


@pytest.mark.parametrize("stored", [MD5_1, MD5_2])
def test_a_magento_password_signs_in_and_is_upgraded_at_once(client, view, stored):
    customer = make_migrated_customer(stored)
    sign_in(client, "old@example.org", MAGENTO_PASSWORD)
    customer.refresh_from_db()
    assert customer.password.startswith("$argon2id$")
    sign_in(client, "old@example.org", MAGENTO_PASSWORD)


def test_a_wrong_password_leaves_a_magento_hash_alone(client, view):
    customer = make_migrated_customer(MD5_2)
    assert post(client, "sessions", {"email": "old@example.org", "password": "wrong"}).status_code == 401
    customer.refresh_from_db()
    assert customer.password == MD5_2


def test_native_hashes_are_argon2id_at_full_cost(real_hashes):
    made = extract_parameters(credentials.hash_password(PASSWORD))
    assert (made.type, made.memory_cost, made.time_cost) == (Type.ID, 64 * 1024, 2)


def test_after_ten_wrong_passwords_the_right_one_waits_too(client, view):
    make_customer()
    for _ in range(attempts.MOST):
        assert post(client, "sessions", {"email": "ann@example.org", "password": "wrong"}).status_code == 401
    locked = post(client, "sessions", {"email": "ann@example.org", "password": PASSWORD})
    assert locked.status_code == 429
    assert locked["Retry-After"] == "900"
    with clock.travel(attempts.PAUSE + timedelta(seconds=1)):
        assert post(client, "sessions", {"email": "ann@example.org", "password": PASSWORD}).status_code == 201


def test_an_unknown_address_is_locked_like_a_known_one(client, view):
    answers = [
        post(client, "sessions", {"email": "nobody@example.org", "password": "wrong"}).status_code
        for _ in range(attempts.MOST + 1)
    ]
    assert answers == [401] * attempts.MOST + [429]


def test_a_successful_sign_in_forgets_the_failed_ones(client, view):
    make_customer()
    for _ in range(2):
        for _ in range(attempts.MOST - 1):
            post(client, "sessions", {"email": "ann@example.org", "password": "wrong"})
        sign_in(client)


def test_refreshing_gives_new_tokens_of_the_same_session(client, view):
    make_customer()
    first = sign_in(client)
    second = refreshed(client, first["refresh_token"])
    assert second.status_code == 200
    assert second.json()["refresh_token"] != first["refresh_token"]
    assert SignIn.objects.count() == 1
    assert refreshed(client, second.json()["refresh_token"]).status_code == 200


def test_a_reused_refresh_token_ends_the_whole_family(client, view):
    make_customer()
    first = sign_in(client)
    second = refreshed(client, first["refresh_token"]).json()
    third = refreshed(client, second["refresh_token"]).json()
    assert refreshed(client, first["refresh_token"]).status_code == 401
    assert refreshed(client, third["refresh_token"]).status_code == 401
    assert SignIn.objects.get().reason == "refresh token reused"
    assert client.get("/api/v1/de/customers/me", headers=bearer(third)).status_code == 401


def test_a_token_reused_later_than_the_grace_ends_the_family_though_its_successor_rests(client, view):
    make_customer()
    first = sign_in(client)
    second = refreshed(client, first["refresh_token"]).json()
    with clock.travel(sessions.GRACE + timedelta(seconds=1)):
        assert refreshed(client, first["refresh_token"]).status_code == 401
        assert refreshed(client, second["refresh_token"]).status_code == 401


def test_a_lost_answer_can_be_asked_for_again(client, view):
    make_customer()
    first = sign_in(client)
    lost = refreshed(client, first["refresh_token"]).json()
    again = refreshed(client, first["refresh_token"])
    assert again.status_code == 200
    assert again.json()["refresh_token"] == lost["refresh_token"]


@pytest.mark.django_db(databases=["identity"], transaction=True)
def test_two_refreshes_at_once_leave_one_successor():
    customer = make_customer()
    with unit_of_work("identity"):
        token = sessions.begin(principal_for(customer)).refresh_token
    gate, found = threading.Barrier(2), []

    def refresh():
        try:
            gate.wait()
            tokens = sessions.refresh(token, kind=Kind.CUSTOMER, load=lambda _: principal_for(customer))
            found.append(tokens.refresh_token)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=refresh) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 2 and len(set(found)) == 1
    assert RefreshToken.objects.count() == 2
    assert RefreshToken.objects.filter(used_at__isnull=True).count() == 1


@pytest.mark.django_db(databases=["identity"], transaction=True)
def test_registrations_at_once_with_one_address_make_one_account():
    gate, failures = threading.Barrier(4), []

    def register():
        try:
            gate.wait()
            make_customer()
        except Exception as error:
            failures.append(type(error).__name__)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=register) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == ["EmailTaken"] * 3
    assert Customer.objects.count() == 1
    assert OutboxEvent.objects.filter(type="identity.customer_registered").count() == 1


def test_a_refresh_token_of_a_customer_is_none_of_staff(client, view):
    make_customer()
    token = sign_in(client)["refresh_token"]
    with pytest.raises(sessions.BadRefreshToken):
        sessions.refresh(token, kind=Kind.STAFF, load=lambda _: pytest.fail("never asked"))


def test_signing_out_ends_this_session_and_no_other(client, view):
    make_customer()
    here, there = sign_in(client), sign_in(client)
    assert client.delete("/api/v1/de/sessions/current", headers=bearer(here)).status_code == 204
    assert client.get("/api/v1/de/customers/me", headers=bearer(here)).status_code == 401
    assert refreshed(client, here["refresh_token"]).status_code == 401
    assert refreshed(client, there["refresh_token"]).status_code == 200


def test_signing_out_everywhere_ends_all_and_tells_the_other_domains(client, view):
    customer = make_customer()
    here, there = sign_in(client), sign_in(client)
    assert post(client, "sessions/revoke-all", {}, **bearer(here)).status_code == 204
    assert refreshed(client, here["refresh_token"]).status_code == 401
    assert refreshed(client, there["refresh_token"]).status_code == 401
    event = OutboxEvent.objects.get(type="identity.sessions_revoked")
    told = decode_event(decode_message(event.message))
    assert told == SessionsRevoked(principal=customer.id, before=told.before)


def test_a_session_ends_when_its_account_is_blocked(client, view):
    customer = make_customer()
    session = sign_in(client)
    block_customer(customer.id)
    assert refreshed(client, session["refresh_token"]).status_code == 401
    assert client.get("/api/v1/de/customers/me", headers=bearer(session)).status_code == 401


def test_a_customer_of_one_shop_is_a_stranger_in_another(client, view):
    make_customer()
    session = sign_in(client)
    assert client.get("/api/v1/en/customers/me", headers=bearer(session)).status_code == 403
    wrong_door = client.post(
        "/api/v1/en/sessions", {"email": "ann@example.org", "password": PASSWORD}, content_type="application/json"
    )
    assert wrong_door.status_code == 401


def test_an_unknown_view_is_a_404(client, view):
    answer = client.post("/api/v1/xx/sessions", {}, content_type="application/json")
    assert answer.status_code == 404
    assert answer.json()["code"] == "unknown_view"


def test_a_new_key_is_published_before_it_signs_and_the_old_one_while_its_tokens_live(client, view):
    make_customer()
    before = sign_in(client)
    old = keys.published()["keys"][0]["kid"]
    new = keys.rotate()
    assert {key["kid"] for key in client.get("/.well-known/jwks.json").json()["keys"]} == {old, new.id}
    assert keys.signer().keys[0]["kid"] == old
    with clock.travel(keys.LEAD + timedelta(seconds=1), ticking=True):
        assert keys.signer().keys[0]["kid"] == new.id
        assert client.get("/api/v1/de/customers/me", headers=bearer(before)).status_code == 200
    with clock.travel(keys.LEAD + keys.TAIL + timedelta(seconds=1)):
        assert [key["kid"] for key in keys.published()["keys"]] == [new.id]


def test_keys_rotate_by_themselves_every_month():
    first = keys.signer().keys[0]["kid"]
    with clock.travel(keys.ROTATE_EVERY + timedelta(minutes=1)):
        drain("identity")
    with clock.travel(keys.ROTATE_EVERY + keys.LEAD + timedelta(minutes=2)):
        second = keys.signer().keys[0]["kid"]
    assert second != first
    with clock.travel(2 * keys.ROTATE_EVERY + keys.LEAD + timedelta(minutes=2)):
        drain("identity")
        assert not SigningKey.objects.filter(id=first).exists()
        assert SigningKey.objects.filter(id=second).exists()


def test_published_keys_hold_nothing_private(client, view):
    keys.rotate()
    for key in client.get("/.well-known/jwks.json").json()["keys"]:
        assert "d" not in key and key["kty"] == "OKP"


@pytest.mark.parametrize(
    "body",
    [{}, {"email": 1}, {"email": "a@b.c", "password": "\ud800"}, {"email": ["x"], "password": {}}, [], "x", None,
     {"email": "a\u0000b", "password": "x"}, {"refresh_token": "\ud800"}, {"email": "x", "password": "x" * 5000}],
)  # fmt: skip
def test_malformed_bodies_are_refused_and_never_a_500(client, view, body):
    for path in ("customers", "sessions", "sessions/refresh"):
        answer = client.post(f"/api/v1/de/{path}", json.dumps(body), content_type="application/json")
        assert 400 <= answer.status_code < 500, (path, answer.content)
