"""The first order of a customer of the old shop, over all processes: in with the old password, out with a parcel."""

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.magento.server import MagentoServer
from tests.processes import eventually
from tests.stack import Stack

pytestmark = [pytest.mark.magento, pytest.mark.processes, pytest.mark.timeout(1200)]
EMAIL, PASSWORD = "customer0@example.com", "Passw0rd!0"
PAYS = "4242424242424242"


@pytest.fixture
def stack(tmp_path: Path, django_db_setup: None) -> Iterator[Stack]:
    """A shop that knows nothing yet."""
    stack = Stack(tmp_path, workers=("commerce", "catalog", "logistics", "identity"))
    try:
        stack.start()
        yield stack
    finally:
        stack.stop()


def search(shop: httpx.Client, words: str) -> dict[str, Any]:
    """The first configurable product found that can be bought."""

    def look() -> Any:
        items = shop.get("/search", params={"q": words}).json()["items"]
        return next((item for item in items if item["type"] == "configurable" and item["in_stock"]), None)

    card: dict[str, Any] = eventually(look, f"{words} is found and in stock", within=60)
    return card


def available(shop: httpx.Client, sku: str) -> Decimal:
    (item,) = shop.get("/availability", params={"sku": sku}).json()["items"]
    return Decimal(item["available"])


def answer(response: httpx.Response) -> Any:
    assert response.status_code < 300, f"{response.request.url}: {response.status_code} {response.text[:500]}"
    return response.json()


def sign_in(shop: httpx.Client) -> str:
    body = answer(shop.post("/sessions", json={"email": EMAIL, "password": PASSWORD}))
    return str(body["access_token"])


def test_a_customer_of_the_old_shop_finds_a_variant_and_orders_it(magento: MagentoServer, stack: Stack) -> None:
    stack.run("manage.py", "strangle", "extract", "--source", magento.url)
    stack.run("-m", "tests.magento.delivery", "base", "USD", "US")
    report = stack.run("manage.py", "migration", "report", "--wait", "900")
    assert "customer" in report
    shop = httpx.Client(base_url=f"{stack.base}/api/v1/default", timeout=30)

    shop.headers["Authorization"] = f"Bearer {sign_in(shop)}"
    me = answer(shop.get("/customers/me"))
    assert me["name"] == "Dr. Veronica Q O'Brien Jr."
    (address,) = [a for a in answer(shop.get("/customers/me/addresses"))["items"] if a["default_shipping"]]

    tree = answer(shop.get("/categories"))["items"]
    men = next(category for category in tree if category["name"] == "Men")
    listing = answer(shop.get(f"/categories/{men['slug']}"))
    assert listing["total"] > 50
    assert {item["type"] for item in listing["items"]} >= {"configurable"}

    page = answer(shop.get(f"/products/{search(shop, 'hoodie')['slug']}"))
    assert len(page["variants"]) > 5 and {axis["code"] for axis in page["axes"]} == {"color", "size"}
    sku = next(sku for sku, stock in page["availability"].items() if Decimal(stock["available"] or 0) > 5)
    before = available(shop, sku)

    opened = answer(shop.post("/carts"))
    shop.headers["X-Cart-Secret"] = opened.get("secret") or ""
    cart = f"/carts/{opened['id']}"
    answer(shop.post(f"{cart}/lines", json={"sku": sku, "quantity": "2"}))
    postal = {name: address[name] for name in ("name", "street", "city", "postcode", "region", "country")}
    filled = answer(shop.put(f"{cart}/delivery", json={"email": EMAIL, "address": postal, "shipping_method": "parcel"}))
    price = page["price"]["variants"][sku]
    goods = 2 * Decimal(price.get("amount", page["price"]["amount"]))
    # The old shop's own rule: 8.25 % in Michigan, on top of the price.
    tax = (goods * Decimal("0.0825")).quantize(Decimal("0.01"), ROUND_HALF_UP)
    totals = {name: Decimal(filled["totals"][name]) for name in ("subtotal", "tax")}
    assert totals == {"subtotal": goods + tax, "tax": tax}

    shop.post(f"{cart}/place", json={"payment_source": PAYS})
    placed = eventually(lambda: _outcome(shop, cart), "the placement has an outcome", within=60)
    assert placed["outcome"] == "placed", placed
    order = answer(shop.get(f"/orders/{placed['order']}"))
    assert [(line["sku"], Decimal(line["quantity"])) for line in order["lines"]] == [(sku, Decimal(2))]
    assert Decimal(order["total"]) == Decimal(filled["totals"]["total"])
    eventually(lambda: available(shop, sku) == before - 2, "two fewer are for sale")

    assert placed["order"] in [one["id"] for one in answer(shop.get("/orders"))["items"]]
    shop.headers["Authorization"] = f"Bearer {sign_in(shop)}"  # the same password, now under a hash of our own
    stored = stack.query("identity", "SELECT password FROM customers.identity_customer WHERE id = %s", me["id"])
    assert stored[0][0].startswith("$argon2id$")


def _outcome(shop: httpx.Client, cart: str) -> dict[str, Any] | None:
    body: dict[str, Any] = answer(shop.get(f"{cart}/place"))
    return body if body.get("outcome") not in (None, "pending") else None
