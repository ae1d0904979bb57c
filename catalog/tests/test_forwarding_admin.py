"""Addresses that lead on are listed, added and removed by staff, who name things as they know them."""

from typing import Any

import pytest
from django.test import Client

from catalog.catalog.forwarding.models import Forwarding
from catalog.commands import SaveProduct, save_product
from catalog.messaging import History
from catalog.product.models import Product, Slug
from catalog.tests import shop
from chassis.admin.testing import sign_in_as

pytestmark = pytest.mark.django_db(databases=["catalog"])
FORWARDINGS, ADDRESSES = "/admin/catalog/forwarding/", "/admin/catalog/slug/"


@pytest.fixture(autouse=True)
def _shop(db: Any, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    shop.structure()
    shop.simple("K1", "Knife")
    return sign_in_as(monkeypatch, "catalog.*")


def add(client: Client, **more: Any) -> Any:
    facts = {"view": "en", "path": "/tools/knife.html", "kind": "product", "leads_to": "K1", "permanent": "on"}
    return client.post(f"{FORWARDINGS}add/", {**facts, **more})


def ask(client: Client, path: str = "tools/knife.html") -> Any:
    return client.get("/api/v1/en/forwarding", {"path": path}).json()


def test_an_old_path_leads_to_a_product_that_staff_named_by_its_sku(client: Client) -> None:
    assert add(client).status_code == 302
    assert ask(client)["slug"] == "knife"
    row = Forwarding.objects.get()
    assert History.objects.get(aggregate_id=str(row.pk)).action == "add"
    assert "K1" in client.get(FORWARDINGS).content.decode()
    page = f"{FORWARDINGS}{row.pk}/change/"
    assert 'value="K1"' in client.get(page).content.decode()
    facts = {"view": "en", "path": row.path, "kind": "on", "leads_to": "https://example.org/", "permanent": ""}
    client.post(page, facts)
    assert ask(client) == {"kind": "url", "slug": None, "url": "https://example.org/", "permanent": False}
    client.post(f"{FORWARDINGS}{row.pk}/delete/", {"post": "yes"})
    assert ask(client)["code"] == "no_forwarding"


@pytest.mark.parametrize(
    "wrong",
    [
        {"leads_to": "NONE"},
        {"kind": "category"},
        {"kind": "on", "leads_to": "tools/knife.html/"},
        {"kind": "on", "leads_to": "javascript://alert"},
        {"view": "fr"},
        {"path": "/"},
        {"path": "a\0b"},
    ],
)
def test_an_address_that_would_lead_nowhere_is_refused(client: Client, wrong: dict[str, str]) -> None:
    assert add(client, **wrong).status_code in (200, 302)
    assert not Forwarding.objects.exists()


def test_a_path_leads_to_one_place(client: Client) -> None:
    add(client)
    add(client, path="tools/knife.html/", kind="category", leads_to="knives")
    assert Forwarding.objects.get().kind == "product"


def test_a_former_address_is_added_listed_and_given_up_and_the_present_one_stays(client: Client) -> None:
    client.post(f"{ADDRESSES}add/", {"view": "en", "slug": "messer", "kind": "product", "leads_to": "k1"})
    former = Slug.objects.get(slug="messer")
    assert former.target == Product.objects.get(sku="K1").id and not former.current
    assert client.get("/api/v1/en/products/messer")["Location"].endswith("/knife")
    assert "messer" in client.get(f"{ADDRESSES}?current__exact=0").content.decode()
    present = Slug.objects.get(slug="knife", view="en")
    for row in (present, former):
        client.post(f"{ADDRESSES}{row.pk}/delete/", {"post": "yes"})
    ids = [str(present.pk)]
    client.post(ADDRESSES, {"action": "delete_selected", "_selected_action": ids, "post": "yes"})
    assert Slug.objects.filter(pk=present.pk).exists() and not Slug.objects.filter(pk=former.pk).exists()
    assert client.get("/api/v1/en/products/messer").status_code == 404
    client.post(f"{ADDRESSES}add/", {"view": "en", "slug": "knife", "kind": "product", "leads_to": "K1"})
    assert Slug.objects.get(slug="knife", view="en").current


def test_an_address_that_changed_is_among_the_former_ones(client: Client) -> None:
    save_product(SaveProduct(sku="K1", texts={"": {"name": "Knife"}}, channels=("eu",), slugs={"en": "fine-knife"}))
    listed = client.get(f"{ADDRESSES}?current__exact=0&view=en").context["cl"].result_list
    assert [row.slug for row in listed] == ["knife"]


def test_who_only_looks_neither_adds_nor_removes(client: Client, _shop: set[str]) -> None:
    add(client)
    _shop.clear()
    _shop.add("*.*.view")
    add(client, path="other.html")
    row = Forwarding.objects.get()
    client.post(f"{FORWARDINGS}{row.pk}/delete/", {"post": "yes"})
    assert Forwarding.objects.get().path == "tools/knife.html"
