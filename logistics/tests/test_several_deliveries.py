"""An order that goes to several places: reserved together, sourced, listed, sent and cancelled apart."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from itertools import permutations
from uuid import UUID

import pytest
from django.test import Client

from chassis import clock
from chassis.admin.testing import sign_in_as
from chassis.ids import new_id
from chassis.jobs.runner import JobRunner
from contracts.commerce import (
    CancellationRequested,
    DeliveryChangeRequested,
    OrderDelivery,
    OrderHeld,
    OrderPlaced,
    RequestedDelivery,
    StockRequested,
)
from contracts.logistics import (
    CancellationConfirmed,
    CancellationRefused,
    DeliveryChanged,
    ShipmentSent,
    StockReservationFailed,
    StockReserved,
)
from contracts.postpurchase import ReturnReceived
from contracts.shared import PostalAddress
from logistics.fulfillment.commands import Pick, pick
from logistics.fulfillment.errors import OnHold
from logistics.fulfillment.models import FulfilmentOrder, PickLine
from logistics.fulfillment.packing import Ship, ship
from logistics.fulfillment.states import State
from logistics.reservation.models import Allocation, Reservation
from logistics.reservation.states import State as Stock
from logistics.sourcing.models import SourcingPolicy
from logistics.sourcing.strategies import NEAREST
from logistics.tests.build import CHANNEL, Checkout, deliver, published, stocked, units
from logistics.warehouse.commands import DefineSource, define_source

pytestmark = pytest.mark.django_db(databases=["logistics"])
WIEN = PostalAddress(name="Bea", street="Kurz 1", city="Wien", postcode="1010", country="AT")
Lines = Sequence[tuple[str, int]]


@dataclass(frozen=True)
class Split(Checkout):
    """A checkout of which some lines go to Wien."""

    group: UUID

    @classmethod
    def new(cls) -> "Split":
        return cls(new_id(), new_id(), new_id())

    def asks(self, home: Lines, there: Lines, *, country: str = "AT") -> StockRequested:
        event = self.request([*home, *there], country="DE", area="241", shipping_method="flat")
        lines = [replace(line, delivery=self.group if at >= len(home) else None) for at, line in enumerate(event.lines)]
        further = RequestedDelivery(id=self.group, country=country, area="101", shipping_method="flat")
        return replace(event, lines=tuple(lines), deliveries=(further,))

    def places(self, home: Lines, there: Lines) -> OrderPlaced:
        event = self.placed([*home, *there])
        lines = [replace(line, delivery=self.group if at >= len(home) else None) for at, line in enumerate(event.lines)]
        further = OrderDelivery(id=self.group, delivery=WIEN, shipping_method="express", shipping=Decimal(5))
        return replace(event, lines=tuple(lines), deliveries=(further,))

    def cancels(self, lines: Lines, *, delivery: UUID | None) -> CancellationRequested:
        event = self.cancellation(lines)
        return replace(event, lines=tuple(replace(line, delivery=delivery) for line in event.lines))


def ordered(home: Lines, there: Lines) -> Split:
    checkout = Split.new()
    deliver(checkout.asks(home, there))
    deliver(checkout.places(home, there))
    deliver(checkout.confirmation())
    return checkout


def states(checkout: Split) -> list[str]:
    return [FulfilmentOrder.objects.get(id=key).state for key in (checkout.order, checkout.group)]


def stock(checkout: Split) -> str:
    return Reservation.objects.get(id=checkout.saga).state


def send(fulfilment: UUID, number: str) -> None:
    pick(Pick(order=fulfilment))
    ship(Ship(order=fulfilment, carrier="DHL", tracking_number=number))


def answers() -> list[str]:
    found = [one for one in published() if isinstance(one, CancellationConfirmed | CancellationRefused)]
    return ["confirmed" if isinstance(one, CancellationConfirmed) else one.reason for one in found]


def test_each_place_has_its_own_picking_list_and_address() -> None:
    stocked({"north": {"A": 5, "B": 5}})
    checkout = ordered([("A", 2)], [("A", 1), ("B", 1)])
    home, there = FulfilmentOrder.of(checkout.order)
    assert (home.id, there.id) == (checkout.order, checkout.group)
    assert (home.delivery["city"], there.delivery["city"], there.shipping_method) == ("Kiel", "Wien", "express")
    assert [(line.sku, line.quantity) for line in home.picks.order_by("sku")] == [("A", 2)]
    assert [(line.sku, line.quantity) for line in there.picks.order_by("sku")] == [("A", 1), ("B", 1)]
    assert states(checkout) == [State.OPEN, State.OPEN] and units("A") == [(5, 3)]


def test_each_place_is_sourced_for_itself() -> None:
    stocked({"kiel": {"A": 5}, "wien": {"A": 5}})
    for code, country, where in (("kiel", "DE", ("54.3", "10.1")), ("wien", "AT", ("48.2", "16.4"))):
        at = {"latitude": Decimal(where[0]), "longitude": Decimal(where[1])}
        define_source(DefineSource(code=code, name=code, country=country, **at))
    SourcingPolicy.objects.create(channel=CHANNEL, strategy=NEAREST)
    checkout = Split.new()
    deliver(checkout.asks([("A", 1)], [("A", 2)]))
    rows = Allocation.objects.select_related("item__source")
    taken = {row.delivery: (row.item.source.code, row.quantity) for row in rows}
    assert taken == {None: ("kiel", 1), checkout.group: ("wien", 2)}
    why = Reservation.objects.get(id=checkout.saga).sourcing
    assert why is not None and why["to"] == "DE 241" and [one["to"] for one in why["further"]] == ["AT 101"]


def test_all_places_are_served_or_none() -> None:
    stocked({"north": {"A": 3}, "south": {"B": 1}})
    checkout = Split.new()
    deliver(checkout.asks([("A", 2)], [("A", 2), ("B", 1)]))
    assert [event.missing for event in published(StockReservationFailed)] == [("A",)]
    assert units("A") == [(3, 0)] and units("B") == [(1, 0)] and not Allocation.objects.exists()
    other = Split.new()
    deliver(other.asks([("A", 2)], [("A", 1), ("B", 1)]))
    assert [event.saga for event in published(StockReserved)] == [other.saga]
    assert units("A") == [(3, 3)] and units("B") == [(1, 1)]


def test_a_release_gives_back_what_all_places_held() -> None:
    stocked({"north": {"A": 5}})
    checkout = Split.new()
    deliver(checkout.asks([("A", 2)], [("A", 2)]))
    deliver(checkout.release())
    assert units("A") == [(5, 0)] and stock(checkout) == Stock.RELEASED


def test_an_expired_reservation_is_had_again_for_each_place() -> None:
    stocked({"north": {"A": 5}})
    checkout = Split.new()
    deliver(checkout.asks([("A", 2)], [("A", 1)]))
    with clock.travel(timedelta(hours=1)):
        while JobRunner("logistics").run_due():
            pass
    assert stock(checkout) == Stock.EXPIRED and units("A") == [(5, 0)]
    deliver(checkout.places([("A", 2)], [("A", 1)]), checkout.confirmation())
    there = PickLine.objects.filter(fulfilment=checkout.group)
    assert [line.quantity for line in there] == [1] and states(checkout) == [State.OPEN, State.OPEN]


@pytest.mark.parametrize("order", list(permutations(["placed", "confirmed", "cancelled"])))
def test_a_cancelled_order_holds_nothing_whatever_arrives_first(order: tuple[str, ...]) -> None:
    stocked({"north": {"A": 5}})
    checkout = Split.new()
    deliver(checkout.asks([("A", 2)], [("A", 1)]))
    events = {
        "placed": checkout.places([("A", 2)], [("A", 1)]),
        "confirmed": checkout.confirmation(),
        "cancelled": checkout.cancelled(),
    }
    for name in order:
        deliver(events[name])
    assert units("A") == [(5, 0)] and stock(checkout) == Stock.RELEASED
    assert states(checkout) == [State.CANCELLED, State.CANCELLED]


def test_the_order_is_complete_with_the_last_parcel_of_the_last_place() -> None:
    stocked({"north": {"A": 5}})
    checkout = ordered([("A", 2)], [("A", 1)])
    send(checkout.order, "T1")
    assert states(checkout) == [State.SENT, State.OPEN] and stock(checkout) == Stock.CONFIRMED
    send(checkout.group, "T2")
    assert states(checkout) == [State.SENT, State.SENT] and stock(checkout) == Stock.CONSUMED
    told = [(event.order, event.delivery, event.complete) for event in published(ShipmentSent)]
    assert told == [(checkout.order, None, False), (checkout.order, checkout.group, True)]
    assert units("A") == [(2, 0)]


def test_a_part_is_cancelled_from_the_list_of_its_place() -> None:
    stocked({"north": {"A": 5}})
    checkout = ordered([("A", 2)], [("A", 2)])
    deliver(checkout.cancels([("A", 1)], delivery=checkout.group))
    left = [PickLine.objects.get(fulfilment=key).quantity for key in (checkout.order, checkout.group)]
    assert (left, answers(), units("A")) == ([2, 1], ["confirmed"], [(5, 3)])
    deliver(checkout.cancels([("A", 2)], delivery=checkout.group))
    assert answers() == ["confirmed", "already_sent"], "the other place's goods are not taken for it"


def test_all_of_one_place_is_cancelled_and_the_other_is_sent() -> None:
    stocked({"north": {"A": 5}})
    checkout = ordered([("A", 2)], [("A", 1)])
    deliver(checkout.cancels([("A", 1)], delivery=checkout.group))
    assert states(checkout) == [State.OPEN, State.CANCELLED] and stock(checkout) == Stock.CONFIRMED
    send(checkout.order, "T1")
    assert stock(checkout) == Stock.CONSUMED and published(ShipmentSent)[0].complete and units("A") == [(3, 0)]


def test_what_was_sent_is_used_when_the_last_of_the_rest_is_cancelled() -> None:
    stocked({"north": {"A": 5}})
    checkout = ordered([("A", 2)], [("A", 1)])
    send(checkout.order, "T1")
    deliver(checkout.cancels([("A", 1)], delivery=checkout.group))
    assert states(checkout) == [State.SENT, State.CANCELLED] and stock(checkout) == Stock.CONSUMED
    assert units("A") == [(3, 0)]


def test_an_order_of_which_one_place_has_its_parcel_is_not_cancelled_as_a_whole() -> None:
    stocked({"north": {"A": 5}})
    checkout = ordered([("A", 2)], [("A", 1)])
    send(checkout.group, "T1")
    deliver(checkout.cancellation())
    assert answers() == ["already_sent"] and states(checkout) == [State.OPEN, State.SENT]
    assert units("A") == [(4, 2)]


def test_a_hold_stops_every_place() -> None:
    stocked({"north": {"A": 5}})
    checkout = ordered([("A", 2)], [("A", 1)])
    deliver(OrderHeld(order=checkout.order, number="1001", channel=CHANNEL))
    for key in (checkout.order, checkout.group):
        with pytest.raises(OnHold):
            pick(Pick(order=key))


def test_one_place_is_changed_and_the_other_stays() -> None:
    stocked({"north": {"A": 5}})
    checkout = ordered([("A", 2)], [("A", 1)])
    event = DeliveryChangeRequested(
        change=new_id(),
        order=checkout.order,
        order_number="1001",
        channel=CHANNEL,
        delivery=PostalAddress(name="Bea", street="Lang 2", city="Graz", postcode="8010", country="AT"),
        shipping_method="flat",
        group=checkout.group,
    )
    deliver(event)
    assert [row.delivery["city"] for row in FulfilmentOrder.of(checkout.order)] == ["Kiel", "Graz"]
    assert published(DeliveryChanged) == [DeliveryChanged(change=event.change, order=checkout.order)]


def test_what_comes_back_goes_to_the_source_that_sent_it() -> None:
    stocked({"north": {"B": 5}, "south": {"A": 5}})
    checkout = ordered([("B", 1)], [("A", 1)])
    send(checkout.group, "T1")
    deliver(
        ReturnReceived(return_request=new_id(), order=checkout.order, channel=CHANNEL, restock=(("A", Decimal(1)),))
    )
    assert units("A") == [(5, 0)]


def test_staff_see_the_other_deliveries_of_an_order(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    sign_in_as(monkeypatch, "logistics.*")
    stocked({"north": {"A": 5}})
    checkout = ordered([("A", 2)], [("A", 1)])
    page = client.get(f"/admin/logistics/fulfilmentorder/{checkout.order}/change/").content.decode()
    assert str(checkout.group) in page and "Wien, AT" in page
    page = client.get(f"/admin/logistics/fulfilmentorder/{checkout.group}/change/").content.decode()
    assert "Kiel, DE" in page and f"/admin/commerce/order/{checkout.order}" in page
    assert client.get(f"/admin/logistics/reservation/{checkout.saga}/change/").status_code == 200
