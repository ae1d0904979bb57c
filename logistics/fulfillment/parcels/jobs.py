"""Calls to carriers: each with no transaction open, its answer recorded in one."""

import base64
from collections.abc import Sequence
from typing import Any

from chassis import clock
from chassis.jobs import JobKind, LeasedJob
from chassis.unit_of_work import publish
from contracts.logistics import ShipmentLabelled
from logistics.carriers.interface import Consignment, Label, Offer, Refused, Tracked
from logistics.carriers.registry import carrier_of
from logistics.fulfillment.models import Shipment
from logistics.fulfillment.parcels.asking import BUY, POLL, RATES, VOID, poll_later, void_label
from logistics.fulfillment.parcels.models import ParcelLabel
from logistics.fulfillment.parcels.states import HERE, Parcel
from logistics.fulfillment.parcels.tracking import heard


def _buy(job: LeasedJob) -> Label | Refused | None:
    shipment = _read(job)
    # Unpacked after a call whose answer was lost: the same reference finds what was booked, and it is voided.
    lost = shipment.state == Parcel.CANCELLED and job.attempts > 1
    if shipment.state != Parcel.LABELLING and not lost:
        return None
    try:
        return carrier_of(shipment.carrier).label(_consignment(shipment), key=job.idempotency_key)
    except Refused as refusal:
        return refusal


def _bought(job: LeasedJob, answer: Label | Refused | None) -> None:
    shipment = _locked(job)
    if isinstance(answer, Label):
        _keep(shipment, answer)
    elif isinstance(answer, Refused) and shipment.state == Parcel.LABELLING:
        shipment.become(Parcel.PACKED, problem=str(answer))


def _keep(shipment: Shipment, label: Label) -> None:
    if shipment.state != Parcel.LABELLING:
        shipment.tracking_number = label.number  # cancelled meanwhile: what was booked is not wanted
        if shipment.state == Parcel.CANCELLED:
            void_label(shipment)
        return
    content = {"pdf": base64.b64encode(label.pdf).decode()}
    ParcelLabel.objects.update_or_create(shipment=shipment, defaults={"content": content, "bought_at": clock.now()})
    shipment.become(Parcel.LABELLED, tracking_number=label.number, tracking_url=label.tracking_url, problem="")
    event = ShipmentLabelled(
        shipment=shipment.id,
        order=shipment.fulfilment.order,
        order_number=shipment.fulfilment.number,
        channel=shipment.fulfilment.channel,
        carrier=shipment.carrier,
        tracking_number=label.number,
    )
    publish(event, aggregate_id=shipment.id, aggregate_version=shipment.version, channel=shipment.fulfilment.channel)


def _gave_up(job: LeasedJob, error: Exception) -> None:
    """The carrier never answered: staff ask again, under the same reference, so that nothing is booked twice."""
    shipment = _locked(job)
    if shipment.state == Parcel.LABELLING:
        shipment.become(Parcel.PACKED, problem=f"The carrier did not answer: {error}"[:500])


def _void(job: LeasedJob) -> None:
    try:
        carrier_of(job.payload["carrier"]).cancel(job.payload["number"], key=job.idempotency_key)
    except Refused:
        return  # collected or unknown: there is nothing to be had back


def _ask_rates(job: LeasedJob) -> Sequence[Offer] | Refused:
    shipment = _read(job)
    try:
        return carrier_of(shipment.carrier).rates(_consignment(shipment))
    except Refused as refusal:
        return refusal


def _rates_told(job: LeasedJob, answer: Sequence[Offer] | Refused) -> None:
    shipment = _locked(job)
    if shipment.state not in HERE:
        return
    refused = isinstance(answer, Refused)
    shipment.offers = [] if refused else [[one.service, str(one.amount), one.currency] for one in answer]
    shipment.problem = str(answer) if refused else ""
    shipment.version += 1
    shipment.save(update_fields=["offers", "problem", "version"])


def _poll(job: LeasedJob) -> Sequence[Tracked]:
    shipment = _read(job)
    if shipment.state != Parcel.SENT:
        return ()
    try:
        return carrier_of(shipment.carrier).track(shipment.tracking_number)
    except Refused:
        return ()  # a number that the carrier does not know, perhaps not yet


def _polled(job: LeasedJob, events: Sequence[Tracked]) -> None:
    shipment = _read(job)
    heard(carrier=shipment.carrier, number=shipment.tracking_number, events=events)
    shipment.refresh_from_db()
    poll_later(shipment)


def _nothing(job: LeasedJob, _: Any) -> None:
    """What was voided is over."""


def _read(job: LeasedJob) -> Shipment:
    return Shipment.objects.select_related("fulfilment").get(id=job.payload["shipment"])


def _locked(job: LeasedJob) -> Shipment:
    rows = Shipment.objects.select_for_update(of=("self",)).select_related("fulfilment")
    return rows.get(id=job.payload["shipment"])


def _consignment(shipment: Shipment) -> Consignment:
    line = shipment.lines.select_related("pick__source").order_by("id").first()
    source = line.pick.source if line is not None else None
    sender = {**source.address, "name": source.name, "country": source.country} if source is not None else {}
    return Consignment(
        reference=str(shipment.id), sender=sender, to=shipment.fulfilment.delivery or {}, weight=shipment.weight
    )


BUY_LABEL = JobKind(name=BUY, call=_buy, record=_bought, give_up=_gave_up, max_attempts=12)
VOID_LABEL = JobKind(name=VOID, call=_void, record=_nothing, max_attempts=50)
ASK_RATES = JobKind(name=RATES, call=_ask_rates, record=_rates_told, max_attempts=3)
POLL_TRACKING = JobKind(name=POLL, call=_poll, record=_polled, max_attempts=20)
JOBS = (BUY_LABEL, VOID_LABEL, ASK_RATES, POLL_TRACKING)
