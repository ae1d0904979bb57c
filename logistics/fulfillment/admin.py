"""Picking lists and parcels in the admin: buttons call the commands of this slice."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest

from chassis.admin import Defined, LookOnly, ShownInline, Transition, Watch, shown, site
from chassis.admin.finding import FoundByKey
from logistics.fulfillment.commands import LineQuantity, Pick, Ship, pick, ship
from logistics.fulfillment.errors import NothingToDo
from logistics.fulfillment.models import FulfilmentOrder, OrderHold, PickLine, Shipment, ShipmentLine
from logistics.fulfillment.states import PICKABLE, SENDABLE, State
from logistics.warehouse.admin import channels
from logistics.warehouse.reservations import hold

Left = Callable[[PickLine], Decimal]


def to_pick(line: PickLine) -> Decimal:
    """What is still on the shelf."""
    return line.quantity - line.picked


def to_send(line: PickLine) -> Decimal:
    """What is picked and in no parcel yet."""
    return line.picked - line.sent


def quantities(fulfilment: FulfilmentOrder, left: Left) -> dict[str, forms.Field]:
    """A field per line of which something is left, filled with all of it."""
    return {
        str(line.id): forms.DecimalField(
            label=f"{line.sku} {line.name}, from {line.source.name}",
            min_value=Decimal(0),
            max_digits=12,
            decimal_places=4,
            initial=shown.quantity(left(line)),
            help_text=f"of {shown.quantity(left(line))}",
        )
        for line in fulfilment.picks.select_related("source").order_by("source__code", "sku")
        if left(line) > 0
    }


def pick_form(fulfilment: FulfilmentOrder) -> type[forms.Form]:
    """What was taken from the shelves."""
    return type("PickForm", (forms.Form,), quantities(fulfilment, to_pick))


def ship_form(fulfilment: FulfilmentOrder) -> type[forms.Form]:
    """The parcel, and what is in it."""
    parcel = {
        "carrier": forms.CharField(max_length=100),
        "tracking_number": forms.CharField(max_length=100),
    }
    return type("ShipForm", (forms.Form,), {**parcel, **quantities(fulfilment, to_send)})


def _chosen(fulfilment: FulfilmentOrder, data: Mapping[str, Any]) -> list[LineQuantity]:
    chosen = [
        LineQuantity(line=line.id, quantity=data[str(line.id)])
        for line in fulfilment.picks.all()
        if data.get(str(line.id))
    ]
    if not chosen:
        raise NothingToDo("No quantity was given.")  # to the commands no line at all means every line
    return chosen


def _pick(fulfilment: FulfilmentOrder, data: Mapping[str, Any]) -> None:
    pick(Pick(order=fulfilment.id, lines=_chosen(fulfilment, data)))


def _pick_all(fulfilment: FulfilmentOrder, _: Mapping[str, Any]) -> None:
    pick(Pick(order=fulfilment.id))


def _ship(fulfilment: FulfilmentOrder, data: Mapping[str, Any]) -> None:
    parcel = {name: data[name] for name in ("carrier", "tracking_number")}
    ship(Ship(order=fulfilment.id, lines=_chosen(fulfilment, data), **parcel))


def _lock_reservation(order_id: Any) -> None:
    """The reservation before its order's picking list, as events and `ship` do."""
    saga = FulfilmentOrder.objects.filter(id=order_id).values_list("saga", flat=True).first()
    if saga is not None:
        hold((), (saga,))


def _with_holds(rows: QuerySet[FulfilmentOrder]) -> Any:
    return rows.annotate(is_held=Exists(OrderHold.objects.filter(order=OuterRef("id"), held=True)))


def _free(state: State) -> Any:
    """Those in a state that may be worked on."""
    return _with_holds(FulfilmentOrder.objects.all()).filter(state=state.value, is_held=False)


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
    fields = ("sku_shown", "name", "place", "wanted", "picked_shown", "sent_shown")
    readonly_fields = ("sku_shown", "place", "wanted", "picked_shown", "sent_shown")

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

    @admin.display(description="sent")
    def sent_shown(self, line: PickLine) -> str:
        return shown.quantity(line.sent)


class ShipmentInline(ShownInline):
    model = Shipment
    verbose_name_plural = "parcels"
    fields = ("sent_at", "carrier", "tracking_link")
    readonly_fields = ("tracking_link",)

    @admin.display(description="tracking number")
    def tracking_link(self, shipment: Shipment) -> str:
        return shown.link("logistics", "shipment", shipment.pk, shipment.tracking_number)


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
                    "address",
                )
            },
        ),
        ("Belongs to", {"fields": (("order_link", "reservation_link"),)}),
        ("Notes", {"fields": ("metadata",)}),
    )
    readonly_fields = (
        *("number", "placed_at", "state_shown", "on_hold", "channel", "shipping_method", "address"),
        *("order_link", "reservation_link"),
    )
    state_fields = ("state",)
    inlines = (PickInline, ShipmentInline)
    bulk = ("pick_all",)
    transitions = (
        Transition(
            name="pick_all",
            title="Picked all",
            run=_pick_all,
            when=lambda row: row.state in PICKABLE,
            explanation="Everything on the picking list was taken from the shelves.",
        ),
        Transition(
            name="pick",
            title="Picked some",
            run=_pick,
            form=pick_form,
            when=lambda row: row.state in PICKABLE,
            explanation="What was taken from the shelves just now.",
        ),
        Transition(
            name="ship",
            title="Send a parcel",
            run=_ship,
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
        return shown.link("commerce", "order", row.id, row.number)

    @admin.display(description="reservation")
    def reservation_link(self, row: FulfilmentOrder) -> str:
        return shown.link("logistics", "reservation", row.saga, "what it holds") if row.saga else shown.NOTHING


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


class ShipmentAdmin(FoundByKey, LookOnly):
    """Parcels that left."""

    search_fields = ("tracking_number", "fulfilment__number")
    search_help_text = "A tracking number or an order's, or a part of one"
    list_display = ("tracking_number", "carrier", "order_link", "sent_at")
    list_select_related = ("fulfilment",)
    list_filter = ("sent_at",)
    ordering = ("-sent_at",)
    fields = (("carrier", "tracking_number"), ("order_link", "fulfilment_link"), ("sent_at", "address"), "metadata")
    readonly_fields = ("order_link", "fulfilment_link", "address")
    inlines = (ShipmentLineInline,)

    @admin.display(description="order", ordering="fulfilment__number")
    def order_link(self, shipment: Shipment) -> str:
        return shown.link("commerce", "order", shipment.fulfilment_id, shipment.fulfilment.number)

    @admin.display(description="picking list")
    def fulfilment_link(self, shipment: Shipment) -> str:
        return shown.link("logistics", "fulfilmentorder", shipment.fulfilment_id, "what was to be sent")

    @admin.display(description="delivery to")
    def address(self, shipment: Shipment) -> str:
        return shown.postal(shipment.fulfilment.delivery)


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
