"""Who redeemed what, in the admin."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from catalog.promotion import states
from catalog.promotion.models import RedeemedRule, Redemption
from chassis.admin import LookOnly, ShownInline, shown


class RedeemedInline(ShownInline):
    model = RedeemedRule
    verbose_name_plural = "promotions"
    fields = ("rule_link", "code", "amount")
    readonly_fields = ("rule_link",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("rule")

    @admin.display(description="promotion")
    def rule_link(self, row: RedeemedRule) -> str:
        return shown.link("catalog", "promotionrule", row.rule_id, row.rule.name)


class RedemptionAdmin(LookOnly):
    """What checkouts have redeemed. The shopper is an id or a hash, never an address."""

    list_display = ("created_at", "state_shown", "order_link", "channel", "reason")
    list_filter = (shown.one_of("state", states.REDEMPTION),)
    search_fields = ("order_number",)
    search_help_text = "An order's number"
    ordering = ("-created_at",)
    fields = ("state_shown", "order_link", "channel", "currency", "reason", "created_at", "changed_at")
    readonly_fields = ("state_shown", "order_link")
    inlines = (RedeemedInline,)
    state_shown = shown.state(
        "state",
        info=(states.REQUESTED, states.RESERVED),
        success=(states.CONFIRMED,),
        warning=(states.RELEASED,),
        danger=(states.REFUSED,),
    )

    @admin.display(description="order")
    def order_link(self, row: Redemption) -> str:
        return shown.link("commerce", "order", row.order, row.order_number) if row.order else shown.NOTHING
