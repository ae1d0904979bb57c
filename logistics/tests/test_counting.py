"""Stock takes: a count is a document, its differences are booked at once, and sales meanwhile are not lost."""

from decimal import Decimal

import pytest
from django.test import Client

from chassis import clock
from chassis.admin.testing import sign_in_as
from chassis.ids import new_id
from contracts.logistics import StockTakeBooked
from logistics.counting.commands import (
    BeginStockTake,
    NoteCounts,
    begin_stock_take,
    book_stock_take,
    cancel_stock_take,
    note_counts,
)
from logistics.counting.errors import BadCount, IllegalTransition, NothingCounted, NumberTaken, UnknownStockTake
from logistics.counting.models import CountedLine, StockTake
from logistics.counting.states import TRANSITIONS, State
from logistics.fulfillment.commands import Pick, pick
from logistics.fulfillment.packing import Ship, ship
from logistics.tests.build import Checkout, deliver, published, stocked, units
from logistics.warehouse.ledger import differences
from logistics.warehouse.models import Source, StockMovement

pytestmark = pytest.mark.django_db(databases=["logistics"])


def counted(take: StockTake, **counts: str) -> None:
    note_counts(NoteCounts(stock_take=take.id, counts={sku: Decimal(units) for sku, units in counts.items()}))


def begun() -> StockTake:
    return begin_stock_take(BeginStockTake(number="C1", source="north"))


def test_every_difference_becomes_a_movement_with_the_documents_number() -> None:
    stocked({"north": {"A": 5, "B": 5, "C": 5}})
    take = begun()
    counted(take, A="4", B="5", NEW="2")
    counted(take, A="3")
    assert units("A") == [(5, 0)], "a count moves nothing"
    book_stock_take(take.id)
    assert (units("A"), units("B"), units("C"), units("NEW")) == ([(3, 0)], [(5, 0)], [(5, 0)], [(2, 0)])
    moves = StockMovement.objects.filter(reason="stock_take").order_by("quantity")
    assert [(move.item.sku, move.quantity, move.reference) for move in moves] == [("A", -2, "C1"), ("NEW", 2, "C1")]
    (event,) = published(StockTakeBooked)
    assert [(line.sku, line.quantity) for line in event.lines] == [("A", -2), ("NEW", 2)]
    assert differences() == []


def test_a_parcel_that_leaves_between_count_and_booking_is_not_counted_twice() -> None:
    stocked({"north": {"A": 5}})
    take = begun()
    counted(take, A="4")
    checkout = Checkout.new()
    deliver(checkout.request([("A", 2)]), checkout.placed([("A", 2)]), checkout.confirmation())
    pick(Pick(order=checkout.order))
    ship(Ship(order=checkout.order, carrier="DHL", tracking_number="T"))
    book_stock_take(take.id)
    assert units("A") == [(2, 0)]


def test_one_bad_count_refuses_all_of_them() -> None:
    stocked({"north": {"A": 5}})
    take = begun()
    for wrong in ("-1", "NaN", "1e9", "0.00001"):
        with pytest.raises(BadCount):
            counted(take, A="3", B=wrong)
    assert not CountedLine.objects.exists()
    with pytest.raises(NothingCounted):
        book_stock_take(take.id)


def test_a_count_that_is_over_stays_as_it_is() -> None:
    stocked({"north": {"A": 5}})
    take = begun()
    with pytest.raises(NumberTaken):
        begun()
    counted(take, A="3")
    book_stock_take(take.id)
    for again in (book_stock_take, cancel_stock_take):
        with pytest.raises(IllegalTransition):
            again(take.id)
    with pytest.raises(IllegalTransition):
        counted(take, A="1")
    with pytest.raises(UnknownStockTake):
        book_stock_take(new_id())
    assert units("A") == [(3, 0)] and len(published(StockTakeBooked)) == 1


@pytest.mark.parametrize("target", State)
@pytest.mark.parametrize("current", State)
def test_every_pair_of_states_is_allowed_or_refused_as_the_map_says(current: State, target: State) -> None:
    stocked({"north": {}})
    take = StockTake.objects.create(
        number="X", source=Source.objects.get(), state=current.value, created_at=clock.now()
    )
    if target in TRANSITIONS[current]:
        take.become(target)
    else:
        with pytest.raises(IllegalTransition):
            take.become(target)


def test_staff_paste_counts_and_book_them(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    sign_in_as(monkeypatch, "logistics.*")
    stocked({"north": {"A": 5, "B C": 5}})
    new = {"number": "C7", "source": str(Source.objects.get().pk), "note": "", "metadata": "{}"}
    forms = {"lines-TOTAL_FORMS": 0, "lines-INITIAL_FORMS": 0}
    assert client.post("/admin/logistics/stocktake/add/", {**new, **forms}).status_code == 302
    page = f"/admin/logistics/stocktake/{StockTake.objects.get().pk}/"
    refused = client.post(f"{page}transition/count/", {"counts": "A 4\nB C five"})
    assert "Line 2 is no SKU" in refused.content.decode() and not CountedLine.objects.exists()
    client.post(f"{page}transition/count/", {"counts": "A\t4\r\nB C 6\r\n"})
    client.post(f"{page}transition/book/")
    assert units("A") == [(4, 0)] and units("B C") == [(6, 0)]
    assert "-1" in client.get(f"{page}change/").content.decode()
