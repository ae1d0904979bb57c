"""The ledger of stock in the admin: looked at, never edited."""

from typing import Any

from django.contrib import admin

from chassis.admin import LookOnly, shown
from logistics.warehouse.commands import REASONS
from logistics.warehouse.models import StockMovement


class MovementAdmin(LookOnly):
    """The ledger of stock on hand."""

    search_fields = ("item__sku", "reference")
    list_display = ("moved_at", "item_link", "source", "change", "after", "reason_shown", "reference", "who")
    list_select_related = ("item__source",)
    list_filter = (
        shown.one_of("reason", (*sorted(REASONS), "shipment")),
        "item__source",
        "moved_at",
    )
    ordering = ("-moved_at", "-id")
    fields = ("moved_at", "item_link", "change", "after", "reason_shown", "reference", "who")
    readonly_fields = ("item_link", "change", "after", "reason_shown", "who")

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        return lookup == "item__id__exact" or super().lookup_allowed(lookup, value, request)

    @admin.display(description="SKU", ordering="item__sku")
    def item_link(self, move: StockMovement) -> str:
        return shown.link("logistics", "stockitem", move.item_id, move.item.sku)

    @admin.display(description="source")
    def source(self, move: StockMovement) -> str:
        return str(move.item.source)

    @admin.display(description="change", ordering="quantity")
    def change(self, move: StockMovement) -> str:
        return f"{move.quantity.normalize():+f}"

    @admin.display(description="on hand after it")
    def after(self, move: StockMovement) -> str:
        return shown.quantity(move.on_hand)

    @admin.display(description="reason", ordering="reason")
    def reason_shown(self, move: StockMovement) -> str:
        return shown.words(move.reason)

    @admin.display(description="who")
    def who(self, move: StockMovement) -> str:
        return shown.actor(move.actor)
