"""Picking lists in the admin: buttons call the commands of this slice."""

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpRequest

from chassis.admin import Defined, ShownInline, Transition, Watch, shown, site
from chassis.admin.finding import FoundByKey
from logistics.fulfillment.forms import (
    pack_form,
    pack_some,
    pick_everything,
    pick_form,
    pick_some,
    ship_form,
    ship_some,
)
from logistics.fulfillment.models import FulfilmentOrder, OrderHold, PickLine, Shipment
from logistics.fulfillment.states import PICKABLE, SENDABLE, State
from logistics.reservation.holding import hold
from logistics.warehouse.queries import channels


def _lock_reservation(order_id: Any) -> None:
    """The reservation before its order's picking list, as events and `ship` do."""
    saga = FulfilmentOrder.objects.filter(id=order_id).values_list("saga", flat=True).first()
    if saga is not None:
        hold((), (saga,))


def _with_holds(rows: QuerySet[FulfilmentOrder]) -> Any:
    return rows.annotate(
        is_held=Exists(OrderHold.objects.filter(order=Coalesce(OuterRef("of_order"), OuterRef("id")), held=True))
    )


def _free(state: State) -> Any:
    """Those in a state that may be worked on."""
    return _with_holds(FulfilmentOrder.objects.all()).filter(state=state.value, is_held=False)


def _link_to(row: FulfilmentOrder) -> str:
    """Another list of the same order, by where it goes and how it stands."""
    where = ", ".join(filter(None, ((row.delivery or {}).get(name, "") for name in ("city", "country"))))
    return shown.link(
        "logistics", "fulfilmentorder", row.id, f"{where or row.shipping_method}: {shown.words(row.state)}"
    )


class OnHoldFilter(admin.SimpleListFilter):
    """Whether commerce holds the order."""

    title, parameter_name = "on hold", "on_hold"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Yes"), ("no", "No")]

    def queryset(self, request: Any, queryset: Any) -> Any:
        return queryset if self.value() is None else queryset.filter(is_held=self.value() == "yes")


class PickInline(ShownInline):
    model = PickLine
    verbose_name_plural = "picking list"
    fields = ("sku_shown", "name", "place", "wanted", "picked_shown", "packed_shown", "sent_shown")
    readonly_fields = ("sku_shown", "place", "wanted", "picked_shown", "packed_shown", "sent_shown")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("source").order_by("source__code", "sku")

    @admin.display(description="SKU")
    def sku_shown(self, line: PickLine) -> str:
        return line.sku

    @admin.display(description="source")
    def place(self, line: PickLine) -> str:
        return line.source.name

    @admin.display(description="quantity")
    def wanted(self, line: PickLine) -> str:
        return shown.quantity(line.quantity)

    @admin.display(description="picked")
    def picked_shown(self, line: PickLine) -> str:
        return shown.quantity(line.picked)

    @admin.display(description="packed")
    def packed_shown(self, line: PickLine) -> str:
        return shown.quantity(line.packed)

    @admin.display(description="sent")
    def sent_shown(self, line: PickLine) -> str:
        return shown.quantity(line.sent)


class ShipmentInline(ShownInline):
    model = Shipment
    verbose_name_plural = "parcels"
    fields = ("state", "packed_at", "sent_at", "carrier", "tracking_link")
    readonly_fields = ("tracking_link",)

    @admin.display(description="tracking number")
    def tracking_link(self, shipment: Shipment) -> str:
        return shown.link("logistics", "shipment", shipment.pk, shipment.tracking_number or "parcel")


class FulfilmentAdmin(FoundByKey, Defined):
    """What is to be sent for each order. An order is held, released and cancelled where it was sold, not here."""

    search_fields = ("number",)
    search_help_text = "An order's number or a part of it, or its id"
    list_display = ("number", "placed_at", "channel", "country", "shipping_method", "state_shown", "on_hold")
    list_filter = (shown.one_of("state", tuple(State)), OnHoldFilter, shown.one_of("channel", channels), "placed_at")
    ordering = ("-placed_at",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("number", "placed_at"),
                    ("state_shown", "on_hold"),
                    ("channel", "shipping_method"),
                    ("address", "others"),
                )
            },
        ),
        ("Belongs to", {"fields": (("order_link", "reservation_link"),)}),
        ("Notes", {"fields": ("metadata",)}),
    )
    readonly_fields = (
        *("number", "placed_at", "state_shown", "on_hold", "channel", "shipping_method", "address"),
        *("order_link", "reservation_link", "others"),
    )
    state_fields = ("state",)
    inlines = (PickInline, ShipmentInline)
    bulk = ("pick_all",)
    transitions = (
        Transition(
            name="pick_all",
            title="Picked all",
            run=pick_everything,
            when=lambda row: row.state in PICKABLE,
            explanation="Everything on the picking list was taken from the shelves.",
        ),
        Transition(
            name="pick",
            title="Picked some",
            run=pick_some,
            form=pick_form,
            when=lambda row: row.state in PICKABLE,
            explanation="What was taken from the shelves just now.",
        ),
        Transition(
            name="pack",
            title="Pack a parcel",
            run=pack_some,
            form=pack_form,
            when=lambda row: row.state in SENDABLE,
            explanation="A carrier that makes labels is asked for one. The parcel leaves from its own page.",
        ),
        Transition(
            name="ship",
            title="Send a parcel",
            run=ship_some,
            form=ship_form,
            lock_first=_lock_reservation,
            when=lambda row: row.state in SENDABLE,
            explanation="The parcel leaves: stock falls and the shopper gets its tracking number.",
        ),
    )
    state_shown = shown.state(
        "state",
        info=("open", "picking", "picked", "partly_sent"),
        success=("sent",),
        warning=("awaiting_stock",),
        danger=("cancelled",),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return _with_holds(super().get_queryset(request))

    @admin.display(description="on hold", boolean=True)
    def on_hold(self, row: Any) -> bool:
        return bool(row.is_held)

    @admin.display(description="country")
    def country(self, row: FulfilmentOrder) -> str:
        return (row.delivery or {}).get("country", shown.NOTHING)

    @admin.display(description="delivery to")
    def address(self, row: FulfilmentOrder) -> str:
        return shown.postal(row.delivery)

    @admin.display(description="order")
    def order_link(self, row: FulfilmentOrder) -> str:
        return shown.link("commerce", "order", row.order, row.number)

    @admin.display(description="its other deliveries")
    def others(self, row: FulfilmentOrder) -> str:
        rows = FulfilmentOrder.of(row.order).exclude(id=row.id)
        return shown.lines(_link_to(one) for one in rows) or shown.NOTHING

    @admin.display(description="reservation")
    def reservation_link(self, row: FulfilmentOrder) -> str:
        return shown.link("logistics", "reservation", row.saga, "what it holds") if row.saga else shown.NOTHING


site.watch(
    Watch(
        model=FulfilmentOrder,
        title="orders to pick",
        query={"state": State.OPEN.value, "on_hold": "no"},
        rows=lambda: _free(State.OPEN),
    ),
    Watch(
        model=FulfilmentOrder,
        title="orders to send",
        query={"state": State.PICKED.value, "on_hold": "no"},
        rows=lambda: _free(State.PICKED),
    ),
)
