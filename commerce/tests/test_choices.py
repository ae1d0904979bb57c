"""Lines on which something is chosen: two of one SKU stay apart, bundles take their parts off the shelf."""

import hashlib
from decimal import Decimal

import pytest
from django.db import connections
from rest_framework.test import APIClient

from chassis.ids import new_id
from chassis.messages import decode_event, decode_message, scrubbed
from chassis.unit_of_work import unit_of_work
from commerce.checkout import commands
from commerce.checkout.answers import cart_body
from commerce.checkout.commands import Shopper
from commerce.checkout.errors import NotForSale
from commerce.checkout.models import Cart, CartLine
from commerce.checkout.queries import look_at
from commerce.models import Order, OutboxEvent, SagaInstance
from commerce.order.reactions import shipment_sent
from commerce.tests.books import Books
from commerce.tests.conftest import ADDRESS, PRICES, Shelves
from commerce.tests.test_orders_api import ordered
from contracts.commerce import OrderPaid, StockRequested
from contracts.logistics import ShipmentSent, ShippedLine
from contracts.shared import Choice

pytestmark = pytest.mark.django_db(databases=["commerce"])
SMALL, LARGE = Choice(option="size", value="small"), Choice(option="size", value="large")
FOR_ADA = Choice(option="engraving", value="For Ada Lovelace")


def cart_of(*lines: tuple[str, int, tuple[Choice, ...]]) -> tuple[Cart, Shopper]:
    cart, secret = commands.open_cart(view="en", shopper=Shopper())
    shopper = Shopper(secret=secret)
    for sku, quantity, choices in lines:
        cart = commands.add_line(
            view="en", cart_id=cart.id, shopper=shopper, sku=sku, quantity=Decimal(quantity), choices=choices
        )
    return cart, shopper


def ready(cart: Cart, shopper: Shopper) -> Cart:
    return commands.set_delivery(
        view="en", cart_id=cart.id, shopper=shopper, email="a@b.example", address=ADDRESS, shipping_method="parcel"
    )


def told(kind: type) -> list[object]:
    events = [decode_event(decode_message(row.message)) for row in OutboxEvent.objects.order_by("seq")]
    return [event for event in events if isinstance(event, kind)]


def test_the_same_sku_with_other_choices_is_another_line(shop: str) -> None:
    cart, shopper = cart_of(("MUG", 1, (SMALL, FOR_ADA)), ("MUG", 2, (FOR_ADA, SMALL)), ("MUG", 1, (LARGE,)))
    cart = commands.add_line(view=shop, cart_id=cart.id, shopper=shopper, sku="mug", quantity=Decimal(1))
    lines = {tuple(c["value"] for c in line["choices"]): line for line in cart_body(look_at(cart))["lines"]}
    assert {values: Decimal(line["quantity"]) for values, line in lines.items()} == {
        ("For Ada Lovelace", "small"): 3,
        ("large",): 1,
        (): 1,
    }
    assert len({line["id"] for line in lines.values()}) == 3
    one = CartLine.objects.get(id=lines["large",]["id"])
    cart = commands.set_quantity(view=shop, cart_id=cart.id, shopper=shopper, line=one.id, quantity=Decimal(0))
    assert CartLine.objects.filter(cart=cart).count() == 2
    assert Decimal(cart.quote["total"]) == 40


def test_what_a_shopper_wrote_is_stored_encrypted_only(shop: str) -> None:
    cart, _ = cart_of(("MUG", 1, (FOR_ADA,)))
    with connections["commerce"].cursor() as cursor:
        cursor.execute("SELECT c::text || l::text FROM commerce_cart c JOIN commerce_cartline l ON l.cart_id = c.id")
        assert "Ada" not in cursor.fetchone()[0]
    assert cart_body(look_at(cart))["lines"][0]["choices"][0]["value"] == "For Ada Lovelace"


def test_a_choice_that_catalog_does_not_know_is_refused(shop: str) -> None:
    with pytest.raises(NotForSale) as refused:
        cart_of(("SET", 1, (Choice(option="size", value="giant"),)))
    assert (refused.value.field, refused.value.extra["option"]) == ("/choices", "size")
    assert not CartLine.objects.exists()


def test_a_claimed_cart_keeps_lines_apart_by_their_choices(shop: str) -> None:
    customer = new_id()
    first, shopper = cart_of(("MUG", 1, (SMALL,)))
    commands.claim_cart(view=shop, cart_id=first.id, shopper=Shopper(customer=customer, secret=shopper.secret))
    second, shopper = cart_of(("MUG", 1, (SMALL,)), ("MUG", 1, (LARGE,)))
    commands.claim_cart(view=shop, cart_id=second.id, shopper=Shopper(customer=customer, secret=shopper.secret))
    quantities = {line.choices[0]["value"]: line.quantity for line in CartLine.objects.filter(cart=second)}
    assert quantities == {"small": 2, "large": 1}


def test_of_a_bundle_the_scarcest_part_is_what_can_be_had(shop: str, shelves: Shelves) -> None:
    cart, _ = cart_of(("SET", 3, ()))
    shelves.left = Decimal(5)
    (line,) = cart_body(look_at(cart))["lines"]
    assert (line["availability"], line["available"]) == ("insufficient", "2")
    assert shelves.asked[-1] == ("MUG", "TENT")
    shelves.left = Decimal(6)
    assert cart_body(look_at(cart))["lines"][0]["availability"] == "available"


def test_an_ordered_bundle_reserves_its_parts_and_is_sent_when_they_all_are(shop: str, books: Books) -> None:
    cart, shopper = cart_of(("SET", 2, ()), ("MUG", 1, ()))
    order = ordered(ready(cart, shopper), shopper)
    (requested,) = told(StockRequested)
    wanted = sorted((line.sku, line.quantity) for line in requested.lines)  # type: ignore[attr-defined]
    assert wanted == [("MUG", 1), ("MUG", 4), ("TENT", 2)]
    facts = {"order": order.id, "order_number": order.number, "channel": "home", "sent_at": order.placed_at}

    def send(*lines: tuple[str, int], complete: bool) -> Order:
        shipped = tuple(ShippedLine(sku=sku, quantity=Decimal(many)) for sku, many in lines)
        with unit_of_work("commerce"):
            shipment_sent(
                ShipmentSent(
                    shipment=new_id(), carrier="M", tracking_number="1", lines=shipped, complete=complete, **facts
                )
            )
        return Order.objects.get(id=order.id)

    after = send(("MUG", 5), ("TENT", 1), complete=False)
    assert {line.sku: line.shipped for line in after.lines.all()} == {"SET": 1, "MUG": 1}
    assert after.fulfilment_state == "partially_fulfilled"
    after = send(("TENT", 1), complete=True)
    assert {line.sku: line.shipped for line in after.lines.all()} == {"SET": 2, "MUG": 1}
    assert (after.state, after.fulfilment_state) == ("completed", "fulfilled")


def test_a_paid_order_tells_what_it_sold_and_forgets_what_was_written_when_scrubbed(shop: str, books: Books) -> None:
    ada = Choice(option="recipient_email", value="ada@example.org")
    cart, shopper = cart_of(("GIFT", 1, (ada,)))
    order = ordered(ready(cart, shopper), shopper)
    (paid,) = told(OrderPaid)
    (line,) = paid.lines  # type: ignore[attr-defined]
    assert (line.kind, line.unit_price, line.choices) == ("gift_card", 50, (ada,))
    assert "ada@example.org" not in str(SagaInstance.objects.get(id=order.saga).data)
    for row in OutboxEvent.objects.filter(type__in=["commerce.order_paid", "commerce.order_placed"]):
        assert "ada@example.org" in row.message
        assert b"ada@example.org" not in bytes(scrubbed(decode_message(row.message)).body)


def test_an_order_that_costs_nothing_is_paid_when_it_is_placed(
    shop: str, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PRICES, "LESSON", Decimal(0))
    cart, shopper = cart_of(("LESSON", 1, ()))
    order = ordered(ready(cart, shopper), shopper)
    (paid,) = told(OrderPaid)
    assert (paid.order, paid.total.amount) == (order.id, 0)  # type: ignore[attr-defined]


def test_a_guests_order_has_a_key_of_its_own_over_rest(shop: str, books: Books) -> None:
    cart, shopper = cart_of(("MUG", 1, (SMALL,)))
    order = ordered(ready(cart, shopper), shopper)
    body = APIClient().get(f"/api/v1/en/orders/{order.id}", headers={"X-Cart-Secret": shopper.secret}).json()
    assert body["lines"][0]["choices"] == [{"option": "size", "value": "small", "quantity": None}]
    (paid,) = told(OrderPaid)
    assert paid.key_hash == hashlib.sha256(body["access_key"].encode()).hexdigest()  # type: ignore[attr-defined]


def test_choices_are_put_on_a_line_over_rest(shop: str) -> None:
    http = APIClient()
    opened = http.post("/api/v1/en/carts").json()
    secret = {"X-Cart-Secret": opened["secret"]}
    path = f"/api/v1/en/carts/{opened['id']}/lines"
    wanted = {"sku": "SET", "quantity": "1", "choices": [{"option": "size", "value": "small"}]}
    added = http.post(path, wanted, format="json", headers=secret)
    assert added.status_code == 201, added.content
    (line,) = added.json()["lines"]
    assert [part["sku"] for part in line["components"]] == ["TENT", "MUG"]
    wanted["choices"] = [{"option": "size", "value": "giant"}]
    refused = http.post(path, wanted, format="json", headers=secret)
    assert refused.status_code == 409
    too_many = {"sku": "SET", "choices": [{"option": "a", "value": "b"}] * 101}
    assert http.post(path, too_many, format="json", headers=secret).status_code == 400
