"""Orders as shoppers see them: whose they are, what was sent, what went back; and what needs no parcel at all."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from rest_framework.test import APIClient

from chassis import clock
from chassis.access.principal import Kind, Principal
from chassis.ids import new_id
from chassis.messages import decode_event, decode_message
from chassis.unit_of_work import unit_of_work
from commerce.cancellation.commands import request_cancellation
from commerce.checkout import commands
from commerce.checkout.commands import Shopper
from commerce.checkout.errors import Incomplete
from commerce.checkout.models import Cart, ChannelCopy, ViewCopy
from commerce.checkout.placement import look, place
from commerce.messaging import ChannelGroup
from commerce.models import Order, OrderShipment, OutboxEvent
from commerce.order.commands import refund_order
from commerce.order.errors import IllegalTransition
from commerce.order.reactions import shipment_sent
from commerce.tests.books import CARD, Books, reserve, run_jobs
from commerce.tests.conftest import ADDRESS, a_ready_cart
from contracts.logistics import ShipmentSent, ShippedLine

pytestmark = pytest.mark.django_db(databases=["commerce"])


def as_customer(customer: UUID) -> APIClient:
    http = APIClient()
    http.force_authenticate(user=Principal(kind=Kind.CUSTOMER, id=str(customer), channel_group="home"))  # type: ignore[arg-type]
    return http


def ordered(cart: Cart, shopper: Shopper) -> Order:
    _, saga = place(view=cart.view, cart_id=cart.id, shopper=shopper, source=CARD, expected_total=None)
    reserve(saga)
    run_jobs()
    return Order.objects.get(id=look(saga).order)


def an_order(customer: UUID | None = None) -> tuple[Order, Shopper]:
    cart, shopper = a_ready_cart()
    if customer is not None:
        shopper = Shopper(customer=customer, secret=shopper.secret)
        commands.claim_cart(view=cart.view, cart_id=cart.id, shopper=shopper)
    return ordered(cart, shopper), shopper


def sent(order: Order, quantity: int, *, number: str = "T1", shipment: UUID | None = None) -> ShipmentSent:
    return ShipmentSent(
        shipment=shipment or new_id(),
        order=order.id,
        order_number=order.number,
        channel=order.channel,
        carrier="Moorpost",
        tracking_number=number,
        lines=(ShippedLine(sku="MUG", quantity=Decimal(quantity)),),
        complete=False,
        sent_at=clock.now(),
    )


def test_a_guest_follows_the_parcels_with_the_carts_secret(shop: str, books: Books) -> None:
    order, shopper = an_order()
    http, address = APIClient(), f"/api/v1/{shop}/orders/{order.id}"
    with unit_of_work("commerce"):
        first = sent(order, 1)
        shipment_sent(first)
        shipment_sent(first)  # a second delivery of the same event
        shipment_sent(sent(order, 1, number="T2"))
    body = http.get(address, headers={"X-Cart-Secret": shopper.secret}).json()
    assert [parcel["tracking_number"] for parcel in body["shipments"]] == ["T1", "T2"]
    assert body["shipments"][0]["lines"] == [{"sku": "MUG", "quantity": "1.0000"}]
    assert body["fulfilment_state"] == "fulfilled" and Decimal(body["lines"][0]["shipped"]) == 2
    assert OrderShipment.objects.count() == 2
    for headers in ({}, {"X-Cart-Secret": "wrong"}):
        refused = http.get(address, headers=headers)
        assert refused.status_code == 404 and refused["Content-Type"] == "application/problem+json"


def test_a_refund_is_seen_once_it_is_booked(shop: str, books: Books) -> None:
    order, shopper = an_order()
    refund_order(order.id, amount=Decimal("5.00"))
    secret = {"X-Cart-Secret": shopper.secret}
    assert APIClient().get(f"/api/v1/{shop}/orders/{order.id}", headers=secret).json()["refunds"] == []
    run_jobs()
    body = APIClient().get(f"/api/v1/{shop}/orders/{order.id}", headers=secret).json()
    assert [(Decimal(row["amount"]), row["currency"]) for row in body["refunds"]] == [(Decimal(5), "EUR")]


def test_only_the_refund_that_leaves_nothing_says_that_it_is_the_whole(shop: str, books: Books) -> None:
    order, _ = an_order()
    for amount in (Decimal("5.00"), order.total - 5):
        refund_order(order.id, amount=amount)
        run_jobs()
    rows = OutboxEvent.objects.filter(type="commerce.order_refunded").order_by("seq")
    assert [decode_event(decode_message(row.message)).whole for row in rows] == [False, True]


def test_a_customer_lists_orders_of_all_views_of_the_channel_newest_first(shop: str, books: Books) -> None:
    customer = new_id()
    ViewCopy.objects.create(code="de", channel="home", locale="de", version=1)
    ChannelCopy.objects.create(code="other", currency="EUR", countries=["DE"], version=1)
    ChannelGroup.objects.create(channel="other", name="home", version=1)
    ViewCopy.objects.create(code="other", channel="other", locale="en", version=1)
    made = [an_order(customer)[0] for _ in range(3)]
    # The newest row is the oldest order, as after an import.
    Order.objects.filter(id=made[2].id).update(placed_at=clock.now() - timedelta(days=30))
    an_order(new_id())
    http = as_customer(customer)
    page = http.get("/api/v1/de/orders", {"limit": 2}).json()
    rest = http.get("/api/v1/de/orders", {"limit": 2, "cursor": page["next"]}).json()
    numbers = [order["number"] for order in page["items"] + rest["items"]]
    assert numbers == [made[1].number, made[0].number, made[2].number] and rest["next"] is None
    assert http.get(f"/api/v1/de/orders/{made[0].id}").status_code == 200
    assert http.get("/api/v1/other/orders").json()["items"] == []
    assert http.get(f"/api/v1/other/orders/{made[0].id}").status_code == 404
    assert as_customer(new_id()).get(f"/api/v1/de/orders/{made[0].id}").status_code == 404
    assert APIClient().get("/api/v1/de/orders").status_code == 401


def test_a_customer_finds_the_open_cart_on_another_device(shop: str) -> None:
    customer = new_id()
    mine, _ = commands.open_cart(view=shop, shopper=Shopper(customer=customer))
    commands.open_cart(view=shop, shopper=Shopper(customer=new_id()))
    http = as_customer(customer)
    (found,) = http.get(f"/api/v1/{shop}/carts").json()["items"]
    assert found["id"] == str(mine.id) and http.get(f"/api/v1/{shop}/carts/{mine.id}").status_code == 200
    assert APIClient().get(f"/api/v1/{shop}/carts").status_code == 401


def a_lesson() -> tuple[Cart, Shopper]:
    cart, secret = commands.open_cart(view="en", shopper=Shopper())
    shopper = Shopper(secret=secret)
    commands.add_line(view="en", cart_id=cart.id, shopper=shopper, sku="LESSON", quantity=Decimal(1))
    return cart, shopper


def test_what_needs_no_parcel_is_ordered_with_an_email_address_alone(shop: str, books: Books) -> None:
    cart, shopper = a_lesson()
    with pytest.raises(Incomplete) as refusal:
        place(view=shop, cart_id=cart.id, shopper=shopper, source=CARD, expected_total=None)
    assert refusal.value.extra["missing"] == ["email"]
    http, secret = APIClient(), {"X-Cart-Secret": shopper.secret}
    put = http.put(f"/api/v1/{shop}/carts/{cart.id}/delivery", {"email": "ada@example.org"}, "json", headers=secret)
    assert put.status_code == 200 and put.json()["requires_shipping"] is False
    options = http.get(f"/api/v1/{shop}/carts/{cart.id}/shipping-options", {"country": "DE"}, headers=secret)
    assert options.json() == []
    order = ordered(cart, shopper)
    assert (order.total, order.state, order.fulfilment_state) == (Decimal(30), "completed", "not_needed")
    body = http.get(f"/api/v1/{shop}/orders/{order.id}", headers=secret).json()
    assert body["delivery"] is None and body["shipping_method"] == ""
    with pytest.raises(IllegalTransition):
        request_cancellation(order.id, reason="too late")


def test_shipping_is_not_charged_once_the_last_parcel_left_the_cart(shop: str) -> None:
    cart, shopper = a_ready_cart(lines={"MUG": 1, "LESSON": 1})
    assert Decimal(cart.quote["shipping"]) == Decimal("4.90")
    line = cart.lines.get(sku="MUG").id
    cart = commands.set_quantity(view=shop, cart_id=cart.id, shopper=shopper, line=line, quantity=Decimal(0))
    assert Decimal(cart.quote["shipping"]) == 0 and Decimal(cart.quote["total"]) == 30


def test_a_cart_with_one_parcel_needs_an_address(shop: str) -> None:
    cart, shopper = a_lesson()
    commands.add_line(view=shop, cart_id=cart.id, shopper=shopper, sku="MUG", quantity=Decimal(1))
    commands.set_delivery(
        view=shop, cart_id=cart.id, shopper=shopper, email="a@example.org", address=None, shipping_method=""
    )
    with pytest.raises(Incomplete) as refusal:
        place(view=shop, cart_id=cart.id, shopper=shopper, source=CARD, expected_total=None)
    assert refusal.value.extra["missing"] == ["delivery", "shipping_method"]


def test_the_same_key_gives_the_same_answer_to_placing_an_order(shop: str, books: Books) -> None:
    cart, shopper = a_ready_cart()
    call: dict[str, Any] = {
        "path": f"/api/v1/{shop}/carts/{cart.id}/place",
        "data": {"payment_source": CARD},
        "format": "json",
        "headers": {"X-Cart-Secret": shopper.secret, "Idempotency-Key": "once", "Prefer": "wait=0"},
    }
    first, again = APIClient().post(**call), APIClient().post(**call)
    assert (first.status_code, again.status_code) == (202, 202)
    assert again.headers["Idempotent-Replayed"] == "true" and first.content == again.content
    other = APIClient().post(**{**call, "data": {"payment_source": "4000000000000002"}})
    assert other.status_code == 422 and other.json()["code"] == "idempotency_key_reused"
    assert ADDRESS["city"] not in first.content.decode()
