"""Coupons: what a cart says of them, and that an order and its redemption stand or fall together."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from rest_framework.test import APIClient

from chassis.ids import new_id
from chassis.messages import decode_event, decode_message
from commerce.checkout import commands, reactions
from commerce.checkout.commands import Shopper
from commerce.checkout.errors import CouponRefused, PriceChanged, TooManyCoupons, UnknownCoupon
from commerce.checkout.models import Cart
from commerce.checkout.placement import look, place
from commerce.models import Order, OutboxEvent, SagaInstance
from commerce.tests import conftest
from commerce.tests.books import CARD, Books, cancel, published, reserve, run_jobs
from commerce.tests.conftest import PROMOTION, a_ready_cart
from contracts.catalog import RedemptionRefused, RedemptionReserved

pytestmark = pytest.mark.django_db(databases=["commerce"])


def call(method: str, cart: Cart, shopper: Shopper, tail: str = "", **headers: str) -> Any:
    address = f"/api/v1/{cart.view}/carts/{cart.id}{tail}"
    return getattr(APIClient(), method)(address, headers={"X-Cart-Secret": shopper.secret, **headers})


def with_coupon(*codes: str) -> tuple[Cart, Shopper]:
    cart, shopper = a_ready_cart()
    for code in codes or ("TEN",):
        cart = commands.enter_coupon(view=cart.view, cart_id=cart.id, shopper=shopper, code=code)
    return cart, shopper


def begin() -> tuple[Cart, Shopper, UUID]:
    cart, shopper = with_coupon()
    cart, saga = place(view=cart.view, cart_id=cart.id, shopper=shopper, source=CARD, expected_total=None)
    return cart, shopper, saga


def events(name: str) -> list[Any]:
    rows = [decode_message(row.message) for row in OutboxEvent.objects.order_by("seq")]
    return [decode_event(message) for message in rows if message.type == name]


def test_a_coupon_is_entered_once_however_it_is_spelt_and_taken_out_again(shop: str) -> None:
    cart, shopper = a_ready_cart()
    for code in ("ten", "TEN"):
        answer = call("put", cart, shopper, f"/coupons/{code}")
        assert answer.status_code == 200, answer.content
    body = answer.json()
    assert body["coupons"] == [{"code": "ten", "applied": True, "problem": "", "reason": ""}]
    (line,) = body["lines"]
    assert (line["discount"], line["total"]) == ("2.00", "18.00")
    assert line["adjustments"] == [{"label": "Off", "amount": "2.00", "code": "ten"}]
    assert (body["totals"]["discount"], body["totals"]["total"]) == ("2.00", "22.90")
    without = call("delete", cart, shopper, "/coupons/Ten").json()
    assert (without["coupons"], without["totals"]["total"]) == ([], "24.90")
    assert call("delete", cart, shopper, "/coupons/TEN").json()["code"] == "unknown_coupon"


def test_a_coupon_that_is_none_is_refused_and_leaves_the_cart_alone(shop: str) -> None:
    cart, shopper = a_ready_cart()
    answer = call("put", cart, shopper, "/coupons/NOPE")
    assert (answer.status_code, answer.json()["code"], answer.json()["reason"]) == (
        409,
        "coupon_refused",
        "unknown_coupon",
    )
    assert Cart.objects.get(id=cart.id).version == cart.version


def test_a_stale_edit_of_coupons_is_refused(shop: str) -> None:
    cart, shopper = a_ready_cart()
    assert call("put", cart, shopper, "/coupons/TEN", **{"If-Match": '"v1"'}).status_code == 412


def test_a_cart_holds_five_coupons(shop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(6):
        monkeypatch.setitem(conftest.COUPONS, f"C{number}", 1)
    cart, shopper = with_coupon(*(f"C{number}" for number in range(5)))
    with pytest.raises(TooManyCoupons):
        commands.enter_coupon(view=shop, cart_id=cart.id, shopper=shopper, code="C5")


def test_a_coupon_that_ends_is_reported_and_not_silently_charged(shop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    cart, shopper = with_coupon()
    monkeypatch.delitem(conftest.COUPONS, "TEN")
    body = call("get", cart, shopper).json()
    assert body["changes"] == [{"what": "promotion", "sku": "MUG", "before": "2.00", "now": "0.00"}]
    assert body["totals"]["total"] == "22.90"
    with pytest.raises(PriceChanged):
        place(view=shop, cart_id=cart.id, shopper=shopper, source=CARD, expected_total=None)
    confirmed = commands.confirm(view=shop, cart_id=cart.id, shopper=shopper)
    assert confirmed.quote["coupons"][0]["problem"] == "unknown_coupon"


def test_carts_that_are_merged_keep_their_coupons(shop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    customer = new_id()
    monkeypatch.setitem(conftest.COUPONS, "FIVE", 5)
    older, theirs = with_coupon("TEN")
    commands.claim_cart(view=shop, cart_id=older.id, shopper=Shopper(customer=customer, secret=theirs.secret))
    newer, mine = with_coupon("ten", "FIVE")
    merged = commands.claim_cart(view=shop, cart_id=newer.id, shopper=Shopper(customer=customer, secret=mine.secret))
    assert sorted(code.upper() for code in merged.codes) == ["FIVE", "TEN"]


def test_an_order_waits_for_stock_and_coupon_and_keeps_what_was_taken_off(shop: str, books: Books) -> None:
    cart, _, saga = begin()
    (asked,) = events("commerce.redemption_requested")
    assert (asked.saga, asked.cart, asked.currency) == (saga, cart.id, "EUR")
    assert asked.shopper.startswith("guest:") and "ada" not in asked.shopper
    assert [(one.rule, one.code, one.amount) for one in asked.promotions] == [(PROMOTION, "TEN", Decimal("2.00"))]
    reserve(saga)
    run_jobs()
    assert look(saga).outcome == "pending", "the coupon is not counted yet"
    reactions.redemption_reserved(RedemptionReserved(saga=saga))
    run_jobs()
    order = Order.objects.get(id=look(saga).order)
    assert (order.total, order.subtotal, order.coupons) == (Decimal("22.90"), Decimal("18.00"), ["TEN"])
    line = order.lines.get()
    assert (line.discount, line.total, line.adjustments[0]["label"]) == (Decimal("2.00"), Decimal("18.00"), "Off")
    assert [one.order_number for one in events("commerce.redemption_confirmation_requested")] == [order.number]
    (placed,) = events("commerce.order_placed")
    assert (placed.coupons, placed.lines[0].discount) == (("TEN",), Decimal("2.00"))
    assert next(iter(books.payments.values()))["amount"] == Decimal("22.90")


def test_a_coupon_that_is_used_up_opens_the_cart_again_and_returns_the_stock(shop: str, books: Books) -> None:
    cart, _, saga = begin()
    refused = RedemptionRefused(saga=saga, reason="coupon_used_up", promotion=PROMOTION, coupon="TEN")
    reactions.redemption_refused(refused)
    assert (look(saga).outcome, look(saga).reason) == ("failed", "coupon_used_up")
    assert Cart.objects.get(id=cart.id).state == Cart.OPEN
    assert "commerce.stock_release_requested" in published()
    assert "commerce.redemption_release_requested" not in published(), "nothing was counted"
    reserve(saga)
    assert books.payments == {}


@pytest.mark.parametrize("answered", [True, False])
def test_what_does_not_become_an_order_gives_its_coupon_back(shop: str, books: Books, answered: bool) -> None:
    books.decline = True
    _, _, saga = begin()
    if answered:
        reserve(saga)
        reactions.redemption_reserved(RedemptionReserved(saga=saga))
        run_jobs()
    else:
        run_jobs(later=timedelta(minutes=11))
    assert look(saga).outcome == ("declined" if answered else "failed")
    assert [one.saga for one in events("commerce.redemption_release_requested")] == [saga]


def test_a_cart_without_coupons_asks_nobody_to_count(shop: str, books: Books) -> None:
    cart, shopper = a_ready_cart()
    _, saga = place(view=shop, cart_id=cart.id, shopper=shopper, source=CARD, expected_total=None)
    reserve(saga)
    run_jobs()
    assert look(saga).outcome == "placed"
    assert not any("redemption" in name for name in published())
    steps = SagaInstance.objects.get(id=saga).steps
    assert (steps["redeem_coupon"], steps["confirm_coupon"]) == ("skipped", "skipped")


def test_a_checkout_that_began_before_there_were_coupons_goes_on(shop: str, books: Books) -> None:
    cart, shopper = a_ready_cart()
    _, saga = place(view=shop, cart_id=cart.id, shopper=shopper, source=CARD, expected_total=None)
    row = SagaInstance.objects.get(id=saga)
    for name in ("redeem_coupon", "confirm_coupon"):
        del row.steps[name]
    for name in ("redeemed", "shopper", "coupons", "shipping_adjustments"):
        del row.data[name]
    for line in row.data["lines"]:
        del line["discount"], line["adjustments"]
    row.save()
    reserve(saga)
    run_jobs()
    assert look(saga).outcome == "placed"


def test_what_costs_nothing_after_its_coupon_needs_no_payment(shop: str, books: Books) -> None:
    cart, shopper = a_ready_cart(lines={"LESSON": 1})
    cart = commands.enter_coupon(view=shop, cart_id=cart.id, shopper=shopper, code="ALL")
    _, saga = place(view=shop, cart_id=cart.id, shopper=shopper, source="", expected_total=None)
    reserve(saga)
    reactions.redemption_reserved(RedemptionReserved(saga=saga))
    assert look(saga).outcome == "placed" and books.payments == {}


def test_a_cancelled_order_names_the_checkout_that_redeemed(shop: str, books: Books) -> None:
    _, _, saga = begin()
    reserve(saga)
    reactions.redemption_reserved(RedemptionReserved(saga=saga))
    run_jobs()
    cancel(UUID(look(saga).order))
    assert [one.saga for one in events("commerce.order_cancelled")] == [saga]


def test_a_coupon_that_is_not_in_the_cart_cannot_be_removed(shop: str) -> None:
    cart, shopper = a_ready_cart()
    with pytest.raises(UnknownCoupon):
        commands.remove_coupon(view=shop, cart_id=cart.id, shopper=shopper, code="TEN")
    with pytest.raises(CouponRefused):
        commands.enter_coupon(view=shop, cart_id=cart.id, shopper=shopper, code="X")
