"""Rules by themselves, without a database: what holds, what is given, in which order, and why."""

import random
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.promotion.actions import actions_from
from catalog.promotion.checking import check
from catalog.promotion.conditions import ALWAYS, condition_from
from catalog.promotion.errors import InvalidRule
from catalog.promotion.evaluation import CartRule, Outcome, evaluate
from catalog.promotion.facts import CartFacts
from catalog.promotion.numbers import as_data
from catalog.promotion.wording import sentence, tree
from catalog.tests.promotions import NOON, TEN_OFF, cart, line, rule

TENTS = {"type": "product", "fact": "category", "is": "one_of", "value": ["tents"]}
BIG = {"type": "cart", "fact": "subtotal", "is": "at_least", "value": "50"}


def holds(data: dict[str, Any], of: CartFacts) -> bool:
    return check(condition_from(data, of="cart"), of).holds


def off(outcome: Outcome) -> dict[str, Decimal]:
    return {key: outcome.off(key) for key in sorted(outcome.lines)}


def euros(**amounts: str) -> dict[str, Decimal]:
    return {key: Decimal(amount) for key, amount in amounts.items()}


TENT = line("tent", price="60", categories=frozenset({"tents", "outdoor"}), attributes={"colour": "red"})
MUG = line("mug", quantity="3", price="5", attributes={"volume": Decimal("0.3"), "tags": frozenset({"new", "gift"})})


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"type": "all"}, True),
        ({"type": "any", "of": []}, False),
        ({"type": "not", "of": BIG}, False),
        ({"type": "all", "of": [BIG, {"type": "signed_in"}]}, False),
        ({"type": "any", "of": [BIG, {"type": "signed_in"}]}, True),
        ({"type": "cart", "fact": "quantity", "is": "equal", "value": "4"}, True),
        ({"type": "cart", "fact": "lines", "is": "below", "value": "2"}, False),
        ({"type": "customer_group", "is": "one_of", "value": ["VIP"]}, True),
        ({"type": "address", "fact": "country", "is": "none_of", "value": ["AT", "CH"]}, True),
        ({"type": "address", "fact": "postcode", "is": "starts_with", "value": ["34"]}, True),
        ({"type": "address", "fact": "region", "is": "missing"}, True),
        ({"type": "shipping", "is": "one_of", "value": ["express"]}, False),
        ({"type": "payment", "is": "present"}, False),
        ({"type": "date", "first": "2026-03-02", "last": "2026-03-02"}, True),
        ({"type": "date", "last": "2026-03-01"}, False),
        ({"type": "weekday", "value": [1, 7]}, True),
        ({"type": "hours", "start": "22:00:00", "end": "12:00:00"}, False),
        ({"type": "hours", "start": "22:00:00", "end": "12:00:01"}, True),
        ({"type": "lines", "where": TENTS}, True),
        ({"type": "lines", "match": "every", "where": TENTS}, False),
        ({"type": "lines", "match": "none", "where": {"type": "reduced"}}, True),
        ({"type": "sum", "fact": "quantity", "is": "at_least", "value": "2", "where": TENTS}, False),
        ({"type": "sum", "fact": "total", "is": "equal", "value": "60", "where": TENTS}, True),
        ({"type": "lines", "where": {"type": "line", "fact": "total", "is": "equal", "value": "15"}}, True),
        (
            {"type": "lines", "where": {"type": "attribute", "code": "colour", "is": "one_of", "value": ["red"]}},
            True,
        ),
        ({"type": "lines", "where": {"type": "attribute", "code": "tags", "is": "one_of", "value": ["gift"]}}, True),
        (
            {
                "type": "lines",
                "where": {"type": "attribute_number", "code": "volume", "is": "above", "value": "0.25"},
            },
            True,
        ),
        (
            {"type": "lines", "where": {"type": "attribute_number", "code": "colour", "is": "above", "value": "0"}},
            False,
        ),
        (
            {"type": "lines", "where": {"type": "product", "fact": "sku", "is": "contains", "value": ["en"]}},
            True,
        ),
    ],
)
def test_a_condition_holds_or_not(condition: dict[str, Any], expected: bool) -> None:
    bought = cart(TENT, MUG, country="DE", postcode="34117", customer_group="vip")
    assert holds(condition, bought) is expected
    node = condition_from(condition, of="cart")
    assert condition_from(as_data(node), of="cart") == node
    assert sentence(node)
    assert list(tree(node))


@pytest.mark.parametrize(
    ("condition", "where"),
    [
        ({"type": "nonsense"}, "/condition/type"),
        ({"type": "cart", "fact": "subtotal", "is": "at_least"}, "/condition"),
        ({"type": "cart", "fact": "subtotal", "is": "at_least", "value": "much"}, "/condition/value"),
        ({"type": "cart", "fact": "subtotal", "is": "at_least", "value": "NaN"}, "/condition/value"),
        ({"type": "all", "of": [{"type": "any", "of": [BIG, {"type": "cart"}]}]}, "/condition/of/0/of/1"),
        ({"type": "all", "of": [TENTS]}, "/condition/of/0"),
        ({"type": "lines", "where": {"type": "not", "of": BIG}}, "/condition/where/of"),
        ({"type": "customer_group", "is": "one_of"}, "/condition/value"),
        ({"type": "customer_group", "is": "missing", "value": ["a"]}, "/condition/value"),
        ({"type": "all", "more": 1}, "/condition"),
        (["all"], "/condition"),
        (None, "/condition"),
    ],
)
def test_a_condition_that_makes_no_sense_is_refused_at_its_place(condition: Any, where: str) -> None:
    with pytest.raises(InvalidRule) as refused:
        condition_from(condition, of="cart")
    assert refused.value.field == where


def test_a_tree_that_is_too_deep_or_too_big_is_refused() -> None:
    deep: dict[str, Any] = BIG
    for _ in range(2000):
        deep = {"type": "not", "of": deep}
    for condition in (deep, {"type": "all", "of": [BIG] * 300}):
        with pytest.raises(InvalidRule):
            condition_from(condition, of="cart")


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ({"type": "percent", "percent": "10"}, euros(mug="1.50", tent="6.00")),
        ({"type": "percent", "percent": "50", "most": "1", "target": {"type": "not", "of": TENTS}}, euros(mug="2.50")),
        ({"type": "percent", "percent": "50", "step": 2}, euros(mug="5.00")),
        ({"type": "amount", "amount": "2", "each": "unit"}, euros(mug="6.00", tent="2.00")),
        ({"type": "amount", "amount": "10", "each": "cart"}, euros(mug="2.00", tent="8.00")),
        ({"type": "amount", "amount": "1000", "each": "cart"}, euros(mug="15.00", tent="60.00")),
        ({"type": "fixed_price", "price": "4"}, euros(mug="3.00", tent="56.00")),
        ({"type": "buy_get", "buy": 2, "per": "line"}, euros(mug="5.00")),
        ({"type": "buy_get", "buy": 1, "bought": TENTS, "target": {"type": "not", "of": TENTS}}, euros(mug="5.00")),
        ({"type": "buy_get", "buy": 3, "percent": "50"}, euros(mug="2.50")),
        ({"type": "cheapest_free", "of": 2}, euros(mug="10.00")),
        (
            {
                "type": "tiered",
                "by": "total",
                "tiers": [{"at_least": "20", "percent": "5"}, {"at_least": "75", "percent": "20"}],
            },
            euros(mug="3.00", tent="12.00"),
        ),
        (
            {"type": "tiered", "by": "quantity", "tiers": [{"at_least": "4", "amount": "7.50"}]},
            euros(mug="1.50", tent="6.00"),
        ),
    ],
)
def test_an_action_takes_off_what_it_says(action: dict[str, Any], expected: dict[str, Decimal]) -> None:
    outcome = evaluate(cart(TENT, MUG), [rule(1, action)])
    assert off(outcome) == expected
    assert outcome.explanations[0].applied
    assert outcome.explanations[0].amount == sum(expected.values())


@pytest.mark.parametrize(("bought", "free"), [(1, 0), (3, 0), (4, 1), (7, 1), (8, 2), (11, 2), (12, 3)])
def test_buy_three_get_the_fourth_free(bought: int, free: int) -> None:
    action = {"type": "buy_get", "buy": 3, "per": "line"}
    outcome = evaluate(cart(line("tee", quantity=str(bought), price="1")), [rule(1, action)])
    assert outcome.off("tee") == free


def test_percent_of_many_lines_is_percent_of_their_sum() -> None:
    lines = [line(f"l{number}", price="0.33") for number in range(10)]
    assert sum(off(evaluate(cart(*lines), [rule(1)])).values()) == Decimal("0.33")


def test_shipping_is_free_and_percent_may_hold_for_it_too() -> None:
    bought = cart(MUG, shipping=Decimal("4.90"))
    free = evaluate(bought, [rule(1, {"type": "free_shipping"}), rule(2, {**TEN_OFF, "shipping": True})])
    assert [discount.amount for discount in free.shipping] == [Decimal("4.90")]
    assert free.explanations[1].amount == Decimal("1.50")
    assert evaluate(cart(MUG), [rule(1, {"type": "free_shipping"})]).explanations[0].applied


def test_a_gift_is_given_while_it_can_be_had() -> None:
    gift = {"type": "gift", "sku": "BAG", "quantity": 2}
    given_ = evaluate(cart(MUG, gifts={"BAG": Decimal(3)}), [rule(1, gift)])
    assert [(one.sku, one.quantity) for one in given_.gifts] == [("BAG", 2)]
    assert given_.explanations[0].amount == 6
    assert not evaluate(cart(MUG), [rule(1, gift)]).explanations[0].applied


def why(*rules: CartRule, of: CartFacts | None = None) -> list[str]:
    return [one.why for one in evaluate(of or cart(TENT, MUG), rules).explanations if not one.applied]


def test_each_rule_says_why_it_was_not_applied() -> None:
    assert why(rule(1, starts_at=NOON + timedelta(hours=1))) == ["it begins 2026-03-02 13:00 UTC"]
    assert why(rule(1, ends_at=NOON)) == ["it has ended 2026-03-02 12:00 UTC"]
    assert why(rule(1, channels=frozenset({"us"}))) == ["it is not for the channel eu"]
    assert why(rule(1, customer_groups=frozenset({"vip"}))) == ["it is not for the customer's group"]
    assert why(rule(1, currency="USD")) == ["it is in USD, the cart in EUR"]
    assert why(rule(1, coupons={})) == ["its coupon was not entered"]
    assert why(rule(1, coupons={"A": "used up"})) == ["used up"]
    assert why(rule(1, refusal="its uses are all taken")) == ["its uses are all taken"]
    assert why(rule(1, budget_left=Decimal(7))) == ["its budget has 7 EUR left and 7.5 would be needed"]
    assert why(rule(1, when={**BIG, "value": "75.01"})) == ["the cart's subtotal, 75, is not at least 75.01"]
    assert why(rule(1, {**TEN_OFF, "target": {"type": "reduced"}})) == [
        "nothing in the cart is left for it to be given on"
    ]


def test_a_rule_that_was_applied_says_what_it_gave_and_why() -> None:
    (one,) = evaluate(cart(TENT), [rule(1, when=BIG, coupons={"B": "expired", "A": ""})]).explanations
    assert one.why == "10 % off, because the cart's subtotal, 60, is at least 50"
    assert (one.code, one.amount) == ("A", 6)


def test_of_an_exclusive_group_the_first_that_gives_something_is_applied() -> None:
    rules = [
        rule(1, {**TEN_OFF, "target": {"type": "reduced"}}, exclusive_group="sale"),
        rule(2, exclusive_group="sale"),
        rule(3, exclusive_group="sale"),
        rule(4),
    ]
    outcome = evaluate(cart(TENT), rules)
    assert [one.applied for one in outcome.explanations] == [False, True, False, True]
    assert outcome.explanations[2].why == "rule 2 of the same group (sale) was applied"
    assert outcome.off("tent") == Decimal("11.40"), "the second is of what the first has left"


def test_nothing_is_applied_after_a_rule_that_is_the_last() -> None:
    outcome = evaluate(cart(TENT), [rule(2), rule(1, stop=True), rule(3)])
    assert [one.why for one in outcome.explanations[1:]] == ["rule 1 was applied and is the last"] * 2
    assert outcome.off("tent") == 6


@pytest.mark.parametrize(
    "actions",
    [
        [],
        [{"type": "percent", "percent": "101"}],
        [{"type": "percent", "percent": "-1"}],
        [{"type": "percent", "percent": "10", "target": BIG}],
        [{"type": "cheapest_free", "of": 2, "free": 2}],
        [{"type": "tiered", "by": "total", "tiers": [{"at_least": "1"}]}],
        [{"type": "tiered", "by": "total", "tiers": []}],
        [{"type": "buy_get", "buy": 0}],
        [{"type": "gift", "sku": ""}],
        "percent",
    ],
)
def test_an_action_that_makes_no_sense_is_refused(actions: Any) -> None:
    with pytest.raises(InvalidRule):
        actions_from(actions)


def test_a_catalog_rule_gives_only_what_needs_no_cart() -> None:
    for action in ({"type": "free_shipping"}, {"type": "amount", "amount": "5", "each": "cart"}):
        with pytest.raises(InvalidRule):
            actions_from([action], catalog=True)


# What must hold for every cart and every set of rules.

cents = st.integers(0, 100_000).map(lambda n: str(Decimal(n) / 100))
percents = st.integers(0, 100).map(str)
targets = st.sampled_from([as_data(ALWAYS), TENTS, {"type": "not", "of": TENTS}])
few = st.integers(1, 4)
actions = st.one_of(
    st.builds(
        lambda p, t, s: {"type": "percent", "percent": p, "target": t, "shipping": s}, percents, targets, st.booleans()
    ),
    st.builds(
        lambda a, e, t: {"type": "amount", "amount": a, "each": e, "target": t},
        cents,
        st.sampled_from(["unit", "cart"]),
        targets,
    ),
    st.builds(lambda a, t: {"type": "fixed_price", "price": a, "target": t}, cents, targets),
    st.builds(
        lambda b, g, p, per, t: {"type": "buy_get", "buy": b, "get": g, "percent": p, "per": per, "target": t},
        few,
        few,
        percents,
        st.sampled_from(["line", "cart"]),
        targets,
    ),
    st.builds(lambda n, p: {"type": "cheapest_free", "of": n + 1, "percent": p}, few, percents),
    st.builds(lambda p: {"type": "tiered", "by": "total", "tiers": [{"at_least": "1", "percent": p}]}, percents),
    st.just({"type": "free_shipping"}),
)


@st.composite
def rules(draw: st.DrawFn) -> list[CartRule]:
    return [
        rule(
            number,
            *draw(st.lists(actions, min_size=1, max_size=2)),
            when=draw(st.sampled_from([{"type": "all"}, BIG, {"type": "lines", "where": TENTS}])),
            priority=draw(st.integers(0, 2)),
            exclusive_group=draw(st.sampled_from(["", "", "a", "b"])),
            stop=draw(st.integers(0, 5)) == 0,
        )
        for number in range(draw(st.integers(0, 6)))
    ]


@st.composite
def carts(draw: st.DrawFn) -> CartFacts:
    lines = [
        line(
            f"l{number}",
            quantity=draw(st.sampled_from(["1", "2", "3", "7", "0.5", "2.25"])),
            price=draw(cents),
            categories=draw(st.sampled_from([frozenset(), frozenset({"tents"})])),
        )
        for number in range(draw(st.integers(0, 6)))
    ]
    currency = draw(st.sampled_from(["EUR", "VND", "KWD"]))
    return cart(*lines, currency=currency, shipping=Decimal(draw(cents)))


@given(bought=carts(), applied=rules())
def test_nothing_ever_costs_less_than_nothing_and_the_parts_are_the_sum(
    bought: CartFacts, applied: list[CartRule]
) -> None:
    outcome = evaluate(bought, applied)
    places = {"EUR": 2, "VND": 0, "KWD": 3}[bought.currency]
    for each in bought.lines:
        total = round(each.total + Decimal("1e-12"), places)
        assert 0 <= outcome.off(each.key) <= total
        assert all(
            0 < discount.amount == round(discount.amount, places) for discount in outcome.lines.get(each.key, ())
        )
    assert sum(discount.amount for discount in outcome.shipping) <= round(bought.shipping + Decimal("1e-12"), places)
    told: dict[UUID, Decimal] = {}
    for discount in [*(d for several in outcome.lines.values() for d in several), *outcome.shipping]:
        told[discount.rule] = told.get(discount.rule, Decimal(0)) + discount.amount
    assert told == {one.rule: one.amount for one in outcome.explanations if one.amount}


@given(bought=carts(), applied=rules(), seed=st.integers())
def test_order_of_rules_and_lines_changes_nothing(bought: CartFacts, applied: list[CartRule], seed: int) -> None:
    shuffled, lines = list(applied), list(bought.lines)
    random.Random(seed).shuffle(shuffled)
    random.Random(seed).shuffle(lines)
    again = cart(*lines, currency=bought.currency, shipping=bought.shipping)
    assert evaluate(again, shuffled) == evaluate(bought, applied)


@given(bought=carts(), applied=rules())
def test_rules_are_looked_at_by_priority_one_of_a_group_and_none_after_the_last(
    bought: CartFacts, applied: list[CartRule]
) -> None:
    outcome = evaluate(bought, applied)
    known = {one.id: one for one in applied}
    order = [known[one.rule] for one in outcome.explanations]
    assert order == sorted(applied, key=lambda one: (one.priority, one.id))
    used = [known[one.rule] for one in outcome.explanations if one.applied]
    groups = [one.exclusive_group for one in used if one.exclusive_group]
    assert len(groups) == len(set(groups))
    assert not any(one.stop for one in used[:-1])
    assert all(one.why for one in outcome.explanations)
