"""What shoppers do, as generators for `load`: reading pages, filling carts, ordering. They import none of it."""

import json
import random
import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.load import Answer, Record, Shopper

ADDRESS = {"name": "Ada Example", "street": "Lindenweg 1", "city": "Kassel", "postcode": "34117", "country": "DE"}
CARD = "4242424242424242"
Step = Generator[bytes, Answer, Any]


class Refused(RuntimeError):
    """The shop did not do what a benchmark took for granted."""


def get(path: str) -> bytes:
    """A GET request."""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()


def send(method: str, path: str, body: Any = None, *, secret: str = "") -> bytes:
    """A request with a JSON body."""
    content = b"" if body is None else json.dumps(body).encode()
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(content)}\r\n"
    head += "Content-Type: application/json\r\n" if content else ""
    head += f"X-Cart-Secret: {secret}\r\n" if secret else ""
    return head.encode() + b"\r\n" + content


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Reads these paths again and again, each connection in an order of its own."""

    paths: Sequence[str]

    def __call__(self, number: int, record: Record) -> Shopper:
        requests = [get(path) for path in self.paths]
        random.Random(number).shuffle(requests)
        while True:
            for request in requests:
                answer = yield request
                if answer.status != 200:
                    raise Refused(f"{request[:200]!r}: {answer.status} {answer.body[:300]!r}")
                record("read", answer.seconds)


@dataclass(frozen=True, kw_only=True)
class Cart:
    """A cart that was opened: its address and its secret."""

    base: str
    secret: str

    def call(self, method: str, path: str = "", body: Any = None) -> bytes:
        """A request about this cart."""
        return send(method, self.base + path, body, secret=self.secret)


@dataclass(frozen=True, kw_only=True)
class Basket:
    """What a shopper puts into a cart: `lines` different SKUs out of `skus`."""

    view: str
    skus: Sequence[str]
    lines: int

    def choose(self, choice: random.Random) -> list[str]:
        """The SKUs of one cart."""
        return choice.sample(self.skus, min(self.lines, len(self.skus)))

    def fill(self, choice: random.Random, record: Record) -> Step:
        """Open a cart and add its lines; each addition is recorded as `add`."""
        opened = json.loads((yield from _ok(send("POST", f"/api/v1/{self.view}/carts"))).body)
        cart = Cart(base=f"/api/v1/{self.view}/carts/{opened['id']}", secret=opened["secret"])
        yield from self.add(cart, choice, record)
        return cart

    def add(self, cart: Cart, choice: random.Random, record: Record) -> Step:
        """Add the lines to a cart that is open."""
        for sku in self.choose(choice):
            answer = yield from _ok(cart.call("POST", "/lines", {"sku": sku, "quantity": "1"}))
            record("add", answer.seconds)

    def deliver(self, cart: Cart) -> Step:
        """Say where to deliver, and how."""
        delivery = {"email": "ada@example.org", "address": ADDRESS, "shipping_method": "parcel"}
        yield from _ok(cart.call("PUT", "/delivery", delivery))


@dataclass(frozen=True, kw_only=True)
class Adder:
    """Fills carts for ever."""

    basket: Basket
    seed: int = 0

    def __call__(self, number: int, record: Record) -> Shopper:
        choice = random.Random(self.seed * 1000 + number)
        while True:
            yield from self.basket.fill(choice, record)


@dataclass(frozen=True, kw_only=True)
class Buyer:
    """Guests who fill a cart, look at the ways of delivery, choose, and order: `orders` each, or for ever (0)."""

    basket: Basket
    orders: int = 0
    seed: int = 0

    def __call__(self, number: int, record: Record) -> Shopper:
        choice = random.Random(self.seed * 1000 + number)
        left = self.orders
        while left or not self.orders:
            began = time.perf_counter()
            cart = yield from self.basket.fill(choice, record)
            yield from _ok(cart.call("GET", "/shipping-options?country=DE"))
            yield from self.basket.deliver(cart)
            yield from place(cart, record)
            record("checkout", time.perf_counter() - began)
            left -= 1


@dataclass(frozen=True, kw_only=True)
class Preparer:
    """Fills `carts` carts up to the point where they can be ordered; they come back as the names of samples."""

    basket: Basket
    carts: int
    seed: int = 0

    def __call__(self, number: int, record: Record) -> Shopper:
        choice = random.Random(self.seed * 1000 + number)
        for _ in range(self.carts):
            cart = yield from self.basket.fill(choice, _forget)
            yield from self.basket.deliver(cart)
            record(f"{cart.base} {cart.secret}", 0)


@dataclass(frozen=True, kw_only=True)
class Placer:
    """Orders prepared carts, shopper by shopper an equal share of them."""

    carts: Sequence[Cart] = field(repr=False)
    shoppers: int = 8

    def __call__(self, number: int, record: Record) -> Shopper:
        for cart in self.carts[number :: self.shoppers]:
            yield from place(cart, record)


def place(cart: Cart, record: Record) -> Step:
    """Order a cart; from the call until the shop says that the order is placed is recorded as `place`."""
    began = time.perf_counter()
    call = cart.call("POST", "/place", {"payment_source": CARD})
    answer = yield call
    while json.loads(answer.body).get("outcome") == "pending":
        record("asked again", 0)
        answer = yield call  # joins the attempt that runs, and waits with it
    if json.loads(answer.body).get("outcome") != "placed":
        raise Refused(f"an order was not placed: {answer.status} {answer.body[:500]!r}")
    record("place", time.perf_counter() - began)


def _forget(_: str, __: float) -> None:
    """Record nothing."""


def _ok(request: bytes) -> Step:
    answer = yield request
    if answer.status >= 300:
        raise Refused(f"{request[:300]!r}: {answer.status} {answer.body[:500]!r}")
    return answer
