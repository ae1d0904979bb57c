"""Transfers in the admin: drafted by a form, then moved by buttons that call the commands."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from chassis import clock
from chassis.admin import Defined, ShownInline, Transition, Watch, shown, site
from chassis.admin.finding import FoundByKey
from logistics.transfers.commands import (
    DraftTransfer,
    ReceiveTransfer,
    cancel_transfer,
    draft_transfer,
    receive_transfer,
    send_transfer,
)
from logistics.transfers.models import Transfer, TransferLine
from logistics.transfers.states import UNDER_WAY, State
from logistics.warehouse.quantities import QuantitiesField


def awaited(line: TransferLine) -> Decimal:
    """What is still under way of a line."""
    return line.quantity - line.received - line.lost


class LinesForm(forms.Form):
    """What is to be sent."""

    lines = QuantitiesField()


def receive_form(transfer: Transfer) -> type[forms.Form]:
    """What came, filled with all that is awaited."""
    fields: dict[str, Any] = {
        line.sku: forms.DecimalField(
            label=line.sku,
            min_value=Decimal(0),
            max_digits=12,
            decimal_places=4,
            initial=shown.quantity(awaited(line)),
            help_text=f"of {shown.quantity(awaited(line))} under way",
        )
        for line in transfer.lines.order_by("sku")
        if awaited(line)
    }
    final = forms.BooleanField(required=False, label="The rest is lost", help_text="Nothing more of it will come.")
    return type("ReceiveForm", (forms.Form,), {**fields, "final": final})


def _set_lines(transfer: Transfer, data: Mapping[str, Any]) -> None:
    draft_transfer(
        DraftTransfer(
            number=transfer.number,
            origin=transfer.origin.code if transfer.origin else "",
            supplier=transfer.supplier,
            destination=transfer.destination.code,
            expected_at=transfer.expected_at,
            lines=data["lines"],
        )
    )


def _receive(transfer: Transfer, data: Mapping[str, Any]) -> None:
    came = {sku: quantity for sku, quantity in data.items() if sku != "final" and quantity}
    receive_transfer(ReceiveTransfer(transfer=transfer.id, lines=came, final=data["final"]))


class LineInline(ShownInline):
    model = TransferLine
    verbose_name_plural = "goods"
    fields = ("sku", "sent", "came", "gone", "left")
    readonly_fields = ("sent", "came", "gone", "left")
    ordering = ("sku",)

    @admin.display(description="quantity")
    def sent(self, line: TransferLine) -> str:
        return shown.quantity(line.quantity)

    @admin.display(description="received")
    def came(self, line: TransferLine) -> str:
        return shown.quantity(line.received)

    @admin.display(description="lost")
    def gone(self, line: TransferLine) -> str:
        return shown.quantity(line.lost)

    @admin.display(description="awaited")
    def left(self, line: TransferLine) -> str:
        return shown.quantity(awaited(line))


class TransferAdmin(FoundByKey, Defined):
    """Goods between sources, and from suppliers. What is under way lies nowhere and cannot be sold."""

    search_fields = ("number", "supplier")
    list_display = ("number", "comes_from", "destination", "state_shown", "expected_at", "sent_at", "received_at")
    list_select_related = ("origin", "destination")
    list_filter = (shown.one_of("state", tuple(State)), "destination")
    ordering = ("-created_at",)
    fields = (
        ("number", "state_shown"),
        ("origin", "supplier", "destination"),
        ("expected_at", "sent_at", "received_at"),
        "metadata",
    )
    readonly_fields = ("state_shown", "sent_at", "received_at")
    state_fields = ("state",)
    inlines = (LineInline,)
    transitions = (
        Transition(
            name="lines",
            title="Enter the goods",
            form=LinesForm,
            run=_set_lines,
            when=lambda row: row.state == State.DRAFT,
            explanation="These are sent, and nothing else: what was entered before is replaced.",
        ),
        Transition(
            name="send",
            title="Send",
            run=lambda row, _: send_transfer(row.id),
            when=lambda row: row.state == State.DRAFT,
            explanation="The goods leave their origin. Until they are received they lie nowhere.",
        ),
        Transition(
            name="receive",
            title="Receive",
            form=receive_form,
            run=_receive,
            when=lambda row: row.state in UNDER_WAY,
            explanation="What came lies in the destination from now on.",
        ),
        Transition(
            name="cancel",
            title="Cancel",
            run=lambda row, _: cancel_transfer(row.id),
            when=lambda row: row.state == State.DRAFT,
            dangerous=True,
        ),
    )
    state_shown = shown.state(
        "state", info=("draft", "sent", "receiving"), success=("received",), danger=("cancelled",)
    )

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._granted(request, "add")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields if obj else ("number", "origin", "supplier", "destination", "expected_at", "metadata")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        fixed = ["number", "origin", "supplier", "destination"] if obj else []
        return [*super().get_readonly_fields(request, obj), *fixed]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        for name in ("origin", "expected_at"):
            if name in form.base_fields:
                form.base_fields[name].required = False  # a supplier's; nobody knows when
        return form

    def save_model(self, request: HttpRequest, obj: Transfer, form: Any, change: bool) -> None:
        if not change:
            obj.state, obj.created_at = State.DRAFT.value, clock.now()
        super().save_model(request, obj, form, change)

    @admin.display(description="from")
    def comes_from(self, row: Transfer) -> str:
        return str(row.origin or row.supplier or "a supplier")


site.watch(
    Watch(
        model=Transfer,
        title="transfers that are late",
        query={"state": State.SENT.value},
        rows=lambda: Transfer.objects.filter(state__in=UNDER_WAY, expected_at__lt=clock.now()),
    )
)
