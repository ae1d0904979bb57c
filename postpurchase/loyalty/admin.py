"""Points in the admin: accounts and their ledger are looked at; only the rates are edited."""

from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest

from chassis.admin import DomainAdmin, LookOnly, ShownInline, shown
from chassis.admin.finding import FoundByKey
from chassis.fields import keyed_hash
from postpurchase.ledgers import REDEEMED, REFUNDED
from postpurchase.loyalty.ledger import EARNED, REVERSED
from postpurchase.loyalty.models import PointsAccount, PointsEntry
from postpurchase.returns.models import BoughtOrder


class EntryInline(ShownInline):
    model = PointsEntry
    verbose_name_plural = "ledger, newest first"
    per_page = 20
    ordering = ("-created_at", "-id")
    fields = ("created_at", "kind", "points", "order_link", "amount_shown")
    readonly_fields = fields

    @admin.display(description="order")
    def order_link(self, entry: PointsEntry) -> str:
        return _order(entry)

    @admin.display(description="money it is for")
    def amount_shown(self, entry: PointsEntry) -> str:
        return _money(entry)


class AccountAdmin(FoundByKey, LookOnly):
    """Customers with points. What checkouts have reserved is in the balance still."""

    search_fields = ("customer",)
    search_help_text = "A customer's id, or a whole e-mail address with which something was ordered"
    list_display = ("customer_in_short", "points", "reserved", "customer")
    ordering = ("-customer",)
    fields = ("customer_link", "points", "reserved", "metadata")
    readonly_fields = ("customer_link", "points", "reserved")
    inlines = (EntryInline,)

    def get_queryset(self, request: HttpRequest) -> Any:
        emails = BoughtOrder.objects.filter(customer=OuterRef("customer")).values("email")[:1]
        accounts = super().get_queryset(request)
        return accounts.annotate(email=Subquery(emails))

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        if "@" not in search_term:
            return super().get_search_results(request, queryset, search_term)
        orders = BoughtOrder.objects.filter(email_hash=keyed_hash(search_term.strip()), customer__isnull=False)
        return queryset.filter(customer__in=orders.values("customer")), False

    @admin.display(description="shopper")
    def customer_in_short(self, account: Any) -> str:
        return shown.masked_email(account.email)

    @admin.display(description="points", ordering="balance")
    def points(self, account: PointsAccount) -> int:
        return int(account.balance)

    @admin.display(description="reserved", ordering="held")
    def reserved(self, account: PointsAccount) -> int:
        return int(account.held)

    @admin.display(description="customer")
    def customer_link(self, account: Any) -> str:
        return shown.link("identity", "customer", account.customer, account.email or "customer")


class EntryAdmin(FoundByKey, LookOnly):
    """The ledger of points: added to by payments, checkouts and refunds, never changed."""

    search_fields = ("order_number",)
    search_help_text = "An order's number or a part of it"
    list_display = ("created_at", "kind", "points", "order_link", "amount_shown", "account_link")
    list_filter = (shown.one_of("kind", (EARNED, REVERSED, REDEEMED, REFUNDED)), "created_at")
    ordering = ("-created_at", "-id")
    fields = ("created_at", "kind", "points", "order_link", "amount_shown", "account_link")
    readonly_fields = fields

    @admin.display(description="order")
    def order_link(self, entry: PointsEntry) -> str:
        return _order(entry)

    @admin.display(description="money it is for", ordering="amount")
    def amount_shown(self, entry: PointsEntry) -> str:
        return _money(entry)

    @admin.display(description="account")
    def account_link(self, entry: PointsEntry) -> str:
        return shown.link("postpurchase", "pointsaccount", entry.account_id, "whose")


class RateAdmin(DomainAdmin):
    """Points per unit of a channel's currency from now on: what paid orders earn, or what points must be burnt.

    Without a rule an order earns one point per unit, and points pay nothing.
    """

    list_display = ("channel", "points_per_unit")
    search_fields = ("channel",)
    ordering = ("channel",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [*super().get_readonly_fields(request, obj), *(["channel"] if obj else [])]


def _order(entry: PointsEntry) -> str:
    if entry.order is None:
        return shown.NOTHING
    return shown.link("commerce", "order", entry.order, entry.order_number or "order")


def _money(entry: PointsEntry) -> str:
    return shown.amount(entry.amount, entry.currency) if entry.currency else shown.NOTHING
