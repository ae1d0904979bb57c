"""Parcels in the admin: labels, handing over, unpacking, and where they are."""

import base64
from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.html import format_html

from chassis.admin import LookOnly, ShownInline, Transition, Watch, shown, site
from chassis.admin.finding import FoundByKey
from logistics.carriers.registry import carrier_of
from logistics.fulfillment.models import FulfilmentOrder, Shipment, ShipmentLine
from logistics.fulfillment.packing import HandOver, cancel_parcel, hand_over
from logistics.fulfillment.parcels.asking import request_label, request_rates
from logistics.fulfillment.parcels.models import ParcelLabel, TrackingEvent
from logistics.fulfillment.parcels.states import HERE, READY, Parcel
from logistics.reservation.holding import hold


def hand_over_form(shipment: Shipment) -> type[forms.Form]:
    """The number on the parcel; that of its label where it has one."""
    number = forms.CharField(max_length=100, initial=shipment.tracking_number)
    return type("HandOverForm", (forms.Form,), {"tracking_number": number})


def _hand_over(shipment: Shipment, data: Mapping[str, Any]) -> None:
    hand_over(HandOver(shipment=shipment.id, tracking_number=data["tracking_number"]))


def _lock_before(shipment_id: Any) -> None:
    """Reservation and picking list before their parcel, as events and commands do."""
    order = Shipment.objects.filter(id=shipment_id).values_list("fulfilment", "fulfilment__saga").first()
    if order is not None:
        hold((), () if order[1] is None else (order[1],))
        FulfilmentOrder.objects.select_for_update().filter(id=order[0]).first()


def _makes_labels(shipment: Shipment) -> bool:
    return shipment.state == Parcel.PACKED and carrier_of(shipment.carrier).labels


class ShipmentLineInline(ShownInline):
    model = ShipmentLine
    verbose_name_plural = "in it"
    fields = ("sku", "name", "source", "quantity_shown")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("pick__source")

    @admin.display(description="SKU")
    def sku(self, line: ShipmentLine) -> str:
        return line.pick.sku

    @admin.display(description="name")
    def name(self, line: ShipmentLine) -> str:
        return line.pick.name

    @admin.display(description="source")
    def source(self, line: ShipmentLine) -> str:
        return str(line.pick.source)

    @admin.display(description="quantity")
    def quantity_shown(self, line: ShipmentLine) -> str:
        return shown.quantity(line.quantity)


class TrackingInline(ShownInline):
    model = TrackingEvent
    verbose_name_plural = "where it was"
    fields = ("at", "status_shown", "place", "heard_at")
    readonly_fields = ("status_shown",)
    ordering = ("at", "id")

    @admin.display(description="status")
    def status_shown(self, event: TrackingEvent) -> str:
        return shown.words(event.status)


class ShipmentAdmin(FoundByKey, LookOnly):
    """Parcels: packed, labelled, sent, arrived."""

    search_fields = ("tracking_number", "fulfilment__number")
    search_help_text = "A tracking number or an order's, or a part of one"
    list_display = ("tracking_shown", "carrier", "state_shown", "order_link", "packed_at", "sent_at")
    list_select_related = ("fulfilment",)
    list_filter = (shown.one_of("state", tuple(Parcel)), "sent_at")
    ordering = ("-sent_at",)
    fields = (
        ("carrier", "tracking_number", "state_shown"),
        ("order_link", "fulfilment_link"),
        ("packed_at", "sent_at", "ended_at"),
        ("weight", "offers_shown", "label_link"),
        "problem",
        "address",
        "metadata",
    )
    readonly_fields = ("state_shown", "order_link", "fulfilment_link", "offers_shown", "label_link", "address")
    state_fields = ("state",)
    inlines = (ShipmentLineInline, TrackingInline)
    transitions = (
        Transition(
            name="label",
            title="Have a label made",
            run=lambda row, _: request_label(row),
            when=_makes_labels,
            explanation="The carrier is asked; its answer is here in a moment.",
        ),
        Transition(
            name="rates",
            title="Ask what it costs",
            run=lambda row, _: request_rates(row),
            when=_makes_labels,
        ),
        Transition(
            name="hand_over",
            title="Send",
            run=_hand_over,
            form=hand_over_form,
            lock_first=_lock_before,
            when=lambda row: row.state in READY,
            explanation="The parcel leaves: stock falls and the shopper gets its tracking number.",
        ),
        Transition(
            name="cancel",
            title="Unpack",
            run=lambda row, _: cancel_parcel(row.id),
            lock_first=_lock_before,
            when=lambda row: row.state in HERE,
            dangerous=True,
            explanation="Its goods are picked and in no parcel again; a label is void.",
        ),
    )
    state_shown = shown.state(
        "state",
        info=("packed", "labelling", "labelled", "sent"),
        success=("delivered",),
        warning=("returned",),
        danger=("cancelled",),
    )

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.label_file)
        return [path("<uuid:pk>/label.pdf", view, name="logistics_shipment_label"), *super().get_urls()]

    def label_file(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """The label as it is printed."""
        found = ParcelLabel.objects.filter(shipment=pk).first() if self.has_view_permission(request) else None
        if found is None:
            raise Http404
        answer = HttpResponse(base64.b64decode(found.content["pdf"]), content_type="application/pdf")
        answer["Content-Disposition"] = f'inline; filename="label-{pk}.pdf"'
        answer["Cache-Control"] = "private, no-store"
        return answer

    @admin.display(description="label")
    def label_link(self, shipment: Shipment) -> str:
        if not ParcelLabel.objects.filter(shipment=shipment).exists():
            return shown.NOTHING
        address = reverse("admin:logistics_shipment_label", args=[shipment.pk])
        return format_html('<a href="{}" class="text-primary-700 underline dark:text-primary-400">PDF</a>', address)

    @admin.display(description="tracking number", ordering="tracking_number")
    def tracking_shown(self, shipment: Shipment) -> str:
        return shipment.tracking_number or "none yet"

    @admin.display(description="offers")
    def offers_shown(self, shipment: Shipment) -> str:
        return shown.lines(f"{service}: {amount} {currency}" for service, amount, currency in shipment.offers)

    @admin.display(description="order", ordering="fulfilment__number")
    def order_link(self, shipment: Shipment) -> str:
        return shown.link("commerce", "order", shipment.fulfilment.order, shipment.fulfilment.number)

    @admin.display(description="picking list")
    def fulfilment_link(self, shipment: Shipment) -> str:
        return shown.link("logistics", "fulfilmentorder", shipment.fulfilment_id, "what was to be sent")

    @admin.display(description="delivery to")
    def address(self, shipment: Shipment) -> str:
        return shown.postal(shipment.fulfilment.delivery)


site.watch(
    Watch(
        model=Shipment,
        title="parcels to hand over",
        query={"state": Parcel.LABELLED.value},
        rows=lambda: Shipment.objects.filter(state=Parcel.LABELLED.value),
    )
)
site.watch(
    Watch(
        model=Shipment,
        title="parcels that their carrier refused",
        query={"state": Parcel.PACKED.value},
        rows=lambda: Shipment.objects.filter(state=Parcel.PACKED.value).exclude(problem=""),
    )
)
