"""Orders in the admin: looked at with all that belongs to them, moved by the commands of this slice."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from chassis.admin import Defined, LookOnly, ShownInline, Transition, Watch, shown, site
from chassis.admin.finding import FoundByKey
from chassis.money import exponent
from commerce.addition.admin import ADD_GOODS, additions_of
from commerce.cancellation.admin import CANCEL, CANCEL_LINES, cancellations_of
from commerce.checkout.adjustments import DELIVERY, discounts
from commerce.checkout.models import ChannelCopy
from commerce.delivery.admin import CHANGE_DELIVERY
from commerce.document.links import pdf_link
from commerce.history import admin as history
from commerce.history.admin import ours
from commerce.order.commands import hold_order, lock_payments, refund_order, release_order
from commerce.order.models import Order, OrderEvent, OrderLine
from commerce.order.notes import add_note
from commerce.order.states import FULFILMENT, ORDER, PAYMENT
from commerce.payment.models import Payment

INNER = ("refund", "currency", "gift_card", "withdrawal")
"""Facts of a timeline's entry that are for programs."""
MONEY = frozenset({"total", "amount"})
"""Facts of a timeline's entry that are amounts in the order's currency."""


def channels() -> Iterable[str]:
    """Codes of the channels, for list filters."""
    return ChannelCopy.objects.order_by("code").values_list("code", flat=True)


class NoteForm(forms.Form):
    """A note, and for whom."""

    text = forms.CharField(max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))
    shown_to_the_shopper = forms.BooleanField(required=False)


def refund_form(order: Order) -> type[forms.Form]:
    """How much goes back, at most what is captured, not refunded yet and on no gift card."""
    left = order.refundable

    class RefundForm(forms.Form):
        amount = forms.DecimalField(
            min_value=Decimal(0),
            max_digits=20,
            decimal_places=exponent(order.currency),
            initial=round(left, exponent(order.currency)),
            help_text=f"At most {shown.amount(left, order.currency)}.",
        )

    return RefundForm


def _lock_payments(order_id: Any) -> None:
    """The payments before their order: what a provider says locks them so too."""
    lock_payments(order_id)


def _refund(order: Order, data: Mapping[str, Any]) -> None:
    refund_order(order.id, amount=data["amount"])


def _note(order: Order, data: Mapping[str, Any]) -> None:
    add_note(order.id, text=data["text"], internal=not data["shown_to_the_shopper"])


def _can_be_refunded(order: Order) -> bool:
    return order.refundable > 0 and "refund" in PAYMENT[order.payment_state]


class LineInline(ShownInline):
    model = OrderLine
    verbose_name_plural = "lines"
    fields = ("product_link", "name", "options", "ordered", "sent", "withdrawn", "each", "tax_shown", "total_shown")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("order")

    @admin.display(description="SKU")
    def product_link(self, line: OrderLine) -> str:
        return shown.link("catalog", "product", line.product, line.sku)

    @admin.display(description="quantity")
    def ordered(self, line: OrderLine) -> str:
        return shown.quantity(line.quantity)

    @admin.display(description="shipped")
    def sent(self, line: OrderLine) -> str:
        return shown.quantity(line.shipped)

    @admin.display(description="cancelled")
    def withdrawn(self, line: OrderLine) -> str:
        return shown.quantity(line.cancelled)

    @admin.display(description="unit price")
    def each(self, line: OrderLine) -> str:
        return shown.amount(line.unit_price, line.order.currency)

    @admin.display(description="tax")
    def tax_shown(self, line: OrderLine) -> str:
        return shown.amount(line.tax, line.order.currency)

    @admin.display(description="total")
    def total_shown(self, line: OrderLine) -> str:
        return shown.amount(line.total, line.order.currency)


class TimelineInline(ShownInline):
    model = OrderEvent
    verbose_name_plural = "timeline"
    fields = ("at", "what_shown", "details", "who")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("order")

    @admin.display(description="what")
    def what_shown(self, event: OrderEvent) -> str:
        subject, _, verb = event.what.rpartition(".")
        subject = {"state": "order", "payment_state": "payment", "fulfilment_state": "fulfilment"}.get(subject, subject)
        return shown.words(f"{subject}: {verb}" if subject else verb)

    @admin.display(description="details")
    def details(self, event: OrderEvent) -> str:
        if event.text:
            return shown.lines(["only for staff:" if event.internal else "for the shopper:", *event.text.splitlines()])
        facts = {name: value for name, value in event.facts.items() if name not in INNER}
        if set(facts) == {"from", "to"}:
            return f"{shown.words(facts['from'])} → {shown.words(facts['to'])}"
        money = {name: shown.amount(Decimal(facts[name]), event.order.currency) for name in MONEY & facts.keys()}
        return shown.facts({**facts, **money})

    @admin.display(description="who")
    def who(self, event: OrderEvent) -> str:
        return shown.actor(event.actor)


class OrderAdmin(FoundByKey, Defined):
    """Every order, newest first. Lists mask the e-mail address; the order's page shows it."""

    email_hash = "email_hash"
    search_fields = ("number",)
    search_help_text = "An order's number or a part of it, a whole e-mail address, or an id"
    list_display = (
        *("number", "placed_at", "channel", "email_in_short", "total_shown"),
        *("order_state", "money_state", "goods_state", "of_history"),
    )
    list_filter = (
        shown.one_of("state", ORDER),
        shown.one_of("payment_state", PAYMENT),
        shown.one_of("fulfilment_state", FULFILMENT),
        shown.one_of("channel", channels),
        "historical",
        "placed_at",
    )
    ordering = ("-placed_at",)
    fieldsets = (
        (None, {"fields": (("number", "placed_at"), ("order_state", "money_state"), ("goods_state", "view"))}),
        ("Shopper", {"fields": ("email_link", ("address", "billed_to"), "shipping_method", "deliveries_shown")}),
        ("Money", {"fields": ("figures", "discounts_shown", "payments", "documents_shown")}),
        ("Changes", {"fields": ("additions_shown", "cancellations_shown")}),
        ("Goes on in", {"fields": (("fulfilment_link", "returns_link", "cards_link"), ("checkout_link", "cart_link"))}),
        ("Notes", {"fields": ("metadata",)}),
    )
    of_history_fieldsets = (
        (
            None,
            {"fields": (("number", "placed_at"), ("order_state", "money_state"), ("goods_state", "view"), "origin")},
        ),
        ("Shopper", {"fields": ("email_link", ("address", "billed_to"), "shipping_method")}),
        ("Money", {"fields": ("books", "past_payments", "given_back", "documents_shown")}),
        ("Goes on in", {"fields": ("returns_link",)}),
        ("Goods", {"fields": ("quantities",)}),
    )
    readonly_fields = (
        *("number", "placed_at", "order_state", "money_state", "goods_state", "view", "email_link"),
        *("address", "billed_to", "shipping_method", "deliveries_shown", "figures", "discounts_shown", "payments"),
        *("documents_shown", "additions_shown", "cancellations_shown"),
        *("fulfilment_link", "returns_link", "cards_link", "checkout_link", "cart_link"),
        *("origin", "books", "past_payments", "quantities", "given_back"),
    )
    state_fields = ("state", "payment_state", "fulfilment_state", "captured", "refunded", "historical")
    inlines = (LineInline, TimelineInline)
    bulk = ("hold", "release")
    transitions = (
        Transition(
            name="note",
            title="Add a note",
            run=_note,
            form=NoteForm,
            explanation="It stands in the timeline, for staff alone unless it is to be shown to the shopper.",
        ),
        Transition(
            name="hold",
            title="Hold",
            run=lambda order, _: hold_order(order.id),
            when=lambda order: "hold" in ORDER[order.state] or (order.state == "held" and order.waits_for_money),
            explanation="Nothing of it is picked or sent until somebody releases it.",
        ),
        Transition(
            name="release",
            title="Release",
            run=lambda order, _: release_order(order.id),
            when=lambda order: "release" in ORDER[order.state],
            explanation="It may be picked and sent again.",
        ),
        CHANGE_DELIVERY,
        ADD_GOODS,
        Transition(
            name="refund",
            title="Refund",
            run=_refund,
            when=_can_be_refunded,
            form=refund_form,
            lock_first=_lock_payments,
            explanation="It goes back to the card, or is sent by hand, as far as these have paid; then to gift cards, "
            "credit and points. What was paid for gift cards goes back by taking those back.",
        ),
        CANCEL,
        CANCEL_LINES,
    )
    transitions = tuple(ours(one) for one in transitions)

    order_state = shown.state(
        "state",
        description="order",
        info=("placed",),
        success=("completed",),
        warning=("held", "cancelling"),
        danger=("cancelled",),
    )
    money_state = shown.state(
        "payment_state",
        description="payment",
        info=("authorised",),
        success=("paid",),
        warning=("pending", "partially_refunded", "refunded"),
        danger=("voided",),
    )
    goods_state = shown.state(
        "fulfilment_state",
        description="fulfilment",
        info=("unfulfilled", "partially_fulfilled"),
        success=("fulfilled",),
        danger=("cancelled",),
    )

    @admin.display(description="history", boolean=True, ordering="historical")
    def of_history(self, order: Order) -> bool:
        return order.historical

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.of_history_fieldsets if obj and obj.historical else super().get_fieldsets(request, obj)

    @admin.display(description="from")
    def origin(self, order: Order) -> str:
        return history.origin(order)

    @admin.display(description="figures")
    def books(self, order: Order) -> str:
        return history.figures(order)

    @admin.display(description="payments")
    def past_payments(self, order: Order) -> str:
        return history.payments(order)

    @admin.display(description="given back here")
    def given_back(self, order: Order) -> str:
        return self.payments(order)

    @admin.display(description="quantities")
    def quantities(self, order: Order) -> str:
        return history.quantities(order)

    @admin.display(description="shopper")
    def email_in_short(self, order: Order) -> str:
        return shown.masked_email(order.email)

    @admin.display(description="e-mail")
    def email_link(self, order: Order) -> str:
        return shown.link("identity", "customer", order.customer, order.email) if order.customer else order.email

    @admin.display(description="delivery to")
    def address(self, order: Order) -> str:
        return shown.postal(order.delivery)

    @admin.display(description="billed elsewhere")
    def billed_to(self, order: Order) -> str:
        return shown.postal(order.bills_to)

    @admin.display(description="further deliveries")
    def deliveries_shown(self, order: Order) -> str:
        lines = list(order.lines.all())
        rows = []
        for one in order.deliveries.all():
            goods = (f"{shown.quantity(line.quantity)} × {line.sku}" for line in lines if line.delivery == one.id)
            cost = shown.amount(one.shipping, order.currency)
            rows.append((shown.postal(one.delivery), one.shipping_method, cost, shown.lines(goods)))
        return shown.table(("to", "way", "delivery", "goods"), rows)

    @admin.display(description="total", ordering="total")
    def total_shown(self, order: Order) -> str:
        return shown.amount(order.total, order.currency)

    @admin.display(description="figures")
    def figures(self, order: Order) -> str:
        names = ("goods", "delivery", "tax in it", "total", "captured", "refunded or about to be", "on gift cards")
        figures = (order.subtotal, order.shipping, order.tax, order.total, order.captured, order.refunded)
        figures = (*figures, order.on_gift_cards)
        return shown.table(names, [[shown.amount(figure, order.currency) for figure in figures]])

    @admin.display(description="discounts")
    def discounts_shown(self, order: Order) -> str:
        lines = [(line.sku, line.adjustments) for line in order.lines.all()]
        return discounts([*lines, (DELIVERY, order.shipping_adjustments)], order.currency)

    @admin.display(description="payments")
    def payments(self, order: Order) -> str:
        rows = Payment.objects.filter(order=order.id).order_by("created_at")
        return shown.table(
            ("payment", "state", "amount", "captured", "refunded"),
            [
                (
                    shown.link("commerce", "payment", one.pk, one.title),
                    shown.words(one.state),
                    *(shown.amount(figure, one.currency) for figure in (one.amount, one.captured, one.refunded)),
                )
                for one in rows
            ],
        )

    @admin.display(description="documents")
    def documents_shown(self, order: Order) -> str:
        rows = order.documents.order_by("issued_at", "id")
        return shown.table(
            ("number", "kind", "day", "total", "file"),
            [
                (
                    shown.link("commerce", "document", one.pk, one.number),
                    shown.words(one.kind),
                    one.dated,
                    shown.amount(one.total, one.currency),
                    pdf_link(one),
                )
                for one in rows
            ],
        )

    @admin.display(description="additions")
    def additions_shown(self, order: Order) -> str:
        return additions_of(order)

    @admin.display(description="cancellations")
    def cancellations_shown(self, order: Order) -> str:
        return cancellations_of(order)

    @admin.display(description="warehouse")
    def fulfilment_link(self, order: Order) -> str:
        return shown.link("logistics", "fulfilmentorder", order.id, "picking list and parcels")

    @admin.display(description="returns")
    def returns_link(self, order: Order) -> str:
        return shown.listing("postpurchase", "returnrequest", "returns of this order", q=order.number)

    @admin.display(description="gift cards")
    def cards_link(self, order: Order) -> str:
        return shown.listing("postpurchase", "soldgiftcard", "gift cards that it bought", q=order.number)

    @admin.display(description="checkout")
    def checkout_link(self, order: Order) -> str:
        return shown.link("commerce", "sagainstance", order.saga, "how it was placed")

    @admin.display(description="cart")
    def cart_link(self, order: Order) -> str:
        return shown.link("commerce", "cart", order.cart, "what was in it")


class NumberSequenceAdmin(LookOnly):
    """The next number of each channel. Setting one by hand could give a number twice."""

    list_display = ("channel", "prefix", "next")
    search_fields = ("channel",)
    ordering = ("channel",)


site.watch(Watch(model=Order, title="orders on hold", query={"state": "held", "historical__exact": "0"}))
