"""What exists in a fuzzed shop, and the configuration by which the fuzzer mixes it with what does not."""

import json
from dataclasses import dataclass
from typing import Any

from tests import shelves
from tests.processes import eventually
from tests.shoppers import PASSWORD, Shopper, customer, ok, sign_in
from tests.stack import Stack

SIGNED_OUT = ("sign_out", "sign_out_everywhere")
"""Operations that end the session of whoever calls them: they get a customer of their own."""


@dataclass(frozen=True, kw_only=True)
class Subjects:
    """Ids of real things, and who may touch them."""

    token: str
    other_token: str
    secret: str
    carts: list[str]
    lines: list[str]
    orders: list[str]
    numbers: list[str]
    addresses: list[str]
    returns: list[str]
    refresh_tokens: list[str]


def furnish(stack: Stack) -> Subjects:
    """Products, stock, customers, a cart of a guest and one of a customer, an order, an address, a return."""
    shelves.stock(stack, MUG=1_000_000, TENT=1_000)
    stack.run("-m", "tests.fuzz.goods")
    token, other = (customer(stack, f"{name}@example.org") for name in ("ada", "bea"))
    guest = Shopper.at(stack.base).fill({"MUG": 2, "POT-red": 1})
    known = Shopper.at(stack.base, token=token).fill({"TENT": 1})
    buyer = Shopper.at(stack.base, token=token).fill({"MUG": 3})
    placed = buyer.place()
    assert placed["outcome"] == "placed", placed
    address = {"name": "Ada", "street": "Lindenweg 1", "city": "Kassel", "country": "DE"}
    entry = ok(known.http.post("/customers/me/addresses", json=address))
    order = ok(buyer.http.get(f"/orders/{placed['order']}"))
    wish = {"order_number": order["number"], "reason": "too blue", "lines": [_line(order)]}
    asked = eventually(lambda: _created(buyer, wish), "a return of the order asked for", within=60)
    cart = ok(guest.http.get(f"/carts/{guest.cart}"))
    return Subjects(
        token=token,
        other_token=other,
        secret=guest.http.headers["X-Cart-Secret"],
        carts=[guest.cart, known.cart, buyer.cart],
        lines=[line["id"] for line in cart["lines"]],
        orders=[placed["order"]],
        numbers=[order["number"]],
        addresses=[entry["id"]],
        returns=[asked["id"]],
        refresh_tokens=[sign_in(stack, "bea@example.org")["refresh_token"] for _ in range(20)],
    )


def configuration(subjects: Subjects, *, examples: int, seed: int) -> str:
    """The fuzzer's own settings file. Real values are drawn more often than not; the rest is the fuzzer's invention."""
    pools: dict[str, list[Any]] = {
        "views": ["en", "de"],
        "skus": ["MUG", "TENT", "POT", "POT-red"],
        "slugs": ["mug", "cooking-pot", "kitchen"],
        "words": ["mug", "pot", "coking"],
        "secrets": [subjects.secret],
        "methods": ["parcel"],
        "cards": ["4242424242424242", "4000000000000002"],
        "carts": subjects.carts,
        "cart_lines": subjects.lines,
        "orders": subjects.orders,
        "numbers": subjects.numbers,
        "addresses": subjects.addresses,
        "returns": subjects.returns,
        "categories": ["kitchen"],
        "emails": ["ada@example.org", "bea@example.org", "eve@example.org"],
        "passwords": [PASSWORD],
        "refresh_tokens": subjects.refresh_tokens,
        "countries": ["DE", "AT"],
    }
    bindings = {
        "path.view": "views", "path.cart": "carts", "path.line": "cart_lines", "path.order": "orders",
        "path.slug": "slugs", "path.address": "addresses", "path.id": "returns", "query.sku": "skus",
        "query.q": "words", "header.X-Cart-Secret": "secrets", "body.sku": "skus", "body.shipping_method": "methods",
        "body.payment_source": "cards", "body.order_number": "numbers",
        "body.email": "emails", "body.password": "passwords", "body.refresh_token": "refresh_tokens",
        "body.country": "countries", "body.address.country": "countries", "query.country": "countries",
    }  # fmt: skip
    lines = [
        f"seed = {seed}",
        "continue-on-failure = true",
        "request-timeout = 30",
        'suppress-health-check = ["all"]',
        "warnings = { display = [] }",
        f'headers = {{ Authorization = "Bearer {subjects.token}" }}',
        "[generation]",
        'mode = "all"',
        f"max-examples = {examples}",
        "no-shrink = true",
        'database = "none"',
        "[dictionaries]",
        *(f"{name} = {{ values = {json.dumps(values)} }}" for name, values in pools.items()),
        "[parameters]",
        *(f'"{place}" = {{ dictionary = "{pool}", probability = 0.8 }}' for place, pool in bindings.items()),
        "[[operations]]",
        'include-operation-id = "category_listing"',
        'parameters = { "path.slug" = { dictionary = "categories", probability = 0.8 } }',
        "[[operations]]",
        f"include-operation-id = {json.dumps(SIGNED_OUT)}",
        f'headers = {{ Authorization = "Bearer {subjects.other_token}" }}',
    ]
    return "\n".join(lines) + "\n"


def _line(order: dict[str, Any]) -> dict[str, str]:
    return {"line": order["lines"][0]["id"], "quantity": "1"}


def _created(shopper: Shopper, wish: dict[str, Any]) -> dict[str, Any] | None:
    """The return, once the order and what was sent of it are known where returns are kept."""
    answer = shopper.http.post("/returns", json=wish)
    return ok(answer) if answer.status_code == 201 else None
