"""A cart to two places through all domains: priced, reserved, listed, sent, cancelled in part, returned."""

from decimal import Decimal
from typing import Any

import pytest
from rest_framework.test import APIClient

from chassis.testing import drain
from commerce.cancellation.commands import request_cancellation
from commerce.models import Order, PaymentMethod
from commerce.payment.manual import book_money
from commerce.payment.models import Payment
from logistics.fulfillment.commands import Pick, pick
from logistics.fulfillment.models import FulfilmentOrder
from logistics.fulfillment.packing import Ship, ship
from logistics.warehouse.models import StockItem
from postpurchase.returns.commands import ReceiveReturn, RequestReturn, WantedLine, approve, receive, request_return
from tests import seed

pytestmark = pytest.mark.django_db(
    databases=["commerce", "catalog", "logistics", "postpurchase", "identity", "platform"]
)
HOME = {"name": "Ada Example", "street": "Lindenweg 1", "city": "Kassel", "postcode": "34117", "country": "DE"}
LINZ = {"name": "Grete Example", "street": "Domgasse 3", "city": "Linz", "postcode": "4020", "country": "AT"}


class Shopper:
    """A guest with a cart."""

    def __init__(self) -> None:
        self.http = APIClient()
        cart = self.http.post("/api/v1/en/carts").json()
        self.address = f"/api/v1/en/carts/{cart['id']}"
        self.secret = {"X-Cart-Secret": cart["secret"], "Prefer": "wait=0"}

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        answer = getattr(self.http, method)(f"{self.address}{path}", body, "json", headers=self.secret)
        assert answer.status_code < 300, answer.content
        return answer.json()

    def seen(self, path: str) -> Any:
        return self.http.get(path, headers=self.secret).json()


@pytest.fixture
def shopper(db: None) -> Shopper:
    seed.main(["MUG=9", "TENT=9"])
    PaymentMethod.objects.create(channel="home", code="invoice", name="Invoice", goods_first=True)
    drain()
    return Shopper()


def test_a_cart_to_two_places_becomes_one_order_with_two_lists(shopper: Shopper) -> None:
    for sku, many in (("MUG", 3), ("TENT", 1)):
        cart = shopper.ask("post", "/lines", {"sku": sku, "quantity": many})
    lines = {line["sku"]: line["id"] for line in cart["lines"]}
    delivery = {"email": "ada@example.org", "address": HOME, "shipping_method": "parcel"}
    assert shopper.ask("put", "/delivery", delivery)["totals"]["total"] == "85.00"
    parts = [{"line": lines["MUG"], "quantity": "2"}, {"line": lines["TENT"], "quantity": "1"}]
    further = {"address": LINZ, "shipping_method": "parcel", "lines": parts}
    cart = shopper.ask("put", "/deliveries", {"deliveries": [further]})
    assert (cart["totals"]["shipping"], cart["totals"]["total"]) == ("10.00", "90.00")
    shopper.ask("post", "/place", {"payment_method": "invoice"})
    drain()
    order = Order.objects.get(id=shopper.seen(f"{shopper.address}/place")["order"])
    group = order.deliveries.get().id
    home, there = FulfilmentOrder.of(order.id)
    assert (home.id, there.id, home.state, there.state) == (order.id, group, "open", "open")
    assert [(line.sku, line.quantity) for line in home.picks.all()] == [("MUG", 1)]
    assert sum(line.quantity for line in there.picks.all()) == 3 and there.delivery["city"] == "Linz"

    book_money(Payment.objects.get(order=order.id).id, amount=order.total, reference="bank-1")
    mugs_there = order.lines.get(sku="MUG", delivery=group)
    request_cancellation(order.id, reason="one is enough", lines={mugs_there.id: Decimal(1)})
    drain()
    mugs_there.refresh_from_db()
    order.refresh_from_db()
    assert mugs_there.cancelled == 1 and order.refunded == 20

    for number, list_ in enumerate((group, order.id)):
        pick(Pick(order=list_))
        ship(Ship(order=list_, carrier="manual", tracking_number=f"T{number}"))
        drain()
        order.refresh_from_db()
        assert order.fulfilment_state == ("partially_fulfilled", "fulfilled")[number]
    body = shopper.seen(f"/api/v1/en/orders/{order.id}")
    assert {one["delivery"] for one in body["shipments"]} == {str(group), None} and body["state"] == "completed"
    assert {line["sku"]: Decimal(line["shipped"]) for line in body["lines"] if line["delivery"]} == {
        "MUG": 1,
        "TENT": 1,
    }
    assert sum(item.reserved for item in StockItem.objects.all()) == 0
    assert sum(item.on_hand for item in StockItem.objects.filter(sku="MUG")) == 7

    back = request_return(
        RequestReturn(order=order.id, lines=[WantedLine(line=mugs_there.id, quantity=Decimal(1))], reason="blue")
    )
    approve(back.id)
    receive(ReceiveReturn(request=back.id))
    drain()
    order.refresh_from_db()
    assert order.refunded == 40 and sum(item.on_hand for item in StockItem.objects.filter(sku="MUG")) == 8
