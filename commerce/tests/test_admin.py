"""Staff and orders: buttons move them with a trace, nothing else does, and lists cost the same whatever is in them."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from chassis import clock
from chassis.admin.testing import queries_of_lists, queries_of_page, sign_in_as
from chassis.ids import new_id
from chassis.messages import decode_event, decode_message
from commerce.models import (
    Addition,
    Cancellation,
    Cart,
    CartLine,
    ChannelCopy,
    History,
    Job,
    NumberSequence,
    Order,
    OrderLine,
    OutboxEvent,
    Payment,
    Transaction,
)
from commerce.tests.conftest import ADDRESS
from contracts.commerce import CancellationRequested

pytestmark = pytest.mark.django_db(databases=["commerce"])


@pytest.fixture(autouse=True)
def grants(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    return sign_in_as(monkeypatch, "commerce.*")


def an_order(number: str = "HOME-1", *, lines: int = 1, **facts: Any) -> Order:
    """A paid order with its payment and a cart."""
    values: dict[str, Any] = {
        "payment_state": "paid",
        "captured": Decimal(20),
        **facts,
    }
    cart = Cart.objects.create(view="en", channel="home", currency="EUR", locale="en", email="ada@example.org")
    CartLine.objects.create(cart=cart, sku="MUG", quantity=2)
    order = Order.objects.create(
        number=number,
        cart=cart.id,
        saga=new_id(),
        channel="home",
        view="en",
        locale="en",
        email="ada@example.org",
        currency="EUR",
        base_currency="EUR",
        subtotal=Decimal(15),
        shipping=Decimal(5),
        tax=Decimal(3),
        total=Decimal(20),
        base_total=Decimal(20),
        delivery=ADDRESS,
        shipping_method="parcel",
        placed_at=clock.now(),
        **values,
    )
    for place in range(lines):
        figures = {"unit_price": Decimal("7.5"), "total": Decimal(15), "tax": Decimal(3)}
        OrderLine.objects.create(
            order=order, sku=f"MUG-{place}", product=new_id(), name="Mug", quantity=Decimal(2), **figures
        )
    order.note("placed", {"total": "20.00"})
    payment = Payment.objects.create(
        saga=order.saga,
        order=order.id,
        provider="sandbox",
        reference=str(order.saga),
        provider_id=f"p-{order.saga}",
        currency="EUR",
        amount=Decimal(20),
        captured=order.captured,
        state="captured" if order.captured else "authorised",
    )
    Transaction.objects.create(
        payment=payment, kind="authorise", amount=20, provider_reference=payment.provider_id, at=clock.now()
    )
    return order


def page(order: Order, tail: str = "change/") -> str:
    return f"/admin/commerce/order/{order.pk}/{tail}"


def press(client: Client, order: Order, name: str, **data: str) -> str:
    """Press a button, and read what the page says then."""
    return client.post(page(order, f"transition/{name}/"), data, follow=True).content.decode()


def test_an_orders_page_shows_figures_in_money_and_a_readable_timeline(client: Client) -> None:
    text = client.get(page(an_order())).content.decode()
    assert "20.00 EUR" in text and "20.000000" not in text
    assert "Lindenweg 1" in text and "34117 Kassel" in text
    assert "ada@example.org" in text


def test_an_order_and_its_cart_show_what_was_taken_off_by_which_rule_and_coupon(client: Client) -> None:
    order = an_order()
    assert "SPRING" not in client.get(page(order)).content.decode()
    spring = {"promotion": str(new_id()), "label": "Spring <sale>", "amount": "2.50", "code": "SPRING"}
    sent = {"promotion": str(new_id()), "label": "Sent for less", "amount": "1.00", "code": ""}
    order.shipping_adjustments = [sent]
    order.save()
    OrderLine.objects.update(adjustments=[spring], discount=Decimal("2.5"))
    line = {"sku": "MUG", "name": "Mug", "quantity": "2", "total": "12.50", "adjustments": [spring]}
    quote = {"total": "16.50", "lines": [line], "shipping_adjustments": [sent]}
    Cart.objects.update(quote=quote, codes=["SPRING", "LATER"])
    cart = client.get(f"/admin/commerce/cart/{order.cart}/change/").content.decode()
    for text, on in ((client.get(page(order)).content.decode(), "MUG-0"), (cart, "MUG")):
        for shown in (on, "Spring &lt;sale&gt;", "SPRING", "-2.50 EUR", "delivery", "Sent for less", "-1.00 EUR"):
            assert shown in text
    assert "SPRING, LATER" in cart


def test_a_list_of_orders_masks_addresses_and_finds_whole_ones(client: Client) -> None:
    an_order()
    text = client.get("/admin/commerce/order/?q=ada@example.org").content.decode()
    assert "HOME-1" in text and "a•••@example.org" in text
    assert "ada@example.org</" not in text
    assert "HOME-1" not in client.get("/admin/commerce/order/?q=ada@example.com").content.decode()
    assert "HOME-1" in client.get("/admin/commerce/order/?q=home-1").content.decode()


def test_hold_and_release_are_buttons_that_leave_a_trace(client: Client) -> None:
    order = an_order()
    press(client, order, "hold")
    assert Order.objects.get().state == "held"
    press(client, order, "release")
    assert Order.objects.get().state == "placed"
    hold, release = History.objects.order_by("at")
    assert (hold.action, hold.actor, hold.before["state"], hold.after["state"]) == ("hold", "staff:7", "placed", "held")
    assert release.action == "release"


def test_cancelling_asks_for_a_reason_and_then_the_warehouse_before_money_goes_back(client: Client) -> None:
    order = an_order()
    assert "This field is required" in press(client, order, "cancel")
    assert "cancelling" in press(client, order, "cancel", reason="out of print")
    order.refresh_from_db()
    assert (order.state, order.refunded) == ("cancelling", 0) and not Job.objects.exists()
    [event] = [decode_event(decode_message(row.message)) for row in OutboxEvent.objects.all()]
    assert isinstance(event, CancellationRequested) and event.reason == "out of print" and event.whole


def test_lines_are_cancelled_by_their_quantities_and_never_more_than_is_left(client: Client) -> None:
    order = an_order(lines=2)
    first, second = order.lines.all()
    assert first.sku in client.get(page(order, "transition/cancel_lines/")).content.decode()
    assert "less than or equal to 2" in press(client, order, "cancel_lines", **{str(first.id): "3", "reason": "x"})
    press(client, order, "cancel_lines", **{str(first.id): "1", str(second.id): "0", "reason": "one too many"})
    asked = Cancellation.objects.get()
    assert asked.lines == [{"line": str(first.id), "quantity": "1"}] and not asked.whole
    assert "is not decided yet" in press(client, order, "cancel", reason="all of it")


def test_staff_lock_a_payment_before_its_order_as_the_provider_does(client: Client) -> None:
    order = an_order()
    with CaptureQueriesContext(connections["commerce"]) as captured:
        client.post(page(order, "transition/refund/"), {"amount": "1"})
    locked = [query["sql"] for query in captured if "FOR UPDATE" in query["sql"]]
    assert 'FROM "commerce_payment"' in locked[0] and 'FROM "commerce_order"' in locked[1]


def test_an_order_of_which_something_was_sent_is_not_cancelled_by_a_raw_post(client: Client) -> None:
    order = an_order(fulfilment_state="partially_fulfilled")
    assert "transition/cancel/" not in client.get(page(order)).content.decode()
    assert "does not offer" in press(client, order, "cancel", reason="please")
    order.refresh_from_db()
    assert (order.state, OutboxEvent.objects.count(), History.objects.count()) == ("placed", 0, 0)


def test_a_refund_is_set_aside_once_and_never_beyond_what_was_captured(client: Client) -> None:
    order = an_order()
    assert 'value="20.00"' in client.get(page(order, "transition/refund/")).content.decode()
    press(client, order, "refund", amount="15")
    assert "refund" in press(client, order, "refund", amount="15").lower()
    order.refresh_from_db()
    assert order.refunded == Decimal(15)
    assert History.objects.filter(action="refund").count() == 1
    assert Job.objects.filter(kind="commerce.refund").count() == 1


@pytest.mark.parametrize("amount", ["-1", "0", "NaN", "1e400", "0.001", "x", ""])
def test_a_strange_amount_is_not_refunded(client: Client, amount: str) -> None:
    order = an_order()
    press(client, order, "refund", amount=amount)
    assert not Job.objects.exists()


def test_a_raw_post_passes_no_state_machine(client: Client) -> None:
    order = an_order()
    raw = {
        "metadata": '{"gift": true}',
        "opened_version": order.version,
        "state": "completed",
        "version": 99,
        "payment_state": "refunded",
        "fulfilment_state": "fulfilled",
        "captured": "0",
        "refunded": "20",
        "number": "X",
        "total": "1",
        "email": "eve@example.org",
        **{f"{name}-{kind}_FORMS": 0 for name in ("lines", "timeline") for kind in ("TOTAL", "INITIAL")},
    }
    assert client.post(page(order), raw).status_code == 302
    found = Order.objects.get()
    assert found.metadata == {"gift": True}
    assert (found.state, found.payment_state, found.fulfilment_state) == ("placed", "paid", "unfulfilled")
    assert (found.captured, found.refunded, found.total) == (Decimal(20), Decimal(0), Decimal(20))
    assert (found.number, found.email, found.version) == ("HOME-1", "ada@example.org", 2)


def test_orders_are_neither_added_nor_deleted_by_hand(client: Client) -> None:
    order = an_order()
    for path in (page(order, "delete/"), "/admin/commerce/order/add/"):
        assert client.post(path, {"post": "yes"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": str(order.pk), "post": "yes"}
    client.post("/admin/commerce/order/", chosen)
    assert Order.objects.count() == 1


def test_several_orders_are_held_at_once_and_each_refusal_is_told(client: Client) -> None:
    orders = [an_order("HOME-1"), an_order("HOME-2"), an_order("HOME-3", state="completed")]
    chosen = {"action": "hold_selected", "_selected_action": [str(order.pk) for order in orders]}
    text = client.post("/admin/commerce/order/", chosen, follow=True).content.decode()
    assert "2 done" in text and "1 not" in text
    assert sorted(Order.objects.values_list("state", flat=True)) == ["completed", "held", "held"]
    assert History.objects.filter(action="hold").count() == 2


def test_a_viewer_looks_and_changes_nothing(client: Client, grants: set[str]) -> None:
    order = an_order()
    grants.clear()
    grants.add("*.*.view")
    assert "transition/" not in client.get(page(order)).content.decode()
    assert client.post(page(order), {"metadata": "{}"}).status_code == 403
    for name in ("hold", "cancel", "cancel_lines", "refund"):
        assert client.post(page(order, f"transition/{name}/"), {"reason": "x", "amount": "1"}).status_code == 403
    chosen = {"action": "hold_selected", "_selected_action": str(order.pk)}
    client.post("/admin/commerce/order/", chosen)
    assert Order.objects.get().state == "placed" and not History.objects.exists()


def test_a_payment_is_looked_at_and_its_provider_asked_again(client: Client) -> None:
    order = an_order()
    payment = Payment.objects.get()
    address = f"/admin/commerce/payment/{payment.pk}/"
    assert "HOME-1" in client.get(f"{address}change/").content.decode()
    assert client.post(f"{address}change/", {"state": "refunded"}).status_code == 403
    assert client.post(f"{address}transition/look/").status_code == 302
    assert Job.objects.get().kind == "commerce.reconcile"
    assert "HOME-1" in client.get(f"/admin/commerce/payment/?q={order.number}").content.decode()


def test_no_page_shows_a_carts_secret_or_a_card(client: Client) -> None:
    an_order()
    Cart.objects.update(secret_hash="hash-of-a-secret")
    cart = Cart.objects.get()
    cart.payment_source = "tok_4242"
    cart.save()
    Payment.objects.update(state="captured")
    text = client.get(f"/admin/commerce/cart/{cart.pk}/change/").content.decode()
    assert "ada@example.org" in text
    assert "hash-of-a-secret" not in text and "tok_4242" not in text


def test_a_number_sequence_is_not_set_by_hand(client: Client) -> None:
    sequence = NumberSequence.objects.create(channel="home", prefix="HOME-", next=100005)
    address = f"/admin/commerce/numbersequence/{sequence.pk}/change/"
    assert client.get(address).status_code == 200
    assert client.post(address, {"next": "1", "prefix": ""}).status_code == 403
    assert NumberSequence.objects.get().next == 100005


def test_every_list_opens_and_searches_with_the_same_queries_whatever_is_in_it(client: Client) -> None:
    ChannelCopy.objects.create(code="home", currency="EUR")
    order = an_order("HOME-1")
    few = queries_of_lists(client, "commerce", search="HOME")
    small = queries_of_page(client, "commerce", page(order))
    for number in range(2, 12):
        order = an_order(f"HOME-{number}", lines=20)
        press(client, order, "add_goods", goods="TENT 1", version=str(order.version))
    assert queries_of_lists(client, "commerce", search="HOME") == few
    assert queries_of_page(client, "commerce", page(order)) == small


def test_the_first_page_says_which_orders_wait(client: Client, grants: set[str]) -> None:
    an_order(state="held")
    found = client.get("/admin/").content.decode()
    assert "orders on hold" in found and "/admin/commerce/order/?state=held" in found
    grants.clear()
    grants.add("commerce.cart.view")
    assert "orders on hold" not in client.get("/admin/").content.decode()


def test_staff_add_goods_by_buttons_and_see_the_price_before_anything_happens(client: Client) -> None:
    order = an_order()
    form = client.get(page(order, "transition/add_goods/")).content.decode()
    assert "More of MUG-0" in form
    more = str(order.lines.get().id)
    sent = {more: "0", "goods": "TENT 2\nFREE 1", "version": str(order.version)}
    assert "Add goods: done." in press(client, order, "add_goods", **sent)
    assert "has changed since" in press(client, order, "add_goods", **sent), "the same form again"
    addition = Addition.objects.get()
    assert addition.amount == Decimal("399.80")
    address = f"/admin/commerce/addition/{addition.pk}/"
    shown = client.get(f"{address}change/").content.decode()
    assert "20.00 EUR → 419.80 EUR" in shown and "TENT" in shown
    assert "TENT" in client.get(page(order)).content.decode()
    money = {"name": "Till", "reference": "till-1"}
    assert "done." in client.post(f"{address}transition/by_hand/", money, follow=True).content.decode()
    addition.refresh_from_db()
    assert addition.state == "charging"
    assert "transition/withdraw" not in client.get(f"{address}change/").content.decode()
    assert "does not offer" in client.post(f"{address}transition/withdraw/", follow=True).content.decode()
    assert {entry.action for entry in History.objects.all()} == {"add_goods", "by_hand"}


@pytest.mark.parametrize("goods", ["TENT", "TENT x", "2", "TENT NaN", "TENT -1", "TENT 1e9", "TENT 0"])
def test_goods_that_are_no_sku_and_quantity_are_not_offered(client: Client, goods: str) -> None:
    order = an_order()
    assert "Not a SKU and a quantity" in press(client, order, "add_goods", goods=goods, version=str(order.version))
    assert not Addition.objects.exists()


def test_a_viewer_offers_and_takes_nothing(client: Client, grants: set[str]) -> None:
    order = an_order()
    press(client, order, "add_goods", goods="TENT 1", version=str(order.version))
    addition = Addition.objects.get()
    grants.clear()
    grants.add("*.*.view")
    assert client.post(page(order, "transition/add_goods/"), {"goods": "TENT 1"}).status_code == 403
    for name in ("ask", "by_hand", "withdraw"):
        assert client.post(f"/admin/commerce/addition/{addition.pk}/transition/{name}/").status_code == 403
    assert client.post(f"/admin/commerce/addition/{addition.pk}/change/", {"state": "done"}).status_code == 403
    addition.refresh_from_db()
    assert addition.state == "open"
