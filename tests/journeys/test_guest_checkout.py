"""A guest finds something, buys it and sees the order, over all processes of the shop."""

from decimal import Decimal
from typing import Any

import httpx
import pytest

from tests.journeys.conftest import Shop
from tests.processes import eventually

pytestmark = [pytest.mark.processes, pytest.mark.timeout(900)]

PAYS, DECLINED = "4242424242424242", "4000000000000002"
JPEG = b"\xff\xd8\xff"
DELIVERY = {
    "email": "gerda.gast@mail.example",
    "shipping_method": "standard",
    "address": {
        "name": "Gerda Gast",
        "street": "Lindenweg 4",
        "city": "Leipzig",
        "postcode": "04109",
        "country": "DE",
    },
}


@pytest.fixture
def german(shop: Shop) -> httpx.Client:
    return shop.view("de")


def found(view: httpx.Client, query: str) -> dict[str, Any]:
    """The page of the first product found that is in stock; waits for the index of a shop just loaded."""

    def look() -> Any:
        return next(
            (item for item in view.get("/search", params={"q": query}).json()["items"] if item["in_stock"]), None
        )

    page: dict[str, Any] = view.get(f"/products/{eventually(look, f'{query} is found')['slug']}").json()
    return page


def sellable(page: dict[str, Any]) -> str:
    """The SKU of what can be put into a cart and is there."""
    return next(sku for sku, stock in page["availability"].items() if Decimal(stock["available"]) > 2)


def available(view: httpx.Client, sku: str) -> Decimal:
    (item,) = view.get("/availability", params={"sku": sku}).json()["items"]
    return Decimal(item["available"])


class Cart:
    """A guest's cart, with the secret that opens it."""

    def __init__(self, view: httpx.Client) -> None:
        opened = view.post("/carts").json()
        self.view, self.path = view, f"/carts/{opened['id']}"
        self.secret = {"X-Cart-Secret": opened["secret"]}

    def filled(self, sku: str, quantity: int) -> dict[str, Any]:
        """The cart with a line and a delivery, ready to be ordered."""
        added = self.view.post(f"{self.path}/lines", json={"sku": sku, "quantity": quantity}, headers=self.secret)
        assert added.status_code == 201, added.text
        complete = self.view.put(f"{self.path}/delivery", json=DELIVERY, headers=self.secret)
        assert complete.status_code == 200, complete.text
        body: dict[str, Any] = complete.json()
        return body

    def ordered(self, card: str) -> dict[str, Any]:
        """What became of ordering it."""
        self.view.post(f"{self.path}/place", json={"payment_source": card}, headers=self.secret)
        return self.outcome()

    def outcome(self, view: httpx.Client | None = None) -> dict[str, Any]:
        """How its placement ended; `view` is whoever's it is by now."""

        def settled() -> Any:
            body = (view or self.view).get(f"{self.path}/place", headers=self.secret).json()
            return body if body.get("outcome") not in (None, "pending") else None

        body: dict[str, Any] = eventually(settled, "the placement has an outcome")
        return body


def test_a_guest_browses_in_the_views_language(german: httpx.Client) -> None:
    tree = german.get("/categories").json()["items"]
    assert [department["name"] for department in tree] == [
        "Outdoor",
        "Bekleidung",
        "Wohnen",
        "Küche",
        "Services",
        "Kleine Geschenke",
    ]
    page = found(german, "Zelt")
    assert "Zelt" in page["name"]
    assert page["price"]["currency"] == "EUR"
    picture = httpx.get(str(german.base_url.join(page["media"][0]["url"])))
    assert picture.headers["content-type"] == "image/jpeg"
    assert picture.content.startswith(JPEG)


def test_an_order_is_placed_paid_and_taken_out_of_stock_once(german: httpx.Client) -> None:
    page = found(german, "Becher")
    sku = sellable(page)
    before = available(german, sku)
    cart = Cart(german)
    totals = cart.filled(sku, 2)["totals"]
    assert Decimal(totals["total"]) == Decimal(totals["subtotal"]) + Decimal(totals["shipping"]) > 0

    placed = cart.ordered(PAYS)
    assert placed["outcome"] == "placed", placed

    def paid() -> Any:
        order = german.get(f"/orders/{placed['order']}", headers=cart.secret).json()
        return order if order["payment_state"] == "paid" else None

    order = eventually(paid, "the order is paid")
    assert order["number"] == placed["number"]
    assert Decimal(order["captured"]) == Decimal(order["total"]) == Decimal(totals["total"])
    assert [(line["sku"], Decimal(line["quantity"])) for line in order["lines"]] == [(sku, Decimal(2))]
    assert order["delivery"]["name"] == "Gerda Gast"
    eventually(lambda: available(german, sku) == before - 2, "two fewer are for sale")

    again = german.post(f"{cart.path}/place", json={"payment_source": PAYS}, headers=cart.secret).json()
    assert (again["order"], again["number"]) == (placed["order"], placed["number"])
    assert available(german, sku) == before - 2


def test_a_strangers_secret_opens_neither_cart_nor_order(german: httpx.Client) -> None:
    cart, stranger = Cart(german), Cart(german)
    cart.filled(sellable(found(german, "Becher")), 1)
    placed = cart.ordered(PAYS)
    assert german.get(cart.path, headers=stranger.secret).status_code == 404
    assert german.get(f"/orders/{placed['order']}", headers=stranger.secret).status_code == 404
    assert german.get(f"/orders/{placed['order']}", headers=cart.secret).status_code == 200


def test_a_declined_card_leaves_the_cart_open_and_the_stock_untouched(german: httpx.Client) -> None:
    sku = sellable(found(german, "Becher"))
    before = available(german, sku)
    cart = Cart(german)
    cart.filled(sku, 1)
    answer = german.post(f"{cart.path}/place", json={"payment_source": DECLINED}, headers=cart.secret)
    assert answer.status_code == 402, answer.text
    assert answer.json()["reason"] == "card_declined"
    assert answer.json()["order"] is None

    def open_again() -> bool:
        return bool(german.get(cart.path, headers=cart.secret).json()["state"] == "open")

    eventually(open_again, "the cart is open again")
    eventually(lambda: available(german, sku) == before, "what was reserved is for sale again")
    assert cart.ordered(PAYS)["outcome"] == "placed"


def test_prices_and_language_follow_the_view(shop: Shop) -> None:
    german, swiss = found(shop.view("de"), "Zelt"), found(shop.view("ch"), "Zelt")
    assert (german["price"]["currency"], swiss["price"]["currency"]) == ("EUR", "CHF")


def test_sign_ins_are_written_for_people_and_only_for_their_owner(shop: Shop) -> None:
    logins = shop.state / "logins.txt"
    assert "ada@" in logins.read_text()
    assert logins.read_text().splitlines()[0] in shop.printed.read_text()
    assert logins.stat().st_mode & 0o077 == 0
