"""Wishlists belong to their customer, hold a product once, and are shared by a link that can be taken back."""

from typing import Any
from uuid import UUID

import pytest
from rest_framework.test import APIClient

from catalog.catalog.wishlists import commands
from catalog.tests import shop
from chassis.access.principal import Kind, Principal
from chassis.ids import new_id

pytestmark = pytest.mark.django_db(databases=["catalog"])
LISTS = "/api/v1/en/wishlists"


@pytest.fixture(autouse=True)
def _shop(db: Any) -> None:
    shop.structure()
    shop.simple("K1", "Knife", price="10")
    shop.configurable("C1", "Pan")


def as_customer(customer: UUID | None = None) -> APIClient:
    http = APIClient()
    http.force_authenticate(user=Principal(kind=Kind.CUSTOMER, id=str(customer or new_id()), channel_group="eu"))  # type: ignore[arg-type]
    return http


@pytest.fixture
def mine() -> APIClient:
    return as_customer()


def made(http: APIClient, name: str = "Kitchen") -> str:
    answer = http.post(LISTS, {"name": name}, format="json")
    assert answer.status_code == 201, answer.content
    return f"{LISTS}/{answer.json()['id']}"


def test_a_product_and_a_variant_are_on_a_list_once_each_with_price_and_stock(mine: APIClient) -> None:
    path = made(mine)
    for sku in ("K1", "C1-s1", "k1"):
        assert mine.post(f"{path}/items", {"sku": sku}, format="json").status_code == 201
    items = mine.get(f"{path}/items").json()["items"]
    assert [(item["sku"], item["product"]["slug"]) for item in items] == [("C1-s1", "pan"), ("K1", "knife")]
    assert items[1]["product"]["price"]["amount"] == "10.00"


def test_what_is_taken_off_is_gone_and_a_stale_edit_is_refused(mine: APIClient) -> None:
    path = made(mine)
    mine.post(f"{path}/items", {"sku": "K1"}, format="json")
    assert mine.delete(f"{path}/items/K1", headers={"If-Match": '"v1"'}).status_code == 412
    assert mine.delete(f"{path}/items/K1", headers={"If-Match": '"v2"'}).status_code == 200
    assert mine.get(f"{path}/items").json()["items"] == []
    assert mine.delete(f"{path}/items/K1").status_code == 400


def test_a_list_is_nobody_elses(mine: APIClient) -> None:
    path, other = made(mine), as_customer()
    assert other.get(f"{path}/items").status_code == 404
    assert other.post(f"{path}/items", {"sku": "K1"}, format="json").status_code == 404
    assert other.patch(path, {"name": "Mine"}, format="json").status_code == 404
    assert other.delete(path).status_code == 404
    assert other.get(LISTS).json()["items"] == []
    assert APIClient().get(LISTS).status_code == 401


def test_a_list_is_shared_by_a_link_until_that_is_taken_back(mine: APIClient) -> None:
    path = made(mine)
    mine.post(f"{path}/items", {"sku": "K1"}, format="json")
    share = mine.patch(path, {"shared": True}, format="json").json()["share"]
    seen = APIClient().get(f"{LISTS}/shared/{share}").json()
    assert (seen["name"], [item["sku"] for item in seen["items"]]) == ("Kitchen", ["K1"])
    mine.patch(path, {"shared": False}, format="json")
    assert APIClient().get(f"{LISTS}/shared/{share}").status_code == 404
    assert APIClient().get(f"{LISTS}/shared/").status_code == 404


def test_lists_and_what_is_on_them_are_limited(mine: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "MOST_ITEMS", 1)
    monkeypatch.setattr(commands, "MOST_LISTS", 2)
    path = made(mine)
    mine.post(f"{path}/items", {"sku": "K1"}, format="json")
    assert mine.post(f"{path}/items", {"sku": "C1-s0"}, format="json").json()["code"] == "too_many_wishes"
    made(mine, "Second")
    assert mine.post(LISTS, {"name": "Third"}, format="json").status_code == 409


def test_a_list_can_be_renamed_and_removed(mine: APIClient) -> None:
    path = made(mine)
    assert mine.patch(path, {"name": "Home"}, format="json").json()["name"] == "Home"
    assert mine.delete(path).status_code == 204
    assert mine.get(f"{path}/items").status_code == 404
