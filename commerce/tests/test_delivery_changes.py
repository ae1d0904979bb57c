"""Another address for an order: priced first, decided by logistics, and shown once it is decided."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from chassis import clients
from chassis.admin.testing import sign_in_as
from chassis.messages import decode_event, decode_message
from chassis.unit_of_work import unit_of_work
from commerce.checkout.errors import UnknownShippingMethod
from commerce.delivery.commands import preview_delivery, request_delivery
from commerce.delivery.errors import CostsOther, DeliveryChangePending, DeliveryFixed
from commerce.delivery.models import DeliveryChange
from commerce.delivery.reactions import delivery_change_refused, delivery_changed
from commerce.models import Document, Order, OutboxEvent
from commerce.order.reactions import shipment_sent
from commerce.tests.books import Books
from commerce.tests.conftest import ADDRESS, Rates
from commerce.tests.test_orders_api import an_order, sent
from contracts.commerce import DeliveryChangeRequested
from contracts.logistics import DeliveryChanged, DeliveryChangeRefused, ShippingOption, ShippingRates

pytestmark = pytest.mark.django_db(databases=["commerce"])
ELSEWHERE = {**ADDRESS, "street": "Ahornweg 9", "city": "Wien", "postcode": "1010", "country": "AT"}


class DearerAbroad(Rates):
    """Delivery abroad costs ten more."""

    def options(self, *, country: str, **_: object) -> tuple[ShippingOption, ...]:  # type: ignore[override]
        price = Decimal("4.90") if country == "DE" else Decimal("14.90")
        return (ShippingOption(code="parcel", name="Parcel", price=price, currency="EUR"),)


def asked(order: Order) -> DeliveryChange:
    return request_delivery(order.id, address=ELSEWHERE, shipping_method="parcel")


def test_an_order_goes_elsewhere_once_logistics_has_agreed(shop: str, books: Books) -> None:
    order, _ = an_order()
    change = asked(order)
    order.refresh_from_db()
    assert order.delivery == ADDRESS
    event = decode_event(decode_message(OutboxEvent.objects.get(type="commerce.delivery_change_requested").message))
    assert isinstance(event, DeliveryChangeRequested) and event.delivery.city == "Wien"
    with unit_of_work("commerce"):
        delivery_changed(DeliveryChanged(change=change.id, order=order.id))
        delivery_changed(DeliveryChanged(change=change.id, order=order.id))
    order.refresh_from_db()
    assert order.delivery == ELSEWHERE
    assert Document.objects.get().buyer["city"] == ADDRESS["city"], "what was issued stays"


def test_a_refused_change_leaves_the_address(shop: str, books: Books) -> None:
    order, _ = an_order()
    change = asked(order)
    with unit_of_work("commerce"):
        delivery_change_refused(DeliveryChangeRefused(change=change.id, order=order.id, reason="sent"))
    order.refresh_from_db()
    assert order.delivery == ADDRESS and DeliveryChange.objects.get().state == "refused"


def test_a_dry_run_tells_the_difference_and_changes_nothing(shop: str, books: Books) -> None:
    order, _ = an_order()
    clients.bind(ShippingRates, DearerAbroad())
    costs = preview_delivery(order, address=ELSEWHERE, shipping_method="parcel")
    assert (costs.now, costs.then, costs.difference) == (Decimal("24.90"), Decimal("34.90"), 10)
    with pytest.raises(CostsOther) as refusal:
        asked(order)
    assert Decimal(refusal.value.extra["difference"]) == 10 and not DeliveryChange.objects.exists()


def test_a_way_that_is_not_offered_there_is_refused(shop: str, books: Books) -> None:
    order, _ = an_order()
    with pytest.raises(UnknownShippingMethod):
        request_delivery(order.id, address=ELSEWHERE, shipping_method="balloon")


def test_one_change_at_a_time_and_none_of_what_has_left(shop: str, books: Books) -> None:
    order, _ = an_order()
    asked(order)
    with pytest.raises(DeliveryChangePending):
        asked(order)
    with unit_of_work("commerce"):
        shipment_sent(sent(order, 1))
    with pytest.raises(DeliveryFixed):
        asked(order)


def test_staff_change_the_delivery_by_a_button(
    client: Client, shop: str, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in_as(monkeypatch, "commerce.*")
    order, _ = an_order()
    page = f"/admin/commerce/order/{order.pk}/transition/delivery/"
    assert "Lindenweg 1" in client.get(page).content.decode()
    data: dict[str, Any] = {**ELSEWHERE, "shipping_method": "parcel"}
    assert "Change delivery: done." in client.post(page, data, follow=True).content.decode()
    assert DeliveryChange.objects.get().delivery == ELSEWHERE
    assert client.post(page, {**data, "country": "at"}).status_code == 200
