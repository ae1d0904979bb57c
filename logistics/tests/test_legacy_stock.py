"""What rows of a Magento shop come to: sources, channels, stock that may be sold, and findings for the rest."""

import random
from decimal import Decimal

import pytest

from chassis import domains
from chassis.ids import migrated_id
from contracts.dialect import DialectQuestion
from contracts.logistics import AvailabilityChanged
from logistics.legacy.dialect.answers import answer
from logistics.legacy.models import LegacyFinding, LegacyTouched
from logistics.legacy.netting import Balance, net
from logistics.tests.build import published
from logistics.tests.legacy_rows import (
    SHOP,
    carry,
    item,
    keep,
    link,
    make,
    product,
    promise,
    setting,
    settings,
    sold_in,
    source,
    website,
)
from logistics.warehouse.models import Availability, ChannelSource, Source, StockItem, StockMovement

pytestmark = pytest.mark.django_db(databases=["logistics"])
OPTION = "cataloginventory/item_options/"


def on_hand(sku: str) -> dict[str, Decimal]:
    items = StockItem.objects.filter(sku=sku).select_related("source").order_by("source__code")
    return {item.source.code: item.on_hand for item in items}


def available(sku: str, channel: str = "base") -> Decimal | None:
    row = Availability.objects.filter(channel=channel, sku=sku).first()
    return None if row is None else row.available


def codes() -> set[tuple[str, str]]:
    assert not LegacyTouched.objects.exclude(error="").exists()
    return set(LegacyFinding.objects.exclude(kind="network").values_list("owner", "code"))


def network_codes() -> set[str]:
    return set(LegacyFinding.objects.filter(kind="network").values_list("code", flat=True))


def test_a_channel_sells_from_the_sources_of_its_websites_stock_in_their_order() -> None:
    carry(*SHOP)
    links = ChannelSource.objects.order_by("priority").values_list("channel", "source__code", "priority")
    assert list(links) == [("base", "north", 1), ("base", "south", 2)]
    assert Source.objects.get(code="north").id == migrated_id("magento", "inventory_source", "north")
    assert network_codes() == {"website_without_stock"}


def test_a_source_taken_out_of_a_stock_sells_there_no_more_and_a_closed_one_nowhere() -> None:
    carry(*SHOP, product(1, "A"), item(1, "north", "A", 3), item(2, "south", "A", 4))
    assert available("A") == 7
    carry(link(2, 1, "south", 2, position=2, gone=True))
    assert available("A") == 3
    carry(source("north", enabled=0, position=2))
    assert available("A") == 0
    carry(sold_in(1, "base", position=3, gone=True))
    assert not ChannelSource.objects.exists()
    assert on_hand("A") == {"north": 3, "south": 4}


def test_a_promise_is_taken_from_the_nearest_source_and_then_from_the_next() -> None:
    carry(*SHOP, product(1, "A"), item(1, "north", "A", 3), item(2, "south", "A", 4), promise(1, 1, "A", -5))
    assert on_hand("A") == {"north": 0, "south": 2}
    assert available("A") == 2
    carry(promise(2, 1, "A", -4))
    assert on_hand("A") == {"north": -2, "south": 0}
    carry(promise(3, 1, "A", 6))
    assert on_hand("A") == {"north": 0, "south": 4}


def test_netting_keeps_the_sum_of_every_stock_whatever_the_figures() -> None:
    dice = random.Random(5)
    for _ in range(500):
        quantities = {code: Decimal(dice.randint(-5, 9)) for code in "abcd" if dice.random() < 0.8}
        balances = [Balance(sources=["a", "b"], amount=Decimal(dice.randint(-12, 6))),
                    Balance(sources=["c"], amount=Decimal(dice.randint(-12, 6)))]  # fmt: skip
        left = net(quantities, balances)
        for balance in balances:
            before = sum((quantities.get(code, Decimal(0)) for code in balance.sources), balance.amount)
            rest = [left.get(code, Decimal(0)) for code in balance.sources]
            assert sum(rest) == before
            assert sum(max(value, Decimal(0)) for value in rest) == max(before, Decimal(0))
        assert left.get("d") == quantities.get("d")


def test_a_source_of_two_stocks_gives_what_both_have_promised_and_that_is_said() -> None:
    shared = (source("east"), link(3, 2, "east"), sold_in(2, "eu"), link(4, 1, "east", 3))
    carry(*SHOP, *shared, product(1, "A"), item(1, "east", "A", 9), promise(1, 1, "A", -2), promise(2, 2, "A", -3))
    assert on_hand("A") == {"east": 4}
    assert "source_in_several_stocks" in network_codes()


def test_rows_in_any_order_twice_and_late_come_to_the_same() -> None:
    rows = [*SHOP, product(1, "A"), settings(1), item(1, "north", "A", 3), item(1, "north", "A", 8, position=5),
            promise(1, 1, "A", -2), product(2, "gone"), item(3, "north", "gone", 1),
            product(2, "gone", position=9, gone=True)]  # fmt: skip
    dice = random.Random(7)
    for _ in range(6):
        shuffled = [*rows, *dice.sample(rows, 5)]
        dice.shuffle(shuffled)
        for change in shuffled:
            keep(change)
            if dice.random() < 0.3:
                make()
        make()
        # What was believed in between may leave empty items behind.
        assert {place: units for place, units in on_hand("A").items() if units} == {"north": 6}
        assert available("A") == 6
        assert sum(on_hand("gone").values()) == 0
        assert codes() == {("gone", "no_such_product")}


def test_carrying_again_writes_nothing_and_a_change_is_one_movement() -> None:
    rows = [*SHOP, product(1, "A"), settings(1), item(1, "north", "A", 3), promise(1, 1, "A", -1)]
    carry(*rows)
    outbox = domains.get("logistics").tables.outbox._default_manager.using("logistics")
    before = StockMovement.objects.count(), outbox.count(), StockItem.objects.get(sku="A").version
    carry(*rows)
    assert (StockMovement.objects.count(), outbox.count(), StockItem.objects.get(sku="A").version) == before
    carry(item(1, "north", "A", 5, position=2))
    movement = StockMovement.objects.order_by("-id")[0]
    assert (movement.quantity, movement.on_hand, movement.reason) == (2, 4, "import")
    assert movement.reference == "magento: quantity"
    assert [(e.sku, e.available) for e in published(AvailabilityChanged)][-1] == ("A", 4)


def test_what_was_sent_from_here_stays_sent_when_the_old_shop_counts_anew() -> None:
    carry(*SHOP, product(1, "A"), item(1, "north", "A", 10))
    StockItem.objects.filter(sku="A").update(on_hand=7)
    carry(item(1, "north", "A", 11, position=2))
    assert on_hand("A") == {"north": 8}


def test_skus_meet_whatever_their_case_and_blanks_and_keep_the_products_spelling() -> None:
    carry(*SHOP, product(1, "Über-1 "), item(1, "north", "ÜBER-1", 3), promise(1, 1, "über-1", -1))
    assert on_hand("Über-1") == {"north": 2}
    assert codes() == {("über-1", "sku_with_blanks"), ("über-1", "sku_spelled_differently")}
    carry(product(1, "Other", position=2))
    assert on_hand("Über-1") == {"north": 0}


def test_stock_of_a_product_that_is_not_there_is_named_and_carried_when_it_comes() -> None:
    carry(*SHOP, item(1, "north", "LATE", 3), promise(1, 1, "NEVER", -1))
    assert codes() == {("late", "no_such_product"), ("never", "no_such_product")}
    assert not StockItem.objects.exists()
    carry(product(1, "LATE"))
    assert on_hand("LATE") == {"north": 3}
    assert codes() == {("never", "no_such_product")}


def test_what_is_sold_as_its_parts_has_no_stock_of_its_own() -> None:
    carry(*SHOP, product(1, "shirt", "configurable"), item(1, "north", "shirt", 0),
          product(2, "set", "bundle"), item(2, "north", "set", 5))  # fmt: skip
    assert not StockItem.objects.exists()
    assert codes() == {("set", "stock_of_composite")}


def test_unmanaged_stock_never_runs_out_by_its_own_setting_or_the_shops() -> None:
    carry(*SHOP, product(1, "A"), settings(1, manage_stock=0), item(1, "north", "A", 0),
          product(2, "B"), settings(2), item(2, "north", "B", 0))  # fmt: skip
    assert Availability.objects.get(sku="A").in_stock and not Availability.objects.get(sku="B").in_stock
    carry(setting(1, OPTION + "manage_stock", 0))
    assert Availability.objects.get(sku="B").in_stock
    carry(setting(1, OPTION + "manage_stock", 0, gone=True, position=2))
    assert not Availability.objects.get(sku="B").in_stock


def test_a_setting_in_a_form_of_its_own_leaves_the_answer_to_the_old_shop() -> None:
    rest = {
        "use_config_enable_qty_inc": 1,
        "low_stock_date": None,
        "is_decimal_divided": 0,
        "stock_status_changed_auto": 0,
    }
    carry(*SHOP, product(1, "A"), settings(1, **rest), item(1, "north", "A", 1))
    question = DialectQuestion(source="magento", store="", path=("stockItems", "A"))
    assert answer(question).status == 200
    carry(setting(1, OPTION + "min_sale_qty", '{"32000":1,"1":5}'))
    assert answer(question).status == 0


def test_backorders_and_negative_and_broken_quantities_are_carried() -> None:
    carry(*SHOP, product(1, "A"), settings(1, backorders=1), item(1, "north", "A", -3),
          product(2, "B"), settings(2, backorders=2), item(2, "north", "B", "1.2500"))  # fmt: skip
    assert on_hand("A") == {"north": -3} and on_hand("B") == {"north": Decimal("1.25")}
    assert not Availability.objects.get(sku="A").limited and not Availability.objects.get(sku="B").limited
    assert codes() == {("b", "backorder_notice")}


def test_a_shortage_in_one_source_is_covered_by_the_others_as_the_old_shop_sums_them() -> None:
    carry(*SHOP, product(1, "A"), item(1, "north", "A", -3), item(2, "south", "A", 5))
    assert (available("A"), on_hand("A")) == (2, {"north": 0, "south": 2})


@pytest.mark.parametrize(("threshold", "backorders", "left", "limited"), [
    (2, 0, 3, True), (2, 1, 3, False), (-4, 1, 9, True)])  # fmt: skip
def test_a_threshold_is_held_back_and_below_zero_it_is_the_end_of_backorders(
    threshold: int, backorders: int, left: int, limited: bool
) -> None:
    rule = settings(1, min_qty=threshold, backorders=backorders)
    carry(*SHOP, product(1, "A"), rule, item(1, "north", "A", 5))
    shown = Availability.objects.get(sku="A")
    assert (shown.available, shown.limited) == (left, limited)
    assert ("a", "threshold") in codes()


def test_a_source_that_staff_switched_off_for_a_sku_sells_none_of_it() -> None:
    carry(*SHOP, product(1, "A"), item(1, "north", "A", 5, status=0), item(2, "south", "A", 2))
    assert available("A") == 2
    assert codes() == {("a", "switched_off")}
    carry(item(1, "north", "A", 5, position=2))
    assert available("A") == 7


def test_a_shop_without_several_sources_sells_everywhere_from_one() -> None:
    carry(website(0, "admin"), website(1, "base"), website(2, "eu"), product(1, "A"), settings(1, qty="5.0000"),
          product(2, "B"), settings(2, qty="3.0000", is_in_stock=0))  # fmt: skip
    assert on_hand("A") == {"default": 5}
    assert (available("A"), available("A", "eu"), available("B")) == (5, 5, 0)
    assert codes() == {("b", "switched_off")}


def test_what_has_no_counterpart_here_is_named() -> None:
    carry(*SHOP, product(1, "A"), settings(1, max_sale_qty=3, is_qty_decimal=1), item(1, "north", "A", 1),
          product(2, "B"), item(2, "moon", "B", 4), item(3, "north", "B", "100000000.0000"),
          product(3, "C"), product(4, "c"), item(4, "north", "C", 1),
          promise(1, 7, "A", -1), setting(1, "cataloginventory/options/can_subtract", 0),
          setting(2, "payment/secret", "x"), sold_in(1, "nowhere"))  # fmt: skip
    assert codes() == {("a", "rule_not_carried"), ("a", "reserved_nowhere"), ("b", "no_such_source"),
                       ("b", "quantity_too_large"), ("c", "sku_used_twice")}  # fmt: skip
    assert network_codes() == {"website_without_stock", "setting_not_carried", "no_such_website"}
    assert on_hand("C") == {"north": 1}
