"""An order that shall go elsewhere: it does until its first parcel has left."""

import pytest

from chassis.ids import new_id
from contracts.commerce import DeliveryChangeRequested
from contracts.logistics import DeliveryChanged, DeliveryChangeRefused
from contracts.shared import PostalAddress
from logistics.fulfillment.commands import Pick, pick
from logistics.fulfillment.models import FulfilmentOrder, Shipment
from logistics.fulfillment.packing import Pack, pack, ship
from logistics.tests.build import CHANNEL, Checkout, HandlerFailed, deliver, published, stocked
from logistics.tests.test_fulfilment import ordered, parcel

pytestmark = pytest.mark.django_db(databases=["logistics"])


def elsewhere(checkout: Checkout) -> DeliveryChangeRequested:
    return DeliveryChangeRequested(
        change=new_id(),
        order=checkout.order,
        order_number="1001",
        channel=CHANNEL,
        delivery=PostalAddress(name="Ann", street="Short Lane 2", city="Bonn", postcode="53111", country="DE"),
        shipping_method="express",
    )


def test_a_picked_order_goes_elsewhere_in_another_parcel() -> None:
    stocked({"north": {"A": 5}})
    checkout = ordered([("A", 1)])
    pick(Pick(order=checkout.order))
    pack(Pack(order=checkout.order, carrier="manual"))
    event = elsewhere(checkout)
    deliver(event)
    fulfilment = FulfilmentOrder.objects.get()
    assert (fulfilment.delivery["city"], fulfilment.shipping_method) == ("Bonn", "express")
    assert Shipment.objects.get().state == "cancelled", "its label would have had the old address"
    assert published(DeliveryChanged) == [DeliveryChanged(change=event.change, order=checkout.order)]


def test_what_has_left_or_is_cancelled_goes_where_it_was_ordered_to() -> None:
    stocked({"north": {"A": 5}})
    gone, cancelled = ordered([("A", 1)]), ordered([("A", 1)])
    pick(Pick(order=gone.order))
    ship(parcel(gone))
    deliver(cancelled.cancelled())
    for checkout in (gone, cancelled):
        deliver(elsewhere(checkout))
        assert FulfilmentOrder.objects.get(id=checkout.order).delivery["city"] == "Kiel"
    assert [answer.reason for answer in published(DeliveryChangeRefused)] == ["sent", "cancelled"]


def test_a_change_waits_for_its_order() -> None:
    with pytest.raises(HandlerFailed, match="not known yet"):
        deliver(elsewhere(Checkout.new()))
