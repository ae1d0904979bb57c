"""Rules, coupons and redemptions in the database: what is counted, what is given back, and what nobody writes."""

import re
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from catalog.commands import AddCoupon, MakeBatch, add_coupon, end_rule, make_batch, pause_rule, resume_rule, save_rule
from catalog.promotion import states
from catalog.promotion.commands import SaveRule
from catalog.promotion.coupons import codes_of
from catalog.promotion.errors import CouponTaken, IllegalTransition, InvalidCoupon, InvalidRule, RuleRunning
from catalog.promotion.models import Coupon, CouponBatch, CustomerUsage, PromotionRule, Redemption, RuleUsage
from catalog.tests import promotions, shop
from catalog.tests.promotions import TEN_OFF, deliver, request, saved
from chassis.ids import new_id
from chassis.jobs.runner import JobRunner
from contracts.commerce import OrderCancelled, RedemptionConfirmationRequested, RedemptionReleaseRequested
from contracts.shared import Amount

pytestmark = pytest.mark.django_db(databases=["catalog"])


def used(rule: UUID) -> tuple[int, Decimal]:
    row = RuleUsage.objects.get(rule=rule)
    return row.used, row.spent


def state(saga: UUID) -> str:
    return Redemption.objects.get(saga=saga).state


def answers() -> list[str]:
    return [
        name.removeprefix("catalog.redemption_")
        for name in ("catalog.redemption_reserved", "catalog.redemption_refused", "catalog.redemption_released")
        for _ in shop.events(name)
    ]


@pytest.mark.parametrize("state_of_rule", list(states.RULE))
@pytest.mark.parametrize("move", ["publish", "pause", "resume", "end"])
def test_a_rule_moves_only_as_its_states_allow(state_of_rule: str, move: str) -> None:
    rule = PromotionRule(state=state_of_rule)
    if move in states.RULE[state_of_rule]:
        rule.transition(move)
        assert rule.state == states.RULE[state_of_rule][move]
    else:
        with pytest.raises(IllegalTransition):
            rule.transition(move)


def test_a_rule_is_edited_while_it_does_not_run() -> None:
    rule = saved("A", publish=False)
    save_rule(SaveRule(id=rule, name="B", actions=[TEN_OFF]))
    promotions.publish_rule(rule)
    with pytest.raises(RuleRunning):
        save_rule(SaveRule(id=rule, name="C", actions=[TEN_OFF]))
    pause_rule(rule)
    save_rule(SaveRule(id=rule, name="D", actions=[TEN_OFF]))
    resume_rule(rule)
    end_rule(rule)
    with pytest.raises(RuleRunning):
        save_rule(SaveRule(id=rule, name="E", actions=[TEN_OFF]))
    told = [event.name for event in map(_body, shop.events("catalog.promotion_changed"))]
    assert told == ["A", "B", "B", "B", "D", "D", "D"]


def _body(message: Any) -> Any:
    from chassis.messages import decode_event

    return decode_event(message)


@pytest.mark.parametrize(
    "more",
    [
        {"name": " "},
        {"kind": "coupon"},
        {"actions": [{"type": "amount", "amount": "5", "each": "cart"}]},
        {"condition": {"type": "cart", "fact": "subtotal", "is": "above", "value": "5"}},
        {"currency": "eur"},
        {"uses_limit": 0},
        {"budget": Decimal(5)},
        {"kind": "catalog", "needs_coupon": True},
        {"kind": "catalog", "uses_limit": 5},
        {"kind": "catalog", "condition": {"type": "signed_in"}},
        {"priority": 10**12},
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(more: dict[str, Any]) -> None:
    with pytest.raises(InvalidRule):
        save_rule(SaveRule(**{"name": "A", "actions": [TEN_OFF], **more}))


def test_a_limited_rule_is_reserved_as_often_as_it_may_and_again_after_a_release() -> None:
    rule = saved("A", uses_limit=2)
    first, second, third = (request(rule) for _ in range(3))
    deliver(first, second, third)
    assert [state(one.saga) for one in (first, second, third)] == ["reserved", "reserved", "refused"]
    assert used(rule) == (2, Decimal(10))
    deliver(RedemptionReleaseRequested(saga=first.saga, reason="declined"))
    fourth = request(rule)
    deliver(fourth)
    assert state(fourth.saga) == "reserved"
    assert used(rule) == (2, Decimal(10))
    (refused,) = shop.events("catalog.redemption_refused")
    assert _body(refused).reason == "promotion_used_up"


def test_a_budget_is_never_passed_and_what_still_fits_is_taken() -> None:
    rule = saved("A", budget=Decimal(20), currency="EUR")
    sagas = [request(rule, amount=amount) for amount in ("12", "9", "8", "0.01")]
    deliver(*sagas)
    assert [state(one.saga) for one in sagas] == ["reserved", "refused", "reserved", "refused"]
    assert used(rule) == (2, Decimal(20))


def test_a_customer_has_a_rule_as_often_as_it_allows_and_others_have_it_too() -> None:
    rule = saved("A", uses_per_customer=1)
    sagas = [request(rule, shopper=shopper) for shopper in ("ada", "ada", "bob")]
    deliver(*sagas)
    assert [state(one.saga) for one in sagas] == ["reserved", "refused", "reserved"]
    deliver(RedemptionReleaseRequested(saga=sagas[0].saga, reason="declined"))
    deliver(again := request(rule, shopper="ada"))
    assert state(again.saga) == "reserved"
    assert sorted(CustomerUsage.objects.values_list("shopper", "used")) == [("ada", 1), ("bob", 1)]


def test_a_code_counts_for_itself() -> None:
    rule = saved("A", needs_coupon=True)
    for code in ("Spring", "SUMMER"):
        add_coupon(AddCoupon(rule=rule, code=code, uses_limit=1))
    sagas = [request(rule, code=code) for code in ("SPRING", "spring", "summer", "", "AUTUMN")]
    deliver(*sagas)
    assert [state(one.saga) for one in sagas] == ["reserved", "refused", "reserved", "refused", "refused"]
    reasons = list(Redemption.objects.filter(state="refused").order_by("saga").values_list("reason", flat=True))
    assert sorted(reasons) == ["coupon_used_up", "promotion_ended", "promotion_ended"]


def test_all_promotions_of_a_checkout_are_counted_or_none() -> None:
    free, scarce = saved("free", uses_limit=10), saved("scarce", uses_limit=1)
    deliver(request(scarce))
    deliver(both := request(free, scarce))
    assert state(both.saga) == "refused"
    assert used(free) == (0, Decimal(0))


def test_a_release_that_overtakes_its_request_makes_it_a_no_op() -> None:
    rule = saved("A", uses_limit=1)
    late = request(rule)
    deliver(RedemptionReleaseRequested(saga=late.saga, reason="deadline"))
    deliver(late)
    assert state(late.saga) == "released"
    assert used(rule) == (0, Decimal(0))
    assert answers() == ["released"]


def test_a_request_that_is_repeated_is_counted_once_and_answered_alike() -> None:
    rule = saved("A", uses_limit=5)
    one = request(rule)
    deliver(one)
    deliver(one)
    deliver(one, one)
    assert used(rule) == (1, Decimal(5))
    assert answers() == ["reserved"] * 4


def test_an_order_keeps_what_it_redeemed_until_it_is_cancelled() -> None:
    rule = saved("A", uses_limit=1)
    one, order = request(rule), new_id()
    confirmation = RedemptionConfirmationRequested(saga=one.saga, order=order, order_number="N-1")
    cancelled = OrderCancelled(
        order=order,
        number="N-1",
        channel="eu",
        total=Amount(amount=Decimal(5), currency="EUR"),
        reason="",
        saga=one.saga,
    )
    deliver(one)
    deliver(confirmation)
    row = Redemption.objects.get(saga=one.saga)
    assert (row.state, row.order, row.order_number) == ("confirmed", order, "N-1")
    deliver(cancelled)
    deliver(cancelled)
    assert used(rule) == (0, Decimal(0))
    deliver(confirmation)
    assert state(one.saga) == "released"


def test_a_cancelled_order_gives_back_though_its_confirmation_comes_later() -> None:
    rule = saved("A", uses_limit=1)
    one, order = request(rule), new_id()
    deliver(one)
    deliver(
        OrderCancelled(
            order=order,
            number="N",
            channel="eu",
            total=Amount(amount=Decimal(5), currency="EUR"),
            reason="",
            saga=one.saga,
        ),
        RedemptionConfirmationRequested(saga=one.saga, order=order, order_number="N"),
    )
    assert (state(one.saga), used(rule)) == ("released", (0, Decimal(0)))


def test_a_cancelled_order_gives_back_what_was_redeemed_by_goods_that_were_added_to_it() -> None:
    rule = saved("A", uses_limit=2)
    own, added, order = request(rule), request(rule), new_id()
    deliver(own, added)
    cancelled = OrderCancelled(
        order=order,
        number="N",
        channel="eu",
        total=Amount(amount=Decimal(5), currency="EUR"),
        reason="",
        saga=own.saga,
        added=(added.saga,),
    )
    deliver(cancelled)
    deliver(RedemptionConfirmationRequested(saga=added.saga, order=order, order_number="N"))
    assert (state(own.saga), state(added.saga), used(rule)) == ("released", "released", (0, Decimal(0)))


@pytest.mark.parametrize("saga", [new_id(), None])
def test_a_cancelled_order_without_a_promotion_leaves_no_trace(saga: UUID | None) -> None:
    total = Amount(amount=Decimal(5), currency="EUR")
    deliver(OrderCancelled(order=new_id(), number="N", channel="eu", total=total, reason="", saga=saga))
    assert not Redemption.objects.exists()


def test_a_rule_that_gets_a_limit_later_counts_what_was_redeemed_before() -> None:
    rule = saved("A")
    first, second = request(rule, shopper="ada"), request(rule, shopper="bob")
    deliver(first, second)
    assert used(rule) == (0, Decimal(0))
    pause_rule(rule)
    save_rule(SaveRule(id=rule, name="A", actions=[TEN_OFF], uses_limit=2, uses_per_customer=1))
    resume_rule(rule)
    assert used(rule) == (2, Decimal(10))
    deliver(third := request(rule, shopper="cy"))
    assert state(third.saga) == "refused"
    deliver(RedemptionReleaseRequested(saga=first.saga, reason=""))
    deliver(third := request(rule, shopper="bob"), fourth := request(rule, shopper="ada"))
    assert (state(third.saga), state(fourth.saga)) == ("refused", "reserved")


def test_a_paused_rule_is_not_redeemed() -> None:
    rule = saved("A")
    pause_rule(rule)
    deliver(one := request(rule))
    assert state(one.saga) == "refused"


def test_what_has_no_limit_is_written_by_nobody() -> None:
    """No hot row: beside the redemption's own rows nothing is updated or locked, not even by a foreign key."""
    rule = saved("A", needs_coupon=True)
    add_coupon(AddCoupon(rule=rule, code="FREE4ALL"))
    before = _row_marks()
    with CaptureQueriesContext(connections["catalog"]) as captured:
        deliver(one := request(rule, code="FREE4ALL"))
    assert state(one.saga) == "reserved"
    written = {
        table
        for query in captured.captured_queries
        for table in re.findall(r'(?:UPDATE|INSERT INTO|FROM) "?(catalog_\w+)"?', query["sql"])
        if re.search(r"\b(UPDATE|INSERT)\b", query["sql"])
    }
    assert written == {"catalog_redemption", "catalog_redeemedrule", "catalog_inboxentry", "catalog_outboxevent"} | (
        written & {"catalog_deadletter", "catalog_delivery"}
    )
    assert _row_marks() == before


def _row_marks() -> Any:
    """Which transactions wrote or locked the rows that all checkouts share."""
    with connections["catalog"].cursor() as cursor:
        cursor.execute(
            """SELECT c.xmin::text, c.xmax::text, r.xmin::text, r.xmax::text, u.xmin::text, u.xmax::text
               FROM catalog_coupon c, catalog_promotionrule r, catalog_ruleusage u"""
        )
        return cursor.fetchone()


def test_a_batch_has_as_many_different_codes_as_were_wanted() -> None:
    rule = saved("A", needs_coupon=True)
    batch = make_batch(MakeBatch(rule=rule, wanted=45_000, prefix="X-", length=8))
    JobRunner("catalog").run_due()
    assert CouponBatch.objects.get(id=batch).made == 45_000
    codes = [code for code, _ in codes_of(batch)]
    assert len(set(codes)) == Coupon.objects.count() == 45_000
    assert all(re.fullmatch("X-[A-HJ-NP-Z2-9]{8}", code) for code in codes)
    deliver(one := request(rule, code=codes[0].lower()), again := request(rule, code=codes[0]))
    assert (state(one.saga), state(again.saga)) == ("reserved", "refused")


def test_a_code_that_is_there_already_is_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = saved("A", needs_coupon=True)
    monkeypatch.setattr("catalog.promotion.coupons.CHUNK", 10)
    same = iter([b"\0" * 80, b"\0" * 80])
    import os

    real = os.urandom
    monkeypatch.setattr("catalog.promotion.coupons.os.urandom", lambda n: next(same, None) or real(n))
    batch = make_batch(MakeBatch(rule=rule, wanted=12, length=8))
    JobRunner("catalog").run_due()
    assert CouponBatch.objects.get(id=batch).made == Coupon.objects.count() == 12


def test_codes_that_cannot_be_are_refused() -> None:
    rule, without = saved("A", needs_coupon=True), saved("B")
    add_coupon(AddCoupon(rule=rule, code="ok"))
    with pytest.raises(CouponTaken):
        add_coupon(AddCoupon(rule=rule, code="OK"))
    for command in (
        AddCoupon(rule=rule, code="a b"),
        AddCoupon(rule=rule, code=""),
        AddCoupon(rule=rule, code="x", uses_limit=0),
        AddCoupon(rule=without, code="x"),
    ):
        with pytest.raises(InvalidCoupon):
            add_coupon(command)
    for batch in (MakeBatch(rule=rule, wanted=0), MakeBatch(rule=rule, wanted=5, length=4)):
        with pytest.raises(InvalidCoupon):
            make_batch(batch)
