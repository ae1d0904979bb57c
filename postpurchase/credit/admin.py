"""Gift cards and store credit in the admin: issued and granted by the commands; ledgers are only looked at."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest

from chassis.admin import DomainAdmin, LookOnly, ShownInline, Transition, shown
from chassis.admin.finding import FoundByKey
from postpurchase.credit import states
from postpurchase.credit.commands import (
    GrantCredit,
    IssueGiftCard,
    block_gift_card,
    extend_gift_card,
    grant_credit,
    issue_gift_card,
    unblock_gift_card,
)
from postpurchase.credit.forms import ExtendForm, GrantForm, IssueForm, OpenForm
from postpurchase.credit.models import GiftCard, GiftCardEntry, StoreCredit, StoreCreditEntry


def _can(name: str) -> Any:
    return lambda card: name in states.GIFT_CARD[card.state]


def _extend(card: GiftCard, data: Mapping[str, Any]) -> None:
    extend_gift_card(card.id, expires_at=data["expires_at"])


def _grant(credit: StoreCredit, data: Mapping[str, Any]) -> None:
    grant_credit(
        GrantCredit(customer=credit.customer, currency=credit.currency, amount=data["amount"], note=data["why"])
    )


class EntryInline(ShownInline):
    verbose_name_plural = "ledger, newest first"
    per_page = 20
    ordering = ("-created_at", "-id")
    fields: tuple[str, ...] = ("created_at", "kind", "amount_shown", "order_link")
    readonly_fields: tuple[str, ...] = fields

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("account")

    @admin.display(description="amount")
    def amount_shown(self, entry: Any) -> str:
        return shown.amount(entry.amount, entry.account.currency)

    @admin.display(description="order")
    def order_link(self, entry: Any) -> str:
        return shown.link("commerce", "order", entry.order, entry.order_number) if entry.order else shown.NOTHING


class GiftCardEntryInline(EntryInline):
    model = GiftCardEntry


class StoreCreditEntryInline(EntryInline):
    model = StoreCreditEntry
    fields = (*EntryInline.fields, "note")
    readonly_fields = fields


class Money:
    """Columns that gift cards and store credit share."""

    @admin.display(description="balance", ordering="balance")
    def balance_shown(self, account: Any) -> str:
        return shown.amount(account.balance, account.currency)

    @admin.display(description="reserved", ordering="held")
    def held_shown(self, account: Any) -> str:
        return shown.amount(account.held, account.currency)


class IssuedAdmin(FoundByKey, DomainAdmin):
    """What is made here by a command and then only looked at and moved by buttons."""

    show_full_result_count = False
    list_per_page = 50

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> Any:
        return super().get_inlines(request, obj) if obj else ()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class GiftCardAdmin(Money, IssuedAdmin):
    """Whoever has the code has the money: it is shown once, when the card is issued."""

    form = IssueForm
    list_display = ("__str__", "issued_at", "state_shown", "balance_shown", "held_shown", "expires_at")
    list_filter = (shown.one_of("state", states.GIFT_CARD), "issued_at")
    search_fields = ("last_four",)
    search_help_text = "The last four of a code"
    ordering = ("-issued_at", "-id")
    fields = ("last_four", "state_shown", "balance_shown", "held_shown", "issued_at", "expires_at", "note", "metadata")
    readonly_fields = ("last_four", "state_shown", "balance_shown", "held_shown", "issued_at")
    inlines = (GiftCardEntryInline,)
    transitions = (
        Transition(
            name="block",
            title="Block",
            run=lambda card, _: block_gift_card(card.id),
            when=_can("block"),
            explanation="It pays for nothing until it is unblocked.",
        ),
        Transition(
            name="unblock", title="Unblock", run=lambda card, _: unblock_gift_card(card.id), when=_can("unblock")
        ),
        Transition(
            name="extend",
            title="Extend",
            run=_extend,
            form=ExtendForm,
            when=_can("extend"),
            explanation="It pays until this day, also if it has expired.",
        ),
    )
    state_shown = shown.state(
        "state", success=(states.ACTIVE,), warning=(states.EXPIRED, states.WITHDRAWN), danger=(states.BLOCKED,)
    )

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return super().get_fields(request, obj) if obj else ("amount", "currency", "expires_at", "note")

    def save_model(self, request: HttpRequest, obj: GiftCard, form: Any, change: bool) -> None:
        data = form.cleaned_data
        card, code = issue_gift_card(
            IssueGiftCard(
                amount=data["amount"], currency=data["currency"], expires_at=data["expires_at"], note=data["note"]
            )
        )
        obj.pk, obj.last_four, obj.code_hash, obj._state.adding = card.pk, card.last_four, "", False
        messages.warning(request, f"The code is {code}. It cannot be shown again.")


class StoreCreditAdmin(Money, IssuedAdmin):
    """What the shop owes its customers."""

    form = OpenForm
    list_display = ("id", "customer_link", "currency", "balance_shown", "held_shown")
    search_fields = ("customer",)
    search_help_text = "A customer's id"
    ordering = ("-id",)
    fields = ("customer_link", "currency", "balance_shown", "held_shown", "metadata")
    readonly_fields = ("customer_link", "balance_shown", "held_shown")
    inlines = (StoreCreditEntryInline,)
    transitions = (Transition(name="grant", title="Grant or take off", run=_grant, form=GrantForm),)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return super().get_fields(request, obj) if obj else ("holder", "currency", "amount", "why")

    def save_model(self, request: HttpRequest, obj: StoreCredit, form: Any, change: bool) -> None:
        data = form.cleaned_data
        credit = grant_credit(
            GrantCredit(customer=data["holder"], currency=data["currency"], amount=data["amount"], note=data["why"])
        )
        obj.pk, obj._state.adding = credit.pk, False

    @admin.display(description="customer", ordering="customer")
    def customer_link(self, credit: StoreCredit) -> str:
        return shown.link("identity", "customer", credit.customer, credit.customer)


class LedgerAdmin(FoundByKey, LookOnly):
    """A ledger of money: added to by commands and checkouts, never changed."""

    search_fields = ("order_number",)
    search_help_text = "An order's number or a part of it"
    list_display = ("created_at", "kind", "amount", "order_number")
    list_filter = ("kind", "created_at")
    ordering = ("-created_at", "-id")
    fields = ("created_at", "kind", "amount", "order_number")
    readonly_fields = fields
