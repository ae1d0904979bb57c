"""A customer is one of a channel group: another shop's token opens, lists and claims nothing here."""

from typing import Any
from uuid import UUID

import pytest
from rest_framework.test import APIClient

from chassis.access import authentication, groups
from chassis.access.principal import Kind, Principal
from chassis.access.tokens import Signer, generate_key
from chassis.clock import now
from chassis.ids import new_id
from chassis.messages import Message
from chassis.subscriptions import Received
from commerce.checkout import commands
from commerce.checkout.commands import Shopper
from commerce.checkout.models import Cart, ChannelCopy, ViewCopy
from commerce.subscriptions import SUBSCRIPTIONS
from commerce.tests.conftest import a_ready_cart
from contracts.identity import ChannelGroupChanged

pytestmark = pytest.mark.django_db(databases=["commerce"])
SIGNER = Signer([generate_key("k1")], issuer="sixfold")
ANN = new_id()


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    authentication.bind_keys(SIGNER.published)
    monkeypatch.setattr(groups, "REMEMBER_SECONDS", 0.0)


def http(group: str, *, customer: UUID = ANN, secret: str = "") -> APIClient:
    token = SIGNER.sign(Principal(kind=Kind.CUSTOMER, id=str(customer), channel_group=group))
    headers = {"HTTP_AUTHORIZATION": f"Bearer {token}"}
    if secret:
        headers["HTTP_X_CART_SECRET"] = secret
    return APIClient(**headers)


def tell(group: str, *, version: int, channel: str = "home") -> None:
    (handler,) = [row.handler for row in SUBSCRIPTIONS if row.type == "identity.channel_group_changed"]
    message = Message(
        id=new_id(), type="identity.channel_group_changed", version=1, occurred_at=now(),
        aggregate_type="channel_group", aggregate_id=channel, aggregate_version=version,
    )  # fmt: skip
    handler([Received(event=ChannelGroupChanged(channel=channel, group=group), message=message)])


def said(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


REFUSED = (403, "other_channel_group")


def test_a_token_of_another_group_opens_and_claims_no_cart(shop: str) -> None:
    mine, _ = commands.open_cart(view=shop, shopper=Shopper(customer=ANN))
    guest, shopper = a_ready_cart()
    foreign = http("abroad", secret=shopper.secret)
    assert said(foreign.post(f"/api/v1/{shop}/carts")) == REFUSED
    assert said(foreign.get(f"/api/v1/{shop}/carts/{mine.id}")) == REFUSED
    assert said(foreign.post(f"/api/v1/{shop}/carts/{guest.id}/claim")) == REFUSED
    assert said(foreign.get(f"/api/v1/{shop}/orders")) == REFUSED
    assert Cart.objects.get(id=guest.id).customer is None
    assert said(http("home", secret=shopper.secret).post(f"/api/v1/{shop}/carts/{guest.id}/claim"))[0] == 200


def test_channels_of_one_group_share_their_customers(shop: str) -> None:
    ChannelCopy.objects.create(code="alps", currency="EUR", countries=["AT"], version=1)
    ViewCopy.objects.create(code="at", channel="alps", locale="de_AT", version=1)
    assert said(http("home").get("/api/v1/at/carts")) == REFUSED
    tell("home", version=1, channel="alps")
    assert said(http("home").get("/api/v1/at/carts"))[0] == 200
    assert said(http("alps").get("/api/v1/at/carts")) == REFUSED


def test_the_newest_word_about_a_channel_counts_however_it_arrives(shop: str) -> None:
    tell("world", version=2)
    tell("europe", version=1)
    assert said(http("world").get(f"/api/v1/{shop}/carts"))[0] == 200


def test_a_guest_and_a_view_that_is_not_known_are_no_question_of_groups(shop: str) -> None:
    assert APIClient().post(f"/api/v1/{shop}/carts").status_code == 201
    assert said(http("home").post("/api/v1/nowhere/carts")) == (404, "unknown_view")


def test_whose_customers_a_view_lets_in_is_remembered_for_a_while(
    shop: str, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    monkeypatch.setattr(groups, "REMEMBER_SECONDS", 60.0)
    principal = Principal(kind=Kind.CUSTOMER, id=str(ANN), channel_group="home")
    for queries in (1, 0):
        with django_assert_num_queries(queries, using="commerce"):
            groups.demand_group("commerce", shop, principal)
    for _ in range(2):
        with django_assert_num_queries(1, using="commerce"):
            groups.demand_group("commerce", "nowhere", principal)
