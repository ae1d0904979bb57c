"""Stock takes in the admin: opened by a form, counts pasted in, then booked as a whole."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from chassis import clock
from chassis.admin import Defined, ShownInline, Transition, shown
from chassis.admin.finding import FoundByKey
from logistics.counting.commands import NoteCounts, book_stock_take, cancel_stock_take, note_counts
from logistics.counting.models import CountedLine, StockTake
from logistics.counting.states import State
from logistics.warehouse.quantities import QuantitiesField


class CountsForm(forms.Form):
    """What was counted."""

    counts = QuantitiesField()


class CountInline(ShownInline):
    model = CountedLine
    verbose_name_plural = "counted"
    fields = ("sku", "was_counted", "was_expected", "difference", "counted_at")
    readonly_fields = ("was_counted", "was_expected", "difference")
    ordering = ("sku",)

    @admin.display(description="counted")
    def was_counted(self, line: CountedLine) -> str:
        return shown.quantity(line.counted)

    @admin.display(description="by the books")
    def was_expected(self, line: CountedLine) -> str:
        return shown.quantity(line.expected)

    @admin.display(description="difference")
    def difference(self, line: CountedLine) -> str:
        return f"{(line.counted - line.expected).normalize():+f}"


class StockTakeAdmin(FoundByKey, Defined):
    """Counts of sources. What is booked is the difference to the books at the moment of the count."""

    search_fields = ("number",)
    list_display = ("number", "source", "state_shown", "created_at", "booked_at")
    list_select_related = ("source",)
    list_filter = (shown.one_of("state", tuple(State)), "source")
    ordering = ("-created_at",)
    fields = (("number", "state_shown"), "source", "note", ("created_at", "booked_at"), "metadata")
    readonly_fields = ("state_shown", "created_at", "booked_at")
    state_fields = ("state",)
    inlines = (CountInline,)
    transitions = (
        Transition(
            name="count",
            title="Enter counts",
            form=CountsForm,
            run=lambda take, data: note_counts(NoteCounts(stock_take=take.id, counts=data["counts"])),
            when=lambda take: take.state == State.COUNTING,
            explanation="Nothing moves yet. A SKU that is entered again counts as entered last.",
        ),
        Transition(
            name="book",
            title="Book the differences",
            run=lambda take, _: book_stock_take(take.id),
            when=lambda take: take.state == State.COUNTING,
            explanation="Every difference becomes a movement with this number, all at once.",
        ),
        Transition(
            name="cancel",
            title="Give it up",
            run=lambda take, _: cancel_stock_take(take.id),
            when=lambda take: take.state == State.COUNTING,
            dangerous=True,
        ),
    )
    state_shown = shown.state("state", info=("counting",), success=("booked",), danger=("cancelled",))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._granted(request, "add")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields if obj else ("number", "source", "note", "metadata")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [*super().get_readonly_fields(request, obj), *(["number", "source"] if obj else [])]

    def save_model(self, request: HttpRequest, obj: StockTake, form: Any, change: bool) -> None:
        if not change:
            obj.state, obj.created_at = State.COUNTING.value, clock.now()
        super().save_model(request, obj, form, change)
