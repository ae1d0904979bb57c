"""A set is bought as one and leaves the shelf in parts; a file is fetched after it was paid for."""

from decimal import Decimal
from typing import Any

import httpx
import pytest

from tests.journeys.conftest import Shop
from tests.journeys.test_guest_checkout import DELIVERY, PAYS, Cart, available
from tests.processes import eventually

pytestmark = [pytest.mark.processes, pytest.mark.timeout(900)]


@pytest.fixture
def german(shop: Shop) -> httpx.Client:
    return shop.view("de")


def in_stock(view: httpx.Client, choices: list[dict[str, Any]]) -> str:
    """The code of an answer of which there is enough."""
    return next(choice["code"] for choice in choices if available(view, choice["sku"]) > 3)


def test_a_set_takes_the_chosen_parts_off_the_shelf(german: httpx.Client) -> None:
    page: dict[str, Any] = eventually(
        lambda: german.get("/products", params={"sku": "SET-CAMP"}).json(), "the set has a page"
    )
    chosen = {option["code"]: in_stock(german, option["choices"]) for option in page["options"]}
    answers = [(option["code"], choice) for option in page["options"] for choice in option["choices"]]
    parts = {choice["sku"] for option, choice in answers if choice["code"] == chosen[option]}
    before = {sku: available(german, sku) for sku in parts}
    cart = Cart(german)
    choices = [{"option": option, "value": value} for option, value in chosen.items()]
    added = german.post(
        f"{cart.path}/lines", json={"sku": "SET-CAMP", "quantity": 2, "choices": choices}, headers=cart.secret
    )
    assert added.status_code == 201, added.text
    (line,) = added.json()["lines"]
    assert {part["sku"] for part in line["components"]} == parts
    german.put(f"{cart.path}/delivery", json=DELIVERY, headers=cart.secret)
    assert cart.ordered(PAYS)["outcome"] == "placed"

    def taken() -> bool:
        return all(available(german, sku) == before[sku] - 2 for sku in parts)

    assert eventually(taken, "both of each part are reserved")


def test_a_file_is_fetched_by_whoever_holds_the_orders_key(german: httpx.Client) -> None:
    cart = Cart(german)
    added = german.post(f"{cart.path}/lines", json={"sku": "PDF-KNOTS"}, headers=cart.secret)
    assert added.status_code == 201, added.text
    german.put(f"{cart.path}/delivery", json={"email": "gerda.gast@mail.example"}, headers=cart.secret)
    placed = cart.ordered(PAYS)
    order = german.get(f"/orders/{placed['order']}", headers=cart.secret).json()
    path, key = f"/downloads/orders/{placed['order']}", {"X-Order-Key": order["access_key"]}
    (found,) = eventually(lambda: german.get(path, headers=key).json(), "the payment has brought the file")
    assert german.get(path).json() == []
    file = httpx.get(f"{str(german.base_url).split('/api/')[0]}{found['url']}")
    assert file.status_code == 200 and file.content.startswith(b"%PDF")
    assert Decimal(german.get(path, headers=key).json()[0]["used"]) == 1
