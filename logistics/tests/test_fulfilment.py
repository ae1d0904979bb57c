"""Fulfilment: picking lists from confirmed stock, parcels, cancellation, returns; events in any order."""

from dataclasses import replace
from decimal import Decimal
from itertools import permutations

import pytest
from django.db import connections

from chassis import clock
from chassis.ids import new_id
from contracts.logistics import ShipmentSent, ShippedLine
from contracts.postpurchase import ReturnReceived
from contracts.shared import Choice, Component
from logistics.fulfillment.commands import LineQuantity, Pick, pick
from logistics.fulfillment.errors import (
    IllegalTransition,
    NothingToDo,
    NotPicked,
    PickTooMuch,
    UnknownFulfilment,
)
from logistics.fulfillment.models import FulfilmentOrder, PickLine
from logistics.fulfillment.packing import Ship, ship
from logistics.fulfillment.states import TRANSITIONS, State
from logistics.reservation.models import Reservation
from logistics.reservation.states import State as Stock
from logistics.tests.build import CHANNEL, Checkout, HandlerFailed, deliver, published, stocked, units
from logistics.warehouse.models import StockMovement

pytestmark = pytest.mark.django_db(databases=["logistics"])


def ordered(lines: list[tuple[str, int]], **options: list[str]) -> Checkout:
    checkout = Checkout.new()
    deliver(checkout.request(lines))
    deliver(checkout.placed(lines, **options))
    deliver(checkout.confirmation())
    return checkout


def state_of(checkout: Checkout) -> str:
    return FulfilmentOrder.objects.get(id=checkout.order).state


def parcel(checkout: Checkout, number: str = "T1", **options: object) -> Ship:
    return Ship(order=checkout.order, carrier="DHL", tracking_number=number, **options)  # type: ignore[arg-type]


def test_a_picking_list_names_each_source() -> None:
    stocked({"north": {"A": 2}, "south": {"A": 9, "B": 1}})
    checkout = ordered([("A", 3), ("B", 1)])
    picks = PickLine.objects.filter(fulfilment=checkout.order).order_by("source__code", "sku")
    assert [(line.source.code, line.sku, line.quantity, line.name) for line in picks] == [
        ("north", "A", 2, "Thing A"),
        ("south", "A", 1, "Thing A"),
        ("south", "B", 1, "Thing B"),
    ]
    assert state_of(checkout) == State.OPEN


@pytest.mark.parametrize("order", list(permutations(["placed", "confirmed", "cancelled"])))
def test_a_cancelled_order_holds_nothing_whatever_arrives_first(order: tuple[str, ...]) -> None:
    stocked({"north": {"A": 5}})
    checkout = Checkout.new()
    deliver(checkout.request([("A", 3)]))
    events = {
        "placed": checkout.placed([("A", 3)]),
        "confirmed": checkout.confirmation(),
        "cancelled": checkout.cancelled(),
    }
    for name in order:
        deliver(events[name])
    assert units("A") == [(5, 0)]
    assert state_of(checkout) == State.CANCELLED
    assert Reservation.objects.get(id=checkout.saga).state == Stock.RELEASED


def test_one_envelope_with_all_of_it_comes_to_the_same() -> None:
    stocked({"north": {"A": 5}})
    first, second = Checkout.new(), Checkout.new()
    deliver(
        first.request([("A", 3)]),
        second.request([("A", 1)]),
        first.placed([("A", 3)]),
        first.confirmation(),
        second.confirmation(),
        second.placed([("A", 1)]),
        first.cancelled(),
    )
    assert units("A") == [(5, 1)]
    assert (state_of(first), state_of(second)) == (State.CANCELLED, State.OPEN)


def test_the_list_waits_until_the_stock_is_confirmed() -> None:
    stocked({"north": {"A": 5}})
    checkout = Checkout.new()
    deliver(checkout.request([("A", 1)]))
    deliver(checkout.placed([("A", 1)]))
    assert state_of(checkout) == State.AWAITING_STOCK
    deliver(checkout.confirmation())
    assert state_of(checkout) == State.OPEN


def test_sending_takes_the_goods_off_hand_and_off_the_reservation() -> None:
    stocked({"north": {"A": 5}})
    checkout = ordered([("A", 2)])
    pick(Pick(order=checkout.order))
    shipment = ship(parcel(checkout))
    assert units("A") == [(3, 0)]
    assert state_of(checkout) == State.SENT
    assert Reservation.objects.get(id=checkout.saga).state == Stock.CONSUMED
    (event,) = published(ShipmentSent)
    assert (event.shipment, event.order, event.tracking_number, event.complete) == (
        shipment.id,
        checkout.order,
        "T1",
        True,
    )
    assert event.lines == (ShippedLine(sku="A", quantity=Decimal(2)),)
    movement = StockMovement.objects.get(reason="shipment")
    assert (movement.quantity, movement.on_hand, movement.reference) == (-2, 3, "1001")


def test_an_order_leaves_in_two_parcels() -> None:
    stocked({"north": {"A": 5}, "south": {"B": 5}})
    checkout = ordered([("A", 2), ("B", 1)])
    pick(Pick(order=checkout.order, source="south"))
    assert state_of(checkout) == State.PICKING
    ship(parcel(checkout, "T1"))
    assert state_of(checkout) == State.PARTLY_SENT
    assert units("B") == [(4, 0)] and units("A") == [(5, 2)]
    pick(Pick(order=checkout.order))
    ship(parcel(checkout, "T2"))
    assert state_of(checkout) == State.SENT
    assert [event.complete for event in published(ShipmentSent)] == [False, True]


def test_the_same_parcel_twice_is_sent_once() -> None:
    stocked({"north": {"A": 5}})
    checkout = ordered([("A", 2)])
    pick(Pick(order=checkout.order))
    assert ship(parcel(checkout)).id == ship(parcel(checkout)).id
    assert units("A") == [(3, 0)] and len(published(ShipmentSent)) == 1


def test_only_what_was_picked_can_be_sent_and_only_what_is_listed_picked() -> None:
    stocked({"north": {"A": 5}})
    checkout = ordered([("A", 2)])
    with pytest.raises(IllegalTransition):
        ship(parcel(checkout))
    line = PickLine.objects.get()
    with pytest.raises(PickTooMuch):
        pick(Pick(order=checkout.order, lines=[LineQuantity(line=line.id, quantity=Decimal(1))] * 3))
    with pytest.raises(PickTooMuch):
        pick(Pick(order=checkout.order, lines=[LineQuantity(line=line.id, quantity=Decimal(-1))]))
    with pytest.raises(NothingToDo):
        pick(Pick(order=checkout.order, source="nowhere"))
    pick(Pick(order=checkout.order, lines=[LineQuantity(line=line.id, quantity=Decimal(1))]))
    with pytest.raises(NotPicked):
        ship(parcel(checkout, lines=[LineQuantity(line=line.id, quantity=Decimal(2))]))
    with pytest.raises(UnknownFulfilment):
        pick(Pick(order=new_id()))
    assert units("A") == [(5, 2)]


def test_what_left_the_house_cannot_be_cancelled() -> None:
    stocked({"north": {"A": 5}})
    checkout = ordered([("A", 2)])
    pick(Pick(order=checkout.order))
    ship(parcel(checkout))
    with pytest.raises(HandlerFailed, match="IllegalTransition"):
        deliver(checkout.cancelled())
    assert state_of(checkout) == State.SENT


def test_an_order_of_downloads_needs_no_parcel_and_leaves_the_books() -> None:
    stocked({"north": {"E": 5}})
    checkout = ordered([("E", 1)], digital=["E"])
    assert state_of(checkout) == State.NOT_NEEDED
    assert units("E") == [(4, 0)]


def test_returned_goods_go_back_to_the_source_that_sent_them() -> None:
    stocked({"north": {"A": 0}, "south": {"A": 5}})
    checkout = ordered([("A", 2)])
    pick(Pick(order=checkout.order))
    ship(parcel(checkout))
    deliver(
        ReturnReceived(return_request=new_id(), order=checkout.order, channel=CHANNEL, restock=(("A", Decimal(1)),)),
        ReturnReceived(return_request=new_id(), order=new_id(), channel=CHANNEL, restock=(("A", Decimal(3)),)),
    )
    assert units("A") == [(3, 0), (4, 0)]
    assert StockMovement.objects.filter(reason="returned").count() == 2


def test_the_address_is_not_readable_in_the_database() -> None:
    stocked({"north": {"A": 5}})
    checkout = ordered([("A", 1)])
    with connections["logistics"].cursor() as cursor:
        cursor.execute("SELECT delivery FROM logistics_fulfilmentorder")
        (stored,) = cursor.fetchone()
    assert "Long Lane" not in stored
    assert FulfilmentOrder.objects.get(id=checkout.order).delivery["street"] == "Long Lane 1"


@pytest.mark.parametrize("target", State)
@pytest.mark.parametrize("current", State)
def test_every_pair_of_states_is_allowed_or_refused_as_the_map_says(current: State, target: State) -> None:
    fulfilment = FulfilmentOrder(id=new_id(), state=current.value, created_at=clock.now())
    fulfilment.save(force_insert=True)
    if target in TRANSITIONS[current]:
        fulfilment.become(target)
    else:
        with pytest.raises(IllegalTransition):
            fulfilment.become(target)
    stored = FulfilmentOrder.objects.get(id=fulfilment.id)
    assert stored.state == (target if target in TRANSITIONS[current] else current)


def test_the_parts_of_a_bundle_are_picked_and_its_texts_stay_outside() -> None:
    stocked({"north": {"TENT": 5, "MUG": 9}})
    checkout = Checkout.new()
    deliver(checkout.request([("TENT", 2), ("MUG", 4)]))
    placed = checkout.placed([("SET", 2)])
    parts = tuple(
        Component(sku=sku, product=new_id(), name=sku.title(), quantity=Decimal(many))
        for sku, many in (("TENT", 1), ("MUG", 2))
    )
    chosen = (Choice(option="engraving", value="For Ada"),)
    deliver(replace(placed, lines=(replace(placed.lines[0], components=parts, choices=chosen),)))
    deliver(checkout.confirmation())
    picks = PickLine.objects.filter(fulfilment=checkout.order).order_by("sku")
    assert [(line.sku, line.name, line.quantity) for line in picks] == [("MUG", "Mug", 4), ("TENT", "Tent", 2)]
    assert "Ada" not in str(FulfilmentOrder.objects.get(id=checkout.order).lines)
