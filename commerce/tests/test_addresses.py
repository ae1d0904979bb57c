"""Addresses: what each country asks of one, and where the invoice goes when the parcel goes elsewhere."""

from typing import Any

import pytest
from rest_framework.response import Response
from rest_framework.test import APIClient

from commerce.checkout.addresses import wrong_parts
from commerce.checkout.commands import Shopper
from commerce.checkout.models import Cart
from commerce.models import Document
from commerce.tests.books import Books
from commerce.tests.conftest import ADDRESS, a_ready_cart
from commerce.tests.test_orders_api import ordered

pytestmark = pytest.mark.django_db(databases=["commerce"])
OFFICE = {"name": "Ada Example", "company": "Example Ltd", "street": "1 Strand", "city": "London", "country": "GB"}


def deliver(cart: Cart, shopper: Shopper, **body: Any) -> Response:
    asked = {"email": "ada@example.org", "address": ADDRESS, "shipping_method": "parcel", **body}
    path = f"/api/v1/{cart.view}/carts/{cart.id}/delivery"
    return APIClient().put(path, asked, format="json", headers={"X-Cart-Secret": shopper.secret})  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("country", "parts", "wrong"),
    [
        ("DE", {"city": "Kassel", "postcode": "34117"}, set()),
        ("DE", {"city": "Kassel", "postcode": "3411"}, {"postcode"}),
        ("DE", {"city": "", "postcode": ""}, {"city", "postcode"}),
        ("GB", {"city": "London", "postcode": "wc2n 5dn"}, set()),
        ("GB", {"city": "London", "postcode": "34117"}, {"postcode"}),
        ("US", {"city": "Fresno", "postcode": "93650", "region": "California"}, set()),
        ("US", {"city": "Fresno", "postcode": "93650", "region": "ca"}, set()),
        ("US", {"city": "Fresno", "postcode": "93650", "region": "Bavaria"}, {"region"}),
        ("US", {"city": "Fresno", "postcode": "93650"}, {"region"}),
        ("US", {"city": "Fresno", "postcode": "10001", "region": "CA"}, {"postcode"}),
        ("HK", {"city": "", "postcode": "", "region": "Kowloon"}, set()),
        ("IE", {"city": "Galway", "postcode": ""}, set()),
        ("QQ", {"city": "Atlantis", "postcode": "1"}, {"country"}),
    ],
)
def test_each_country_asks_what_it_needs(country: str, parts: dict[str, str], wrong: set[str]) -> None:
    assert set(wrong_parts({"street": "1 Road", "country": country, **parts})) == wrong


def test_what_is_wrong_is_told_by_field_and_the_cart_stays_as_it_was(shop: str) -> None:
    cart, shopper = a_ready_cart(lines={"MUG": 1})
    answer = deliver(cart, shopper, address={**ADDRESS, "postcode": "ABC"}, billing_address={**OFFICE, "postcode": "1"})
    told = {one["field"]: one["detail"] for one in answer.json()["errors"]}  # type: ignore[attr-defined]
    assert answer.status_code == 400 and set(told) == {"/address/postcode", "/billing_address/postcode"}
    assert told["/address/postcode"] == "This is no postcode of DE, as 26133 is."
    assert Cart.objects.get(id=cart.id).version == cart.version


def test_the_invoice_goes_where_it_was_asked_to(shop: str, books: Books) -> None:
    cart, shopper = a_ready_cart(lines={"MUG": 1})
    office = {**OFFICE, "postcode": "WC2N 5DN", "region": "", "phone": ""}
    answer = deliver(cart, shopper, billing_address=office)
    assert answer.status_code == 200 and answer.json()["billing_address"] == office  # type: ignore[attr-defined]
    order = ordered(Cart.objects.get(id=cart.id), shopper)
    seen = APIClient().get(f"/api/v1/{shop}/orders/{order.id}", headers={"X-Cart-Secret": shopper.secret}).json()
    assert (seen["billing_address"], seen["delivery"]["city"]) == (office, ADDRESS["city"])
    assert Document.objects.get().buyer["company"] == "Example Ltd"
    assert deliver(a_ready_cart()[0], Shopper()).status_code == 404
