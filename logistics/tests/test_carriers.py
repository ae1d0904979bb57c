"""Parcels and carriers: packing, labels from a real service that fails, tracking in any order, and unpacking."""

import base64
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connections
from django.test import Client

from chassis import clock, domains
from chassis.admin.testing import sign_in_as
from chassis.jobs.runner import JobRunner
from chassis.outside import CallInsideTransaction
from chassis.unit_of_work import unit_of_work
from contracts.logistics import (
    ShipmentArrived,
    ShipmentCancelled,
    ShipmentLabelled,
    ShipmentPacked,
    ShipmentSent,
    ShipmentTracked,
)
from logistics.carriers import over_http
from logistics.carriers.registry import carrier_of
from logistics.fulfillment.commands import LineQuantity, Pick, pick
from logistics.fulfillment.errors import NoNumber, NotPicked
from logistics.fulfillment.models import FulfilmentOrder, PickLine, Shipment
from logistics.fulfillment.packing import HandOver, Pack, cancel_parcel, hand_over, pack
from logistics.fulfillment.parcels.asking import request_label, request_rates
from logistics.fulfillment.parcels.errors import IllegalTransition, NoLabels
from logistics.fulfillment.parcels.models import ParcelLabel, TrackingEvent
from logistics.fulfillment.parcels.states import TRANSITIONS, Parcel
from logistics.fulfillment.states import State
from logistics.tests.build import Checkout, deliver, published, stocked, units
from logistics.tests.carrier import KEY, SECRET, Receiver, Service

pytestmark = pytest.mark.django_db(databases=["logistics"])
SERVICE = "parcel-service"


@pytest.fixture(scope="module")
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, receiver: Receiver) -> Iterator[Service]:
    running = Service(tmp_path_factory.mktemp("carrier") / "books.sqlite3", receiver)
    yield running
    running.stop()


@pytest.fixture(autouse=True)
def address(service: Service, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    receiver.heard.clear()
    monkeypatch.setattr(over_http, "_http", None)
    for name, value in (("URL", service.url), ("API_KEY", KEY), ("SECRET", SECRET), ("CLIENT_TIMEOUT", "1")):
        monkeypatch.setenv(f"CARRIER_{name}", value)


def picked(quantity: int = 2) -> Checkout:
    stocked({"north": {"A": 9}})
    checkout = Checkout.new()
    lines = [("A", quantity)]
    deliver(checkout.request(lines), checkout.placed(lines), checkout.confirmation())
    pick(Pick(order=checkout.order))
    return checkout


def packed(checkout: Checkout | None = None, carrier: str = SERVICE, **options: object) -> Shipment:
    order = (checkout or picked()).order
    return pack(Pack(order=order, carrier=carrier, weight=Decimal(2), **options))  # type: ignore[arg-type]


def work(minutes: float = 0) -> None:
    with clock.travel(timedelta(minutes=minutes)):
        JobRunner("logistics").run_due()


def errors() -> list[str]:
    """What became of jobs that failed."""
    jobs = domains.get("logistics").tables.job._default_manager.using("logistics")
    return list(jobs.exclude(last_error="").values_list("last_error", flat=True))


def labelled(shipment: Shipment | None = None) -> Shipment:
    shipment = shipment or packed()
    request_label(shipment)
    work()
    shipment.refresh_from_db()
    assert shipment.state == Parcel.LABELLED, (shipment.problem, errors())
    return shipment


def sent() -> Shipment:
    return hand_over(HandOver(shipment=labelled().id))


def state(shipment: Shipment) -> str:
    return Shipment.objects.get(id=shipment.id).state


def booked(service: Service, shipment: Shipment) -> dict:
    return dict(service.http.get(f"/v1/consignments/{shipment.tracking_number}").json())


def hear(receiver: Receiver, number: int) -> list[int]:
    """Hand what the carrier sent to the public address, as it came."""
    answers = []
    for headers, body in receiver.wait_for(number):
        sent_headers = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
        answer = Client().post(
            f"/api/webhooks/carriers/{SERVICE}", body, content_type="application/json", **sent_headers
        )
        answers.append(answer.status_code)
    return answers


def test_a_parcel_gets_a_label_and_its_number_and_leaves_with_it(service: Service) -> None:
    shipment = labelled()
    label = base64.b64decode(ParcelLabel.objects.get().content["pdf"])
    assert label.startswith(b"%PDF-1.4") and label.rstrip().endswith(b"%%EOF") and b"Long Lane 1" in label
    assert units("A") == [(9, 2)], "stock falls when it leaves"
    hand_over(HandOver(shipment=shipment.id))
    hand_over(HandOver(shipment=shipment.id))
    assert units("A") == [(7, 0)]
    (told,), (left,) = published(ShipmentLabelled), published(ShipmentSent)
    assert told.tracking_number == left.tracking_number == shipment.tracking_number and left.complete
    assert [one.lines[0].quantity for one in published(ShipmentPacked)] == [2]
    assert booked(service, shipment)["request"]["from"]["name"] == "North"


def test_the_label_is_not_readable_in_the_database() -> None:
    labelled()
    with connections["logistics"].cursor() as cursor:
        cursor.execute("SELECT content FROM logistics_parcellabel")
        assert "pdf" not in cursor.fetchone()[0]


@pytest.mark.parametrize("behaviour", ["error", "lost", "slow"])
def test_a_carrier_that_fails_is_asked_again_and_books_once(service: Service, behaviour: str) -> None:
    shipment = packed()
    service.script("label", behaviour, seconds=2.5)
    request_label(shipment)
    work()
    assert state(shipment) == Parcel.LABELLING
    work(minutes=1)
    shipment.refresh_from_db()
    assert shipment.state == Parcel.LABELLED and len(published(ShipmentLabelled)) == 1
    assert booked(service, shipment)["reference"] == str(shipment.id)


def test_a_refusal_is_shown_and_the_parcel_can_go_another_way(service: Service) -> None:
    shipment = packed()
    service.script("label", "refuse")
    request_label(shipment)
    work()
    shipment.refresh_from_db()
    assert (shipment.state, shipment.problem) == (Parcel.PACKED, "The carrier does not take this parcel.")
    with pytest.raises(NoNumber):
        hand_over(HandOver(shipment=shipment.id))
    hand_over(HandOver(shipment=shipment.id, tracking_number="BY-HAND"))
    assert state(shipment) == Parcel.SENT


def test_a_carrier_that_never_answers_leaves_the_parcel_packed_with_the_reason(service: Service) -> None:
    from logistics.fulfillment.parcels.jobs import BUY_LABEL

    shipment = packed()
    request_label(shipment)
    jobs = domains.get("logistics").tables.job._default_manager.using("logistics")
    row = jobs.get(kind="logistics.buy_label")
    assert BUY_LABEL.give_up is not None
    BUY_LABEL.give_up(row, over_http.Unanswered("POST: ReadTimeout"))  # type: ignore[arg-type]
    shipment.refresh_from_db()
    assert shipment.state == Parcel.PACKED and "ReadTimeout" in shipment.problem


def test_offers_are_asked_for_and_shown(service: Service) -> None:
    shipment = packed()
    request_rates(shipment)
    work()
    shipment.refresh_from_db()
    assert shipment.offers == [["standard", "4.70", "EUR"], ["express", "11.30", "EUR"]]


def test_no_carrier_is_called_inside_a_unit_of_work() -> None:
    with unit_of_work("logistics"), pytest.raises(CallInsideTransaction):
        carrier_of(SERVICE).track("SC0000000001")


def test_tracking_is_told_once_per_event_in_whatever_order_webhooks_come(service: Service, receiver: Receiver) -> None:
    shipment, now = sent(), clock.now()
    for hours, status in ((1, "accepted"), (2, "in_transit"), (30, "delivered")):
        at = (now + timedelta(hours=hours)).isoformat()
        service.happen(shipment.tracking_number, status, at=at, times=2)
    receiver.wait_for(6)
    receiver.heard.sort(key=lambda hook: b"delivered" not in hook[1])
    assert hear(receiver, 6) == [204] * 6
    assert sorted(event.status for event in published(ShipmentTracked)) == ["accepted", "delivered", "in_transit"]
    (end,) = published(ShipmentArrived)
    assert end.delivered and state(shipment) == Parcel.DELIVERED
    assert TrackingEvent.objects.count() == 3


def test_a_webhook_that_was_refused_comes_again(service: Service, receiver: Receiver) -> None:
    shipment = sent()
    receiver.refuse = 1
    service.happen(shipment.tracking_number, "in_transit")
    assert hear(receiver, 1) == [204]


def test_a_forged_or_foreign_webhook_changes_nothing(service: Service, receiver: Receiver) -> None:
    shipment = sent()
    service.happen(shipment.tracking_number, "delivered")
    ((headers, body),) = receiver.wait_for(1)
    genuine = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}

    def post(content: bytes = body, code: str = SERVICE, **changed: str) -> int:
        where = f"/api/webhooks/carriers/{code}"
        return Client().post(where, content, content_type="application/json", **{**genuine, **changed}).status_code

    assert post(body.replace(b"delivered", b"returned_")) == 401
    assert post(HTTP_WEBHOOK_SIGNATURE="v1,AAAA") == post(HTTP_WEBHOOK_ID="") == 401
    assert post(HTTP_WEBHOOK_TIMESTAMP="1000") == post(HTTP_WEBHOOK_TIMESTAMP="x") == 401
    assert post(code="manual") == 401 and post(code="nobody") == 400
    assert not TrackingEvent.objects.exists() and state(shipment) == Parcel.SENT
    Shipment.objects.update(tracking_number="ANOTHER")
    assert post() == 404, "come again: the number may not be committed yet"


def test_polling_finds_what_webhooks_did_not_tell(service: Service) -> None:
    shipment = sent()
    service.happen(shipment.tracking_number, "in_transit", silent=True)
    work(minutes=361)
    assert [event.status for event in published(ShipmentTracked)] == ["in_transit"]
    service.script("track", "error")
    service.happen(shipment.tracking_number, "returned", silent=True)
    work(minutes=723)
    assert state(shipment) == Parcel.SENT
    work(minutes=724)
    assert state(shipment) == Parcel.RETURNED and not published(ShipmentArrived)[0].delivered
    jobs = domains.get("logistics").tables.job._default_manager.using("logistics")
    assert not jobs.filter(kind="logistics.poll_tracking", due_at__gt=clock.now() + timedelta(hours=13)).exists()


def test_what_was_tracked_before_staff_pressed_send_counts_when_they_do(service: Service, receiver: Receiver) -> None:
    shipment = labelled()
    service.happen(shipment.tracking_number, "delivered")
    assert hear(receiver, 1) == [204] and state(shipment) == Parcel.LABELLED
    hand_over(HandOver(shipment=shipment.id))
    assert state(shipment) == Parcel.DELIVERED and published(ShipmentSent)


def test_an_unpacked_parcel_frees_its_goods_and_its_label_is_void(service: Service) -> None:
    shipment = labelled()
    cancel_parcel(shipment.id)
    work()
    assert booked(service, shipment)["cancelled"]
    assert PickLine.objects.get().packed == 0 and units("A") == [(9, 2)]
    assert len(published(ShipmentCancelled)) == 1
    with pytest.raises(IllegalTransition):
        hand_over(HandOver(shipment=shipment.id))
    with pytest.raises(IllegalTransition):
        cancel_parcel(shipment.id)


def test_a_parcel_unpacked_while_its_label_was_made_is_void_too(service: Service) -> None:
    from logistics.fulfillment.parcels.jobs import BUY_LABEL

    shipment = packed()
    request_label(shipment)
    row = domains.get("logistics").tables.job._default_manager.using("logistics").get(kind="logistics.buy_label")
    assert BUY_LABEL.call is not None
    row_job = type("Leased", (), {"payload": row.payload, "idempotency_key": "k"})()
    answer = BUY_LABEL.call(row_job)  # type: ignore[arg-type]
    cancel_parcel(shipment.id)
    with unit_of_work("logistics"):
        BUY_LABEL.record(row_job, answer)  # type: ignore[arg-type]
    work()
    shipment.tracking_number = answer.number
    assert booked(service, shipment)["cancelled"] and not ParcelLabel.objects.exists()


def test_a_label_whose_answer_was_lost_is_void_when_the_parcel_was_unpacked_since(service: Service) -> None:
    shipment = packed()
    service.script("label", "lost")
    request_label(shipment)
    work()
    cancel_parcel(shipment.id)
    work(minutes=1)
    work(minutes=1)
    jobs = domains.get("logistics").tables.job._default_manager.using("logistics")
    shipment.tracking_number = jobs.get(kind="logistics.void_label").payload["number"]
    found = booked(service, shipment)
    assert found["reference"] == str(shipment.id) and found["cancelled"]


def test_an_order_that_is_cancelled_unpacks_its_parcels(service: Service) -> None:
    checkout = picked()
    shipment = labelled(packed(checkout))
    deliver(checkout.cancelled())
    work()
    assert state(shipment) == Parcel.CANCELLED and booked(service, shipment)["cancelled"]
    assert units("A") == [(9, 0)]


def test_an_order_is_packed_into_several_parcels_and_none_holds_what_another_has() -> None:
    checkout = picked(quantity=3)
    line = PickLine.objects.get().id
    first = packed(checkout, carrier="manual", lines=[LineQuantity(line=line, quantity=Decimal(2))])
    with pytest.raises(NotPicked):
        packed(checkout, carrier="manual", lines=[LineQuantity(line=line, quantity=Decimal(2))])
    second = packed(checkout, carrier="manual")
    hand_over(HandOver(shipment=second.id, tracking_number="T2"))
    assert FulfilmentOrder.objects.get().state == State.PARTLY_SENT and units("A") == [(8, 2)]
    hand_over(HandOver(shipment=first.id, tracking_number="T1"))
    assert FulfilmentOrder.objects.get().state == State.SENT and units("A") == [(6, 0)]


def test_a_carrier_by_hand_makes_no_labels_and_is_never_called() -> None:
    shipment = packed(carrier="manual")
    for ask in (request_label, request_rates):
        with pytest.raises(NoLabels):
            ask(shipment)
    hand_over(HandOver(shipment=shipment.id, tracking_number="T1"))
    jobs = domains.get("logistics").tables.job._default_manager.using("logistics")
    assert not jobs.filter(kind="logistics.poll_tracking").exists()


@pytest.mark.parametrize("target", Parcel)
@pytest.mark.parametrize("current", Parcel)
def test_every_pair_of_states_is_allowed_or_refused_as_the_map_says(current: Parcel, target: Parcel) -> None:
    fulfilment = FulfilmentOrder.objects.create(
        id=picked().order.__class__(int=1), state="open", created_at=clock.now()
    )
    shipment = Shipment.objects.create(fulfilment=fulfilment, carrier="manual", state=current.value)
    if target in TRANSITIONS[current]:
        shipment.become(target)
    else:
        with pytest.raises(IllegalTransition):
            shipment.become(target)


def test_staff_pack_print_send_and_unpack_by_buttons(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    grants = sign_in_as(monkeypatch, "logistics.*")
    checkout = picked(quantity=3)
    line = str(PickLine.objects.get().id)
    order = f"/admin/logistics/fulfilmentorder/{checkout.order}/"
    client.post(f"{order}transition/pack/", {"carrier": "nobody", "weight": "1", line: "1"})
    assert not Shipment.objects.exists()
    for _ in range(2):
        client.post(f"{order}transition/pack/", {"carrier": SERVICE, "weight": "1.2", line: "1"})
    work()
    first, second = Shipment.objects.order_by("id")
    page = f"/admin/logistics/shipment/{first.pk}/"
    text = client.get(f"{page}change/").content.decode()
    assert f"{page}label.pdf" in text and "labelled" in text
    pdf = client.get(f"{page}label.pdf")
    assert pdf.content.startswith(b"%PDF") and pdf["Content-Type"] == "application/pdf"
    client.post(f"{page}transition/hand_over/", {"tracking_number": first.tracking_number})
    client.post(f"/admin/logistics/shipment/{second.pk}/transition/cancel/")
    assert [state(first), state(second)] == [Parcel.SENT, Parcel.CANCELLED]
    assert client.post(f"{page}change/", {"state": "packed"}).status_code == 403
    grants.clear()
    assert client.get(f"{page}label.pdf").status_code in (302, 403, 404)
