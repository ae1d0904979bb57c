"""A cart that goes to several places, and the order that comes of it."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from chassis import clients
from chassis.admin.testing import sign_in_as
from chassis.ids import new_id
from chassis.messages import decode_event, decode_message
from chassis.unit_of_work import unit_of_work
from commerce.addition.applying import can_be_added_to
from commerce.cancellation.commands import request_cancellation
from commerce.checkout import commands
from commerce.checkout.commands import Shopper, WantedDelivery
from commerce.checkout.deliveries import further_of
from commerce.checkout.errors import Incomplete, UnknownShippingMethod
from commerce.checkout.models import Cart, CartLine
from commerce.checkout.placement import place
from commerce.delivery.commands import request_delivery
from commerce.delivery.errors import CostsOther, UnknownOrderDelivery
from commerce.delivery.reactions import delivery_changed
from commerce.models import Document, Order, OutboxEvent
from commerce.order.reactions import shipment_sent
from commerce.tests.books import Books
from commerce.tests.conftest import ADDRESS, Rates, Shelves, a_ready_cart
from commerce.tests.test_orders_api import ordered, sent
from contracts.commerce import CancellationRequested, DeliveryChangeRequested, OrderPlaced, StockRequested
from contracts.logistics import DeliveryChanged, ShipmentSent, ShippingOption, ShippingRates

pytestmark = pytest.mark.django_db(databases=["commerce"])
LINZ = {**ADDRESS, "name": "Grete Example", "street": "Domgasse 3", "city": "Linz", "postcode": "4020", "country": "AT"}


class RatesByPlace(Rates):
    """Abroad costs ten more, and is free from goods of 100 on. Remembers what was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Decimal, dict[str, Decimal]]] = []

    def options(self, *, country: str, goods_total: Decimal, lines: Any = (), **_: object) -> Any:  # type: ignore[override]
        self.asked.append((country, goods_total, {line.sku: line.quantity for line in lines}))
        price = Decimal("4.90") if country == "DE" else Decimal("0") if goods_total >= 100 else Decimal("14.90")
        return (ShippingOption(code="parcel", name="Parcel", price=price, currency="EUR"),)


@pytest.fixture
def rates(other_domains: None) -> RatesByPlace:
    rates = RatesByPlace()
    clients.bind(ShippingRates, rates)
    return rates


def line_of(cart: Cart, sku: str) -> Any:
    return CartLine.objects.get(cart=cart, sku=sku).id


def split(cart: Cart, shopper: Shopper, *, to: Any = LINZ, method: str = "parcel", **lines: int) -> Cart:
    wanted = WantedDelivery(
        address=to, shipping_method=method, lines=[(line_of(cart, sku), Decimal(many)) for sku, many in lines.items()]
    )
    return commands.set_deliveries(view=cart.view, cart_id=cart.id, shopper=shopper, deliveries=[wanted])


def put(cart: Cart, shopper: Shopper, *deliveries: Any) -> Any:
    http, address = APIClient(), f"/api/v1/{cart.view}/carts/{cart.id}/deliveries"
    return http.put(address, {"deliveries": deliveries}, "json", headers={"X-Cart-Secret": shopper.secret})


def wanted(*lines: tuple[Any, Any], to: Any = LINZ, method: str = "parcel") -> dict[str, Any]:
    said = [{"line": str(line), "quantity": str(many)} for line, many in lines]
    return {"address": to, "shipping_method": method, "lines": said}


def fields(problem: dict[str, Any]) -> list[str]:
    return [one["field"] for one in problem["errors"]]


def told(kind: type) -> list[Any]:
    events = [decode_event(decode_message(row.message)) for row in OutboxEvent.objects.order_by("seq")]
    return [event for event in events if isinstance(event, kind)]


def an_order_to_two_places() -> tuple[Order, Shopper]:
    cart, shopper = a_ready_cart(lines={"MUG": 3, "TENT": 1})
    return ordered(split(cart, shopper, MUG=1, TENT=1), shopper), shopper


def test_a_quantity_is_split_and_each_place_has_its_goods_and_its_rate(shop: str, rates: RatesByPlace) -> None:
    cart, shopper = a_ready_cart(lines={"MUG": 3, "TENT": 1})
    rates.asked.clear()
    answer = put(cart, shopper, wanted((line_of(cart, "MUG"), 1)))
    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert [(line["sku"], Decimal(line["quantity"])) for line in body["lines"]] == [("MUG", 3), ("TENT", 1)]
    own, further = body["deliveries"]
    assert own["id"] is None and further["address"]["city"] == "Linz"
    parts = [[(line["sku"], Decimal(line["quantity"])) for line in one["lines"]] for one in (own, further)]
    assert parts == [[("MUG", 2), ("TENT", 1)], [("MUG", 1)]]
    assert further["lines"][0]["line"] == str(line_of(cart, "MUG"))
    assert [one["shipping"] for one in (own, further)] == ["4.90", "14.90"]
    assert (body["totals"]["shipping"], body["totals"]["total"]) == ("19.80", "249.70")
    assert rates.asked == [
        ("DE", Decimal("219.90"), {"MUG": 2, "TENT": 1}),
        ("AT", Decimal("10.00"), {"MUG": 1}),
    ]


def test_without_further_deliveries_nothing_is_said_of_any(shop: str, books: Books) -> None:
    cart, shopper = a_ready_cart()
    body = APIClient().get(f"/api/v1/{shop}/carts/{cart.id}", headers={"X-Cart-Secret": shopper.secret}).json()
    assert body["deliveries"] == []
    order = ordered(cart, shopper)
    assert not order.deliveries.exists() and told(OrderPlaced)[0].deliveries == ()
    assert told(StockRequested)[0].deliveries == () and told(StockRequested)[0].lines[0].delivery is None


@pytest.mark.parametrize(
    ("lines", "code", "field"),
    [
        ([("unknown", 1)], "line_not_in_cart", "/deliveries/0/lines/0/line"),
        ([("MUG", 4)], "more_than_in_cart", "/deliveries/0/lines/0/quantity"),
        ([("MUG", 2), ("MUG", 2)], "more_than_in_cart", "/deliveries/0/lines/1/quantity"),
        ([("LESSON", 1)], "needs_no_parcel", "/deliveries/0/lines/0/line"),
        ([], "invalid", "/deliveries/0/lines"),
        ([("MUG", 0)], "invalid", "/deliveries/0/lines/0/quantity"),
    ],
)
def test_what_cannot_be_split_so_is_refused_by_its_field(
    shop: str, lines: list[tuple[str, int]], code: str, field: str
) -> None:
    cart, shopper = a_ready_cart(lines={"MUG": 3, "LESSON": 1})
    said = [(new_id() if sku == "unknown" else line_of(cart, sku), many) for sku, many in lines]
    answer = put(cart, shopper, wanted(*said))
    problem = answer.json()
    assert answer.status_code == 400 and answer["Content-Type"] == "application/problem+json"
    assert problem["code"] == code and field in fields(problem), problem
    assert Cart.objects.get(id=cart.id).deliveries is None


def test_something_is_left_for_where_the_cart_goes(shop: str) -> None:
    cart, shopper = a_ready_cart(lines={"MUG": 3})
    problem = put(cart, shopper, wanted((line_of(cart, "MUG"), 3))).json()
    assert (problem["code"], fields(problem)) == ("empty_delivery", ["/deliveries"])


def test_a_country_and_a_way_are_those_that_serve_the_place(shop: str, rates: RatesByPlace) -> None:
    cart, shopper = a_ready_cart(lines={"MUG": 3})
    mug = line_of(cart, "MUG")
    paris = {**ADDRESS, "city": "Paris", "postcode": "75001", "country": "FR"}
    first = wanted((mug, 1))
    problem = put(cart, shopper, first, wanted((mug, 1), to=paris)).json()
    assert (problem["code"], fields(problem)) == ("country_not_served", ["/deliveries/1/address/country"])
    problem = put(cart, shopper, first, wanted((mug, 1), method="balloon")).json()
    assert (problem["code"], fields(problem)) == ("unknown_shipping_method", ["/deliveries/1/shipping_method"])
    problem = put(cart, shopper, *[first] * 10).json()
    assert problem["code"] == "invalid"


def test_options_are_asked_for_what_goes_to_a_place(shop: str, rates: RatesByPlace) -> None:
    cart, shopper = a_ready_cart(lines={"MUG": 3, "TENT": 1})
    further = put(cart, shopper, wanted((line_of(cart, "TENT"), 1), method="")).json()["deliveries"][1]
    http, address = APIClient(), f"/api/v1/{shop}/carts/{cart.id}/shipping-options"
    secret = {"X-Cart-Secret": shopper.secret}
    rates.asked.clear()
    [option] = http.get(address, {"country": "AT", "delivery": further["id"]}, headers=secret).json()
    assert option["price"] == "0.00" and rates.asked == [("AT", Decimal("199.90"), {"TENT": 1})]
    http.get(address, {"country": "DE"}, headers=secret)
    assert rates.asked[-1] == ("DE", Decimal("30.00"), {"MUG": 3})
    for unknown in (str(new_id()), "none"):
        answer = http.get(address, {"country": "AT", "delivery": unknown}, headers=secret)
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_delivery")


def test_a_place_without_a_way_is_not_ordered(shop: str) -> None:
    cart, shopper = a_ready_cart(lines={"MUG": 3})
    split(cart, shopper, method="", MUG=1)
    with pytest.raises(Incomplete) as refusal:
        place(view=shop, cart_id=cart.id, shopper=shopper, source="4242", expected_total=None)
    assert refusal.value.extra["missing"] == ["deliveries/0/shipping_method"]


def test_what_is_had_by_one_place_is_not_there_for_the_next(shop: str, shelves: Shelves) -> None:
    shelves.left = Decimal(2)
    cart, shopper = a_ready_cart(lines={"MUG": 3})
    own, further = put(cart, shopper, wanted((line_of(cart, "MUG"), 1))).json()["deliveries"]
    assert [one["lines"][0]["availability"] for one in (own, further)] == ["available", "insufficient"]


def test_an_edit_of_the_lines_leaves_no_place_with_more_than_there_is(shop: str, rates: RatesByPlace) -> None:
    cart, shopper = a_ready_cart(lines={"MUG": 3, "TENT": 1})
    cart = split(cart, shopper, MUG=2, TENT=1)
    of_cart = {"view": shop, "cart_id": cart.id, "shopper": shopper}
    cart = commands.set_quantity(**of_cart, line=line_of(cart, "MUG"), quantity=Decimal(4))
    assert [one.lines for one in further_of(cart.deliveries)] == [{"MUG": 2, "TENT": 1}], "more goes home"
    cart = commands.set_quantity(**of_cart, line=line_of(cart, "TENT"), quantity=Decimal(0))
    assert [list(one.lines) for one in further_of(cart.deliveries)] == [["MUG"]] and cart.delivery == ADDRESS
    cart = commands.set_quantity(**of_cart, line=line_of(cart, "MUG"), quantity=Decimal(1))
    assert cart.deliveries is None and cart.delivery == LINZ, "nothing is left for home: all that is left goes there"
    assert cart.shipping_price == Decimal("14.90")


def test_an_empty_list_sends_all_of_it_home_again(shop: str, rates: RatesByPlace) -> None:
    cart, shopper = a_ready_cart(lines={"MUG": 3})
    split(cart, shopper, MUG=1)
    body = put(cart, shopper).json()
    assert body["deliveries"] == [] and body["totals"]["shipping"] == "4.90"


def test_the_order_keeps_its_places_and_tells_of_them(shop: str, books: Books, rates: RatesByPlace) -> None:
    order, shopper = an_order_to_two_places()
    [further] = order.deliveries.all()
    assert (further.delivery, further.shipping_method, further.shipping) == (LINZ, "parcel", 0)
    lines = {(line.sku, line.delivery): line.quantity for line in order.lines.all()}
    assert lines == {("MUG", None): 2, ("MUG", further.id): 1, ("TENT", further.id): 1}
    assert order.shipping == Decimal("4.90") and order.total == Decimal("234.80")
    [asked], [placed] = told(StockRequested), told(OrderPlaced)
    assert [(one.id, one.country, one.area) for one in asked.deliveries] == [(further.id, "AT", "402")]
    assert {(line.sku, line.delivery, line.quantity) for line in asked.lines} == {
        ("MUG", None, 2),
        ("MUG", further.id, 1),
        ("TENT", further.id, 1),
    }
    assert placed.delivery.city == "Kassel" and [one.delivery.city for one in placed.deliveries] == ["Linz"]
    assert {line.id: line.delivery for line in placed.lines} == {line.id: line.delivery for line in order.lines.all()}
    invoice = Document.objects.get()
    assert (invoice.total, invoice.shipping, len(invoice.lines)) == (order.total, order.shipping, 3)
    body = APIClient().get(f"/api/v1/{shop}/orders/{order.id}", headers={"X-Cart-Secret": shopper.secret}).json()
    assert [(one["id"], one["address"]["city"], one["shipping"]) for one in body["deliveries"]] == [
        (str(further.id), "Linz", "0.00")
    ]
    assert sorted(line["delivery"] or "" for line in body["lines"]) == ["", str(further.id), str(further.id)]


def parcel(order: Order, many: int, *, delivery: Any) -> ShipmentSent:
    event = sent(order, many, number=f"T{many}-{delivery}")
    return ShipmentSent(**{**event.__dict__, "delivery": delivery})


def test_a_parcel_counts_for_the_lines_of_its_place(shop: str, books: Books) -> None:
    order, shopper = an_order_to_two_places()
    further = order.deliveries.get().id
    with unit_of_work("commerce"):
        shipment_sent(parcel(order, 1, delivery=further))
    shipped = {(line.sku, line.delivery): line.shipped for line in order.lines.all()}
    assert shipped == {("MUG", None): 0, ("MUG", further): 1, ("TENT", further): 0}
    body = APIClient().get(f"/api/v1/{shop}/orders/{order.id}", headers={"X-Cart-Secret": shopper.secret}).json()
    assert [one["delivery"] for one in body["shipments"]] == [str(further)]
    assert body["fulfilment_state"] == "partially_fulfilled"


def test_goods_are_added_only_while_the_orders_own_place_takes_more(shop: str, books: Books) -> None:
    order, _ = an_order_to_two_places()
    own = order.lines.filter(sku="MUG", delivery=None)
    order.payment_state = "paid"
    assert can_be_added_to(order)
    own.update(cancelled=2)
    assert not can_be_added_to(order), "its list is closed, though the other place still waits"
    own.update(cancelled=0, shipped=2)
    assert can_be_added_to(order), "a list that was sent opens again"


def test_a_cancellation_of_a_part_names_the_place(shop: str, books: Books) -> None:
    order, _ = an_order_to_two_places()
    further = order.deliveries.get().id
    line = order.lines.get(sku="MUG", delivery=further)
    request_cancellation(order.id, reason="enough", lines={line.id: Decimal(1)})
    [asked] = told(CancellationRequested)
    assert [(one.sku, one.quantity, one.delivery) for one in asked.lines] == [("MUG", 1, further)]


def test_one_place_of_an_order_is_changed_and_the_others_stay(shop: str, books: Books, rates: RatesByPlace) -> None:
    order, _ = an_order_to_two_places()
    further = order.deliveries.get().id
    graz = {**LINZ, "city": "Graz", "postcode": "8010"}
    with pytest.raises(UnknownOrderDelivery):
        request_delivery(order.id, address=graz, shipping_method="parcel", group=new_id())
    with pytest.raises(UnknownShippingMethod):
        request_delivery(order.id, address=graz, shipping_method="balloon", group=further)
    with pytest.raises(CostsOther):
        request_delivery(order.id, address=ADDRESS, shipping_method="parcel", group=further)
    change = request_delivery(order.id, address=graz, shipping_method="parcel", group=further)
    assert told(DeliveryChangeRequested)[0].group == further
    with unit_of_work("commerce"):
        delivery_changed(DeliveryChanged(change=change.id, order=order.id))
    order.refresh_from_db()
    assert order.delivery == ADDRESS and order.deliveries.get().delivery == graz


def test_staff_see_where_the_parts_go_and_change_one(
    client: Client, shop: str, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in_as(monkeypatch, "commerce.*")
    cart, shopper = a_ready_cart(lines={"MUG": 3})
    split(cart, shopper, MUG=1)
    order, _ = an_order_to_two_places()
    for address in (f"/admin/commerce/cart/{cart.id}/change/", f"/admin/commerce/order/{order.id}/change/"):
        page = client.get(address)
        assert page.status_code == 200 and "Domgasse 3" in page.content.decode()
    address = f"/admin/commerce/order/{order.id}/transition/delivery/"
    assert "Linz, AT" in client.get(address).content.decode()
    further = order.deliveries.get().id
    data = {**LINZ, "street": "Domgasse 4", "shipping_method": "parcel", "group": str(further)}
    assert "Change delivery: done." in client.post(address, data, follow=True).content.decode()
    assert told(DeliveryChangeRequested)[0].group == further
