"""Several tenders in one order: what each covers, what is left for the card, and where money goes back to."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from rest_framework.test import APIClient

from chassis import clients
from chassis.admin.testing import sign_in_as
from chassis.ids import new_id
from chassis.sagas import Done
from chassis.sagas.runner import answer, fail
from chassis.unit_of_work import unit_of_work
from commerce.cancellation.commands import request_cancellation
from commerce.cancellation.reactions import cancellation_confirmed, cancellation_refused
from commerce.checkout import commands
from commerce.checkout.errors import Incomplete, TenderRefused, TendersChanged, TooManyTenders, UnknownTender
from commerce.checkout.models import Cart
from commerce.checkout.placement import look
from commerce.checkout.saga import PlaceOrder
from commerce.checkout.tenders import Tender, left, split, tender_id, tenders_of
from commerce.models import Order, Payment, SagaInstance
from commerce.order.commands import refund_order
from commerce.payment.allocation import allocate
from commerce.tests.books import Books, cancel, published, reserve, run_jobs
from commerce.tests.conftest import Purse, a_ready_cart
from commerce.tests.tendering import (
    a_customers_cart,
    begin,
    confirm,
    give_back,
    hold,
    ordered,
    pay_with,
    refuse,
    told,
)
from contracts.commerce import (
    OrderHeld,
    OrderPaid,
    OrderRefunded,
    TenderConfirmationRequested,
    TenderRefundRequested,
    TenderReleaseRequested,
    TenderRequested,
)
from contracts.logistics import CancellationConfirmed, CancellationRefused
from contracts.postpurchase import GIFT_CARD, POINTS, STORE_CREDIT

pytestmark = pytest.mark.django_db(databases=["commerce"])
TOTAL = Decimal("24.90")


def shown(cart: Cart) -> tuple[list[Decimal], Decimal]:
    """What the cart's tenders cover, and what is left for the card."""
    shares = split(Decimal(cart.quote["total"]), tenders_of(cart))
    return [share.amount for share in shares], left(Decimal(cart.quote["total"]), shares)


def a_cart_with_a_card(purse: Purse, amount: str = "10.00") -> tuple[Cart, commands.Shopper]:
    purse.held["CODE"] = Decimal(amount)
    cart, shopper = a_ready_cart()
    return pay_with(cart, shopper, code="CODE"), shopper


def test_the_first_tender_covers_what_it_can_and_the_next_what_is_left(shop: str, purse: Purse) -> None:
    purse.held |= {"ONE": Decimal(10), "TWO": Decimal(100), "store_credit": Decimal(50)}
    cart, shopper = a_customers_cart()
    for code, most in (("ONE", ""), ("TWO", "5.00")):
        cart = pay_with(cart, shopper, code=code, most=most)
    assert shown(cart) == ([Decimal(10), Decimal(5)], Decimal("9.90"))
    cart = pay_with(cart, shopper, STORE_CREDIT)
    assert shown(cart) == ([Decimal(10), Decimal(5), Decimal("9.90")], Decimal(0))
    cart = pay_with(cart, shopper, code="TWO")
    assert shown(cart) == ([Decimal(10), Decimal("14.90"), Decimal(0)], Decimal(0)), "entered again, its limit changes"


def test_what_is_covered_follows_the_lines(shop: str, purse: Purse) -> None:
    cart, shopper = a_cart_with_a_card(purse, "30.00")
    assert shown(cart) == ([TOTAL], Decimal(0))
    cart = commands.add_line(view=shop, cart_id=cart.id, shopper=shopper, sku="MUG", quantity=Decimal(1))
    assert shown(cart) == ([Decimal(30)], Decimal("4.90"))


def test_the_api_enters_shows_and_removes_a_tender_and_tells_no_code(shop: str, purse: Purse) -> None:
    purse.held["ABCD-EFGH"] = Decimal(10)
    cart, shopper = a_ready_cart()
    http, headers = APIClient(), {"X-Cart-Secret": shopper.secret}
    address = f"/api/v1/{shop}/carts/{cart.id}"
    body = http.post(
        f"{address}/tenders", {"tender": GIFT_CARD, "code": "ABCD-EFGH", "most": "4"}, format="json", headers=headers
    )
    assert body.status_code == 201 and "ABCD" not in body.content.decode()
    (row,) = body.json()["tenders"]
    assert (row["label"], row["available"], row["most"], row["amount"]) == ("•••• EFGH", "10.00", "4.00", "4.00")
    assert body.json()["totals"]["payable"] == "20.90" and http.get(address, headers=headers).json()["tenders"] == [row]
    assert "ABCD" not in str(Cart.objects.values().get())
    gone = http.delete(f"{address}/tenders/{row['id']}", headers=headers)
    assert gone.json()["tenders"] == [] and gone.json()["totals"]["payable"] == "24.90"
    assert http.delete(f"{address}/tenders/{row['id']}", headers=headers).status_code == 404


@pytest.mark.parametrize(
    ("tender", "code", "reason"),
    [
        (GIFT_CARD, "", "unknown"),
        (GIFT_CARD, "NONE", "unknown"),
        (GIFT_CARD, "OVER", "expired"),
        (GIFT_CARD, "EMPTY", "empty"),
        (STORE_CREDIT, "", "sign_in"),
        (POINTS, "", "sign_in"),
    ],
)
def test_what_pays_nothing_is_refused_with_its_reason(
    shop: str, purse: Purse, tender: str, code: str, reason: str
) -> None:
    purse.held |= {"OVER": "expired", "EMPTY": Decimal(0), "points": Decimal(5)}
    cart, shopper = a_ready_cart()
    with pytest.raises(TenderRefused) as refusal:
        pay_with(cart, shopper, tender, code=code)
    assert refusal.value.extra["reason"] == reason
    cart.refresh_from_db()
    assert cart.tenders == []


def test_a_cart_holds_five_tenders_and_not_one_more(shop: str, purse: Purse) -> None:
    purse.held = {f"CARD{number}": Decimal(1) for number in range(6)}
    cart, shopper = a_ready_cart()
    for number in range(5):
        pay_with(cart, shopper, code=f"CARD{number}")
    pay_with(cart, shopper, code="CARD4")
    with pytest.raises(TooManyTenders):
        pay_with(cart, shopper, code="CARD5")


def test_removing_what_is_not_there_is_told(shop: str, purse: Purse) -> None:
    cart, shopper = a_ready_cart()
    with pytest.raises(UnknownTender):
        commands.remove_tender(view=shop, cart_id=cart.id, shopper=shopper, tender=new_id())


def test_a_silent_post_purchase_stops_no_edit_but_nothing_new_can_be_entered(shop: str, purse: Purse) -> None:
    cart, shopper = a_cart_with_a_card(purse)
    purse.silent = True
    cart = commands.add_line(view=shop, cart_id=cart.id, shopper=shopper, sku="MUG", quantity=Decimal(1))
    assert shown(cart) == ([Decimal(10)], Decimal("24.90"))
    with pytest.raises(clients.Unavailable):
        pay_with(cart, shopper, code="OTHER")


def test_a_claimed_cart_keeps_the_cards_of_both(shop: str, purse: Purse) -> None:
    purse.held |= {"OLD": Decimal(1), "NEW": Decimal(2)}
    older, customer = a_customers_cart()
    pay_with(older, customer, code="OLD")
    guests, guest = a_ready_cart()
    pay_with(guests, guest, code="NEW")
    both = commands.Shopper(customer=customer.customer, group="general", secret=guest.secret)
    merged = commands.claim_cart(view=shop, cart_id=guests.id, shopper=both)
    assert sorted(one.label for one in tenders_of(merged)) == ["•••• NEW", "•••• OLD"]


def test_the_card_pays_what_is_left_and_the_order_is_paid_when_both_are_taken(
    shop: str, purse: Purse, books: Books
) -> None:
    cart, shopper = a_cart_with_a_card(purse)
    saga = begin(cart, shopper)
    (asked,) = told(TenderRequested)
    assert [(one.tender, one.amount) for one in asked.tenders] == [(GIFT_CARD, Decimal("10.00"))]
    reserve(saga)
    run_jobs()
    assert not Payment.objects.exists(), "no card is asked before the tenders are held"
    hold(saga)
    run_jobs()
    order = Order.objects.get(saga=saga)
    assert (order.payment_state, order.captured) == ("authorised", Decimal("14.90"))
    assert books.payments[str(saga)]["amount"] == Decimal("14.90")
    (asked_again,) = told(TenderConfirmationRequested)
    assert (asked_again.order, asked_again.order_number) == (order.id, order.number)
    confirm(saga)
    order.refresh_from_db()
    assert (order.payment_state, order.captured) == ("paid", TOTAL)
    (event,) = told(OrderPaid)
    paid_by = [(one.tender, one.amount) for one in event.tenders]
    assert paid_by == [("card", Decimal("14.90")), ("gift_card", Decimal("10.00"))]
    answer(PlaceOrder, saga, "confirm_stock", Done())
    assert SagaInstance.objects.get(id=saga).state == "completed"


def test_a_confirmation_may_come_before_the_cards_capture_and_twice(shop: str, purse: Purse, books: Books) -> None:
    cart, shopper = a_cart_with_a_card(purse)
    books.capture_only = Decimal("1.00")
    saga = begin(cart, shopper)
    reserve(saga)
    hold(saga)
    run_jobs()
    confirm(saga)
    confirm(saga)
    order = Order.objects.get(saga=saga)
    assert (order.payment_state, order.captured) == ("authorised", Decimal("11.00"))
    assert [t.kind for t in Payment.objects.get(tender=GIFT_CARD).transactions.all()] == ["capture"]


def test_what_tenders_cover_as_a_whole_asks_no_card(shop: str, purse: Purse, books: Books) -> None:
    cart, shopper = a_cart_with_a_card(purse, "100.00")
    order = ordered(cart, shopper, source="")
    assert books.payments == {} and SagaInstance.objects.get(id=order.saga).steps["authorise"] == "skipped"
    assert (order.payment_state, order.captured) == ("paid", TOTAL)
    (payment,) = Payment.objects.all()
    assert (payment.tender, payment.label, payment.captured) == (GIFT_CARD, "•••• CODE", TOTAL)


def test_a_card_is_needed_as_soon_as_a_cent_is_left(shop: str, purse: Purse) -> None:
    cart, shopper = a_cart_with_a_card(purse, "24.89")
    with pytest.raises(Incomplete) as refusal:
        begin(cart, shopper, source="")
    assert refusal.value.extra["missing"] == ["payment"]


def test_a_cart_without_tenders_skips_their_steps(shop: str, books: Books) -> None:
    cart, shopper = a_ready_cart()
    saga = begin(cart, shopper)
    reserve(saga)
    run_jobs()
    steps = SagaInstance.objects.get(id=saga).steps
    assert (steps["reserve_tenders"], steps["confirm_tenders"]) == ("skipped", "skipped")
    assert not told(TenderRequested)


def test_a_declined_card_gives_the_gift_cards_value_back(shop: str, purse: Purse, books: Books) -> None:
    books.decline = True
    cart, shopper = a_cart_with_a_card(purse)
    saga = begin(cart, shopper)
    reserve(saga)
    hold(saga)
    run_jobs()
    assert look(saga).outcome == "declined"
    assert [event.saga for event in told(TenderReleaseRequested)] == [saga]
    cart.refresh_from_db()
    assert cart.state == Cart.OPEN and shown(cart) == ([Decimal(10)], Decimal("14.90"))


def test_a_refused_tender_ends_the_checkout_and_no_card_is_asked(shop: str, purse: Purse, books: Books) -> None:
    cart, shopper = a_cart_with_a_card(purse)
    saga = begin(cart, shopper)
    reserve(saga)
    refuse(saga)
    assert look(saga).outcome == "failed" and look(saga).reason == "tender_refused"
    assert SagaInstance.objects.get(id=saga).data["refused_tender"]["reason"] == "not_enough"
    assert "commerce.stock_release_requested" in published() and books.payments == {}
    assert Cart.objects.get(id=cart.id).state == Cart.OPEN and not Order.objects.exists()


def test_a_deadline_while_tenders_are_asked_for_releases_what_may_be_held(shop: str, purse: Purse) -> None:
    cart, shopper = a_cart_with_a_card(purse)
    saga = begin(cart, shopper)
    reserve(saga)
    fail(PlaceOrder, saga, outcome="failed", reason="deadline")
    assert [event.saga for event in told(TenderReleaseRequested)] == [saga]
    hold(saga)  # the answer comes late
    assert look(saga).outcome == "failed" and not Order.objects.exists()


@pytest.mark.parametrize(
    ("hours", "amount", "reason"), [(-1, "", "reservation_expired"), (24, "9", "payment_mismatch")]
)
def test_an_order_needs_its_whole_money_held_and_in_time(
    shop: str, purse: Purse, books: Books, hours: int, amount: str, reason: str
) -> None:
    cart, shopper = a_cart_with_a_card(purse)
    saga = begin(cart, shopper)
    reserve(saga)
    hold(saga, hours=hours, amount=amount)
    run_jobs()
    run_jobs()
    assert look(saga).reason == reason and not Order.objects.exists()
    assert books.payments[str(saga)]["status"] == "voided" and told(TenderReleaseRequested)


def test_a_tender_that_covers_less_by_now_must_be_confirmed(shop: str, purse: Purse, books: Books) -> None:
    cart, shopper = a_cart_with_a_card(purse)
    purse.held["CODE"] = Decimal(4)
    with pytest.raises(TendersChanged) as refusal:
        begin(cart, shopper)
    assert refusal.value.extra == {"shown": "14.90", "payable": "20.90"}
    cart = commands.confirm(view=shop, cart_id=cart.id, shopper=shopper)
    assert shown(cart) == ([Decimal(4)], Decimal("20.90"))
    assert look(begin(cart, shopper)).outcome == "pending"


def test_a_tender_that_has_more_by_now_pays_what_was_shown(shop: str, purse: Purse) -> None:
    cart, shopper = a_cart_with_a_card(purse)
    purse.held["CODE"] = Decimal(20)
    begin(cart, shopper)
    assert told(TenderRequested)[0].tenders[0].amount == 10


def test_tenders_that_were_gone_when_the_order_stood_hold_it(shop: str, purse: Purse, books: Books) -> None:
    cart, shopper = a_cart_with_a_card(purse)
    saga = begin(cart, shopper)
    reserve(saga)
    hold(saga)
    run_jobs()
    confirm(saga, confirmed=False)
    order = Order.objects.get(saga=saga)
    assert (order.state, order.payment_state, order.captured) == ("held", "authorised", Decimal("14.90"))
    assert not told(OrderPaid) and Payment.objects.get(tender=GIFT_CARD).state == "voided"
    cancel(order.id)
    run_jobs()
    order.refresh_from_db()
    assert order.payment_state == "refunded" and books.payments[str(saga)]["refunded"] == Decimal("14.90")


@pytest.mark.parametrize("refused", [True, False])
def test_a_tender_that_is_lost_while_its_order_is_being_cancelled_holds_what_stays(
    shop: str, purse: Purse, books: Books, refused: bool
) -> None:
    cart, shopper = a_cart_with_a_card(purse)
    saga = begin(cart, shopper)
    reserve(saga)
    hold(saga)
    run_jobs()
    order = Order.objects.get(saga=saga)
    asked = request_cancellation(order.id, reason="")
    confirm(saga, confirmed=False)
    assert [event.order for event in told(OrderHeld)] == [order.id]
    with unit_of_work("commerce"):
        if refused:
            cancellation_refused(CancellationRefused(cancellation=asked.id, order=order.id, reason="already_sent"))
        else:
            cancellation_confirmed(CancellationConfirmed(cancellation=asked.id, order=order.id))
    order.refresh_from_db()
    assert order.state == ("held" if refused else "cancelled")


def three_ways(shop: str, purse: Purse) -> Order:
    """14.90 by card, 6 by gift card, 4 by points."""
    purse.held |= {"CODE": Decimal(6), "points": Decimal(4)}
    cart, shopper = a_customers_cart()
    pay_with(cart, shopper, POINTS)
    return ordered(pay_with(cart, shopper, code="CODE"), shopper)


def by_tender(order: Order, column: str) -> dict[str, Decimal]:
    return dict(Payment.objects.filter(order=order.id).values_list("tender", column))


def test_a_refund_goes_to_the_card_first_and_then_to_the_others(shop: str, purse: Purse, books: Books) -> None:
    order = three_ways(shop, purse)
    refund_order(order.id, amount=Decimal("10.00"))
    run_jobs()
    assert books.payments[str(order.saga)]["refunded"] == 10 and not told(TenderRefundRequested)
    refund_order(order.id, amount=Decimal("12.00"), return_request=new_id())
    run_jobs()
    assert by_tender(order, "set_aside") == {"card": 0, "gift_card": 6, "points": Decimal("1.10")}
    asked = [(event.amount.amount, event.return_request is not None) for event in told(TenderRefundRequested)]
    assert asked == [(Decimal("6"), True), (Decimal("1.10"), True)]
    give_back()
    assert by_tender(order, "refunded") == {"card": Decimal("14.90"), "gift_card": 6, "points": Decimal("1.10")}
    assert by_tender(order, "state") == {"card": "refunded", "gift_card": "refunded", "points": "captured"}
    order.refresh_from_db()
    assert (order.payment_state, order.refunded) == ("partially_refunded", Decimal("22.00"))
    refund_order(order.id, amount=Decimal("2.90"))
    give_back()
    order.refresh_from_db()
    assert order.payment_state == "refunded"
    events = [(event.tender, event.amount.amount, event.whole) for event in told(OrderRefunded)]
    assert events == [
        ("card", Decimal("10.00"), False),
        ("card", Decimal("4.90"), False),
        ("gift_card", Decimal("6"), False),
        ("points", Decimal("1.10"), False),
        ("points", Decimal("2.90"), True),
    ]


def test_allocation_never_asks_a_payment_for_more_than_it_has_left() -> None:
    card = Payment(tender="card", captured=Decimal(10), refunded=Decimal(3), set_aside=Decimal(2))
    points = Payment(tender="points", captured=Decimal(4))
    gift = Payment(tender="gift_card", captured=Decimal(6), set_aside=Decimal(6))
    assert allocate([points, gift, card], Decimal(7)) == [(card, Decimal(5)), (points, Decimal(2))]
    with pytest.raises(ValueError, match="covered by no payment"):
        allocate([points, gift, card], Decimal("9.01"))


def test_the_database_refuses_to_give_back_more_than_was_taken(shop: str, purse: Purse, books: Books) -> None:
    order = three_ways(shop, purse)
    refund_order(order.id, amount=Decimal("10.00"))
    with pytest.raises(DatabaseError), transaction.atomic(using="commerce"):
        Payment.objects.filter(order=order.id, tender="card").update(refunded=Decimal("5.00"))


def test_cancelling_gives_everything_back_to_where_it_came_from(shop: str, purse: Purse, books: Books) -> None:
    order = three_ways(shop, purse)
    cancel(order.id)
    run_jobs()
    give_back()
    order.refresh_from_db()
    assert (order.payment_state, order.refunded) == ("refunded", TOTAL)
    assert by_tender(order, "refunded") == {"card": Decimal("14.90"), "gift_card": 6, "points": 4}


def not_taken(cart: Cart, shopper: commands.Shopper) -> Order:
    """An order whose tenders are reserved and not taken, and whose card is captured by no job yet."""
    from commerce.tests.test_place_order import not_captured

    saga = begin(cart, shopper)
    hold(saga)
    return not_captured(saga)


@pytest.mark.parametrize("confirmed", [True, False])
def test_cancelling_before_anything_is_taken_waits_for_the_answers(
    shop: str, purse: Purse, books: Books, confirmed: bool
) -> None:
    order = not_taken(*a_cart_with_a_card(purse))
    cancel(order.id)
    run_jobs()
    assert books.payments[str(order.saga)]["status"] == "voided"
    order.refresh_from_db()
    assert order.payment_state == "authorised", "the gift card is being taken"
    confirm(order.saga, confirmed=confirmed)
    give_back()
    order.refresh_from_db()
    assert order.payment_state == ("refunded" if confirmed else "voided")
    assert order.refunded == order.captured == (10 if confirmed else 0)
    assert not told(OrderPaid) and order.state == "cancelled"


def test_a_capture_that_comes_late_to_a_refunded_order_goes_back_too(shop: str, purse: Purse, books: Books) -> None:
    order = not_taken(*a_cart_with_a_card(purse))
    confirm(order.saga)
    books.payments[str(order.saga)]["pending"] = Decimal("14.90")
    cancel(order.id)
    give_back()
    order.refresh_from_db()
    assert order.payment_state == "refunded"
    books.payments[str(order.saga)]["pending"] = Decimal(0)
    books.capture(Payment.objects.get(saga=order.saga, tender="card").ours, amount=Decimal("14.90"), key="under way")
    run_jobs(later=timedelta(minutes=1))
    run_jobs(later=timedelta(minutes=2))
    order.refresh_from_db()
    assert (order.payment_state, order.refunded, order.captured) == ("refunded", TOTAL, TOTAL)
    assert not told(OrderPaid)


def test_the_order_shows_its_payments_and_refunds_by_tender(shop: str, purse: Purse, books: Books) -> None:
    cart, shopper = a_cart_with_a_card(purse)
    order = ordered(cart, shopper)
    refund_order(order.id, amount=Decimal("16.00"))
    run_jobs()
    give_back()
    address, headers = f"/api/v1/{shop}/orders/{order.id}", {"X-Cart-Secret": shopper.secret}
    body = APIClient().get(address, headers=headers).json()
    rows = [(row["tender"], row["label"], row["amount"], row["refunded"]) for row in body["payments"]]
    assert rows == [("card", "", "14.90", "14.90"), ("gift_card", "•••• CODE", "10.00", "1.10")]
    assert [(row["tender"], row["amount"]) for row in body["refunds"]] == [("card", "14.90"), ("gift_card", "1.10")]


def test_staff_see_what_a_cart_and_an_order_are_paid_with(
    shop: str, purse: Purse, books: Books, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in_as(monkeypatch, "commerce.*")
    order = three_ways(shop, purse)
    assert "•••• CODE" in client.get(f"/admin/commerce/cart/{order.cart}/change/").content.decode()
    page = client.get(f"/admin/commerce/order/{order.id}/change/").content.decode()
    assert "sandbox card" in page and "gift card •••• CODE" in page and "14.90 EUR" in page
    client.post(f"/admin/commerce/order/{order.id}/transition/refund/", {"amount": "20.00"})
    assert by_tender(order, "set_aside") == {"card": Decimal("14.90"), "gift_card": Decimal("5.10"), "points": 0}
    gift = Payment.objects.get(tender=GIFT_CARD)
    assert "transition/look" not in client.get(f"/admin/commerce/payment/{gift.id}/change/").content.decode()


def test_an_id_of_a_tender_in_a_cart_tells_no_account(shop: str, purse: Purse) -> None:
    cart, _ = a_cart_with_a_card(purse)
    (one,) = tenders_of(cart)
    assert tender_id(cart, one) != one.account
    assert tender_id(cart, Tender(tender=POINTS, account=one.account)) != tender_id(cart, one)


@pytest.mark.parametrize("most", ["10.005", "0.0001"])
def test_no_tender_pays_a_part_of_a_cent(shop: str, purse: Purse, books: Books, most: str) -> None:
    purse.held["CODE"] = Decimal(20)
    cart, shopper = a_customers_cart()
    with pytest.raises(TenderRefused):
        pay_with(cart, shopper, code="CODE", most=most)
