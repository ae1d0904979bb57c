"""Promotions in a quote: less to pay with a reason, gifts, coupons and what became of them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from catalog.commands import AddCoupon, add_coupon, pause_rule
from catalog.product.models import Availability
from catalog.promotion.models import Coupon
from catalog.provides import Pricing
from catalog.tests import shop
from catalog.tests.promotions import TEN_OFF, deliver, request, saved
from chassis import clock
from chassis.ids import new_id
from chassis.messages import encode
from contracts.catalog import Buyer, Quote, QuotedCoupon, QuotedLine, QuoteRequestLine

pytestmark = pytest.mark.django_db(databases=["catalog"])

KNIVES = {"type": "product", "fact": "category", "is": "one_of", "value": ["knives"]}


@pytest.fixture(autouse=True)
def _shop(db: Any) -> None:
    shop.structure()
    shop.simple("K1", "Knife", price="11.90", color="red")


def ask(*lines: tuple[str, str], shipping: str = "0", group: str = "", **buyer: Any) -> Quote:
    return Pricing().quote(
        channel="eu",
        view="en",
        country="DE",
        customer_group=group,
        lines=tuple(QuoteRequestLine(key=sku, sku=sku, quantity=Decimal(quantity)) for sku, quantity in lines),
        shipping=Decimal(shipping),
        buyer=Buyer(**buyer),
    )


def coupon(code: str, *actions: dict[str, Any], **more: Any) -> UUID:
    rule = saved(f"by {code}", *actions, needs_coupon=True, **more)
    add_coupon(AddCoupon(rule=rule, code=code, uses_limit=1))
    return rule


def test_a_line_costs_less_by_its_discount_and_the_tax_is_of_what_is_left() -> None:
    rule = saved("Ten", labels={"": "Ten off", "view:de": "Zehn weniger"})
    quote = ask(("K1", "2"), shipping="5.95")
    line = quote.lines[0]
    assert (line.unit_price, line.discount, line.total, line.tax) == tuple(
        map(Decimal, ("11.90", "2.38", "21.42", "3.42"))
    )
    assert (quote.subtotal, quote.total) == (Decimal("21.42"), Decimal("27.37"))
    assert [(one.promotion, one.label, one.amount) for one in line.adjustments] == [(rule, "Ten off", Decimal("2.38"))]
    assert "Ten off: 2.38 EUR off" in line.explanation
    assert [(one.promotion, one.redeemed) for one in quote.promotions] == [(rule, False)]


def test_free_shipping_costs_nothing_and_shipping_has_no_tax_left() -> None:
    saved("Free", {"type": "free_shipping"})
    quote = ask(("K1", "1"), shipping="5.95")
    assert (quote.shipping, quote.total, quote.tax) == (Decimal("0"), Decimal("11.90"), Decimal("1.90"))
    assert [one.amount for one in quote.shipping_adjustments] == [Decimal("5.95")]


def test_rules_see_categories_attributes_and_parents_of_what_is_bought() -> None:
    shop.configurable("C1", "Pan")
    shop.simple("K2", "Other", price="100", places=())
    where: list[dict[str, Any]] = [
        KNIVES,
        {"type": "product", "fact": "category", "is": "one_of", "value": ["root"]},
        {"type": "attribute", "code": "color", "is": "one_of", "value": ["red"]},
    ]
    for number, target in enumerate(
        [*where, {"type": "product", "fact": "parent_sku", "is": "one_of", "value": ["C1"]}]
    ):
        saved(f"R{number}", {"type": "amount", "amount": "1", "each": "unit", "target": target}, currency="EUR")
    quote = ask(("K1", "1"), ("C1-s0", "1"), ("K2", "1"))
    assert [line.discount for line in quote.lines] == [3, 4, 0]


def test_a_gift_is_a_line_that_costs_nothing_while_it_is_in_stock() -> None:
    shop.simple("BAG", "Bag", price="5.95")
    rule = saved("Gift", {"type": "gift", "sku": "BAG", "quantity": 2})
    assert [line.key for line in ask(("K1", "1")).lines] == ["K1"], "stock of the bag is not known"
    stock = Availability(channel="eu", sku_key="bag", sku="BAG", available=Decimal(2), in_stock=True, version=1)
    stock.save(force_insert=True)
    quote = ask(("K1", "1"))
    gift = quote.lines[1]
    assert (gift.key, gift.sku, gift.name, gift.gift) == (f"gift:{rule}:BAG", "BAG", "Bag", True)
    assert (gift.quantity, gift.unit_price) == (2, Decimal("5.95"))
    assert (gift.discount, gift.total, gift.tax) == (Decimal("11.90"), 0, 0)
    assert quote.total == Decimal("11.90")
    Availability.objects.update(available=1)
    assert len(ask(("K1", "1")).lines) == 1
    assert not any(line.gift for line in ask().lines)


def said(quote: Quote) -> tuple[bool, str, str]:
    (found,) = quote.coupons
    return found.applied, found.problem, found.reason


def test_a_coupon_says_what_became_of_it() -> None:
    rule = coupon("Spring", TEN_OFF, condition={"type": "cart", "fact": "quantity", "is": "at_least", "value": "2"})
    assert ask(("K1", "2")).lines[0].discount == 0
    quote = ask(("K1", "2"), codes=("SPRING",))
    assert said(quote) == (True, "", "")
    assert quote.lines[0].adjustments[0].code == "Spring"
    assert quote.promotions[0].redeemed
    lacking = said(ask(("K1", "1"), codes=("spring",)))
    assert lacking == (False, "", "the cart's quantity, 1, is not at least 2")
    assert said(ask(("K1", "1"), codes=("AUTUMN",))) == (False, "unknown_coupon", "there is no such coupon")
    deliver(request(rule, code="SPRING"))
    assert said(ask(("K1", "2"), codes=("SPRING",))) == (False, "coupon_used_up", "the coupon is used up")
    Coupon.objects.update(uses_limit=None, ends_at=clock.now())
    assert said(ask(("K1", "2"), codes=("SPRING",)))[1] == "coupon_ended"
    Coupon.objects.update(ends_at=None)
    assert said(ask(("K1", "2"), codes=("SPRING",)))[0]
    pause_rule(rule)
    assert said(ask(("K1", "2"), codes=("SPRING",)))[1] == "coupon_ended"


def test_limits_show_in_the_quote_before_anybody_orders() -> None:
    once = saved("once", uses_limit=1)
    person = saved("person", uses_per_customer=1)
    purse = saved("purse", budget=Decimal(5), currency="EUR")
    before = ask(("K1", "1"), shopper="ada")
    assert [one.promotion for one in before.promotions] == [once, person, purse]
    assert all(one.redeemed for one in before.promotions)
    deliver(request(once), request(person, shopper="ada"), request(purse, amount="4.50"))
    assert ask(("K1", "1"), shopper="ada").promotions == ()
    assert [one.promotion for one in ask(("K1", "1"), shopper="bob").promotions] == [person]


def test_a_quote_ends_when_a_rule_begins_or_ends() -> None:
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    saved("later", starts_at=now + timedelta(minutes=10))
    saved("now", ends_at=now + timedelta(minutes=20))
    with clock.travel(now):
        quote = ask(("K1", "1"))
        assert (quote.expires_at, len(quote.promotions)) == (now + timedelta(minutes=10), 1)
    with clock.travel(now + timedelta(minutes=10)):
        assert len(ask(("K1", "1")).promotions) == 2
    with clock.travel(now + timedelta(minutes=20)):
        assert len(ask(("K1", "1")).promotions) == 1


def test_dates_of_rules_are_those_of_the_channel() -> None:
    saved("Day", condition={"type": "date", "first": "2026-03-02", "last": "2026-03-02"})
    for day, applied in ((1, 1), (2, 0)):
        with clock.travel(datetime(2026, 3, day, 23, 30, tzinfo=UTC)):
            assert len(ask(("K1", "1")).promotions) == applied


def test_statements_are_as_many_for_50_lines_and_30_rules_as_for_few() -> None:
    shop.configurable("C50", "Fifty", sizes=50)
    counts = []
    for size in (5, 50):
        for number in range(size // 2):
            saved(f"R{size}-{number}", uses_per_customer=9)
        with CaptureQueriesContext(connections["catalog"]) as captured:
            quote = ask(*[(f"C50-s{number}", "1") for number in range(size)], codes=("NOPE",), shopper="ada")
        assert all(line.discount for line in quote.lines)
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_a_quote_crosses_the_wall_whole() -> None:
    saved("Ten")
    quote = ask(("K1", "1"), codes=("X",), customer=new_id())
    assert msgspec.json.decode(encode(quote), type=Quote) == quote
    assert isinstance(quote.lines[0], QuotedLine) and isinstance(quote.coupons[0], QuotedCoupon)
