"""Goods that come to an order later: on its list, whatever the warehouse has done meanwhile, and held once."""

from dataclasses import replace
from decimal import Decimal

import pytest

from chassis import racing
from chassis.ids import new_id
from contracts.commerce import StockConfirmationRequested
from contracts.logistics import ShipmentSent, StockConfirmed, StockReservationFailed
from contracts.shared import Component
from logistics.fulfillment.commands import Pick, pick
from logistics.fulfillment.models import FulfilmentOrder, PickLine
from logistics.fulfillment.packing import Ship, ship
from logistics.fulfillment.states import State
from logistics.reservation.models import Allocation, Reservation
from logistics.reservation.states import State as Stock
from logistics.tests.build import Checkout, HandlerFailed, deliver, published, stocked, units
from logistics.tests.test_fulfilment import ordered, parcel, state_of
from logistics.warehouse.models import StockMovement

pytestmark = pytest.mark.django_db(databases=["logistics"])


def reserved(checkout: Checkout, lines: list[tuple[str, int]], **more: list[str]) -> Checkout:
    """An addition to the order whose units are reserved."""
    addition = replace(checkout, saga=new_id())
    deliver(addition.request(lines, **more))
    return addition


def confirmation(addition: Checkout, lines: list[tuple[str, int]], *, digital: str = "") -> StockConfirmationRequested:
    parts = tuple(
        Component(
            sku=sku, product=new_id(), name=f"Thing {sku}", quantity=Decimal(many), requires_shipping=sku != digital
        )
        for sku, many in lines
    )
    return replace(addition.confirmation(), added=parts)


def added(checkout: Checkout, lines: list[tuple[str, int]]) -> Checkout:
    addition = reserved(checkout, lines)
    deliver(confirmation(addition, lines))
    return addition


def answers() -> list[bool]:
    return [event.confirmed for event in published(StockConfirmed)]


def listed(checkout: Checkout) -> list[tuple[str, Decimal, Decimal]]:
    lines = PickLine.objects.filter(fulfilment=checkout.order).order_by("sku", "quantity")
    return list(lines.values_list("sku", "quantity", "picked"))


def test_what_is_added_is_on_the_list_and_held_by_the_order() -> None:
    stocked({"north": {"A": 5, "B": 5}})
    checkout = ordered([("A", 2)])
    addition = added(checkout, [("A", 1), ("B", 3)])
    assert answers() == [True, True] and state_of(checkout) == State.OPEN
    assert listed(checkout) == [("A", 1, 0), ("A", 2, 0), ("B", 3, 0)]
    assert (units("A"), units("B")) == ([(5, 3)], [(5, 3)])
    assert PickLine.objects.get(sku="B").name == "Thing B"
    assert not Allocation.objects.filter(reservation=addition.saga).exists()
    assert Reservation.objects.get(id=addition.saga).state == Stock.CONSUMED
    pick(Pick(order=checkout.order))
    ship(parcel(checkout))
    assert (state_of(checkout), units("A"), units("B")) == (State.SENT, [(2, 0)], [(2, 0)])


def test_being_asked_again_adds_nothing_more() -> None:
    stocked({"north": {"A": 5, "B": 5}})
    checkout = ordered([("A", 2)])
    addition = added(checkout, [("B", 1)])
    deliver(confirmation(addition, [("B", 1)]))
    assert answers() == [True, True, True] and listed(checkout) == [("A", 2, 0), ("B", 1, 0)]


def test_a_list_that_was_picked_is_to_be_picked_again() -> None:
    stocked({"north": {"A": 5, "B": 5}})
    checkout = ordered([("A", 2)])
    pick(Pick(order=checkout.order))
    added(checkout, [("B", 1)])
    assert state_of(checkout) == State.PICKING and listed(checkout) == [("A", 2, 2), ("B", 1, 0)]
    pick(Pick(order=checkout.order))
    assert state_of(checkout) == State.PICKED


def test_what_is_added_to_an_order_that_has_left_goes_in_another_parcel() -> None:
    stocked({"north": {"A": 5, "B": 5}})
    checkout = ordered([("A", 2)])
    addition = reserved(checkout, [("B", 1)])
    pick(Pick(order=checkout.order))
    ship(parcel(checkout))
    assert state_of(checkout) == State.SENT
    deliver(confirmation(addition, [("B", 1)]))
    assert state_of(checkout) == State.PARTLY_SENT and answers() == [True, True]
    assert Reservation.objects.get(id=checkout.saga).state == Stock.CONFIRMED
    pick(Pick(order=checkout.order))
    ship(Ship(order=checkout.order, carrier="post", tracking_number="T-2"))
    assert state_of(checkout) == State.SENT and Reservation.objects.get(id=checkout.saga).state == Stock.CONSUMED
    assert [event.complete for event in published(ShipmentSent)] == [True, True]
    assert (units("A"), units("B")) == ([(3, 0)], [(4, 0)])


def test_what_needs_no_parcel_leaves_the_books_and_opens_no_list() -> None:
    stocked({"north": {"A": 5, "KEY": 5}})
    checkout = ordered([("A", 2)])
    pick(Pick(order=checkout.order))
    addition = reserved(checkout, [("KEY", 2)], digital=["KEY"])
    deliver(confirmation(addition, [("KEY", 2)], digital="KEY"))
    assert (state_of(checkout), units("KEY")) == (State.PICKED, [(3, 0)])
    assert StockMovement.objects.filter(item__sku="KEY", quantity=-2).count() == 1


def test_units_that_are_not_there_are_refused_and_the_order_keeps_its_own() -> None:
    stocked({"north": {"A": 3}})
    checkout = ordered([("A", 2)])
    reserved(checkout, [("A", 2)])
    assert [event.missing for event in published(StockReservationFailed)] == [("A",)]
    assert listed(checkout) == [("A", 2, 0)] and units("A") == [(3, 2)]


def test_what_comes_to_nothing_returns_to_the_shelf() -> None:
    stocked({"north": {"A": 5}})
    checkout = ordered([("A", 2)])
    addition = reserved(checkout, [("A", 1)])
    assert units("A") == [(5, 3)]
    deliver(addition.release())
    assert units("A") == [(5, 2)] and listed(checkout) == [("A", 2, 0)]


def test_it_waits_for_the_orders_own_list() -> None:
    stocked({"north": {"A": 5}})
    checkout = Checkout.new()
    deliver(checkout.request([("A", 2)]))
    addition = reserved(checkout, [("A", 1)])
    with pytest.raises(HandlerFailed, match="not made yet"):
        deliver(confirmation(addition, [("A", 1)]))
    deliver(checkout.placed([("A", 2)]))
    deliver(checkout.confirmation())
    deliver(confirmation(addition, [("A", 1)]))
    assert listed(checkout) == [("A", 1, 0), ("A", 2, 0)]


def test_an_order_that_has_ended_takes_nothing_and_the_units_are_free() -> None:
    stocked({"north": {"A": 5}})
    checkout = ordered([("A", 2)])
    addition = reserved(checkout, [("A", 1)])
    deliver(checkout.cancelled())
    deliver(confirmation(addition, [("A", 1)]))
    assert answers() == [True, False] and units("A") == [(5, 0)]
    assert Reservation.objects.get(id=addition.saga).state == Stock.RELEASED


def test_an_addition_is_cancelled_like_the_rest_of_its_order() -> None:
    stocked({"north": {"A": 5, "B": 5}})
    checkout = ordered([("A", 2)])
    added(checkout, [("B", 3)])
    deliver(checkout.cancellation([("B", 2)]))
    assert listed(checkout) == [("A", 2, 0), ("B", 1, 0)] and units("B") == [(5, 1)]
    deliver(checkout.cancellation())
    assert (state_of(checkout), units("A"), units("B")) == (State.CANCELLED, [(5, 0)], [(5, 0)])


@pytest.mark.django_db(databases=["logistics"], transaction=True)
def test_a_parcel_and_an_addition_at_once_lose_nothing() -> None:
    """Whichever is first: all of both is sent in the end, or still on the list."""
    with racing.no_deadlocks("logistics"):
        for number in range(6):
            a, b = f"A{number}", f"B{number}"
            stocked({"north": {a: 5, b: 5}})
            checkout = ordered([(a, 2)])
            addition = reserved(checkout, [(b, 1)])
            pick(Pick(order=checkout.order))
            racing.race(
                "logistics",
                [
                    lambda checkout=checkout: ship(parcel(checkout)),
                    lambda addition=addition, b=b: deliver(confirmation(addition, [(b, 1)])),
                ],
                threads=2,
            )
            assert (units(a), units(b)) == ([(3, 0)], [(5, 1)])
            assert state_of(checkout) == State.PARTLY_SENT
            pick(Pick(order=checkout.order))
            ship(Ship(order=checkout.order, carrier="post", tracking_number="T-2"))
            assert (state_of(checkout), units(b)) == (State.SENT, [(4, 0)])
            assert FulfilmentOrder.objects.get(id=checkout.order).lines[-1]["sku"] == b
