"""Carts in the admin: looked at. Only their shoppers change them, and staff their drafts."""

from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from chassis.admin import LookOnly, ShownInline, shown
from chassis.admin.finding import FoundByKey
from commerce.checkout.adjustments import DELIVERY, discounts
from commerce.checkout.deliveries import further_of, lines_for, shipping_of
from commerce.checkout.draft_admin import DRAFTING, NewDraftForm
from commerce.checkout.drafting import become_draft
from commerce.checkout.models import Cart, CartLine, ChannelCopy
from commerce.checkout.tenders import split, tenders_of


class CartLineInline(ShownInline):
    model = CartLine
    verbose_name_plural = "lines"
    fields = ("product_link", "quantity_shown", "metadata")
    readonly_fields = ("product_link", "quantity_shown")

    @admin.display(description="SKU")
    def product_link(self, line: CartLine) -> str:
        return shown.listing("catalog", "product", line.sku, q=line.sku)

    @admin.display(description="quantity")
    def quantity_shown(self, line: CartLine) -> str:
        return shown.quantity(line.quantity)


class CartAdmin(FoundByKey, LookOnly):
    """What shoppers are about to buy, and drafts of staff. A secret and the card token are never shown."""

    search_fields = ("customer",)
    search_help_text = "A cart's id, or a customer's"
    list_display = ("changed_at", "view", "email_in_short", "total", "state_shown")
    list_filter = (
        shown.one_of("state", (Cart.OPEN, Cart.PLACING, Cart.ORDERED, Cart.MERGED)),
        shown.one_of("channel", lambda: ChannelCopy.objects.order_by("code").values_list("code", flat=True)),
        ("drafted_by", admin.EmptyFieldListFilter),
        "changed_at",
    )
    ordering = ("-changed_at",)
    fieldsets = (
        (None, {"fields": (("state_shown", "view"), ("created_at", "changed_at"), "draft_of")}),
        (
            "Shopper",
            {"fields": ("email_link", ("address", "billed_to"), ("shipping_method", "customer_group"), "goes_to")},
        ),
        (
            "Quote",
            {
                "fields": (
                    ("total", "shipping_shown"),
                    "quoted",
                    ("coupons", "discounts_shown"),
                    "paid_with",
                    "checkout_link",
                )
            },
        ),
        ("Notes", {"fields": ("metadata",)}),
    )
    readonly_fields = (
        *("state_shown", "email_link", "address", "billed_to", "total", "shipping_shown", "quoted"),
        *("coupons", "discounts_shown", "paid_with", "checkout_link", "draft_of", "goes_to"),
    )
    state_fields = ("state",)
    secret_fields = ("secret_hash", "payment_source")
    inlines = (CartLineInline,)
    transitions = DRAFTING
    state_shown = shown.state(
        "state", info=(Cart.OPEN,), warning=(Cart.PLACING,), success=(Cart.ORDERED,), danger=(Cart.MERGED,)
    )

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._granted(request, "add")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change=change, **kwargs) if obj else NewDraftForm

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return super().get_fieldsets(request, obj) if obj else [(None, {"fields": NewDraftForm.Meta.fields})]

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> Any:
        return super().get_inlines(request, obj) if obj else ()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return super().get_readonly_fields(request, obj) if obj else []

    def save_model(self, request: HttpRequest, obj: Cart, form: Any, change: bool) -> None:
        if not change:
            become_draft(obj, actor=str(request.user))
        super().save_model(request, obj, form, change)

    @admin.display(description="draft of")
    def draft_of(self, cart: Cart) -> str:
        return shown.actor(cart.drafted_by) if cart.drafted_by else "nobody: a shopper's own"

    @admin.display(description="shopper")
    def email_in_short(self, cart: Cart) -> str:
        return shown.masked_email(cart.email)

    @admin.display(description="e-mail")
    def email_link(self, cart: Cart) -> str:
        return shown.link("identity", "customer", cart.customer, cart.email) if cart.customer else cart.email

    @admin.display(description="delivery to")
    def address(self, cart: Cart) -> str:
        return shown.postal(cart.delivery)

    @admin.display(description="billed elsewhere")
    def billed_to(self, cart: Cart) -> str:
        return shown.postal(cart.billing)

    @admin.display(description="further deliveries")
    def goes_to(self, cart: Cart) -> str:
        rows = []
        for one in further_of(cart.deliveries):
            goods = (
                f"{shown.quantity(Decimal(row['quantity']))} × {row['sku']}" for row in lines_for(cart.quote, one.id)
            )
            cost = shown.amount(shipping_of(cart.quote, one.id), cart.currency)
            rows.append((shown.postal(one.address), one.shipping_method or shown.NOTHING, cost, shown.lines(goods)))
        return shown.table(("to", "way", "delivery", "goods"), rows)

    @admin.display(description="total")
    def total(self, cart: Cart) -> str:
        return _figure(cart, "total")

    @admin.display(description="delivery")
    def shipping_shown(self, cart: Cart) -> str:
        return shown.amount(cart.shipping_price, cart.currency)

    @admin.display(description="quoted")
    def quoted(self, cart: Cart) -> str:
        rows = (cart.quote or {}).get("lines", ())
        return shown.table(
            ("SKU", "name", "quantity", "total", "problem"),
            [
                (
                    *(row["sku"], row["name"], shown.quantity(Decimal(row["quantity"]))),
                    f"{row['total']} {cart.currency}",
                    shown.words(row.get("problem", "")) or shown.NOTHING,
                )
                for row in rows
            ],
        )

    @admin.display(description="coupons entered")
    def coupons(self, cart: Cart) -> str:
        return ", ".join(cart.codes) or shown.NOTHING

    @admin.display(description="discounts")
    def discounts_shown(self, cart: Cart) -> str:
        quote = cart.quote or {}
        lines = [(row["sku"], row.get("adjustments", ())) for row in quote.get("lines", ())]
        return discounts([*lines, (DELIVERY, quote.get("shipping_adjustments", ()))], cart.currency)

    @admin.display(description="paid with")
    def paid_with(self, cart: Cart) -> str:
        shares = split(Decimal((cart.quote or {}).get("total", "0")), tenders_of(cart))
        rows = [(f"{shown.words(one.tender.tender)} {one.tender.label}", one.amount) for one in shares]
        return shown.table(("tender", "covers"), [(name, shown.amount(amount, cart.currency)) for name, amount in rows])

    @admin.display(description="checkout")
    def checkout_link(self, cart: Cart) -> str:
        return shown.link("commerce", "sagainstance", cart.saga, "how it went") if cart.saga else shown.NOTHING


def _figure(cart: Cart, name: str) -> str:
    value = (cart.quote or {}).get(name)
    return shown.NOTHING if value is None else shown.amount(Decimal(value), cart.currency)
