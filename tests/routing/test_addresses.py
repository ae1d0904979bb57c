"""Pages at addresses of the old shop: led to ours or passed on if the old shop had them, nothing else."""

from collections.abc import Callable

import pytest
from django.test import Client

from contracts.dialect import OldAddress
from strangler.routing.flags import LEGACY, OURS
from tests.routing.conftest import Domains, turn
from tests.routing.old_shop import OldShop

pytestmark = pytest.mark.django_db(databases=["platform", "catalog"])
PAGE = "/joust-duffle-bag.html"


@pytest.fixture(autouse=True)
def ready(shop: OldShop, domains: Domains, followed: Callable[[float], None]) -> None:
    domains.addresses["joust-duffle-bag.html"] = OldAddress(url="https://shop.example/products/joust", permanent=True)
    followed(0)


def test_a_page_that_the_old_shop_had_is_passed_on_until_it_is_moved_over(shop: OldShop) -> None:
    shop.raw, shop.headers = b"<h1>Joust</h1>", [("Content-Type", "text/html")]
    answer = Client().get(PAGE)
    assert (answer.status_code, answer.getvalue(), answer["X-Answered-By"]) == (200, b"<h1>Joust</h1>", "legacy")
    turn("reads.address", OURS)
    answer = Client().get(f"{PAGE}?utm=x")
    assert (answer.status_code, answer["Location"]) == (301, "https://shop.example/products/joust?utm=x")


def test_while_only_some_are_moved_over_no_browser_keeps_it_for_good() -> None:
    turn("reads.address", OURS, 99)
    client = Client()
    client.cookies["sixfold_place"] = "0"
    assert client.get(PAGE).status_code == 302
    client.cookies["sixfold_place"] = "9950"
    assert client.get(PAGE).status_code == 200


def test_a_page_that_nobody_had_is_a_404_and_bothers_nobody(shop: OldShop) -> None:
    for path in ("/no-such-page.html", "/", "/admin/../x", "/app/etc/env.php", "/..%2fetc"):
        assert Client().get(path).status_code in (302, 404)
    assert Client().post(PAGE).status_code == 404
    assert shop.received == []


def test_without_a_storefront_or_health_the_old_shop_goes_on(
    shop: OldShop, domains: Domains, followed: Callable[[float], None]
) -> None:
    turn("reads.address", OURS)
    domains.addresses["joust-duffle-bag.html"] = OldAddress(url="", permanent=True)
    assert Client().get(PAGE)["X-Answered-By"] == "legacy"
    domains.addresses["joust-duffle-bag.html"] = OldAddress(url="https://x.example/", permanent=True)
    followed(3600)
    assert Client().get(PAGE)["X-Answered-By"] == "legacy"
    domains.broken = True
    assert Client().get(PAGE)["X-Answered-By"] == "legacy"
    turn("reads.address", LEGACY)
