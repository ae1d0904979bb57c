"""What staff write to an order, what of it the shopper reads, and ordering the same again."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from chassis.admin.testing import sign_in_as
from chassis.ids import new_id
from commerce.checkout.commands import Shopper
from commerce.models import Cart, CartLine, Order, OrderEvent, OrderLine
from commerce.order.notes import add_note
from commerce.tests import conftest
from commerce.tests.books import Books
from commerce.tests.conftest import a_ready_cart
from commerce.tests.test_admin import an_order as a_row
from commerce.tests.test_orders_api import an_order, as_customer, ordered

pytestmark = pytest.mark.django_db(databases=["commerce"])


def body_of(order: Order, shopper: Shopper) -> Any:
    secret = {"X-Cart-Secret": shopper.secret}
    return APIClient().get(f"/api/v1/en/orders/{order.id}", headers=secret).json()


def reordered(order: Order, shopper: Shopper) -> Any:
    secret = {"X-Cart-Secret": shopper.secret}
    return APIClient().post(f"/api/v1/en/orders/{order.id}/reorder", headers=secret)


def test_a_shopper_reads_notes_that_are_for_shoppers_and_no_others(shop: str, books: Books) -> None:
    order, shopper = an_order()
    add_note(order.id, text="Looks like fraud", internal=True)
    add_note(order.id, text="We wrapped it as a gift.", internal=False)
    timeline = body_of(order, shopper)["timeline"]
    assert [entry["text"] for entry in timeline if entry["what"] == "note"] == ["We wrapped it as a gift."]
    assert {entry["text"] for entry in timeline if entry["what"] != "note"} == {""}
    assert OrderEvent.objects.filter(what="note").count() == 2


def test_a_note_makes_the_order_another_for_caches(shop: str, books: Books) -> None:
    order, _ = an_order()
    before = Order.objects.get(id=order.id).version
    add_note(order.id, text="x", internal=False)
    assert Order.objects.get(id=order.id).version == before + 1


def test_the_timeline_tells_facts_and_keeps_staffs_reasons(shop: str, books: Books) -> None:
    order, shopper = an_order()
    order.note("cancellation.requested", {"lines": 1, "reason": "a difficult customer"})
    timeline = body_of(order, shopper)["timeline"]
    assert timeline[0]["facts"] == {"total": "24.90", "currency": "EUR"}
    assert {"from": "authorised", "to": "paid"} in [entry["facts"] for entry in timeline]
    assert "difficult" not in str(timeline)


def test_staff_write_notes_by_a_button(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    sign_in_as(monkeypatch, "commerce.*")
    order = a_row()
    page = f"/admin/commerce/order/{order.pk}/transition/note/"
    client.post(page, {"text": "Call <back>\non Monday"}, follow=True)
    text = client.post(page, {"text": "On its way", "shown_to_the_shopper": "on"}, follow=True).content.decode()
    assert "Call &lt;back&gt;" in text and "only for staff" in text and "for the shopper" in text
    assert list(OrderEvent.objects.filter(what="note").values_list("internal", flat=True)) == [True, False]


def test_an_order_is_ordered_again_at_todays_prices(shop: str, books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    order, shopper = an_order()
    monkeypatch.setitem(conftest.PRICES, "MUG", Decimal("12.00"))
    answer = reordered(order, shopper)
    body = answer.json()
    assert answer.status_code == 201 and body["left_out"] == [] and Decimal(body["totals"]["total"]) == 24
    assert [(line["sku"], Decimal(line["quantity"])) for line in body["lines"]] == [("MUG", 2)]
    assert body["id"] != str(order.cart)
    secret = {"X-Cart-Secret": body["secret"]}
    assert APIClient().get(f"/api/v1/{shop}/carts/{body['id']}", headers=secret).status_code == 200


def test_what_is_not_sold_any_more_is_named_and_left_out(
    shop: str, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    cart, shopper = a_ready_cart(lines={"MUG": 2, "TENT": 1})
    order = ordered(cart, shopper)
    monkeypatch.delitem(conftest.PRICES, "TENT")
    body = reordered(order, shopper).json()
    assert body["left_out"] == [{"sku": "TENT", "name": "Tent", "reason": "unknown_sku"}]
    assert [line["sku"] for line in body["lines"]] == ["MUG"]
    monkeypatch.delitem(conftest.PRICES, "MUG")
    assert reordered(order, shopper).json()["lines"] == []


def test_what_was_chosen_is_chosen_again(shop: str, books: Books) -> None:
    order, shopper = an_order()
    size = [{"option": "size", "value": "large", "quantity": None}]
    order.lines.update(choices=size)
    reordered(order, shopper)
    assert CartLine.objects.exclude(cart=order.cart).get().choices == size


def test_a_gift_is_left_to_the_promotions_of_today(shop: str, books: Books) -> None:
    order, shopper = an_order()
    OrderLine.objects.create(
        order=order, sku="TENT", product=new_id(), name="Tent", quantity=1,
        unit_price=10, discount=10, total=0, tax=0,
    )  # fmt: skip
    assert [line["sku"] for line in reordered(order, shopper).json()["lines"]] == ["MUG"]


def test_a_customers_new_cart_is_theirs_and_nobody_else_orders_it_again(shop: str, books: Books) -> None:
    customer = new_id()
    order, _ = an_order(customer)
    address = f"/api/v1/{shop}/orders/{order.id}/reorder"
    assert Cart.objects.get(id=as_customer(customer).post(address).json()["id"]).customer == customer
    for stranger in (as_customer(new_id()), APIClient()):
        refused = stranger.post(address)
        assert refused.status_code == 404 and refused["Content-Type"] == "application/problem+json"


def test_a_call_that_is_sent_twice_opens_one_cart(shop: str, books: Books) -> None:
    order, shopper = an_order()
    headers = {"X-Cart-Secret": shopper.secret, "Idempotency-Key": "once"}
    first, again = (APIClient().post(f"/api/v1/{shop}/orders/{order.id}/reorder", headers=headers) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 409)
    assert again.json()["code"] == "idempotency_answer_withheld" and Cart.objects.count() == 2
