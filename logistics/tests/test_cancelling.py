"""Cancellations: logistics has the last word on whether the goods are still there, for a whole order or a part."""

from decimal import Decimal
from itertools import permutations

import pytest

from contracts.logistics import CancellationConfirmed, CancellationRefused, GoodsPicked
from logistics.fulfillment.commands import LineQuantity, Pick, pick
from logistics.fulfillment.models import PickLine, Shipment
from logistics.fulfillment.packing import Pack, Ship, pack, ship
from logistics.fulfillment.states import State
from logistics.reservation.models import Reservation
from logistics.reservation.states import State as Stock
from logistics.tests.build import Checkout, HandlerFailed, deliver, published, stocked, units
from logistics.tests.test_fulfilment import ordered, parcel, state_of

pytestmark = pytest.mark.django_db(databases=["logistics"])


def answers() -> list[str]:
    """What was answered to each cancellation, oldest first."""
    found = [one for one in published() if isinstance(one, CancellationConfirmed | CancellationRefused)]
    return ["confirmed" if isinstance(one, CancellationConfirmed) else one.reason for one in found]


@pytest.mark.parametrize("order", list(permutations(["placed", "confirmed", "asked"])))
def test_an_order_of_which_nothing_was_sent_is_cancelled_whatever_arrives_first(order: tuple[str, ...]) -> None:
    stocked({"north": {"A": 5}})
    checkout = Checkout.new()
    deliver(checkout.request([("A", 3)]))
    events = {
        "placed": checkout.placed([("A", 3)]),
        "confirmed": checkout.confirmation(),
        "asked": checkout.cancellation(),
    }
    for name in order:
        deliver(events[name])
    deliver(checkout.cancelled())  # commerce's own word on it, later
    assert (answers(), units("A"), state_of(checkout)) == (["confirmed"], [(5, 0)], State.CANCELLED)
    assert Reservation.objects.get(id=checkout.saga).state == Stock.RELEASED


def test_what_was_picked_already_returns_to_the_shelf() -> None:
    stocked({"north": {"A": 5}})
    checkout = ordered([("A", 3)])
    pick(Pick(order=checkout.order))
    deliver(checkout.cancellation())
    assert (answers(), units("A"), state_of(checkout)) == (["confirmed"], [(5, 0)], State.CANCELLED)


def test_an_order_of_which_a_parcel_left_is_not_cancelled_and_loses_nothing() -> None:
    stocked({"north": {"A": 5}})
    checkout = ordered([("A", 3)])
    [line] = PickLine.objects.all()
    pick(Pick(order=checkout.order))
    ship(parcel(checkout, lines=[LineQuantity(line=line.id, quantity=Decimal(1))]))
    deliver(checkout.cancellation())
    assert (answers(), units("A"), state_of(checkout)) == (["already_sent"], [(4, 2)], State.PARTLY_SENT)


def test_a_part_leaves_the_list_and_returns_to_the_shelf_unpicked_goods_first() -> None:
    stocked({"north": {"A": 2, "B": 5}, "south": {"A": 9}})
    checkout = ordered([("A", 4), ("B", 1)])
    north = PickLine.objects.get(source__code="north", sku="A")
    pick(Pick(order=checkout.order, lines=[LineQuantity(line=north.id, quantity=Decimal(2))]))
    deliver(checkout.cancellation([("A", 3)]))
    assert answers() == ["confirmed"] and units("A") == [(2, 1), (9, 0)] and units("B") == [(5, 1)]
    lines = PickLine.objects.filter(sku="A").order_by("source__code")
    assert [(line.quantity, line.picked) for line in lines] == [(1, 1), (0, 0)]
    pick(Pick(order=checkout.order))
    ship(parcel(checkout))
    assert state_of(checkout) == State.SENT and units("A") == [(1, 0), (9, 0)]
    assert Reservation.objects.get(id=checkout.saga).state == Stock.CONSUMED


def test_a_parcel_that_is_still_here_is_unpacked_for_what_is_cancelled_of_it() -> None:
    stocked({"north": {"A": 5}})
    checkout = ordered([("A", 3)])
    pick(Pick(order=checkout.order))
    parcel_here = pack(Pack(order=checkout.order, carrier="manual"))
    deliver(checkout.cancellation([("A", 1)]))
    assert answers() == ["confirmed"] and units("A") == [(5, 2)]
    assert Shipment.objects.get(id=parcel_here.id).state == "cancelled"
    [line] = PickLine.objects.all()
    assert (line.quantity, line.picked, line.packed) == (2, 2, 0)
    ship(parcel(checkout))
    assert state_of(checkout) == State.SENT and units("A") == [(3, 0)]


def test_an_order_that_lost_its_stock_is_cancelled_as_a_whole_or_not_at_all() -> None:
    stocked({"north": {"A": 5}})
    checkout = Checkout.new()
    deliver(checkout.request([("A", 3)]), checkout.placed([("A", 3)]))
    Reservation.objects.filter(id=checkout.saga).update(state=Stock.RELEASED)
    deliver(checkout.cancellation([("A", 1)]))
    assert answers() == ["stock_lost"]


def test_what_is_picked_is_ready_once_the_rest_is_cancelled() -> None:
    stocked({"north": {"A": 5, "B": 5}})
    checkout = ordered([("A", 1), ("B", 1)])
    line = PickLine.objects.get(sku="A")
    pick(Pick(order=checkout.order, lines=[LineQuantity(line=line.id, quantity=Decimal(1))]))
    assert state_of(checkout) == State.PICKING
    deliver(checkout.cancellation([("B", 1)]))
    assert state_of(checkout) == State.PICKED
    assert [event.complete for event in published(GoodsPicked)] == [False, True]


def test_more_than_is_left_to_send_is_refused_as_a_whole() -> None:
    stocked({"north": {"A": 5, "B": 5}})
    checkout = ordered([("A", 2), ("B", 2)])
    line = PickLine.objects.get(sku="A")
    pick(Pick(order=checkout.order))
    ship(parcel(checkout, lines=[LineQuantity(line=line.id, quantity=Decimal(1))]))
    deliver(checkout.cancellation([("B", 1), ("A", 2)]))
    assert answers() == ["already_sent"] and units("A") == [(4, 1)] and units("B") == [(5, 2)]


def test_what_is_left_of_an_order_that_was_sent_in_part_can_be_cancelled() -> None:
    stocked({"north": {"A": 5}})
    checkout = ordered([("A", 3)])
    [line] = PickLine.objects.all()
    pick(Pick(order=checkout.order))
    ship(parcel(checkout, lines=[LineQuantity(line=line.id, quantity=Decimal(1))]))
    deliver(checkout.cancellation([("A", 2)]))
    assert (answers(), units("A"), state_of(checkout)) == (["confirmed"], [(4, 0)], State.REST_CANCELLED)
    assert Reservation.objects.get(id=checkout.saga).state == Stock.CONSUMED


def test_all_lines_in_parts_come_to_a_cancelled_order() -> None:
    stocked({"north": {"A": 5}})
    checkout = ordered([("A", 3)])
    for many in (1, 2):
        deliver(checkout.cancellation([("A", many)]))
    assert (answers(), units("A"), state_of(checkout)) == (["confirmed"] * 2, [(5, 0)], State.CANCELLED)
    assert Reservation.objects.get(id=checkout.saga).state == Stock.RELEASED


def test_a_part_of_an_order_without_a_picking_list_waits_for_it() -> None:
    stocked({"north": {"A": 5}})
    checkout = Checkout.new()
    deliver(checkout.request([("A", 3)]), checkout.placed([("A", 3)]))
    with pytest.raises(HandlerFailed, match="not made yet"):
        deliver(checkout.cancellation([("A", 1)]))
    assert answers() == [] and units("A") == [(5, 3)]


def test_a_picked_rest_of_a_list_is_sent_at_once() -> None:
    stocked({"north": {"A": 5}})
    checkout = ordered([("A", 3)])
    [line] = PickLine.objects.all()
    pick(Pick(order=checkout.order, lines=[LineQuantity(line=line.id, quantity=Decimal(1))]))
    deliver(checkout.cancellation([("A", 2)]))
    ship(Ship(order=checkout.order, carrier="DHL", tracking_number="T1"))
    assert state_of(checkout) == State.SENT and units("A") == [(4, 0)]
