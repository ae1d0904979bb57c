"""Gift cards that were bought, in the admin: by order, and taken back by a button."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from chassis.admin import LookOnly, Transition, shown
from chassis.admin.finding import FoundByKey
from postpurchase.selling.commands import lock_sale_of, take_back
from postpurchase.selling.models import SoldGiftCard


class SoldGiftCardAdmin(FoundByKey, LookOnly):
    """Which cards an order has brought, to whom they went, and what of them went back. Codes are nowhere."""

    email_hash = "recipient_hash"
    search_fields = ("sale__number", "card__last_four")
    search_help_text = "An order's number or a part of it, the last four of a code, or the recipient's whole e-mail"
    list_display = ("card_link", "order_link", "issued_at", "state_shown", "price_shown", "returned_shown", "to")
    list_display_links = ("issued_at",)
    list_select_related = ("card", "sale")
    list_filter = ("card__issued_at",)
    ordering = ("-card__issued_at", "-card")
    fields = (
        *("card_link", "order_link", "issued_at", "state_shown", "recipient_name", "recipient_email"),
        *("worth_shown", "balance_shown", "price_shown", "returned_shown"),
    )
    readonly_fields = fields
    transitions = (
        Transition(
            name="take_back",
            title="Take back",
            run=lambda sold, _: take_back(sold.card_id),
            when=lambda sold: sold.card.free > 0,
            lock_first=lock_sale_of,
            dangerous=True,
            explanation="It pays nothing any more. The share of its price that was not spent is refunded at once.",
        ),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("card", "sale")

    @admin.display(description="card")
    def card_link(self, sold: SoldGiftCard) -> str:
        return shown.link("postpurchase", "giftcard", sold.card_id, sold.card)

    @admin.display(description="order", ordering="sale__number")
    def order_link(self, sold: SoldGiftCard) -> str:
        return shown.link("commerce", "order", sold.sale_id, sold.sale.number)

    @admin.display(description="issued", ordering="card__issued_at")
    def issued_at(self, sold: SoldGiftCard) -> Any:
        return sold.card.issued_at

    @admin.display(description="state", ordering="card__state")
    def state_shown(self, sold: SoldGiftCard) -> str:
        return shown.words(sold.card.state)

    @admin.display(description="worth")
    def worth_shown(self, sold: SoldGiftCard) -> str:
        return shown.amount(sold.worth, sold.card.currency)

    @admin.display(description="left on it")
    def balance_shown(self, sold: SoldGiftCard) -> str:
        return shown.amount(sold.card.balance, sold.card.currency)

    @admin.display(description="paid for it")
    def price_shown(self, sold: SoldGiftCard) -> str:
        return shown.amount(sold.price, sold.card.currency)

    @admin.display(description="went back")
    def returned_shown(self, sold: SoldGiftCard) -> str:
        return shown.amount(sold.returned, sold.card.currency)

    @admin.display(description="to")
    def to(self, sold: SoldGiftCard) -> str:
        return shown.masked_email(sold.recipient_email)
