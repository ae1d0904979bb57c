"""What checkouts hold and orders have taken, in the admin: looked at."""

from typing import Any

from django.contrib import admin

from chassis.admin import LookOnly, ShownInline, shown
from chassis.admin.finding import FoundByKey
from postpurchase.tenders import states
from postpurchase.tenders.accounts import LEDGERS
from postpurchase.tenders.models import TenderLine, TenderReservation


class LineInline(ShownInline):
    model = TenderLine
    verbose_name_plural = "tenders"
    fields = ("tender_shown", "account_link", "amount", "units", "refunded")
    readonly_fields = fields

    @admin.display(description="tender")
    def tender_shown(self, line: TenderLine) -> str:
        return shown.words(line.tender)

    @admin.display(description="account")
    def account_link(self, line: TenderLine) -> str:
        model: Any = LEDGERS[line.tender].accounts
        return shown.link("postpurchase", model._meta.model_name, line.account, "whose")


class TenderReservationAdmin(FoundByKey, LookOnly):
    """What each checkout wanted to pay with beside the card."""

    list_display = ("created_at", "state_shown", "order_link", "channel", "currency", "reason")
    list_filter = (shown.one_of("state", states.RESERVATION), "created_at")
    search_fields = ("order_number",)
    search_help_text = "An order's number or a part of it"
    ordering = ("-created_at", "-id")
    fields = ("state_shown", "order_link", "channel", "currency", "reason", "created_at", "expires_at")
    readonly_fields = ("state_shown", "order_link")
    inlines = (LineInline,)
    state_shown = shown.state(
        "state",
        info=(states.REQUESTED, states.RESERVED),
        success=(states.CONFIRMED,),
        warning=(states.RELEASED, states.EXPIRED),
        danger=(states.REFUSED,),
    )

    @admin.display(description="order")
    def order_link(self, row: TenderReservation) -> str:
        return shown.link("commerce", "order", row.order, row.order_number) if row.order else shown.NOTHING
