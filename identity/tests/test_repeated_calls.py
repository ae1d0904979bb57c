"""Idempotency keys of calls by which somebody signs in or out: they repeat nothing and weaken nothing."""

from typing import Any

import pytest
from django.test import Client

from identity.auth import attempts
from identity.auth.models import Attempt, SignIn
from identity.customer.models import Customer
from identity.tests.conftest import PASSWORD, make_customer

pytestmark = pytest.mark.django_db(databases=["identity"])


def send(path: str, body: dict[str, Any], *, key: str, method: str = "post", token: str = "") -> Any:
    headers = {"Idempotency-Key": key} | ({"Authorization": f"Bearer {token}"} if token else {})
    call = getattr(Client(), method)
    return call(f"/api/v1/de/{path}", body, content_type="application/json", headers=headers)


def test_a_sign_in_sent_twice_begins_one_session_and_its_tokens_are_not_kept(view: str) -> None:
    make_customer()
    body = {"email": "ann@example.org", "password": PASSWORD}
    first, again = send("sessions", body, key="k1"), send("sessions", body, key="k1")
    assert (first.status_code, again.status_code) == (201, 409)
    assert again.json()["code"] == "idempotency_answer_withheld"
    assert SignIn.objects.count() == 1


def test_a_key_does_not_undo_the_count_of_a_wrong_password(view: str) -> None:
    make_customer()
    body = {"email": "ann@example.org", "password": "wrong"}
    answers = [send("sessions", body, key="k1").status_code for _ in range(attempts.MOST + 1)]
    assert answers == [401] * attempts.MOST + [429]
    assert Attempt.objects.get().failures == attempts.MOST


def test_two_shoppers_with_one_key_do_not_meet(view: str) -> None:
    for email in ("ann@example.org", "bob@example.org"):
        body = {"email": email, "password": PASSWORD, "name": "A"}
        assert send("customers", body, key="1").status_code == 202
    assert Customer.objects.count() == 2


def test_a_refresh_with_a_key_gives_the_next_tokens_and_a_sign_out_ends_the_session(view: str) -> None:
    make_customer()
    tokens = send("sessions", {"email": "ann@example.org", "password": PASSWORD}, key="k1").json()
    fresh = send("sessions/refresh", {"refresh_token": tokens["refresh_token"]}, key="k2")
    assert fresh.status_code == 200 and fresh.json()["refresh_token"] != tokens["refresh_token"]
    token = fresh.json()["access_token"]
    assert send("sessions/current", {}, key="k3", method="delete", token=token).status_code == 204
    assert send("sessions/revoke-all", {}, key="k4", token=token).status_code == 401
