"""Shoppers over real HTTP: threads that fill carts and order, and what became of each."""

import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx

from tests.processes import eventually
from tests.stack import Stack

ADDRESS = {"name": "Ada Example", "street": "Lindenweg 1", "city": "Kassel", "postcode": "34117", "country": "DE"}
PASSWORD = "a long enough passphrase"
GOOD_CARD = "4242424242424242"
DECLINED_CARD = "4000000000000002"
CHALLENGED_CARD = "4000000000003220"
EARLY_WEBHOOK_CARD = "4000000000000093"
DUPLICATE_WEBHOOKS_CARD = "4000000000000077"
LOST_ANSWER_CARD = "4000000000000119"
SILENT_CARD = "4000000000000126"
_TLS = ssl.create_default_context()  # making one takes longer than a whole request, and none is used here


@dataclass
class Shopper:
    """A guest, or a customer with a token, and a cart."""

    http: httpx.Client
    cart: str = ""

    @classmethod
    def at(cls, base: str, *, token: str = "") -> "Shopper":
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return cls(http=httpx.Client(base_url=f"{base}/api/v1/en", timeout=30, verify=_TLS, headers=headers))

    def open(self) -> "Shopper":
        """Open an empty cart."""
        opened = ok(patiently(lambda: self.http.post("/carts")))
        self.cart = opened["id"]
        self.http.headers["X-Cart-Secret"] = opened["secret"]
        return self

    def add(self, sku: str, quantity: int = 1) -> None:
        """Add to the cart."""
        line = {"sku": sku, "quantity": str(quantity)}
        ok(patiently(lambda: self.http.post(f"/carts/{self.cart}/lines", json=line)))

    def enter(self, code: str) -> "Shopper":
        """Enter a coupon."""
        ok(patiently(lambda: self.http.put(f"/carts/{self.cart}/coupons/{code}")))
        return self

    def pay_with(self, code: str, *, most: str | None = None) -> "Shopper":
        """Enter a gift card, to pay with it as far as it goes or up to `most`."""
        tender = {"tender": "gift_card", "code": code, "most": most}
        ok(patiently(lambda: self.http.post(f"/carts/{self.cart}/tenders", json=tender)))
        return self

    def deliver(self, email: str = "ada@example.org") -> "Shopper":
        """Say where to."""
        delivery = {"email": email, "address": ADDRESS, "shipping_method": "parcel"}
        ok(patiently(lambda: self.http.put(f"/carts/{self.cart}/delivery", json=delivery)))
        return self

    def fill(self, lines: Mapping[str, int]) -> "Shopper":
        """Open a cart, add the lines and say where to deliver."""
        self.open()
        for sku, quantity in lines.items():
            self.add(sku, quantity)
        return self.deliver()

    def call_place(
        self, card: str = GOOD_CARD, *, wait: int = 2, key: str = "", patience: float = 30
    ) -> httpx.Response:
        """One call that orders; `wait` is how long the shop may hold it, `patience` how long the shopper does."""
        headers = {"Prefer": f"wait={wait}", **({"Idempotency-Key": key} if key else {})}
        body = {"payment_source": card}
        return self.http.post(f"/carts/{self.cart}/place", json=body, headers=headers, timeout=patience)

    def look(self) -> dict[str, Any]:
        """How the order stands."""
        return ok(self.http.get(f"/carts/{self.cart}/place"))

    def place(self, card: str = GOOD_CARD, *, patience: float = 60) -> dict[str, Any]:
        """Order, and look again while the outcome is pending."""
        response = self.call_place(card)
        answer: dict[str, Any] = response.json()
        assert "outcome" in answer, f"{response.status_code} {response.text[:500]}"
        end = time.monotonic() + patience
        while answer["outcome"] == "pending" and time.monotonic() < end:
            time.sleep(0.15)
            answer = self.look()
        return answer


def patiently(call: Callable[[], httpx.Response]) -> httpx.Response:
    """The answer of a call that is repeated while the shop says 503: nothing was done, come again."""

    def answered() -> httpx.Response | None:
        response = call()
        return None if response.status_code == 503 else response

    answer: httpx.Response = eventually(answered, "an answer other than 503", within=60)
    return answer


def ok(response: httpx.Response) -> dict[str, Any]:
    """The body of an answer that must be a success."""
    assert response.status_code < 300, f"{response.request.url}: {response.status_code} {response.text[:500]}"
    answer: dict[str, Any] = response.json()
    return answer


def queue_of(stack: Stack, lines: Mapping[str, int], count: int, *, first: Shopper | None = None) -> list[Shopper]:
    """Guests with equal carts, ready to order. `first`'s is filled over HTTP; the others' are copies of its rows."""
    first = first or Shopper.at(stack.base).fill(lines)
    copies = [Shopper(http=Shopper.at(stack.base).http, cart=str(uuid4())) for _ in range(count - 1)]
    for copy in copies:
        copy.http.headers["X-Cart-Secret"] = first.http.headers["X-Cart-Secret"]
    ids = [copy.cart for copy in copies]
    stack.query(
        "commerce",
        """WITH carts AS (
               INSERT INTO commerce_cart SELECT (jsonb_populate_record(c, jsonb_build_object('id', copy))).*
               FROM commerce_cart c, unnest(%s::uuid[]) AS copy WHERE c.id = %s)
           INSERT INTO commerce_cartline
               SELECT (jsonb_populate_record(l, jsonb_build_object('id', gen_random_uuid(), 'cart_id', copy))).*
               FROM commerce_cartline l, unnest(%s::uuid[]) AS copy WHERE l.cart_id = %s""",
        ids, first.cart, ids, first.cart,
    )  # fmt: skip
    return [first, *copies]


def leave(shoppers: list[Shopper]) -> None:
    """Close their connections."""
    for shopper in shoppers:
        shopper.http.close()


def customer(stack: Stack, email: str) -> str:
    """Register a customer and sign in; the access token."""
    with Shopper.at(stack.base).http as http:
        ok(http.post("/customers", json={"email": email, "password": PASSWORD, "name": "Ada Example"}))
    return str(sign_in(stack, email)["access_token"])


def sign_in(stack: Stack, email: str) -> dict[str, Any]:
    """Sign a registered customer in; the session with its tokens."""
    with Shopper.at(stack.base).http as http:
        return ok(http.post("/sessions", json={"email": email, "password": PASSWORD}))


def together(count: int, act: Callable[[int], Any]) -> list[Any]:
    """Run `act(0..count-1)` in threads that start at one signal; returns their results or exceptions."""
    results: list[Any] = [None] * count
    gate = threading.Barrier(count)

    def run(number: int) -> None:
        gate.wait()
        try:
            results[number] = act(number)
        except Exception as error:
            results[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
