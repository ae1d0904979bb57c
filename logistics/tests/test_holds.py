"""Orders on hold: what commerce holds is neither picked nor sent, in whatever order that is heard."""

from decimal import Decimal
from itertools import permutations

import pytest
from django.test import Client

from chassis.admin.testing import sign_in_as
from contracts.commerce import OrderHeld, OrderReleased
from contracts.logistics import GoodsPicked, PickedLine, ShipmentSent, StockReleased
from logistics.fulfillment.commands import LineQuantity, Pick, pick
from logistics.fulfillment.errors import OnHold
from logistics.fulfillment.models import FulfilmentOrder, OrderHold, PickLine, Shipment
from logistics.fulfillment.packing import ship
from logistics.fulfillment.states import State
from logistics.reservation.models import Reservation
from logistics.reservation.states import State as Stock
from logistics.tests.build import CHANNEL, Checkout, deliver, published, stocked, units
from logistics.tests.test_fulfilment import ordered, parcel, state_of

pytestmark = pytest.mark.django_db(databases=["logistics"])


def held(checkout: Checkout) -> OrderHeld:
    return OrderHeld(order=checkout.order, number="1001", channel=CHANNEL)


def released(checkout: Checkout) -> OrderReleased:
    return OrderReleased(order=checkout.order, number="1001", channel=CHANNEL)


def test_a_held_order_is_neither_picked_nor_sent_until_it_is_released() -> None:
    stocked({"north": {"A": 5}})
    checkout = ordered([("A", 2)])
    line = PickLine.objects.get()
    pick(Pick(order=checkout.order, lines=[LineQuantity(line=line.id, quantity=Decimal(1))]))
    deliver(held(checkout), aggregate_version=2)
    with pytest.raises(OnHold) as refusal:
        pick(Pick(order=checkout.order))
    assert (refusal.value.status, refusal.value.code) == (409, "order_on_hold")
    with pytest.raises(OnHold):
        ship(parcel(checkout))
    assert PickLine.objects.get().picked == 1 and not Shipment.objects.exists() and units("A") == [(5, 2)]
    deliver(released(checkout), aggregate_version=3)
    pick(Pick(order=checkout.order))
    ship(parcel(checkout))
    assert state_of(checkout) == State.SENT


def test_the_parcel_that_left_before_the_hold_is_still_answered() -> None:
    stocked({"north": {"A": 5}})
    checkout = ordered([("A", 2)])
    pick(Pick(order=checkout.order))
    sent = ship(parcel(checkout))
    deliver(held(checkout), aggregate_version=2)
    assert ship(parcel(checkout)).id == sent.id and len(published(ShipmentSent)) == 1


@pytest.mark.parametrize("order", list(permutations(["placed", "confirmed", "held"])))
def test_a_hold_counts_whatever_arrives_first(order: tuple[str, ...]) -> None:
    stocked({"north": {"A": 5}})
    checkout = Checkout.new()
    deliver(checkout.request([("A", 3)]))
    events = {"placed": checkout.placed([("A", 3)]), "confirmed": checkout.confirmation(), "held": held(checkout)}
    for name in order:
        deliver(events[name], aggregate_version=2)
    assert state_of(checkout) == State.OPEN and PickLine.objects.get().name == "Thing A"
    with pytest.raises(OnHold):
        pick(Pick(order=checkout.order))
    deliver(released(checkout), aggregate_version=3)
    pick(Pick(order=checkout.order))
    assert state_of(checkout) == State.PICKED


def test_a_hold_that_is_heard_before_an_order_of_downloads_does_not_keep_it_open() -> None:
    checkout = Checkout.new()
    deliver(held(checkout), aggregate_version=2)
    deliver(checkout.placed([("E", 1)], digital=["E"]))
    assert state_of(checkout) == State.NOT_NEEDED


@pytest.mark.parametrize("order", [("release", "hold"), ("hold", "release")])
def test_the_newest_word_counts_not_the_last_that_arrives(order: tuple[str, str]) -> None:
    stocked({"north": {"A": 5}})
    checkout = ordered([("A", 2)])
    for name in order:
        event, version = (held(checkout), 2) if name == "hold" else (released(checkout), 3)
        deliver(event, aggregate_version=version)
    assert not OrderHold.on(checkout.order)
    deliver(held(checkout), aggregate_version=4)
    deliver(released(checkout), aggregate_version=3)
    assert OrderHold.on(checkout.order)


def test_a_held_order_can_be_cancelled_in_one_envelope_with_its_hold() -> None:
    stocked({"north": {"A": 5}})
    checkout = ordered([("A", 2)])
    deliver(checkout.cancelled(), held(checkout), aggregate_version=2)
    assert state_of(checkout) == State.CANCELLED and units("A") == [(5, 0)]
    assert Reservation.objects.get().state == Stock.RELEASED
    assert [event.saga for event in published(StockReleased)] == [checkout.saga]


def test_what_was_picked_is_told_by_source_under_a_version_of_its_own() -> None:
    stocked({"north": {"A": 2}, "south": {"A": 9}})
    checkout = ordered([("A", 3)])
    pick(Pick(order=checkout.order, source="south"))
    first = FulfilmentOrder.objects.get().version
    line = PickLine.objects.get(source__code="north")
    pick(Pick(order=checkout.order, lines=[LineQuantity(line=line.id, quantity=Decimal(1))]))
    assert FulfilmentOrder.objects.get().version > first, "the state is the same and the list is not"
    pick(Pick(order=checkout.order))
    taken = [(event.complete, event.lines) for event in published(GoodsPicked)]
    assert taken == [
        (False, (PickedLine(sku="A", source="south", quantity=Decimal(1)),)),
        (False, (PickedLine(sku="A", source="north", quantity=Decimal(1)),)),
        (True, (PickedLine(sku="A", source="north", quantity=Decimal(1)),)),
    ]


def test_staff_read_why_a_held_order_cannot_be_picked_or_sent(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    sign_in_as(monkeypatch, "logistics.*")
    stocked({"north": {"A": 5}})
    checkout = ordered([("A", 2)])
    line = PickLine.objects.get()
    pick(Pick(order=checkout.order, lines=[LineQuantity(line=line.id, quantity=Decimal(1))]))
    deliver(held(checkout), aggregate_version=2)
    page, forms = f"/admin/logistics/fulfilmentorder/{checkout.order}/", {str(line.id): "1"}
    for name, data in (
        ("pick_all", {}),
        ("pick", forms),
        ("ship", {"carrier": "DHL", "tracking_number": "T1", **forms}),
    ):
        text = client.post(f"{page}transition/{name}/", data, follow=True).content.decode()
        assert "The order is on hold" in text, name
    assert not Shipment.objects.exists() and PickLine.objects.get().picked == 1
    held_ones = client.get("/admin/logistics/fulfilmentorder/?on_hold=yes").content.decode()
    free_ones = client.get("/admin/logistics/fulfilmentorder/?on_hold=no").content.decode()
    assert "1001" in held_ones and "1001" not in free_ones
