"""Addresses of an older shop lead to where things are now."""

from typing import Any
from uuid import UUID

import pytest
from rest_framework.test import APIClient

from catalog.catalog.forwarding.commands import Forward, forward
from catalog.commands import SaveProduct, save_product
from catalog.product.models import Product
from catalog.tests import shop
from chassis.ids import new_id

pytestmark = pytest.mark.django_db(databases=["catalog"])


@pytest.fixture(autouse=True)
def _shop(db: Any) -> None:
    shop.structure()
    shop.simple("K1", "Knife")


def lead(path: str, kind: str, **more: Any) -> UUID:
    id_ = new_id()
    forward([Forward(id=id_, view="en", path=path, kind=kind, **more)])
    return id_


def ask(path: str, *, view: str = "en") -> Any:
    return APIClient().get(f"/api/v1/{view}/forwarding", {"path": path}).json()


def knife() -> UUID:
    return Product.objects.get(sku="K1").id


def test_an_old_address_leads_to_the_present_one_of_its_product() -> None:
    lead("tools/knife.html", "product", target=knife())
    assert ask("/tools/knife.html") == {"kind": "product", "slug": "knife", "url": None, "permanent": True}
    save_product(SaveProduct(sku="K1", texts={"": {"name": "Knife"}}, channels=("eu",), slugs={"en": "a-better-knife"}))
    assert ask("tools/knife.html")["slug"] == "a-better-knife"


def test_a_variants_old_address_leads_to_its_product() -> None:
    shop.configurable("S", "Shirt")
    lead("shirt-m.html", "product", target=Product.objects.filter(parent__sku="S").first().id)  # type: ignore[union-attr]
    assert ask("shirt-m.html")["slug"] == "shirt"


def test_a_way_over_several_addresses_is_for_good_if_every_step_is() -> None:
    lead("a", "on", to="/b/")
    lead("b", "on", to="c", permanent=False)
    lead("c", "product", target=knife())
    assert (ask("a")["slug"], ask("a")["permanent"], ask("c")["permanent"]) == ("knife", False, True)
    lead("out", "on", to="https://example.com/x?y=1")
    assert ask("out") == {"kind": "url", "slug": None, "url": "https://example.com/x?y=1", "permanent": True}


@pytest.mark.parametrize(("path", "status"), [
    ("nothing", 404), ("circle", 404), ("lost", 404), ("gone", 404), ("", 400), ("\0", 400), ("x" * 400, 404),
])  # fmt: skip
def test_an_address_that_leads_nowhere_is_not_found(path: str, status: int) -> None:
    lead("circle", "on", to="elcric")
    lead("elcric", "on", to="circle")
    lead("lost", "on", to="nowhere")
    lead("gone", "product", target=new_id())
    assert APIClient().get("/api/v1/en/forwarding", {"path": path}).status_code == status


def test_an_address_is_known_in_its_view_only_and_goes_when_it_is_gone() -> None:
    id_ = lead("k.html", "product", target=knife())
    assert ask("k.html", view="de")["code"] == "no_forwarding"
    forward([], gone=[id_])
    assert ask("k.html")["code"] == "no_forwarding"


def test_two_that_exchange_their_paths_do() -> None:
    first, second = lead("one", "product", target=knife()), lead("two", "on", to="https://example.com/")
    forward(
        [
            Forward(id=first, view="en", path="two", kind="product", target=knife()),
            Forward(id=second, view="en", path="one", kind="on", to="https://example.com/"),
        ]
    )
    assert (ask("one")["kind"], ask("two")["kind"]) == ("url", "product")
