"""Staff in the warehouse: stock moves with a reason, picking lists and parcels by buttons, nothing by a raw POST."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from chassis.admin.testing import queries_of_lists, queries_of_page, sign_in_as
from contracts.logistics import AvailabilityChanged, ShipmentSent
from logistics.fulfillment.models import FulfilmentOrder, PickLine, Shipment
from logistics.fulfillment.states import State
from logistics.models import History
from logistics.reservation.models import Reservation
from logistics.tests.build import CHANNEL, Checkout, deliver, published, stocked, units
from logistics.warehouse.models import Channel, Source, StockItem, StockMovement

pytestmark = pytest.mark.django_db(databases=["logistics"])


@pytest.fixture(autouse=True)
def grants(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    return sign_in_as(monkeypatch, "logistics.*")


def ordered(lines: dict[str, int] | None = None) -> Checkout:
    checkout, wanted = Checkout.new(), list((lines or {"A": 2}).items())
    deliver(checkout.request(wanted))
    deliver(checkout.placed(wanted))
    deliver(checkout.confirmation())
    return checkout


def at(model: str, pk: object, tail: str = "change/") -> str:
    return f"/admin/logistics/{model}/{pk}/{tail}"


def press(client: Client, model: str, pk: object, name: str, **data: Any) -> str:
    """Press a button, and read what the page says then."""
    return client.post(at(model, pk, f"transition/{name}/"), data, follow=True).content.decode()


def state_of(checkout: Checkout) -> str:
    return FulfilmentOrder.objects.get(id=checkout.order).state


def test_an_order_is_picked_and_sent_by_buttons_that_leave_a_trace(client: Client) -> None:
    stocked({"north": {"A": 5}})
    checkout = ordered()
    press(client, "fulfilmentorder", checkout.order, "pick_all")
    assert state_of(checkout) == State.PICKED
    line = PickLine.objects.get()
    assert f'name="{line.id}"' in client.get(at("fulfilmentorder", checkout.order, "transition/ship/")).content.decode()
    parcel = {"carrier": "DHL", "tracking_number": "T1", str(line.id): "2"}
    press(client, "fulfilmentorder", checkout.order, "ship", **parcel)
    assert state_of(checkout) == State.SENT
    assert units("A") == [(Decimal(3), Decimal(0))]
    [sent] = published(ShipmentSent)
    assert (sent.order, sent.tracking_number, sent.complete) == (checkout.order, "T1", True)
    assert [(row.action, row.actor) for row in History.objects.order_by("at")] == [
        ("pick_all", "staff:7"),
        ("ship", "staff:7"),
    ]
    assert StockMovement.objects.get(reason="shipment").actor == "staff:7"
    text = client.get(at("shipment", Shipment.objects.get().pk)).content.decode()
    assert "T1" in text and "1001" in text


def test_a_part_is_picked_and_sent_and_the_rest_later(client: Client) -> None:
    stocked({"north": {"A": 5}})
    checkout, order = (made := ordered({"A": 3})), made.order
    line = str(PickLine.objects.get().id)
    press(client, "fulfilmentorder", order, "pick", **{line: "1"})
    assert state_of(checkout) == State.PICKING
    press(client, "fulfilmentorder", order, "ship", carrier="DHL", tracking_number="T1", **{line: "1"})
    assert state_of(checkout) == State.PARTLY_SENT
    press(client, "fulfilmentorder", order, "pick_all")
    press(client, "fulfilmentorder", order, "ship", carrier="DHL", tracking_number="T2", **{line: "2"})
    assert state_of(checkout) == State.SENT


def test_staff_lock_a_reservation_before_its_picking_list_as_events_do(client: Client) -> None:
    stocked({"north": {"A": 5}})
    checkout = ordered()
    press(client, "fulfilmentorder", checkout.order, "pick_all")
    parcel = {"carrier": "DHL", "tracking_number": "T1", str(PickLine.objects.get().id): "2"}
    with CaptureQueriesContext(connections["logistics"]) as captured:
        client.post(at("fulfilmentorder", checkout.order, "transition/ship/"), parcel)
    locked = [query["sql"] for query in captured if "UPDATE" in query["sql"] and "FOR " in query["sql"]]
    assert 'FROM "logistics_reservation"' in locked[0] and 'FROM "logistics_fulfilmentorder"' in locked[1]


@pytest.mark.parametrize("quantity", ["0", "3", "-1", "NaN", "x"])
def test_more_or_less_than_there_is_is_not_picked(client: Client, quantity: str) -> None:
    stocked({"north": {"A": 5}})
    checkout = ordered()
    press(client, "fulfilmentorder", checkout.order, "pick", **{str(PickLine.objects.get().id): quantity})
    assert PickLine.objects.get().picked == 0 and state_of(checkout) == State.OPEN
    assert not History.objects.exists()


def test_what_is_not_picked_is_not_sent_by_a_raw_post(client: Client) -> None:
    stocked({"north": {"A": 5}})
    checkout = ordered()
    line = str(PickLine.objects.get().id)
    text = press(client, "fulfilmentorder", checkout.order, "ship", carrier="DHL", tracking_number="T1", **{line: "2"})
    assert "does not offer" in text
    raw = {"state": "sent", "number": "X", "metadata": "{}", "opened_version": FulfilmentOrder.objects.get().version}
    forms = {f"{name}-{kind}_FORMS": 0 for name in ("picks", "shipments") for kind in ("TOTAL", "INITIAL")}
    assert client.post(at("fulfilmentorder", checkout.order), {**raw, **forms}).status_code == 302
    found = FulfilmentOrder.objects.get()
    assert (found.state, found.number, Shipment.objects.count()) == (State.OPEN, "1001", 0)


def test_several_orders_are_picked_at_once(client: Client) -> None:
    stocked({"north": {"A": 9}})
    orders = [ordered().order, ordered().order]
    chosen = {"action": "pick_all_selected", "_selected_action": [str(order) for order in orders]}
    assert "2 done" in client.post("/admin/logistics/fulfilmentorder/", chosen, follow=True).content.decode()
    assert set(FulfilmentOrder.objects.values_list("state", flat=True)) == {State.PICKED}


def test_stock_changes_with_a_reason_and_is_announced(client: Client) -> None:
    stocked({"north": {"A": 5}})
    item = StockItem.objects.get()
    press(client, "stockitem", item.pk, "adjust", change="-2", reason="damaged", reference="fell down")
    press(client, "stockitem", item.pk, "count", on_hand="7", reference="")
    assert units("A") == [(Decimal(7), Decimal(0))]
    moves = StockMovement.objects.order_by("moved_at", "id").values_list("quantity", "reason", "reference", "actor")
    assert list(moves)[1:] == [
        (Decimal(-2), "damaged", "fell down", "staff:7"),
        (Decimal(4), "stock_take", "", "staff:7"),
    ]
    assert [event.available for event in published(AvailabilityChanged)] == [5, 3, 7]
    assert "fell down" in client.get(at("stockitem", item.pk)).content.decode()


def test_stock_is_not_changed_without_a_reason_or_by_a_raw_post(client: Client) -> None:
    stocked({"north": {"A": 5}})
    item = StockItem.objects.get()
    for reason in ("", "seed", "shipment", "magic"):
        press(client, "stockitem", item.pk, "adjust", change="5", reason=reason)
    client.post(at("stockitem", item.pk), {"on_hand": "99", "reserved": "9", "opened_version": item.version})
    assert units("A") == [(Decimal(5), Decimal(0))]
    assert client.post(at("stockmovement", StockMovement.objects.get().pk), {"quantity": "9"}).status_code == 403


def test_a_source_is_made_linked_and_switched_off_with_what_it_holds(client: Client) -> None:
    stocked({"north": {"A": 5}})
    Channel.objects.create(code=CHANNEL, name="Shop", currency="EUR", version=1)
    new = {"code": "south", "name": "South", "country": "DE", "metadata": "{}"}
    forms = {"channels-TOTAL_FORMS": 0, "channels-INITIAL_FORMS": 0}
    assert client.post("/admin/logistics/source/add/", {**new, **forms}).status_code == 302
    south = Source.objects.get(code="south")
    press(client, "source", south.pk, "link", channel=CHANNEL, priority="3")
    assert [(link.channel, link.priority) for link in south.channels.all()] == [(CHANNEL, 3)]
    north = Source.objects.get(code="north")
    press(client, "source", north.pk, "disable")
    assert not Source.objects.get(code="north").enabled
    assert published(AvailabilityChanged)[-1].available == 0
    assert set(History.objects.values_list("action", flat=True)) == {"add", "link", "disable"}


def test_a_reservation_is_moved_by_no_hand(client: Client) -> None:
    stocked({"north": {"A": 5}})
    checkout = ordered()
    assert client.get(at("reservation", checkout.saga)).status_code == 200
    assert client.post(at("reservation", checkout.saga), {"state": "released"}).status_code == 403
    assert Reservation.objects.get().state == "confirmed"


def test_a_zone_takes_countries_and_nothing_else(client: Client) -> None:
    zone = {"channel": CHANNEL, "code": "near", "name": "Near"}
    for wrong in ('["de"]', '"DE"', "{}x", '{"DE": 1}', "[1]"):
        assert client.post("/admin/logistics/shippingzone/add/", {**zone, "countries": wrong}).status_code == 200
    assert client.post("/admin/logistics/shippingzone/add/", {**zone, "countries": '["DE", "AT"]'}).status_code == 302


def test_a_viewer_looks_and_changes_nothing(client: Client, grants: set[str]) -> None:
    stocked({"north": {"A": 5}})
    checkout = ordered()
    grants.clear()
    grants.add("*.*.view")
    item = StockItem.objects.get()
    assert "transition/" not in client.get(at("fulfilmentorder", checkout.order)).content.decode()
    for model, pk, name in (
        ("fulfilmentorder", checkout.order, "pick_all"),
        ("stockitem", item.pk, "adjust"),
        ("source", item.source_id, "disable"),
    ):
        assert client.post(at(model, pk, f"transition/{name}/"), {"change": "1"}).status_code == 403
        assert client.post(at(model, pk), {}).status_code == 403
    assert client.get("/admin/logistics/source/add/").status_code == 403
    assert state_of(checkout) == State.OPEN and not History.objects.exists()


def test_every_list_opens_and_searches_with_the_same_queries_whatever_is_in_it(client: Client) -> None:
    skus = {f"A{place}": 100 for place in range(20)}
    stocked({"north": {"A": 100, **skus}, "south": skus})
    checkout = ordered()
    press(client, "fulfilmentorder", checkout.order, "pick_all")
    line = str(PickLine.objects.get().id)
    press(client, "fulfilmentorder", checkout.order, "ship", carrier="DHL", tracking_number="T", **{line: "2"})
    pages = [at("fulfilmentorder", checkout.order), at("reservation", checkout.saga)]
    few = queries_of_lists(client, "logistics", search="1")
    small = [queries_of_page(client, "logistics", page) for page in pages]
    for _ in range(9):
        checkout = ordered(dict.fromkeys(skus, 2))
        press(client, "fulfilmentorder", checkout.order, "pick_all")
        parcel = {str(line.id): "1" for line in PickLine.objects.filter(fulfilment=checkout.order)}
        press(client, "fulfilmentorder", checkout.order, "ship", carrier="DHL", tracking_number="T", **parcel)
    pages = [at("fulfilmentorder", checkout.order), at("reservation", checkout.saga)]
    assert queries_of_lists(client, "logistics", search="1") == few
    assert [queries_of_page(client, "logistics", page) for page in pages] == small
