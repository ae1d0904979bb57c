"""What of an item may be sold: safety stock, back-orders up to a limit, pre-orders until a date; and who is told."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connections
from django.test import Client

from chassis import clock
from chassis.admin.testing import sign_in_as
from chassis.jobs.runner import JobRunner
from contracts.logistics import AvailabilityChanged, StockLevelChanged, StockReservationFailed
from logistics.tests.build import CHANNEL, Checkout, deliver, published, stocked, units
from logistics.warehouse.availability import availability
from logistics.warehouse.commands import AdjustStock, StockChange, adjust_stock
from logistics.warehouse.errors import BadQuantity, LedgerBroken, UnknownItem, UnknownSource
from logistics.warehouse.ledger import LEDGER, differences
from logistics.warehouse.models import StockItem
from logistics.warehouse.policies import SetItemPolicy, SetSourcePolicy, set_item_policy, set_source_policy

pytestmark = pytest.mark.django_db(databases=["logistics"])


def item(sku: str = "A") -> StockItem:
    return StockItem.objects.get(sku=sku)


def reserves(quantity: int) -> bool:
    refused = len(published(StockReservationFailed))
    deliver(Checkout.new().request([("A", quantity)]))
    return len(published(StockReservationFailed)) == refused


def shown() -> tuple[Decimal | None, bool, str]:
    (one,) = availability(channel=CHANNEL, skus=["A"])
    return one.available, one.in_stock, one.status


def levels() -> list[tuple[str, str]]:
    return [(event.before, event.level) for event in published(StockLevelChanged)]


def test_safety_stock_is_not_sold_and_the_items_own_counts_before_its_sources() -> None:
    stocked({"north": {"A": 5}})
    set_source_policy(SetSourcePolicy(source="north", safety_stock=Decimal(2)))
    assert shown() == (3, True, "in_stock")
    assert not reserves(4) and reserves(3)
    set_item_policy(SetItemPolicy(item=item().id, safety_stock=Decimal(1)))
    assert shown()[0] == 1 and reserves(1) and not reserves(1)
    assert units("A") == [(5, 4)]


def test_orders_go_beyond_the_stock_up_to_the_limit_and_no_further() -> None:
    stocked({"north": {"A": 2}})
    set_source_policy(SetSourcePolicy(source="north", backorders=True, backorder_limit=Decimal(3)))
    assert shown() == (5, True, "in_stock")
    assert not reserves(6) and reserves(3)
    assert shown() == (2, True, "backorder")
    assert reserves(2) and not reserves(1)
    assert units("A") == [(2, 5)] and shown() == (0, False, "out_of_stock")


def test_what_lies_anywhere_is_taken_before_more_is_sold_than_there_is() -> None:
    stocked({"north": {"A": 1}, "south": {"A": 2}})
    set_source_policy(SetSourcePolicy(source="north", backorders=True, backorder_limit=Decimal(2)))
    assert reserves(3) and units("A") == [(1, 1), (2, 2)]
    assert reserves(2) and units("A") == [(1, 3), (2, 2)]
    assert not reserves(1)


def test_an_item_may_refuse_what_its_source_allows() -> None:
    stocked({"north": {"A": 0}})
    set_source_policy(SetSourcePolicy(source="north", backorders=True))
    assert shown() == (None, True, "backorder")
    set_item_policy(SetItemPolicy(item=item().id, backorders=False))
    assert shown() == (0, False, "out_of_stock") and not reserves(1)


def test_a_pre_order_is_taken_until_its_date_and_then_ends_by_itself() -> None:
    stocked({"north": {"A": 0}})
    day = clock.now() + timedelta(days=3)
    set_item_policy(SetItemPolicy(item=item().id, available_from=day, backorder_limit=Decimal(4)))
    assert shown() == (4, True, "preorder")
    told = published(AvailabilityChanged)[-1]
    assert (told.status, told.available_from) == ("preorder", day)
    assert reserves(3) and not reserves(2)
    with clock.travel(timedelta(days=3, minutes=1)):
        JobRunner("logistics").run_due()
        assert shown() == (0, False, "out_of_stock")
        assert not reserves(1)


def test_each_threshold_is_told_once_per_crossing() -> None:
    stocked({"north": {"A": 10}})
    set_source_policy(SetSourcePolicy(source="north", low_at=Decimal(4), safety_stock=Decimal(1)))
    assert levels() == []
    first = Checkout.new()
    deliver(first.request([("A", 6)]))
    assert reserves(1)
    assert levels() == [("ok", "low")]
    assert reserves(2)
    assert levels() == [("ok", "low"), ("low", "out")]
    deliver(first.release())
    deliver(first.release())
    assert levels() == [("ok", "low"), ("low", "out"), ("out", "ok")]
    (low, *_) = published(StockLevelChanged)
    assert (low.source, low.sku, low.left, low.item) == ("north", "A", 4, item().id)


def test_what_never_runs_out_crosses_nothing_and_a_new_item_is_no_crossing() -> None:
    stocked({"north": {"A": 0}}, managed=False)
    stocked({"south": {"B": 0}})
    assert reserves(5) and levels() == []
    assert StockItem.objects.get(sku="B").level == "out"


def test_bad_policies_are_refused_and_change_nothing() -> None:
    stocked({"north": {"A": 5}})
    for wrong in ("-1", "NaN", "1e9", "0.00001"):
        with pytest.raises(BadQuantity):
            set_source_policy(SetSourcePolicy(source="north", safety_stock=Decimal(wrong)))
        with pytest.raises(BadQuantity):
            set_item_policy(SetItemPolicy(item=item().id, backorder_limit=Decimal(wrong)))
    with pytest.raises(UnknownSource):
        set_source_policy(SetSourcePolicy(source="moon"))
    with pytest.raises(UnknownItem):
        set_item_policy(SetItemPolicy(item=item().source_id))
    assert shown() == (5, True, "in_stock")


def test_an_unbooked_change_of_stock_is_found_by_the_daily_look() -> None:
    stocked({"north": {"A": 5}})
    adjust_stock(AdjustStock(changes=[StockChange(source="north", sku="A", change=Decimal(-2))], reason="damaged"))
    assert differences() == []
    with connections["logistics"].cursor() as cursor:
        cursor.execute("UPDATE logistics_stockitem SET on_hand = 9")
    assert differences() == [("north", "A", 9, 3)]
    with pytest.raises(LedgerBroken, match="A in north: 9"):
        LEDGER.record(None, None)  # type: ignore[arg-type]


def test_staff_set_policies_by_buttons_only(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    sign_in_as(monkeypatch, "logistics.*")
    stocked({"north": {"A": 5}})
    source = f"/admin/logistics/source/{item().source_id}/transition/policy/"
    assert client.post(source, {"safety_stock": "-1"}).status_code == 200
    client.post(source, {"safety_stock": "1", "low_at": "2", "backorder_limit": "3"})
    assert shown()[0] == 4
    client.post(
        f"/admin/logistics/stockitem/{item().id}/transition/policy/",
        {"backorders": "yes", "available_from": "2999-01-01 08:00"},
    )
    assert (item().backorders, item().safety_stock, shown()[0]) == (True, None, 7)
    page = client.get(f"/admin/logistics/stockitem/{item().id}/change/").content.decode()
    assert "available from: 2999-01-01" in page
    raw = {"safety_stock": "9", "metadata": "{}", "opened_version": item().source.version, "name": "N", "address": ""}
    forms = {"channels-TOTAL_FORMS": 0, "channels-INITIAL_FORMS": 0}
    client.post(f"/admin/logistics/source/{item().source_id}/change/", {**raw, **forms})
    assert (item().source.safety_stock, item().source.name, item().source.address) == (1, "N", {})
    for address in ('{"planet": "x"}', '["x"]', '{"city": 3}'):
        wrong = {**raw, **forms, "address": address, "opened_version": item().source.version}
        assert client.post(f"/admin/logistics/source/{item().source_id}/change/", wrong).status_code == 200
