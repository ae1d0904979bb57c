"""Shoppers over real HTTP: threads that fill carts and order, and what became of each."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

ADDRESS = {"name": "Ada Example", "street": "Lindenweg 1", "city": "Kassel", "postcode": "34117", "country": "DE"}
GOOD_CARD = "4242424242424242"
DECLINED_CARD = "4000000000000002"


@dataclass
class Shopper:
    """A guest with a cart."""

    http: httpx.Client
    cart: str = ""
    secret: str = ""

    @classmethod
    def at(cls, base: str) -> "Shopper":
        return cls(http=httpx.Client(base_url=f"{base}/api/v1/en", timeout=30))

    def fill(self, lines: dict[str, int]) -> "Shopper":
        """Open a cart, add the lines and say where to deliver."""
        opened = self._ok(self.http.post("/carts"))
        self.cart, self.secret = opened["id"], opened["secret"]
        self.http.headers["X-Cart-Secret"] = self.secret
        for sku, quantity in lines.items():
            self._ok(self.http.post(f"/carts/{self.cart}/lines", json={"sku": sku, "quantity": str(quantity)}))
        delivery = {"email": "ada@example.org", "address": ADDRESS, "shipping_method": "parcel"}
        self._ok(self.http.put(f"/carts/{self.cart}/delivery", json=delivery))
        return self

    def place(self, card: str = GOOD_CARD, *, patience: float = 30) -> dict[str, Any]:
        """Order, and look again while the outcome is pending."""
        body = self.http.post(f"/carts/{self.cart}/place", json={"payment_source": card})
        end = time.monotonic() + patience
        while body.json().get("outcome") == "pending" and time.monotonic() < end:
            time.sleep(0.05)
            body = self.http.get(f"/carts/{self.cart}/place")
        assert "outcome" in body.json(), f"{body.status_code} {body.text[:500]}"
        answer: dict[str, Any] = body.json()
        return answer

    @staticmethod
    def _ok(response: httpx.Response) -> dict[str, Any]:
        assert response.status_code < 300, f"{response.request.url}: {response.status_code} {response.text[:500]}"
        answer: dict[str, Any] = response.json()
        return answer


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
