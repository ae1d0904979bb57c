"""Payments in the admin: the ledger is looked at; what the provider holds can be asked for again."""

from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest

from chassis.admin import LookOnly, ShownInline, Transition, Watch, shown, site
from chassis.admin.finding import FoundByKey
from commerce.order.models import Order
from commerce.payment.allocation import ORDER
from commerce.payment.booking import BOOK_MONEY, BOOK_REFUND, STOP_WAITING, WITHDRAW_REFUND
from commerce.payment.jobs import request_look
from commerce.payment.models import Payment, RefundDue, Transaction
from commerce.payment.states import PAYMENT


class TransactionInline(ShownInline):
    model = Transaction
    verbose_name_plural = "ledger"
    fields = ("at", "kind", "amount_shown", "provider_reference")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("payment").order_by("at", "id")

    @admin.display(description="amount")
    def amount_shown(self, entry: Transaction) -> str:
        return shown.amount(entry.amount, entry.payment.currency)


class RefundDueInline(ShownInline):
    model = RefundDue
    verbose_name_plural = "refunds to be sent"
    fields = ("asked_at", "amount_shown")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("payment").order_by("asked_at", "id")

    @admin.display(description="amount")
    def amount_shown(self, due: RefundDue) -> str:
        return shown.amount(due.amount, due.payment.currency)


class RefundsDue(admin.SimpleListFilter):
    """Payments with refunds that staff are to send."""

    title, parameter_name = "refunds to be sent", "due"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "some"), ("again", "some that came back")]

    def queryset(self, request: Any, queryset: Any) -> Any:
        if self.value() is None:
            return queryset
        only = {"refunds_due__again": True} if self.value() == "again" else {"refunds_due__isnull": False}
        return queryset.filter(**only).distinct()


class PaymentAdmin(FoundByKey, LookOnly):
    """Money promised or taken. The card token is never shown."""

    search_fields = ("order_number", "provider_id", "reference")
    search_help_text = "An order's number, or a reference of ours or of the provider's"
    list_display = ("order_link", "created_at", "provider", "tender", "state_shown", "amount_shown", "captured_shown")
    list_display_links = ("created_at",)
    list_filter = (shown.one_of("state", PAYMENT), shown.one_of("tender", ORDER), RefundsDue, "created_at")
    ordering = ("-created_at",)
    fieldsets = (
        (None, {"fields": (("order_link", "created_at"), ("state_shown", "decline_code"), "title")}),
        ("Money", {"fields": ("figures",)}),
        ("References", {"fields": ("reference", "provider_id", "checkout_link")}),
    )
    readonly_fields = ("order_link", "state_shown", "title", "figures", "checkout_link")
    state_fields = ("state", "captured", "refunded", "set_aside", "lost")
    inlines = (RefundDueInline, TransactionInline)
    transitions = (
        Transition(
            name="look",
            title="Ask the provider",
            run=lambda payment, _: request_look(payment),
            when=lambda payment: payment.is_card,
            explanation="The provider's books are read once more, and what they say that is not known here is booked.",
        ),
        BOOK_MONEY,
        STOP_WAITING,
        BOOK_REFUND,
        WITHDRAW_REFUND,
    )
    state_shown = shown.state(
        "state",
        info=("requested", "authorised"),
        success=("captured",),
        warning=("requires_action", "awaiting", "voiding", "refunded"),
        danger=("declined", "voided"),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        numbers = Order.objects.filter(id=OuterRef("order")).values("number")[:1]
        return super().get_queryset(request).annotate(order_number=Subquery(numbers))

    @admin.display(description="order", ordering="order_number")
    def order_link(self, payment: Any) -> str:
        if payment.order is None:
            return "none"
        return shown.link("commerce", "order", payment.order, payment.order_number)

    @admin.display(description="amount", ordering="amount")
    def amount_shown(self, payment: Payment) -> str:
        return shown.amount(payment.amount, payment.currency)

    @admin.display(description="captured", ordering="captured")
    def captured_shown(self, payment: Payment) -> str:
        return shown.amount(payment.captured, payment.currency)

    @admin.display(description="figures")
    def figures(self, payment: Payment) -> str:
        figures = (payment.amount, payment.captured, payment.refunded, payment.set_aside, payment.lost)
        row = [shown.amount(figure, payment.currency) for figure in figures]
        return shown.table(("amount", "captured", "refunded", "about to go back", "lost to disputes"), [row])

    @admin.display(description="checkout")
    def checkout_link(self, payment: Payment) -> str:
        return shown.link("commerce", "sagainstance", payment.saga, "how it was placed")


site.watch(Watch(model=Payment, title="payments being voided", query={"state": "voiding"}))
site.watch(
    Watch(
        model=Payment,
        title="refunds by hand to be sent",
        query={"due": "yes"},
        rows=lambda: Payment.objects.filter(refunds_due__isnull=False).distinct(),
    )
)
