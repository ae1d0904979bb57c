"""Returns in the admin: decided, received and paid back by the commands of this slice."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from chassis.admin import Defined, ShownInline, Transition, Watch, shown, site
from chassis.admin.finding import FoundByKey
from postpurchase.returns.commands import ReceivedLine, ReceiveReturn, approve, decline, receive, retry_refund
from postpurchase.returns.models import BoughtOrder, ReturnLine, ReturnRequest, ViewCopy
from postpurchase.returns.states import TRANSITIONS, State


def channels() -> Iterable[str]:
    """Codes of the channels, for list filters."""
    return ViewCopy.objects.order_by("channel").values_list("channel", flat=True).distinct()


class DeclineForm(forms.Form):
    """Why there will be no return."""

    because = forms.CharField(label="Reason", max_length=500, help_text="The shopper reads this.")


def receive_form(request: ReturnRequest) -> type[forms.Form]:
    """What came back of each line, and whether it can be sold again."""
    fields: dict[str, forms.Field] = {}
    for line in request.lines.select_related("line").order_by("id"):
        announced = shown.quantity(line.quantity)
        fields[f"received_{line.line_id}"] = forms.DecimalField(
            label=f"{line.line.sku} {line.line.name}",
            min_value=Decimal(0),
            max_value=line.quantity,
            max_digits=12,
            decimal_places=4,
            initial=announced,
            help_text=f"of {announced} announced",
        )
        fields[f"restock_{line.line_id}"] = forms.BooleanField(
            label="can be sold again", required=False, initial=line.restock
        )
    return type("ReceiveForm", (forms.Form,), fields)


def _receive(request: ReturnRequest, data: Mapping[str, Any]) -> None:
    came = [
        ReceivedLine(line=line, quantity=data[f"received_{line}"], restock=data[f"restock_{line}"])
        for line in request.lines.values_list("line_id", flat=True)
    ]
    receive(ReceiveReturn(request=request.id, lines=came))


def _lock_order(request_id: Any) -> None:
    """The order before its return, as the commands do."""
    order = ReturnRequest.objects.filter(id=request_id).values_list("order_id", flat=True).first()
    BoughtOrder.objects.select_for_update().filter(id=order).first()


def _may_become(state: State, *, but_from: frozenset[State] = frozenset()) -> Any:
    return lambda request: state in TRANSITIONS[State(request.state)] and State(request.state) not in but_from


class LineInline(ShownInline):
    model = ReturnLine
    verbose_name_plural = "lines"
    fields = ("sku", "name", "announced", "came", "restock", "amount_shown")
    readonly_fields = ("sku", "name", "announced", "came", "amount_shown")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("line", "request__order").order_by("id")

    @admin.display(description="SKU")
    def sku(self, row: ReturnLine) -> str:
        return row.line.sku

    @admin.display(description="name")
    def name(self, row: ReturnLine) -> str:
        return row.line.name

    @admin.display(description="announced")
    def announced(self, row: ReturnLine) -> str:
        return f"{shown.quantity(row.quantity)} of {shown.quantity(row.line.quantity)} bought"

    @admin.display(description="received")
    def came(self, row: ReturnLine) -> str:
        return shown.quantity(row.received)

    @admin.display(description="goes back")
    def amount_shown(self, row: ReturnLine) -> str:
        return shown.amount(row.amount, row.request.order.currency)


class ReturnAdmin(FoundByKey, Defined):
    """Wishes to send something back, newest first."""

    email_hash = "order__email_hash"
    search_fields = ("number", "order__number")
    search_help_text = "A return's number or its order's, or a part of one; a whole e-mail address, or an id"
    list_display = ("number", "created_at", "order_link", "channel", "state_shown", "reason", "amount_shown")
    list_select_related = ("order",)
    list_filter = (shown.one_of("state", tuple(State)), shown.one_of("order__channel", channels, title="channel"))
    ordering = ("-created_at",)
    fieldsets = (
        (None, {"fields": (("number", "created_at"), ("state_shown", "channel"), "order_link", "email_link")}),
        ("Why", {"fields": ("reason", "note", "decision")}),
        ("Money", {"fields": (("amount_shown", "problem"),)}),
        ("Notes", {"fields": ("metadata",)}),
    )
    readonly_fields = (
        *("number", "created_at", "state_shown", "order_link", "channel", "email_link"),
        *("reason", "note", "decision", "amount_shown", "problem"),
    )
    state_fields = ("state", "amount", "problem", "decision")
    inlines = (LineInline,)
    bulk = ("approve",)
    transitions = (
        Transition(
            name="approve",
            title="Approve",
            run=lambda request, _: approve(request.id),
            when=_may_become(State.APPROVED),
            lock_first=_lock_order,
            explanation="The shopper may send the goods.",
        ),
        Transition(
            name="receive",
            title="Receive",
            run=_receive,
            form=receive_form,
            when=_may_become(State.RECEIVED, but_from=frozenset({State.REFUND_FAILED})),
            lock_first=_lock_order,
            explanation="The parcel is here. What was paid for what came back is refunded at once.",
        ),
        Transition(
            name="retry_refund",
            title="Refund again",
            run=lambda request, _: retry_refund(request.id),
            when=lambda request: request.state == State.REFUND_FAILED,
            lock_first=_lock_order,
            explanation="Commerce is asked once more to give the money back.",
        ),
        Transition(
            name="decline",
            title="Decline",
            run=lambda request, data: decline(request.id, because=data["because"]),
            form=DeclineForm,
            when=_may_become(State.DECLINED),
            lock_first=_lock_order,
            dangerous=True,
            explanation="Nothing goes back; the shopper may ask for these goods again.",
        ),
    )
    state_shown = shown.state(
        "state",
        info=("requested", "approved", "received"),
        success=("refunded",),
        warning=("declined",),
        danger=("refund_failed",),
    )

    @admin.display(description="order", ordering="order__number")
    def order_link(self, request: ReturnRequest) -> str:
        return shown.link("commerce", "order", request.order_id, request.order.number)

    @admin.display(description="channel", ordering="order__channel")
    def channel(self, request: ReturnRequest) -> str:
        return request.order.channel

    @admin.display(description="e-mail")
    def email_link(self, request: ReturnRequest) -> str:
        email = request.order.email or shown.NOTHING
        return shown.link("identity", "customer", request.customer, email) if request.customer else email

    @admin.display(description="goes back")
    def amount_shown(self, request: ReturnRequest) -> str:
        decided = State(request.state) in (State.RECEIVED, State.REFUNDED, State.REFUND_FAILED)
        return shown.amount(request.amount, request.order.currency) if decided else shown.NOTHING


site.watch(
    Watch(model=ReturnRequest, title="returns to decide on", query={"state": State.REQUESTED.value}),
    Watch(model=ReturnRequest, title="failed refunds", query={"state": State.REFUND_FAILED.value}, urgent=True),
)
