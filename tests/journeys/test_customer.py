"""A customer's whole way over all processes: register, buy, follow the parcel, send something back, sign out.

Staff's part (parcel, return) is done by the public commands; the mails are those that the catcher holds.
"""

import json
from collections.abc import Iterator
from decimal import Decimal
from email.message import EmailMessage
from typing import Any

import httpx
import pytest

from tests.journeys.conftest import Shop
from tests.journeys.test_guest_checkout import DELIVERY, PAYS, Cart, found, sellable
from tests.processes import eventually

pytestmark = [pytest.mark.processes, pytest.mark.timeout(900)]

EMAIL, PASSWORD = "karla.kundin@mail.example", "a long sentence of hers"
FIGURES = """
import json
from datetime import timedelta
from chassis import clock
from operations.analytics.queries import daily_sales
today = clock.now().date()
rows = daily_sales(first=today - timedelta(days=1), last=today + timedelta(days=1), channel="home")
print(json.dumps([sum(r.orders for r in rows), str(sum(r.paid for r in rows)), str(sum(r.refunded for r in rows))]))
"""


class Customer:
    """A registered customer with the tokens of one sign-in."""

    def __init__(self, view: httpx.Client) -> None:
        self.http = view
        self.tokens: dict[str, Any] = {}

    def sign_in(self) -> None:
        answer = self.http.post("/sessions", json={"email": EMAIL, "password": PASSWORD})
        assert answer.status_code == 201, answer.text
        self._have(answer.json())

    def refresh(self) -> httpx.Response:
        answer = self.http.post("/sessions/refresh", json={"refresh_token": self.tokens["refresh_token"]})
        if answer.status_code == 200:
            self._have(answer.json())
        return answer

    def read(self, path: str) -> Any:
        answer = self.http.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def _have(self, tokens: dict[str, Any]) -> None:
        self.tokens = tokens
        self.http.headers["Authorization"] = f"Bearer {tokens['access_token']}"


@pytest.fixture(scope="module")
def customer(shop: Shop) -> Iterator[Customer]:
    with shop.view("de") as view:
        body = {"email": EMAIL, "password": PASSWORD, "name": "Karla Kundin"}
        answers = [view.post("/customers", json=body, headers={"Idempotency-Key": "register"}) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [202, 202]
        customer = Customer(view)
        customer.sign_in()
        yield customer


@pytest.fixture(scope="module")
def bought(shop: Shop, customer: Customer) -> dict[str, Any]:
    """An order of three cups of two carts: one filled on another device, one as a guest before signing in."""
    sku = sellable(found(customer.http, "Becher"))
    earlier = customer.http.post("/carts").json()
    customer.http.post(f"/carts/{earlier['id']}/lines", json={"sku": sku, "quantity": 1})
    (open_one,) = customer.read("/carts")["items"]
    assert open_one["id"] == earlier["id"]
    with shop.view("de") as anonymous:
        cart = Cart(anonymous)
        cart.filled(sku, 2)
    claimed = customer.http.post(f"{cart.path}/claim", headers=cart.secret)
    assert [Decimal(line["quantity"]) for line in claimed.json()["lines"]] == [Decimal(3)], claimed.text
    assert [row["id"] for row in customer.read("/carts")["items"]] == [claimed.json()["id"]]
    stale = customer.http.put(f"{cart.path}/delivery", json=DELIVERY, headers={"If-Match": '"v1"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")
    delivery = customer.http.put(
        f"{cart.path}/delivery", json={**DELIVERY, "email": EMAIL}, headers={"If-Match": claimed.headers["ETag"]}
    )
    assert delivery.status_code == 200, delivery.text
    asked = customer.http.post(
        f"{cart.path}/place",
        json={"payment_source": PAYS, "expected_total": delivery.json()["totals"]["total"]},
        headers={"Idempotency-Key": "place"},
    )
    assert asked.status_code in (201, 202), asked.text  # 202: not known in two seconds, the machine is busy
    placed = cart.outcome(customer.http)
    assert placed["outcome"] == "placed", placed

    def paid() -> Any:
        order = customer.read(f"/orders/{placed['order']}")
        return order if order["payment_state"] == "paid" else None

    order: dict[str, Any] = eventually(paid, "the order is paid")
    return order


def text_of(mail: EmailMessage) -> str:
    """What is written in a mail."""
    body = mail.get_body(("plain",))
    return str(body.get_content()) if body is not None else ""


def subjects(shop: Shop) -> list[str]:
    return [str(mail["Subject"]) for mail in shop.mails_to(EMAIL)]


def test_a_registration_sent_twice_is_greeted_once(shop: Shop, customer: Customer) -> None:
    # The mails of the month that the demo shop has just been loaded with may still be before it.
    eventually(lambda: subjects(shop), "a greeting arrives", within=90)
    (greeting,) = shop.mails_to(EMAIL)[:1]
    assert "Karla Kundin" in text_of(greeting)
    assert customer.read("/customers/me")["email"] == EMAIL


def test_the_order_is_listed_confirmed_by_one_mail_and_earns_points(
    shop: Shop, customer: Customer, bought: dict[str, Any]
) -> None:
    (listed,) = customer.read("/orders")["items"]
    assert (listed["id"], listed["number"]) == (bought["id"], bought["number"])
    total = Decimal(bought["total"])
    eventually(lambda: customer.read("/points")["balance"] == int(total), "a point for every euro is earned")
    assert [entry["order_number"] for entry in customer.read("/points")["items"]] == [bought["number"]]

    def confirmations() -> list[str]:
        return [subject for subject in subjects(shop) if bought["number"] in subject]

    eventually(confirmations, "a confirmation arrives", within=60)
    assert len(confirmations()) == 1
    assert shop.view("de").get(f"/orders/{bought['id']}").status_code == 404, "nobody else sees it"


def test_the_parcel_is_followed_and_the_return_refunded(shop: Shop, customer: Customer, bought: dict[str, Any]) -> None:
    before = json.loads(shop.ask(FIGURES))
    ship = f"""
    from uuid import UUID
    from logistics.fulfillment.commands import Pick, pick
    from logistics.fulfillment.packing import Ship, ship
    order = UUID("{bought["id"]}")
    pick(Pick(order=order))
    ship(Ship(order=order, carrier="Moorpost", tracking_number="MM42"))
    """
    eventually(lambda: _runs(shop, ship), "the order can be picked and sent")

    def parcels() -> Any:
        return customer.read(f"/orders/{bought['id']}")["shipments"]

    (parcel,) = eventually(parcels, "the shopper sees the parcel")
    assert (parcel["carrier"], parcel["tracking_number"]) == ("Moorpost", "MM42")
    order = customer.read(f"/orders/{bought['id']}")
    assert (order["state"], order["fulfilment_state"]) == ("completed", "fulfilled")
    tracked = eventually(
        lambda: [mail for mail in shop.mails_to(EMAIL) if "MM42" in text_of(mail)],
        "a mail with the tracking number arrives",
        within=60,
    )
    assert len(tracked) == 1

    wanted = {
        "order_number": bought["number"],
        "reason": "one too many",
        "lines": [{"line": bought["lines"][0]["id"], "quantity": "1"}],
    }
    asked = customer.http.post("/returns", json=wanted)
    assert asked.status_code == 201, asked.text
    (listed,) = customer.read("/returns")["items"]
    assert listed["number"] == asked.json()["number"]
    shop.ask(f"""
    from uuid import UUID
    from postpurchase.returns.commands import ReceiveReturn, approve, receive
    approve(UUID("{asked.json()["id"]}"))
    receive(ReceiveReturn(request=UUID("{asked.json()["id"]}")))
    """)

    def refunds() -> Any:
        return customer.read(f"/orders/{bought['id']}")["refunds"]

    (refund,) = eventually(refunds, "the refund is booked")
    price = Decimal(bought["lines"][0]["total"]) / 3
    assert Decimal(refund["amount"]) == price
    eventually(
        lambda: customer.read(f"/returns/{asked.json()['id']}")["state"] == "refunded", "the return knows of its refund"
    )
    total = Decimal(bought["total"])
    eventually(
        lambda: customer.read("/points")["balance"] == int(int(total) * (total - price) / total),
        "the points of what came back are taken back",
    )

    def figures() -> Any:
        now = json.loads(shop.ask(FIGURES))
        return now if Decimal(now[2]) - Decimal(before[2]) == price else None

    after = eventually(figures, "the refund is in the figures")
    assert after[:2] == before[:2], "what was counted already is not counted again"


def test_signed_out_everywhere_means_in_every_domain(shop: Shop, customer: Customer, bought: dict[str, Any]) -> None:
    assert customer.refresh().status_code == 200
    old = dict(customer.tokens)
    assert customer.http.post("/sessions/revoke-all").status_code == 204
    for path in ("/customers/me", "/orders", "/points"):
        eventually(lambda path=path: customer.http.get(path).status_code == 401, f"{path} refuses the token")
    assert customer.http.get(f"/products?sku={bought['lines'][0]['sku']}").status_code == 401
    assert customer.refresh().status_code == 401
    customer.sign_in()
    assert customer.tokens["access_token"] != old["access_token"]
    assert customer.read("/orders")["items"][0]["id"] == bought["id"]


def _runs(shop: Shop, program: str) -> bool:
    """Whether staff's command is possible yet."""
    try:
        shop.ask(program)
    except AssertionError as refusal:
        if "UnknownFulfilment" in str(refusal) or "IllegalTransition" in str(refusal):
            return False
        raise
    return True
