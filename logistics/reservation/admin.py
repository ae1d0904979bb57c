"""Reservations in the admin: looked at. Events and time move them, never a hand."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from chassis.admin import LookOnly, ShownInline, shown
from chassis.admin.finding import FoundByKey
from logistics.reservation import states
from logistics.reservation.models import Allocation, Reservation
from logistics.warehouse.queries import channels


class AllocationInline(ShownInline):
    model = Allocation
    verbose_name_plural = "taken from"
    fields = ("item_link", "source", "taken", "still_held")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("item__source")

    @admin.display(description="SKU")
    def item_link(self, row: Allocation) -> str:
        return shown.link("logistics", "stockitem", row.item_id, row.item.sku)

    @admin.display(description="source")
    def source(self, row: Allocation) -> str:
        return str(row.item.source)

    @admin.display(description="taken")
    def taken(self, row: Allocation) -> str:
        return shown.quantity(row.quantity)

    @admin.display(description="still held")
    def still_held(self, row: Allocation) -> str:
        return shown.quantity(row.held)


class ReservationAdmin(FoundByKey, LookOnly):
    """What checkouts and orders hold. Events and time move it, never a hand."""

    search_fields = ("order_number",)
    search_help_text = "An order's number, or a checkout's id"
    list_display = ("created_at", "order_link", "channel", "state_shown", "wanted", "expires_at", "reason")
    list_filter = (shown.one_of("state", tuple(states.State)), shown.one_of("channel", channels), "created_at")
    ordering = ("-created_at",)
    fields = (
        ("order_link", "channel"),
        ("state_shown", "reason"),
        ("created_at", "expires_at"),
        "wanted",
        "sourced",
        "metadata",
    )
    readonly_fields = ("order_link", "state_shown", "wanted", "sourced")
    state_fields = ("state",)
    inlines = (AllocationInline,)
    state_shown = shown.state(
        "state",
        info=("requested", "reserved"),
        success=("confirmed", "consumed"),
        warning=("expired", "released"),
        danger=("failed",),
    )

    @admin.display(description="order")
    def order_link(self, row: Reservation) -> str:
        return shown.link("commerce", "order", row.order, row.order_number) if row.order else "none yet"

    @admin.display(description="why from there")
    def sourced(self, row: Reservation) -> str:
        if row.sourcing is None:
            return shown.NOTHING
        parts = [row.sourcing, *row.sourcing.get("further", ())]
        return shown.lines(line for part in parts for line in _why(part))

    @admin.display(description="wanted")
    def wanted(self, row: Reservation) -> str:
        return shown.lines(f"{shown.quantity(Decimal(str(units)))} × {sku}" for sku, units, *_ in row.lines)


def _why(part: Mapping[str, Any]) -> Iterator[str]:
    """What goes to one place: by which strategy, and what came of each source."""
    yield f"{shown.words(part['strategy'])}, to {part['to'] or 'anywhere'}"
    sources = [(one["source"], one["why"], one["verdict"]) for one in part["sources"]]
    yield shown.table(("source", "its place", "what came of it"), sources)
