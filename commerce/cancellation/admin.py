"""Cancelling in the admin of orders: what staff are asked, and how cancellations are shown."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms

from chassis.admin import Transition, shown
from commerce.cancellation.commands import request_cancellation
from commerce.order.models import Order
from commerce.order.states import FULFILMENT, ORDER


class CancelForm(forms.Form):
    """Why an order is cancelled."""

    reason = forms.CharField(max_length=200, help_text="Kept with the cancellation; other domains read it.")


def cancel_lines_form(order: Order) -> type[forms.Form]:
    """How many of each line that was not sent, and why."""
    quantities = {
        str(line.id): forms.DecimalField(
            label=f"{line.sku} {line.name}",
            min_value=Decimal(0),
            max_value=line.left,
            max_digits=12,
            decimal_places=4,
            initial=Decimal(0),
            help_text=f"of {shown.quantity(line.left)}",
        )
        for line in order.lines.all()
        if line.requires_shipping and line.left > 0
    }
    return type("CancelLinesForm", (CancelForm,), quantities)


def _cancel(order: Order, data: Mapping[str, Any]) -> None:
    request_cancellation(order.id, reason=data["reason"])


def _cancel_lines(order: Order, data: Mapping[str, Any]) -> None:
    chosen = {line.id: data[str(line.id)] for line in order.lines.all() if data.get(str(line.id))}
    request_cancellation(order.id, reason=data["reason"], lines=chosen)


def _can_be_cancelled(order: Order) -> bool:
    return "request_cancel" in ORDER[order.state] and "cancel" in FULFILMENT[order.fulfilment_state]


def _can_be_cancelled_in_part(order: Order) -> bool:
    unsent = order.fulfilment_state in ("unfulfilled", "partially_fulfilled")
    is_paid = order.payment_state in ("paid", "partially_refunded") and not order.has_promises
    return unsent and order.state in ("placed", "held") and is_paid


def cancellations_of(order: Order) -> str:
    """An order's cancellations as a table."""
    return shown.table(
        ("asked for", "what", "state", "why", "refused because"),
        [
            (
                f"{one.asked_at:%Y-%m-%d %H:%M}",
                "whole order" if one.whole else f"{len(one.lines)} lines",
                shown.words(one.state),
                one.reason,
                shown.words(one.refusal) or shown.NOTHING,
            )
            for one in order.cancellations.all()
        ],
    )


CANCEL = Transition(
    name="cancel",
    title="Cancel order",
    run=_cancel,
    when=_can_be_cancelled,
    form=CancelForm,
    dangerous=True,
    explanation="The warehouse is asked. Unless a parcel has left, goods return to the shelf, money goes back, "
    "and the shopper is told. This cannot be taken back.",
)
CANCEL_LINES = Transition(
    name="cancel_lines",
    title="Cancel lines",
    run=_cancel_lines,
    when=_can_be_cancelled_in_part,
    form=cancel_lines_form,
    dangerous=True,
    explanation="The warehouse is asked. If all of this is still there, it returns to the shelf and its price "
    "goes back. What was paid for delivery stays.",
)
