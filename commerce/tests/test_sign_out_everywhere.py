"""A customer who was signed out everywhere is signed out here too, although the sessions are another domain's."""

from datetime import timedelta

import pytest
from django.db import DatabaseError
from rest_framework.test import APIClient

from chassis import clock
from chassis.access import authentication, revocation
from chassis.access.principal import Kind, Principal
from chassis.access.revocation import Revocations
from chassis.access.tokens import Signer, generate_key
from chassis.ids import new_id
from chassis.subscriptions import Received
from commerce.models import RevokedPrincipal
from commerce.subscriptions import SUBSCRIPTIONS
from contracts.identity import SessionsRevoked

pytestmark = pytest.mark.django_db(databases=["commerce"])
SIGNER = Signer([generate_key("k1")], issuer="sixfold")
ANN_ID = new_id()
ANN = Principal(kind=Kind.CUSTOMER, id=str(ANN_ID), session="s1", channel_group="home")


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    authentication.bind_keys(SIGNER.published)
    monkeypatch.setattr(revocation, "_revoked", {"commerce": Revocations("commerce")})
    monkeypatch.setattr(revocation, "LOOK_SECONDS", 0.0)


def tell(*events: SessionsRevoked) -> None:
    (handler,) = [row.handler for row in SUBSCRIPTIONS if row.type == "identity.sessions_revoked"]
    handler([Received(event=event, message=None) for event in events])  # type: ignore[arg-type]


def status(token: str) -> tuple[int, str]:
    answer = APIClient().get("/api/v1/en/orders", headers={"Authorization": f"Bearer {token}"})
    return answer.status_code, answer.json().get("code", "")


def test_tokens_from_before_are_refused_and_a_new_sign_in_is_not(shop: str) -> None:
    before = SIGNER.sign(ANN)
    assert status(before) == (200, "")
    with clock.travel(timedelta(milliseconds=20)):
        tell(SessionsRevoked(principal=ANN_ID, before=clock.now()))
        assert status(before) == (401, "revoked_token")
    with clock.travel(timedelta(milliseconds=40)):
        assert status(SIGNER.sign(ANN)) == (200, "")
    another = Principal(kind=Kind.CUSTOMER, id=str(new_id()), session="s2", channel_group="home")
    assert status(SIGNER.sign(another)) == (200, "")


def test_late_and_repeated_events_leave_the_latest_sign_out_standing(shop: str) -> None:
    now = clock.now()
    tell(SessionsRevoked(principal=ANN_ID, before=now), SessionsRevoked(principal=ANN_ID, before=now))
    tell(SessionsRevoked(principal=ANN_ID, before=now - timedelta(minutes=3)))
    assert RevokedPrincipal.objects.get().before == now


def test_what_no_token_can_outlive_is_forgotten(shop: str) -> None:
    tell(SessionsRevoked(principal=new_id(), before=clock.now() - timedelta(hours=1)))
    tell(SessionsRevoked(principal=ANN_ID, before=clock.now()))
    assert [row.principal for row in RevokedPrincipal.objects.all()] == [ANN_ID]


def test_a_database_that_is_away_neither_opens_nor_closes_the_door(shop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    revoked = Revocations("commerce")
    tell(SessionsRevoked(principal=ANN_ID, before=clock.now()))
    assert revoked(ANN)

    def away(_: str) -> None:
        raise DatabaseError

    monkeypatch.setattr(revocation, "_table", away)
    assert revoked(ANN) and not revoked(Principal(kind=Kind.CUSTOMER, id=str(new_id())))
