"""Adding goods to an order: a price that changes nothing, then units, money and lines together, or none of them."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from rest_framework.test import APIClient

from chassis import clock, racing
from chassis.jobs.runner import JobRunner
from chassis.sagas import Done, Failed
from chassis.unit_of_work import unit_of_work
from commerce import promises
from commerce.addition.commands import add_by_hand, ask_to_pay, charge, offer, withdraw
from commerce.addition.errors import (
    AdditionClosed,
    IllegalAdditionTransition,
    NotAddable,
    NothingToAdd,
    OrderChangedMeanwhile,
)
from commerce.addition.models import Addition
from commerce.cancellation.commands import request_cancellation
from commerce.cancellation.errors import NotCancellable, NotPaidYet
from commerce.checkout.errors import Incomplete, NoStorefront, NotForSale
from commerce.checkout.items import Item, item
from commerce.checkout.models import Cart, ViewCopy
from commerce.checkout.placement import look
from commerce.checkout.reactions import stock_confirmed
from commerce.delivery.commands import preview_delivery, request_delivery
from commerce.models import Document, Job, Order, Payment, SagaInstance, Transaction
from commerce.order.commands import refund_order
from commerce.order.errors import OrderBeingAddedTo
from commerce.order.reactions import shipment_sent, stock_lost
from commerce.payment.errors import AlreadyBooked
from commerce.tests import conftest
from commerce.tests.books import CARD, Books, cancel, published, run_jobs
from commerce.tests.tendering import told
from commerce.tests.test_orders_api import an_order, as_customer, sent
from contracts.commerce import (
    AdditionOffered,
    AdditionPaid,
    GoodsAdded,
    OrderRefunded,
    StockConfirmationRequested,
    StockRequested,
)
from contracts.logistics import StockConfirmed
from contracts.shared import Choice

pytestmark = pytest.mark.django_db(databases=["commerce"])
TENT = {Item("TENT"): Decimal(1)}
FIGURES = ("subtotal", "tax", "total", "captured", "refunded", "state", "payment_state", "fulfilment_state")


def offered(order: Order, wanted: dict[Item, Decimal] | None = None) -> Addition:
    return offer(order.id, wanted=wanted or TENT)


def send(addition: Addition) -> None:
    """The shopper is sent its link."""
    ViewCopy.objects.update(base_url="https://shop.example/")
    ask_to_pay(addition.id)


def reserve(addition: Addition, *, minutes: int = 15) -> None:
    assert addition.saga is not None
    until = (clock.now() + timedelta(minutes=minutes)).isoformat()
    promises.answer(addition.saga, "reserve_stock", Done({"reserved_until": until}))


def confirm(addition: Addition, *, confirmed: bool = True) -> Addition:
    """Logistics has what was added on the order's list, or could not have it."""
    answer = StockConfirmed(saga=addition.saga, order=addition.order_id, confirmed=confirmed)  # type: ignore[arg-type]
    with unit_of_work("commerce"):
        stock_confirmed(answer)
        stock_lost(answer)
    addition.refresh_from_db()
    return addition


def had(order: Order, wanted: dict[Item, Decimal] | None = None) -> Addition:
    """An addition that is paid by card, on the order and on its list."""
    addition = charge(offered(order, wanted).id, source=CARD)
    reserve(addition)
    run_jobs()
    return confirm(addition)


def outcome(addition: Addition) -> tuple[str, str | None]:
    assert addition.saga is not None
    return look(addition.saga).outcome, look(addition.saga).reason


def figures(order: Order) -> dict[str, Any]:
    return Order.objects.values(*FIGURES).get(id=order.id)


def authorised_only(addition: Addition) -> None:
    """The card is authorised and the goods are on the order; the capture is still to come."""
    reserve(addition)
    runner = JobRunner("commerce")
    (job,) = [job for job in runner.lease(5) if job.kind == "commerce.authorise"]
    runner.run_one(job)


def test_an_offer_is_a_price_and_changes_nothing(shop: str, books: Books) -> None:
    order, _ = an_order()
    before, events = figures(order), published()
    addition = offered(order, {Item("TENT"): Decimal(2)})
    assert (addition.state, addition.amount) == ("open", Decimal("399.80"))
    assert figures(order) == before and published() == events and len(books.payments) == 1


def test_what_is_added_is_reserved_then_authorised_then_on_the_order(shop: str, books: Books) -> None:
    order, _ = an_order()
    told_before = len(published())
    addition = charge(offered(order).id, source=CARD)
    asked = told(StockRequested)[-1]
    assert (asked.saga, [(line.sku, line.quantity) for line in asked.lines]) == (addition.saga, [("TENT", 1)])
    assert asked.country == "DE" and len(books.payments) == 1, "no card is asked before there are units"
    reserve(addition)
    run_jobs()
    assert outcome(addition) == ("added", None)
    order.refresh_from_db()
    assert (order.total, order.subtotal, order.captured) == (Decimal("224.80"), Decimal("219.90"), Decimal("224.80"))
    assert (order.state, order.payment_state) == ("placed", "paid")
    assert sorted(order.lines.values_list("sku", "quantity")) == [("MUG", 2), ("TENT", 1)]
    assert sorted(Payment.objects.filter(order=order.id).values_list("amount", "state")) == [
        (Decimal("24.90"), "captured"),
        (Decimal("199.90"), "captured"),
    ]
    assert sorted(Document.objects.values_list("kind", "total")) == [
        ("invoice", Decimal("24.90")),
        ("invoice", Decimal("199.90")),
    ]
    assert published()[told_before:] == [
        "commerce.stock_requested",
        "commerce.goods_added",
        "commerce.invoice_issued",
        "commerce.stock_confirmation_requested",
        "commerce.addition_paid",
    ]
    [added] = told(GoodsAdded)
    assert (added.amount.amount, added.total.amount, [line.sku for line in added.lines]) == (
        Decimal("199.90"),
        Decimal("224.80"),
        ["TENT"],
    )
    assert confirm(addition).state == "done" and SagaInstance.objects.get(id=addition.saga).state == "completed"
    assert Cart.objects.get(id=order.cart).payment_source == ""


def test_what_the_order_has_keeps_its_price(shop: str, books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    order, _ = an_order()
    monkeypatch.setitem(conftest.PRICES, "MUG", Decimal("12.00"))
    had(order, {Item("MUG"): Decimal(1)})
    assert sorted(order.lines.values_list("quantity", "unit_price", "total")) == [(1, 12, 12), (2, 10, 20)]


def test_units_that_are_not_there_are_not_sold_and_no_card_is_asked(shop: str, books: Books) -> None:
    order, _ = an_order()
    addition = charge(offered(order).id, source=CARD)
    before = figures(order)
    promises.answer(addition.saga, "reserve_stock", Failed("failed", "out_of_stock"))  # type: ignore[arg-type]
    run_jobs()
    addition.refresh_from_db()
    assert (outcome(addition), addition.state) == (("failed", "out_of_stock"), "open")
    assert figures(order) == before and len(books.payments) == 1


def test_a_declined_card_leaves_the_order_as_it_was_and_returns_the_units(shop: str, books: Books) -> None:
    order, _ = an_order()
    before, lines = figures(order), list(order.lines.values())
    books.decline = True
    addition = charge(offered(order).id, source=CARD)
    reserve(addition)
    run_jobs()
    addition.refresh_from_db()
    assert (outcome(addition), addition.state) == (("declined", "card_declined"), "open")
    assert figures(order) == before and list(order.lines.values()) == lines
    assert published()[-1] == "commerce.stock_release_requested"
    books.decline = False
    addition = charge(addition.id, source=CARD)
    reserve(addition)
    run_jobs()
    assert outcome(addition) == ("added", None), "it may be tried again"


def test_an_abandoned_challenge_is_asked_about_before_anything_is_undone(shop: str, books: Books) -> None:
    order, _ = an_order()
    before = figures(order)
    books.challenge = True
    addition = charge(offered(order).id, source=CARD)
    reserve(addition)
    run_jobs()
    assert outcome(addition)[0] == "requires_action" and len(told(StockRequested)) == 3, "its units are held longer"
    promises.fail(addition.saga, outcome="failed", reason="deadline")  # type: ignore[arg-type]
    assert "commerce.stock_release_requested" not in published()
    run_jobs()
    addition.refresh_from_db()
    assert (outcome(addition), addition.state) == (("failed", "deadline"), "open")
    assert books.payments[str(addition.saga)]["status"] == "voided" and figures(order) == before
    assert "commerce.stock_release_requested" in published()


def test_a_reservation_that_is_over_adds_nothing(shop: str, books: Books) -> None:
    order, _ = an_order()
    addition = charge(offered(order).id, source=CARD)
    reserve(addition, minutes=-1)
    run_jobs()
    run_jobs()
    assert outcome(addition) == ("failed", "reservation_expired")
    assert books.payments[str(addition.saga)]["status"] == "voided" and order.lines.count() == 1


def test_money_that_staff_were_given_is_booked_with_the_goods_and_not_twice(shop: str, books: Books) -> None:
    order, _ = an_order()
    addition = add_by_hand(offered(order).id, name="Till", reference="till-1")
    assert not Transaction.objects.filter(provider_reference="till-1").exists(), "the units come first"
    reserve(addition)
    order.refresh_from_db()
    assert (order.total, order.captured, order.payment_state) == (Decimal("224.80"), Decimal("224.80"), "paid")
    [booked] = Transaction.objects.filter(provider_reference="till-1")
    assert (booked.kind, booked.amount, booked.payment.label) == ("capture", Decimal("199.90"), "Till")
    assert len(told(AdditionPaid)) == 1 and len(books.payments) == 1
    confirm(addition)
    with pytest.raises(AlreadyBooked):
        add_by_hand(offered(order).id, name="Till", reference="till-1")


def test_what_costs_nothing_needs_no_money(shop: str, books: Books) -> None:
    order, _ = an_order()
    addition = add_by_hand(offered(order, {Item("FREE"): Decimal(1)}).id, name="", reference="")
    reserve(addition)
    assert confirm(addition).state == "done" and addition.paid_at is not None
    assert Payment.objects.count() == 1 and Document.objects.count() == 1


def test_taking_an_offer_twice_has_it_once(shop: str, books: Books) -> None:
    order, _ = an_order()
    addition = offered(order)
    first = charge(addition.id, source=CARD).saga
    assert charge(addition.id, source=CARD).saga == first
    with pytest.raises(AdditionClosed):
        add_by_hand(addition.id, name="Till", reference="till-1")
    reserve(charge(addition.id, source=CARD))
    run_jobs()
    assert charge(addition.id, source=CARD).saga == first and order.lines.count() == 2


def test_one_form_sent_twice_is_one_offer(shop: str, books: Books) -> None:
    order, _ = an_order()
    order.refresh_from_db()
    offer(order.id, wanted=TENT, version=order.version)
    with pytest.raises(OrderChangedMeanwhile):
        offer(order.id, wanted=TENT, version=order.version)
    assert Addition.objects.count() == 1


def test_a_new_offer_takes_the_place_of_the_one_that_nobody_took(shop: str, books: Books) -> None:
    order, _ = an_order()
    first, second = offered(order), offered(order, {Item("MUG"): Decimal(1)})
    first.refresh_from_db()
    assert (first.state, second.state) == ("withdrawn", "open")
    with pytest.raises(AdditionClosed):
        charge(first.id, source=CARD)


def test_an_offer_ends(shop: str, books: Books) -> None:
    order, _ = an_order()
    addition = offered(order)
    with clock.travel(clock.now() + timedelta(days=4)), pytest.raises(AdditionClosed):
        charge(addition.id, source=CARD)


def test_nothing_is_withdrawn_while_it_is_paid(shop: str, books: Books) -> None:
    order, _ = an_order()
    addition = charge(offered(order).id, source=CARD)
    with pytest.raises(IllegalAdditionTransition):
        withdraw(addition.id)
    with pytest.raises(OrderBeingAddedTo):
        offered(order)


def test_a_cancellation_waits_until_what_is_added_is_decided_and_the_reverse(shop: str, books: Books) -> None:
    order, _ = an_order()
    addition = charge(offered(order).id, source=CARD)
    for lines in (None, {order.lines.get().id: Decimal(1)}):
        with pytest.raises(OrderBeingAddedTo):
            request_cancellation(order.id, reason="changed my mind", lines=lines)
    reserve(addition)
    run_jobs()
    with pytest.raises(OrderBeingAddedTo):
        request_cancellation(order.id, reason="changed my mind")
    confirm(addition)
    again = offered(order)
    request_cancellation(order.id, reason="changed my mind", lines={order.lines.get(sku="MUG").id: Decimal(1)})
    with pytest.raises(NotAddable):
        charge(again.id, source=CARD)


def test_another_delivery_and_an_addition_exclude_each_other(shop: str, books: Books) -> None:
    order, _ = an_order()
    elsewhere: dict[str, Any] = {"address": {**conftest.ADDRESS, "country": "AT"}, "shipping_method": "parcel"}
    addition = charge(offered(order).id, source=CARD)
    with pytest.raises(OrderBeingAddedTo):
        request_delivery(order.id, **elsewhere)
    reserve(addition)
    run_jobs()
    confirm(addition)
    order.refresh_from_db()
    assert preview_delivery(order, **elsewhere).now == Decimal("224.80"), "what was added goes there too"
    request_delivery(order.id, **elsewhere)
    with pytest.raises(NotAddable):
        offered(order)


def test_the_further_invoice_says_why_no_tax_is_due_on_what_was_added(shop: str, books: Books) -> None:
    order, _ = an_order()
    Order.objects.filter(id=order.id).update(tax_note="of the order's own day")
    had(order)
    assert Document.objects.get(total=Decimal("199.90")).note == ""


def test_an_order_that_was_sent_meanwhile_is_not_added_to(shop: str, books: Books) -> None:
    order, _ = an_order()
    addition = charge(offered(order).id, source=CARD)
    with unit_of_work("commerce"):
        shipment_sent(sent(order, 2))
    reserve(addition)
    run_jobs()
    run_jobs()
    order.refresh_from_db()
    assert (outcome(addition), order.state) == (("failed", "order_changed"), "completed")
    assert books.payments[str(addition.saga)]["status"] == "voided" and order.lines.count() == 1
    with pytest.raises(NotAddable):
        offered(order)


def test_a_parcel_that_left_before_the_list_grew_leaves_the_rest_to_send(shop: str, books: Books) -> None:
    order, _ = an_order()
    addition = charge(offered(order).id, source=CARD)
    reserve(addition)
    run_jobs()
    with unit_of_work("commerce"):
        shipment_sent(sent(order, 2))
    confirm(addition)
    order.refresh_from_db()
    assert (order.state, order.fulfilment_state) == ("placed", "partially_fulfilled")
    had(order, {Item("MUG"): Decimal(1)})
    assert order.lines.count() == 3, "what is left to send may still grow"


def test_a_cancelled_order_gives_back_what_was_added_too(shop: str, books: Books) -> None:
    order, _ = an_order()
    addition = had(order)
    order = cancel(order.id)
    run_jobs()
    order.refresh_from_db()
    assert (order.state, order.refunded, order.payment_state) == ("cancelled", order.total, "refunded")
    assert books.payments[str(addition.saga)]["refunded"] == Decimal("199.90")
    papers = [(one.kind, one.total) for one in Document.objects.all()]
    assert sum(total for kind, total in papers if kind == "invoice") == order.total
    assert sum(total for kind, total in papers if kind == "credit_note") == order.total


def test_what_was_added_and_not_taken_yet_is_let_go_with_its_order(shop: str, books: Books) -> None:
    order, _ = an_order()
    addition = charge(offered(order).id, source=CARD)
    authorised_only(addition)
    order.refresh_from_db()
    assert (order.captured, order.payment_state) == (Decimal("24.90"), "paid") and not told(AdditionPaid)
    confirm(addition)
    Job.objects.filter(kind="commerce.capture").delete()
    order = cancel(order.id)
    run_jobs()
    order.refresh_from_db()
    assert books.payments[str(addition.saga)]["status"] == "voided"
    assert (order.refunded, order.payment_state) == (Decimal("24.90"), "refunded") and not told(AdditionPaid)
    assert sum(one.total for one in Document.objects.filter(kind="credit_note")) == order.total


def test_no_part_is_cancelled_before_the_money_of_what_was_added_is_taken(shop: str, books: Books) -> None:
    order, _ = an_order()
    addition = charge(offered(order).id, source=CARD)
    authorised_only(addition)
    confirm(addition)
    with pytest.raises(NotPaidYet):
        cancel(order.id, lines={order.lines.get(sku="TENT").id: Decimal(1)})
    run_jobs()
    order = cancel(order.id, lines={order.lines.get(sku="TENT").id: Decimal(1)})
    run_jobs()
    assert (
        books.payments[str(addition.saga)]["refunded"] + books.payments[str(order.saga)]["refunded"] == order.refunded
    )
    assert order.refunded == Decimal("199.90")


def test_what_was_added_is_taken_though_all_else_went_back(shop: str, books: Books) -> None:
    order, _ = an_order()
    addition = charge(offered(order).id, source=CARD)
    authorised_only(addition)
    refund_order(order.id, amount=Decimal("24.90"))
    Job.objects.filter(kind="commerce.capture").update(due_at=clock.now() + timedelta(minutes=5))
    run_jobs()
    order.refresh_from_db()
    assert order.payment_state == "partially_refunded"
    assert not told(OrderRefunded)[-1].whole, "what is still to be paid brings its downloads"
    run_jobs(later=timedelta(minutes=6))
    order.refresh_from_db()
    assert (order.captured, order.payment_state) == (Decimal("224.80"), "partially_refunded")
    assert len(told(AdditionPaid)) == 1


def test_a_part_of_what_was_added_is_cancelled_like_any_line(shop: str, books: Books) -> None:
    order, _ = an_order()
    had(order, {Item("TENT"): Decimal(2)})
    line = order.lines.get(sku="TENT")
    order = cancel(order.id, lines={line.id: Decimal(1)})
    assert (order.state, order.refunded) == ("placed", Decimal("199.90"))


def test_stock_that_was_lost_after_all_holds_the_order_for_staff(shop: str, books: Books) -> None:
    order, _ = an_order()
    addition = charge(offered(order).id, source=CARD)
    reserve(addition)
    run_jobs()
    assert confirm(addition, confirmed=False).state == "done"
    order.refresh_from_db()
    assert order.state == "held"
    mug, tent = order.lines.get(sku="MUG").id, order.lines.get(sku="TENT").id
    with pytest.raises(NotCancellable):
        request_cancellation(order.id, reason="lost", lines={mug: Decimal(1), tent: Decimal(1)})
    asked = published()
    cancellation = request_cancellation(order.id, reason="lost", lines={tent: Decimal(1)})
    order.refresh_from_db()
    assert (cancellation.state, order.refunded) == ("confirmed", Decimal("199.90"))
    assert "commerce.cancellation_requested" not in published()[len(asked) :], "logistics has no list to shorten"


def test_the_warehouse_is_told_the_parts_and_the_line_keeps_its_choices(shop: str, books: Books) -> None:
    order, _ = an_order()
    large = item("SET", [Choice(option="size", value="large")])  # type: ignore[arg-type]
    had(order, {large: Decimal(2)})
    asked = told(StockConfirmationRequested)[-1]
    assert [(part.sku, part.quantity, part.name) for part in asked.added] == [("TENT", 2, "Tent"), ("MUG", 4, "Mug")]
    assert order.lines.get(sku="SET").choices == [{"option": "size", "value": "large", "quantity": None}]


def test_what_is_not_sold_is_not_offered(shop: str, books: Books) -> None:
    order, _ = an_order()
    with pytest.raises(NotForSale):
        offered(order, {Item("GHOST"): Decimal(1)})
    with pytest.raises(NothingToAdd):
        offer(order.id, wanted={})
    with pytest.raises(Incomplete):
        charge(offered(order).id, source="")


@pytest.mark.parametrize("facts", [{"payment_state": "pending"}, {"state": "cancelled"}, {"historical": True}])
def test_only_an_order_that_is_paid_and_not_done_is_added_to(shop: str, books: Books, facts: dict[str, Any]) -> None:
    order, _ = an_order()
    Order.objects.filter(id=order.id).update(**facts)
    with pytest.raises(NotAddable):
        offered(order)


def test_the_shopper_is_sent_a_link_that_pays(shop: str, books: Books) -> None:
    order, _ = an_order()
    addition = offered(order)
    with pytest.raises(NoStorefront):
        ask_to_pay(addition.id)
    ViewCopy.objects.update(base_url="https://shop.example/")
    ask_to_pay(addition.id)
    [event] = told(AdditionOffered)
    address, _, key = event.link.partition("#key=")
    assert address == f"https://shop.example/orders/{order.id}/additions/{addition.id}"
    api = f"/api/v1/{shop}/orders/{order.id}/additions/{addition.id}"
    assert APIClient().get(api, headers={"X-Payment-Key": "x" + key}).status_code == 404
    body = APIClient().get(api, headers={"X-Payment-Key": key}).json()
    assert (body["amount"], body["state"], body["attempt"], body["lines"][0]["sku"]) == ("199.90", "open", None, "TENT")
    holder, card = {"X-Payment-Key": key, "Prefer": "wait=0"}, {"payment_source": CARD}
    answer = APIClient().post(f"{api}/pay", card, format="json", headers=holder)
    assert (answer.status_code, answer.json()["attempt"]["outcome"]) == (202, "pending")
    addition.refresh_from_db()
    reserve(addition)
    run_jobs()
    answer = APIClient().post(f"{api}/pay", card, format="json", headers=holder)
    assert (answer.status_code, answer.json()["attempt"]["outcome"]) == (200, "added")
    assert Order.objects.get(id=order.id).total == Decimal("224.80")


def test_what_staff_have_only_priced_is_not_the_shoppers_to_see(shop: str, books: Books) -> None:
    customer = UUID(int=1)
    order, _ = an_order(customer)
    http, address = as_customer(customer), f"/api/v1/{shop}/orders/{order.id}"
    looked_at = offered(order)
    one, pay = f"{address}/additions/{looked_at.id}", {"payment_source": CARD}
    assert http.get(f"{address}/additions").json() == []
    assert (http.get(one).status_code, http.post(f"{one}/pay", pay, format="json").status_code) == (404, 404)
    withdraw(looked_at.id)
    assert http.get(f"{address}/additions").json() == []
    told_of = [event["what"] for event in http.get(address).json()["timeline"]]
    assert not [what for what in told_of if what.startswith("addition")]
    sent_on = offered(order)
    send(sent_on)
    assert [found["id"] for found in http.get(f"{address}/additions").json()] == [str(sent_on.id)]
    assert "addition.asked" in [event["what"] for event in http.get(address).json()["timeline"]]
    withdraw(sent_on.id)
    assert [found["state"] for found in http.get(f"{address}/additions").json()] == ["withdrawn"]


def test_what_staff_have_put_on_the_order_is_shown_unsent(shop: str, books: Books) -> None:
    customer = UUID(int=1)
    order, _ = an_order(customer)
    addition = add_by_hand(offered(order).id, name="Till", reference="T-1")
    reserve(addition)
    confirm(addition)
    [found] = as_customer(customer).get(f"/api/v1/{shop}/orders/{order.id}/additions").json()
    assert found["state"] == "done"


def test_a_customer_and_nobody_else_sees_and_pays_what_is_offered(shop: str, books: Books) -> None:
    customer, stranger = UUID(int=1), UUID(int=2)
    order, _ = an_order(customer)
    addition = offered(order)
    send(addition)
    api = f"/api/v1/{shop}/orders/{order.id}/additions"
    [found] = as_customer(customer).get(api).json()
    assert found["id"] == str(addition.id)
    assert as_customer(stranger).get(api).status_code == 404
    pay, card = f"{api}/{addition.id}/pay", {"payment_source": CARD}
    assert as_customer(stranger).post(pay, card, format="json").status_code == 404
    assert as_customer(customer).get(f"{api}/{stranger}").status_code == 404
    books.decline = True
    http = as_customer(customer)
    http.post(pay, card, format="json", headers={"Prefer": "wait=0"})
    addition.refresh_from_db()
    reserve(addition)
    run_jobs()
    assert http.get(f"{api}/{addition.id}").json()["attempt"]["outcome"] == "declined"
    assert http.post(pay, {}, format="json").status_code == 409
    assert http.post(pay, {"payment_source": "no card"}, format="json").status_code == 400


@pytest.mark.django_db(databases=["commerce"], transaction=True)
def test_of_a_cancellation_and_an_addition_at_once_one_is_refused(shop: str, books: Books) -> None:
    """Both ask under the order's lock: never are goods added to what is being cancelled."""
    with racing.no_deadlocks("commerce"):
        for number in range(8):
            order, _ = an_order()
            addition, refused = offered(order), []

            def attempt(act: Any, refused: list[Exception] = refused) -> None:
                try:
                    act()
                except (OrderBeingAddedTo, NotAddable) as refusal:
                    refused.append(refusal)

            racing.race(
                "commerce",
                [
                    lambda addition=addition: attempt(lambda: charge(addition.id, source=CARD)),
                    lambda addition=addition: attempt(lambda: charge(addition.id, source=CARD)),
                    lambda order=order: attempt(lambda: request_cancellation(order.id, reason="changed my mind")),
                ],
                threads=3,
            )
            order.refresh_from_db()
            addition.refresh_from_db()
            cancelling = order.state == "cancelling"
            assert cancelling != (addition.state == "charging"), f"round {number}"
            assert len(refused) == (2 if cancelling else 1)
            assert SagaInstance.objects.filter(key=str(order.cart), name="add_to_order").count() == (not cancelling)
