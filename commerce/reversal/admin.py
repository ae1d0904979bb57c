"""Disputes in the admin: looked at; they are answered where the provider asks for it."""

from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest

from chassis.admin import LookOnly, Watch, shown, site
from chassis.admin.finding import FoundByKey
from commerce.order.models import Order
from commerce.reversal.models import Dispute
from commerce.reversal.states import DISPUTE


class DisputeAdmin(FoundByKey, LookOnly):
    """Money that shoppers' banks ask back. A lost one is gone; the order stays as it is."""

    search_fields = ("provider_id", "order_number")
    search_help_text = "The provider's id of the dispute, or an order's number"
    list_display = ("provider_id", "opened_at", "order_link", "amount_shown", "reason", "state_shown", "answer_by")
    list_filter = (shown.one_of("state", DISPUTE), "opened_at")
    ordering = ("-opened_at", "-id")
    fields = (
        *("provider_id", "state_shown", "order_link", "payment_link", "amount_shown", "reason"),
        *("opened_at", "answer_by", "closed_at", "metadata"),
    )
    readonly_fields = ("state_shown", "order_link", "payment_link", "amount_shown")
    state_fields = ("state",)
    state_shown = shown.state("state", warning=("open",), success=("won",), danger=("lost",))

    def get_queryset(self, request: HttpRequest) -> Any:
        numbers = Order.objects.filter(id=OuterRef("payment__order")).values("number")[:1]
        rows = super().get_queryset(request).select_related("payment")
        return rows.annotate(order_number=Subquery(numbers))

    @admin.display(description="order", ordering="order_number")
    def order_link(self, dispute: Any) -> str:
        if dispute.payment.order is None:
            return "none"
        return shown.link("commerce", "order", dispute.payment.order, dispute.order_number)

    @admin.display(description="payment")
    def payment_link(self, dispute: Dispute) -> str:
        return shown.link("commerce", "payment", dispute.payment_id, dispute.payment.title)

    @admin.display(description="amount", ordering="amount")
    def amount_shown(self, dispute: Dispute) -> str:
        return shown.amount(dispute.amount, dispute.payment.currency)


site.watch(Watch(model=Dispute, title="disputes to answer", query={"state": "open"}, urgent=True))
